//! The same configs on the same simulated fleet, through the plugin `azure.azcollection.azure_rm` and through this
//! program: Ansible must see the same inventory.

use inventory_tests::configs::Config;
use inventory_tests::differential;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::Workplace;

const FLEET: &str = include_str!("../data/azure.yml");

#[test]
fn ansible_sees_what_the_plugin_gives() {
    // Of a machine whose first public address is not there yet the plugin gives no address at all.
    let text = FLEET.replace("{unallocated: true}", "{}");
    let description = Description::parse("azure.yml", &text).expect("a fleet");
    // In one page: with several the plugin mixes machines of scale sets into the others, by round of requests.
    let settings = Settings { source: Source::Described(description), ..Settings::default() };
    let simulator = Simulator::start(settings).expect("a simulator");
    differential::run("azure", Environment::azure(), |config: &Config| {
        let mut workplace = Workplace::with_simulator(&simulator, true);
        for (name, value) in &config.variables {
            match value {
                Some(value) => workplace.set(name, value),
                None => workplace.unset(name),
            }
        }
        let file = workplace.write(&config.name(), &config.text);
        (workplace, file)
    });
}

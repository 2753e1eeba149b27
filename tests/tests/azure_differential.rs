//! The same configs on the same simulated fleet, through the plugin `azure.azcollection.azure_rm` and through this
//! program: Ansible must see the same inventory.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::path::Path;

use inventory_tests::configs::Config;
use inventory_tests::differential;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::Workplace;

#[test]
fn ansible_sees_what_the_plugin_gives() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/azure.yml");
    let description = Description::read(&file).expect("a fleet");
    let settings =
        Settings { source: Source::Described(description), page_size: Some(4), ..Settings::default() };
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

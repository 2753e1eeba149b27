//! The same configs on the same simulated fleets, through the plugin `google.cloud.gcp_compute` and through this program:
//! Ansible must see the same inventory.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::fs;
use std::path::PathBuf;

use inventory_tests::configs::Config;
use inventory_tests::differential;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::gcp::files;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::Workplace;

/// The fleets that a config can name with `# fleet: NAME`, the first without being named: the file, and the most items
/// of a page.
const FLEETS: [(&str, &str, Option<usize>); 4] = [
    ("shop", "gcp.yml", None),
    ("shop in pages", "gcp.yml", Some(3)),
    ("odd", "gcp-odd.yml", None),
    ("odd in pages", "gcp-odd.yml", Some(2)),
];

#[test]
fn ansible_sees_what_the_plugin_gives() {
    let simulators = FLEETS.map(|(_, file, page_size)| simulate(file, page_size));
    differential::run("gcp", Environment::current(), |config: &Config| {
        let named = config.text.lines().find_map(|line| line.strip_prefix("# fleet: ")).unwrap_or("shop");
        let place = FLEETS.iter().position(|(name, ..)| *name == named).expect("a fleet of this name");
        stage(&simulators[place], config)
    });
}

fn simulate(file: &str, page_size: Option<usize>) -> Simulator {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
    let description = Description::read(&path).expect("a fleet");
    let settings = Settings { source: Source::Described(description), page_size, ..Settings::default() };
    Simulator::start(settings).expect("a simulator")
}

/// Makes the place with the config in it, and puts in what it cannot know: `CREDENTIALS` is the folder of the files with
/// credentials, `KEY_CONTENTS` the text of one, `TOKEN` an access token.
fn stage(simulator: &Simulator, config: &Config) -> (Workplace, PathBuf) {
    let mut workplace = Workplace::with_simulator(simulator, true);
    let folder = workplace.path("credentials");
    simulator.copy_credentials(&folder).expect("files with credentials");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a file with credentials");
    let key = read(files::SERVICE_ACCOUNT).lines().map(str::trim).collect::<String>();
    let fill = |text: &str| {
        text.replace("KEY_CONTENTS", &key)
            .replace("CREDENTIALS/", &format!("{}/", folder.display()))
            .replace("TOKEN", &read(files::ACCESS_TOKEN))
    };
    for (name, value) in &config.variables {
        match value {
            Some(value) => workplace.set(name, &fill(value)),
            None => workplace.unset(name),
        }
    }
    let file = workplace.write(&config.name(), &fill(&config.text));
    (workplace, file)
}

//! The facts: 300 machines of each cloud, as the floor lists them.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

use inventory_core::discovery::{Facts, Page, Scope};
use inventory_core::store::snapshot::{self, Saved, Standing};
use inventory_core::store::{Content, Entry};
use inventory_core::value::Value;
use inventory_tests::simulator::gcp::files::ACCESS_TOKEN;
use inventory_tests::simulator::{Settings, Simulator};
use inventory_tests::workplace::Workplace;
use sha2::{Digest as _, Sha256};

use super::stages::KIND;

/// The clouds.
pub(crate) const CLOUDS: [&str; 3] = ["aws", "azure", "gcp"];

const SEED: u64 = 5;
const MACHINES: u64 = 300;

/// Writes a snapshot of the machines of a simulator, and returns their number and the digest of what is known of them.
pub(crate) fn write(file: &Path) -> (usize, String) {
    let simulator = Simulator::start(Settings::seeded(SEED, MACHINES)).expect("a simulator");
    let mut workplace = Workplace::with_simulator(&simulator, false);
    let token = std::fs::read_to_string(simulator.credential_file(ACCESS_TOKEN)).expect("a token");
    workplace.set("FLOOR_TOKEN", token.trim());
    let (mut entries, mut hosts, mut digest) = (Vec::new(), 0, Sha256::new());
    for cloud in CLOUDS {
        let mut listed = workplace.run(env!("CARGO_BIN_EXE_floor"), [cloud]).json();
        let listed = listed["_meta"]["hostvars"].as_object_mut().expect("hostvars");
        // Answers of regions come in any order.
        listed.sort_keys();
        hosts += listed.len();
        let mut facts = Vec::new();
        for (name, variables) in std::mem::take(listed) {
            digest.update(format!("{name} {variables}\n"));
            facts.push(Facts { kind: KIND, id: name.into(), record: Value::from(variables) });
        }
        let scope = Scope { cloud, account: None, region: None };
        let content = Content::Facts(Page::from(facts));
        let entry = Entry { scope, fetched_at: SystemTime::UNIX_EPOCH, content };
        entries.push(Saved { entry, standing: Standing::Good });
    }
    snapshot::write(file, &entries, false).expect("a snapshot");
    let mut text = String::new();
    for byte in digest.finalize().iter().take(8) {
        write!(text, "{byte:02x}").expect("a text takes text");
    }
    (hosts, text)
}

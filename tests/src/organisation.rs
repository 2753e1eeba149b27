//! A large organisation: what is asked of it, and the least that this can take.

use std::fmt::Write as _;
use std::time::Duration;

use crate::simulator::fleet::{Description, Geography};
use crate::simulator::statistics::Statistics;
use crate::simulator::{Settings, Source, aws, azure, gcp};

/// The accounts of AWS.
pub const ACCOUNTS: usize = 40;

/// The regions of each account of AWS.
pub const REGIONS: usize = 17;

/// The subscriptions of Azure.
pub const SUBSCRIPTIONS: usize = 30;

/// The projects of Google Cloud.
pub const PROJECTS: usize = 60;

/// The machines of each subscription and project; each region of an account has one.
const MACHINES: usize = 10;

const SEED: u64 = 9;

/// The requests of each cloud that can only be made one after another, the pages of lists of scopes among them:
/// accounts (two pages), role, regions, instances; metadata, token, subscriptions, machines, and the instances of scale
/// sets; organization, folders in folders, instances.
pub const CHAINS: [(&str, u64); 3] = [("aws", 5), ("azure", 4), ("gcp", 5)];

/// Returns the settings of a simulator of the organisation.
pub fn settings(latency: Duration) -> Settings {
    let clouds = [
        ("aws", aws::geography(SEED, ACCOUNTS, REGIONS), 1),
        ("azure", azure::geography(SEED, SUBSCRIPTIONS, 1), MACHINES),
        ("gcp", gcp::geography(SEED, PROJECTS, 1), MACHINES),
    ];
    let text: String =
        clouds.iter().map(|(cloud, geography, count)| describe(cloud, geography, *count)).collect();
    let fleet = Description::parse("organisation.yml", &text).expect("a fleet");
    Settings { source: Source::Described(fleet), latency, ..Settings::default() }
}

/// Returns how many machines there are.
pub fn hosts() -> usize {
    ACCOUNTS * REGIONS + (SUBSCRIPTIONS + PROJECTS) * MACHINES
}

/// Returns the longest of the chains of the clouds.
pub fn chain() -> u64 {
    CHAINS.iter().map(|(_, chain)| *chain).max().unwrap_or_default()
}

/// Returns how many requests all clouds got.
pub fn requests(statistics: &Statistics) -> u64 {
    CHAINS.iter().map(|(cloud, _)| statistics.of(cloud, "*").requests).sum()
}

fn describe(cloud: &str, geography: &Geography, count: usize) -> String {
    let mut text = format!(
        "{cloud}:\n  accounts: {:?}\n  regions: {:?}\n  machines:\n",
        geography.accounts, geography.regions
    );
    for (account, id) in geography.accounts.iter().enumerate() {
        for region in &geography.regions {
            for number in 0..count {
                writeln!(text, "  - {{name: m{account}-{number}, account: {id:?}, region: {region}}}")
                    .expect("a text takes a line");
            }
        }
    }
    text
}

//! A large organisation: what is asked of it, and the least that this can take.

use std::fmt::Write as _;
use std::time::Duration;

use crate::simulator::fleet::{Description, Geography};
use crate::simulator::statistics::Statistics;
use crate::simulator::{Settings, Source, aws, azure, gcp};

/// How many accounts, subscriptions and projects there are.
#[derive(Debug, Clone, Copy)]
pub struct Organisation {
    /// The accounts of AWS.
    pub accounts: usize,
    /// The regions of each account of AWS.
    pub regions: usize,
    /// The subscriptions of Azure.
    pub subscriptions: usize,
    /// The projects of Google Cloud.
    pub projects: usize,
}

/// The machines of each subscription and project; each region of an account has one.
const MACHINES: usize = 10;

const SEED: u64 = 9;

/// The requests of each cloud that can only be made one after another, but the pages of lists: accounts, role, regions,
/// instances; metadata, token, subscriptions, machines, and the instances of scale sets; organization, folders in
/// folders, instances.
const CHAINS: [(&str, u64); 3] = [("aws", 4), ("azure", 4), ("gcp", 5)];

/// How many accounts are on a page.
pub const ACCOUNTS_ON_A_PAGE: usize = 20;

impl Organisation {
    /// 770 scopes.
    pub const LARGE: Organisation =
        Organisation { accounts: 40, regions: 17, subscriptions: 30, projects: 60 };

    /// 200 scopes.
    pub const SMALL: Organisation =
        Organisation { accounts: 10, regions: 12, subscriptions: 30, projects: 50 };

    /// Returns the settings of a simulator of the organisation.
    ///
    /// # Panics
    /// When its description is not understood.
    pub fn settings(&self, latency: Duration) -> Settings {
        let clouds = [
            ("aws", aws::geography(SEED, self.accounts, self.regions), 1),
            ("azure", azure::geography(SEED, self.subscriptions, 1), MACHINES),
            ("gcp", gcp::geography(SEED, self.projects, 1), MACHINES),
        ];
        let text: String =
            clouds.iter().map(|(cloud, geography, count)| describe(cloud, geography, *count)).collect();
        let fleet = Description::parse("organisation.yml", &text).expect("a fleet");
        Settings { source: Source::Described(fleet), latency, ..Settings::default() }
    }

    /// Returns how many machines there are.
    pub fn hosts(&self) -> usize {
        self.accounts * self.regions + (self.subscriptions + self.projects) * MACHINES
    }

    /// Returns how many requests the cloud with the longest chain of them gets one after another.
    pub fn chain(&self) -> u64 {
        let pages = self.accounts.div_ceil(ACCOUNTS_ON_A_PAGE) as u64;
        let of = |(cloud, chain)| if cloud == "aws" { chain + pages - 1 } else { chain };
        CHAINS.map(of).into_iter().max().unwrap_or_default()
    }
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

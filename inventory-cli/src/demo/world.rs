//! What the demo simulates.

use std::time::Duration;

use inventory_tests::simulator::cloud::Refusal;
use inventory_tests::simulator::faults::{Fault, Rule, When};
use inventory_tests::simulator::fleet::{Description, Geography};
use inventory_tests::simulator::{Settings, Source, aws, azure, gcp};

use super::arguments::DemoArguments;
use crate::exit::Failure;

/// The seed of fleets that are not written down.
const SEED: u64 = 1;
const ACCOUNTS: usize = 2;
const REGIONS: usize = 3;

/// The calls that list machines, which the faults of the demo befall.
const LISTS: [(&str, &str); 3] =
    [("aws", "DescribeInstances"), ("azure", "VirtualMachines"), ("gcp", "AggregatedInstances")];

/// The simulated clouds.
#[derive(Debug)]
pub(super) struct World {
    pub(super) aws: Geography,
    pub(super) azure: Geography,
    pub(super) gcp: Geography,
    /// Whether a seed decides the machines.
    pub(super) is_made_up: bool,
    pub(super) settings: Settings,
}

impl World {
    /// Makes the clouds that the command line asks for.
    pub(super) fn new(arguments: &DemoArguments) -> Result<World, Failure> {
        let usual = |make: fn(u64, usize, usize) -> Geography| make(SEED, ACCOUNTS, REGIONS);
        let (aws, azure, gcp) = (usual(aws::geography), usual(azure::geography), usual(gcp::geography));
        let settings = Settings {
            latency: Duration::from_millis(arguments.latency),
            faults: arguments.fault.map(rules).unwrap_or_default(),
            ..Settings::default()
        };
        if let Some(hosts) = arguments.hosts {
            // Each cloud has as many.
            let size = hosts.div_ceil(3);
            let source = Source::Seeded { seed: SEED, size, accounts: ACCOUNTS, regions: REGIONS };
            return Ok(World {
                aws,
                azure,
                gcp,
                is_made_up: true,
                settings: Settings { source, ..settings },
            });
        }
        let fleet = Description::parse("fleet.yml", include_str!("fleet.yml"))
            .map_err(|error| Failure::Output(error.to_string()))?;
        let of = |cloud: &str, usual: &Geography| fleet.fleet(cloud, usual).geography().clone();
        let (aws, azure, gcp) = (of("aws", &aws), of("azure", &azure), of("gcp", &gcp));
        let settings = Settings { source: Source::Described(fleet), ..settings };
        Ok(World { aws, azure, gcp, is_made_up: false, settings })
    }
}

/// Returns the rules of a fault: it befalls the first lists of each cloud, or, if no retry can help, all.
fn rules(fault: Fault) -> Vec<Rule> {
    let lasts = matches!(fault, Fault::Refused(Refusal::Denied | Refusal::Unknown));
    let when = if lasts { When::Always } else { When::Between(1, 2) };
    LISTS.iter().map(|(cloud, call)| Rule::new(cloud, call, when, fault)).collect()
}

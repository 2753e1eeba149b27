//! Many accounts, regions, subscriptions and projects, each answer 50 ms late.

use std::time::Duration;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::organisation::Organisation;
use inventory_tests::simulator::Settings;
use inventory_tests::stage::{CONFIG, Stage};

use super::cost::{Contestant, race};
use super::report::{Report, Subject};
use super::{Options, Section};

const LATENCY: Duration = Duration::from_millis(50);

/// The names in tables.
pub(crate) const MANY: &str = "200 scopes";
pub(crate) const MOST: &str = "770 scopes";

/// Measures how near the walls are to the longest chains of requests that need each other's answers.
pub(crate) fn measure(options: &Options, report: &mut Report) {
    for (name, organisation) in [(MANY, Organisation::SMALL), (MOST, Organisation::LARGE)] {
        let config = format!("{}names: [id]\n", Stage::SOURCES);
        // What clouds take to make answers is no part of it.
        let settings = Settings { remembers_pages: true, ..organisation.settings(LATENCY) };
        let stage = Stage::new(settings, &config);
        let ours =
            Contestant::new("ours, native config", &stage.workplace, cloud_inventory(), &[CONFIG, "--list"]);
        let contestants = [ours];
        let costs = race(&format!("{name} at 50 ms"), options.rounds(1_000), &contestants);
        let hosts = organisation.hosts() as u64;
        let subject = Subject { section: Section::FanOut, name: name.to_owned(), hosts };
        report.add(&subject, &contestants, costs);
        report.set_least_wall(&subject, organisation.chain() as f64 * LATENCY.as_secs_f64());
    }
}

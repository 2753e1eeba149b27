//! Runs whose facts or outputs are kept.

use std::fs;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::Settings;
use inventory_tests::stage::{CONFIG, Stage};

use super::cost::{Contestant, race};
use super::report::{Report, Subject};
use super::{Options, Section};

const RULES: &str = "\
sources:
  - aws: {}
names: [id]
keyed_groups:
  - {key: tags.Environment, prefix: env}
compose: {ansible_user: \"'admin'\"}
";

/// The names in tables.
pub(crate) const VERSION: &str = "--version";
pub(crate) const LIST: &str = "--list of a kept output";
pub(crate) const CAT: &str = "cat of the same";
pub(crate) const ANEW: &str = "--list of kept facts";
pub(crate) const HOST: &str = "--host";

/// Measures lists and single hosts, beside `cat`.
pub(crate) fn measure(options: &Options, report: &mut Report) {
    for size in options.sizes() {
        let stage = Stage::new(Settings::seeded(4, size), &format!("{RULES}{}", Stage::CACHE));
        for _ in 0..2 {
            assert!(stage.run(&["--list"]).succeeded(), "the clouds answer");
        }
        assert_eq!(stage.kept(".done").len(), 1, "the output is kept");
        let listed = stage.run(&["--list"]).stdout;
        fs::write(stage.workplace.path("list.json"), &listed).expect("the output");
        let place = listed.find("\"i-").expect("a host");
        let name = listed[place + 1..].split('"').next().expect("a name").to_owned();
        let ours =
            |name, arguments: &[&str]| Contestant::new(name, &stage.workplace, cloud_inventory(), arguments);
        let contestants = [
            ours(VERSION, &["--version"]),
            ours(LIST, &[CONFIG, "--list"]),
            Contestant::new(CAT, &stage.workplace, "cat", &["list.json"]),
            // A limit is no part of what is kept.
            ours(ANEW, &[CONFIG, "--list", "--limit", "all"]),
            ours(HOST, &[CONFIG, "--host", &name]),
        ];
        let costs = race(&format!("{size} kept hosts"), options.rounds(size), &contestants);
        let subject = Subject { section: Section::Warm, name: "aws".to_owned(), hosts: size };
        report.add(&subject, &contestants, costs);
    }
}

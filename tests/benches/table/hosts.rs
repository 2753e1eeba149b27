//! Starting, and many hosts of each cloud.

use inventory_tests::binary::cloud_inventory;

use super::cost::{Contestant, race};
use super::report::{Report, Subject};
use super::scene::{Cloud, Scene};
use super::{Options, Section};

/// Measures the program without a cloud, and clouds without hosts.
pub(crate) fn measure_start(options: &Options, report: &mut Report) {
    for cloud in Cloud::ALL {
        let scene = Scene::new(cloud, 0);
        let version = Contestant::new("ours, --version", &scene.direct, cloud_inventory(), &["--version"]);
        let mut contestants = vec![version, scene.script(), scene.floor()];
        if !options.without_plugins {
            contestants.push(scene.plugin().rounds(3));
        }
        let subject = Subject { section: Section::Start, name: cloud.name().to_owned(), hosts: 0 };
        let costs = race(&format!("{} without hosts", cloud.name()), options.rounds(0), &contestants);
        report.add(&subject, &contestants, costs);
    }
}

/// Measures many hosts of each cloud, without latency.
pub(crate) fn measure_sizes(options: &Options, report: &mut Report) {
    for cloud in Cloud::ALL {
        for size in options.sizes() {
            let scene = Scene::new(cloud, size);
            let mut contestants = vec![scene.script(), scene.hand_over(), scene.floor()];
            if size <= 10_000 {
                contestants.push(scene.native());
            }
            if options.measures_plugins(size) {
                contestants.push(scene.plugin().rounds(if size > 1_000 { 1 } else { 2 }));
            }
            let subject =
                Subject { section: Section::Hosts, name: cloud.name().to_owned(), hosts: scene.hosts() };
            let what = format!("{} with {size} hosts", cloud.name());
            let costs = race(&what, options.rounds(size), &contestants);
            report.add(&subject, &contestants, costs);
        }
    }
}

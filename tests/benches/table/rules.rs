//! Many expressions: 50 of `compose`, 20 of `groups`, 10 keyed groups.

use std::fmt::Write as _;

use super::cost::race;
use super::report::{Report, Subject};
use super::scene::{Cloud, Scene};
use super::{Options, Section};

/// The names in tables.
pub(crate) const FEW: &str = "2 expressions";
pub(crate) const MANY: &str = "80 expressions";

/// What `compose` has in turns.
const VALUES: [&str; 5] = [
    "private_ip_address",
    "tags.Name | default('none') | lower",
    "(tags.Role | default('none')) ~ '-' ~ placement.region",
    "network_interfaces | map(attribute='mac_address') | list",
    "'large' if instance_type is search('large') else 'small'",
];

/// What `groups` has in turns.
const CONDITIONS: [&str; 4] = [
    "tags.Environment | default('') == 'prod'",
    "'db' in (tags.Role | default(''))",
    "instance_type.startswith('m')",
    "security_groups | selectattr('group_name', 'match', 'web') | list | length > 0",
];

/// The keys of keyed groups.
const KEYS: [&str; 10] = [
    "tags",
    "tags.Role | default('none')",
    "tags.Team | default('none')",
    "placement.region",
    "placement.availability_zone",
    "instance_type",
    "architecture",
    "state.name",
    "vpc_id",
    "platform_details",
];

/// Measures both, and with fewer hosts the plugin.
pub(crate) fn measure(options: &Options, report: &mut Report) {
    for size in [1_000, options.size()] {
        let few = Scene::new(Cloud::Aws, size);
        let many = Scene::new(Cloud::Aws, size);
        many.direct.write(Cloud::Aws.file(), &config());
        let hosts = few.hosts();
        for (name, scene) in [(FEW, &few), (MANY, &many)] {
            let mut contestants = vec![scene.script()];
            if name == MANY && size == 1_000 && options.measures_plugins(size) {
                contestants.push(scene.plugin().rounds(1));
            }
            let costs = race(&format!("{name}, {size} hosts"), options.rounds(size), &contestants);
            let subject = Subject { section: Section::Rules, name: name.to_owned(), hosts };
            report.add(&subject, &contestants, costs);
        }
        if options.quick {
            return;
        }
    }
}

fn config() -> String {
    let mut text = "plugin: amazon.aws.aws_ec2\nhostnames: [instance-id]\n".to_owned();
    let mut line = |line: String| writeln!(text, "{line}").expect("a text takes a line");
    line("compose:".to_owned());
    for (number, value) in VALUES.iter().cycle().take(50).enumerate() {
        line(format!("  composed_{number}: \"{value}\""));
    }
    line("groups:".to_owned());
    for (number, condition) in CONDITIONS.iter().cycle().take(20).enumerate() {
        line(format!("  group_{number}: \"{condition}\""));
    }
    line("keyed_groups:".to_owned());
    for (number, key) in KEYS.iter().enumerate() {
        line(format!("  - {{key: \"{key}\", prefix: key{number}}}"));
    }
    text
}

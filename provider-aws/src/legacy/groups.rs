//! The groups that the script puts instances into.

use inventory_core::value::Text;

use super::instance::Instance;
use super::names::Safe;

/// The group of all hosts.
const ALL: &str = "ec2";

/// Which groups there are.
#[derive(Debug)]
pub(super) struct Grouping {
    /// What hosts are grouped by.
    pub(super) by: Vec<By>,
    /// Whether the groups of each kind are below one of that kind.
    pub(super) is_nested: bool,
    /// Whether a tag with commas is several.
    pub(super) splits_tags: bool,
    /// How names are made safe.
    pub(super) safe: Safe,
}

/// What hosts can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    InstanceId,
    Region,
    Zone,
    Image,
    InstanceType,
    State,
    Platform,
    KeyPair,
    Vpc,
    SecurityGroup,
    Account,
    Tags,
    Route53,
    NoTags,
}

impl By {
    /// All kinds, in the order of the script, with the key that turns each on, and the group above those of the kind.
    pub(super) const ALL: [(By, &'static str, &'static str); 14] = [
        (By::InstanceId, "group_by_instance_id", "instances"),
        (By::Region, "group_by_region", "regions"),
        (By::Zone, "group_by_availability_zone", "zones"),
        (By::Image, "group_by_ami_id", "images"),
        (By::InstanceType, "group_by_instance_type", "types"),
        (By::State, "group_by_instance_state", "instance_states"),
        (By::Platform, "group_by_platform", "platforms"),
        (By::KeyPair, "group_by_key_pair", "keys"),
        (By::Vpc, "group_by_vpc_id", "vpcs"),
        (By::SecurityGroup, "group_by_security_group", "security_groups"),
        (By::Account, "group_by_aws_account", "accounts"),
        (By::Tags, "group_by_tag_keys", "tags"),
        (By::Route53, "group_by_route53_names", "route53"),
        (By::NoTags, "group_by_tag_none", "tags"),
    ];
}

/// The groups of an instance.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Those that it is in.
    pub(super) groups: Vec<Text>,
    /// Which group is below which: the parent first.
    pub(super) relations: Vec<(Text, Text)>,
}

impl Groups {
    /// Adds the groups of another instance that is the same host.
    pub(super) fn extend(&mut self, more: Groups) {
        self.groups.extend(more.groups);
        self.relations.extend(more.relations);
    }
}

impl Grouping {
    /// Returns the groups of an instance, to which the names of Route 53 lead.
    pub(super) fn groups(&self, instance: Instance<'_>, dns_names: &[Text]) -> Groups {
        let mut groups = Groups::default();
        for (by, _, parent) in By::ALL.into_iter().filter(|(by, ..)| self.by.contains(by)) {
            if by == By::Tags {
                self.add_tags(instance, &mut groups);
                continue;
            }
            for name in self.names(by, instance, dns_names) {
                self.relate(parent, &name, &mut groups);
                groups.groups.push(name);
            }
        }
        if let Some((region, zone)) = instance.region().zip(instance.text("placement"))
            && self.by.contains(&By::Region)
            && self.by.contains(&By::Zone)
        {
            self.relate(&region, &zone, &mut groups);
        }
        groups.groups.push(Text::from(ALL));
        groups
    }

    /// Returns the names of the groups of a kind.
    fn names(&self, by: By, instance: Instance<'_>, dns_names: &[Text]) -> Vec<Text> {
        let safe = |prefix: &str, text: &str| Text::from(self.safe.clean(&format!("{prefix}{text}")));
        let of = |attribute: &str, prefix: &str| instance.text(attribute).map(|text| safe(prefix, &text));
        let one = match by {
            By::InstanceId => instance.text("id"),
            By::Region => instance.region(),
            By::Zone => instance.text("placement"),
            By::Image => of("image_id", ""),
            By::InstanceType => of("instance_type", "type_"),
            By::State => of("state", "instance_state_"),
            By::Platform => {
                Some(of("platform", "platform_").unwrap_or_else(|| safe("platform_", "undefined")))
            }
            By::KeyPair => of("key_name", "key_"),
            By::Vpc => of("vpc_id", "vpc_id_"),
            By::Account => instance.account(),
            By::NoTags => instance.tags().next().is_none().then(|| Text::from("tag_none")),
            By::SecurityGroup => {
                let groups = instance.security_groups();
                return groups.into_iter().map(|(_, name)| safe("security_group_", name)).collect();
            }
            By::Route53 => return dns_names.to_vec(),
            By::Tags => None,
        };
        one.into_iter().collect()
    }

    fn add_tags(&self, instance: Instance<'_>, groups: &mut Groups) {
        for (key, value) in instance.tags() {
            let of_key = Text::from(self.safe.clean(&format!("tag_{key}")));
            for value in self.values(value) {
                self.relate("tags", &of_key, groups);
                if value.is_empty() {
                    groups.groups.push(of_key.clone());
                    continue;
                }
                let group = Text::from(self.safe.clean(&format!("tag_{key}={value}")));
                self.relate(&of_key, &group, groups);
                groups.groups.push(group);
            }
        }
    }

    /// Returns the parts of a tag that holds several values, else the one value.
    pub(super) fn values<'v>(&self, value: &'v str) -> Vec<&'v str> {
        if self.splits_tags && value.contains(',') {
            return value.split(',').map(str::trim).collect();
        }
        vec![value]
    }

    fn relate(&self, parent: &str, child: &Text, groups: &mut Groups) {
        if self.is_nested {
            groups.relations.push((Text::from(parent), child.clone()));
        }
    }
}

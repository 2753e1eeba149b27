//! The resources that a fleet amounts to: subscriptions, groups and scale sets, and the machines in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::host::{Host, Kind};
use super::shape::{kind_of, shape};
use crate::simulator::fleet::Fleet;

/// A fleet of at most so many machines is looked through for a name that does not tell the number.
const SEARCHED: u64 = 10_000;

/// Finds machines in a fleet as Azure has them.
#[derive(Debug, Clone)]
pub(super) struct Estate<'a> {
    fleet: &'a Fleet,
    survey: &'a OnceLock<Survey>,
}

/// What only a look at every machine tells: made once, and as large as there are groups and sets.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Per subscription, the groups by their names in small letters.
    groups: BTreeMap<String, BTreeMap<String, Group>>,
}

/// A resource group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The name as it was created.
    pub(super) name: String,
    pub(super) location: String,
    /// The scale sets by their names in small letters.
    pub(super) sets: BTreeMap<String, ScaleSet>,
}

/// A scale set.
#[derive(Debug, Clone)]
pub(super) struct ScaleSet {
    pub(super) name: String,
    /// The number of its first machine, from which the set takes what is the same for all of them.
    pub(super) first: u64,
    /// The number of its last machine.
    pub(super) last: u64,
    pub(super) capacity: usize,
}

impl<'a> Estate<'a> {
    /// Returns the estate of a fleet.
    pub(super) fn new(fleet: &'a Fleet, survey: &'a OnceLock<Survey>) -> Self {
        Self { fleet, survey }
    }

    /// Returns the subscriptions; the first is the caller's own.
    pub(super) fn subscriptions(&self) -> &'a [String] {
        &self.fleet.geography().accounts
    }

    /// Returns a subscription as it is written, whatever the case of its name.
    pub(super) fn subscription(&self, name: &str) -> Option<&'a str> {
        self.subscriptions().iter().map(String::as_str).find(|known| known.eq_ignore_ascii_case(name))
    }

    /// Returns the groups of a subscription by their names in small letters.
    pub(super) fn groups(&self, subscription: &str) -> Option<&'a BTreeMap<String, Group>> {
        self.survey.get_or_init(|| self.look_around()).groups.get(subscription)
    }

    /// Returns the numbers of the machines of a subscription.
    pub(super) fn range(&self, subscription: &str) -> Range<u64> {
        self.fleet.in_account(subscription)
    }

    /// Returns a machine by its number.
    pub(super) fn host(&self, index: u64) -> Option<Host> {
        self.fleet.machine(index).map(|machine| shape(&machine))
    }

    /// Finds the machine of a name; names end with the number of the machine, or of the one before it.
    pub(super) fn find(&self, subscription: &str, name: &str, fits: impl Fn(&Host) -> bool) -> Option<Host> {
        let range = self.range(subscription);
        let number = name.rsplit('-').next().and_then(|digits| digits.parse::<u64>().ok());
        let near = number.into_iter().flat_map(|number| [number, number.saturating_add(1)]);
        let all = if self.fleet.size() <= SEARCHED { range.clone() } else { 0..0 };
        near.filter(|index| range.contains(index))
            .chain(all)
            .filter_map(|index| self.host(index))
            .find(|host| host.name.eq_ignore_ascii_case(name) && fits(host))
    }

    fn look_around(&self) -> Survey {
        let mut survey = Survey::default();
        for machine in (0..self.fleet.size()).filter_map(|index| self.fleet.machine(index)) {
            let groups = survey.groups.entry(machine.account.clone()).or_default();
            let group = groups.entry(machine.group.to_lowercase()).or_insert_with(|| Group {
                name: machine.group.clone(),
                location: machine.region.clone(),
                sets: BTreeMap::new(),
            });
            if let Kind::Uniform { set, .. } | Kind::Flexible { set } = kind_of(&machine) {
                let entry = group.sets.entry(set.to_lowercase()).or_insert_with(|| ScaleSet {
                    name: set,
                    first: machine.index,
                    last: machine.index,
                    capacity: 0,
                });
                entry.capacity += 1;
                entry.last = machine.index;
            }
        }
        survey
    }
}

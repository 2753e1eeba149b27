//! The machines of one cloud: computed when they are asked for, or read from a description.

mod description;
mod draw;
mod machine;
mod seeded;

use std::ops::Range;

use serde_json::Value;

pub use self::description::{Description, DescriptionError};
pub use self::draw::Draw;
pub use self::machine::{Address, Geography, Interface, Machine, Role, Size, State, System};
use self::seeded::Seeded;

/// The machines of one cloud, numbered from 0 such that those of one account, and in it those of one region, follow
/// each other.
///
/// A fleet made from a seed holds none of its machines: each is computed from the seed and its number.
#[derive(Debug, Clone)]
pub struct Fleet {
    geography: Geography,
    machines: Machines,
    extra: Value,
}

#[derive(Debug, Clone)]
enum Machines {
    Seeded(Seeded),
    Described(Vec<Machine>),
}

impl Fleet {
    /// Makes a fleet of `size` machines from a seed.
    pub fn seeded(seed: u64, size: u64, geography: Geography) -> Self {
        let machines = Machines::Seeded(Seeded::new(seed, size, &geography));
        Self { geography, machines, extra: Value::Null }
    }

    /// Makes a fleet of exactly these machines; accounts and regions that the geography lacks are added to it.
    pub fn described(mut geography: Geography, mut machines: Vec<Machine>) -> Self {
        for machine in &machines {
            if !geography.accounts.contains(&machine.account) {
                geography.accounts.push(machine.account.clone());
            }
            if !geography.regions.contains(&machine.region) {
                geography.regions.push(machine.region.clone());
            }
        }
        let place = |list: &[String], name: &String| list.iter().position(|known| known == name);
        machines.sort_by_key(|machine| {
            (place(&geography.accounts, &machine.account), place(&geography.regions, &machine.region))
        });
        for (index, machine) in (0..).zip(&mut machines) {
            machine.index = index;
        }
        Self { geography, machines: Machines::Described(machines), extra: Value::Null }
    }

    /// Adds what only this cloud has beside machines, in its own form.
    #[must_use]
    pub fn with_extra(mut self, extra: Value) -> Self {
        self.extra = extra;
        self
    }

    /// Returns what only this cloud has beside machines; null in a fleet that a seed decides.
    pub fn extra(&self) -> &Value {
        &self.extra
    }

    /// Returns the accounts and regions.
    pub fn geography(&self) -> &Geography {
        &self.geography
    }

    /// Returns how many machines there are.
    pub fn size(&self) -> u64 {
        match &self.machines {
            Machines::Seeded(seeded) => seeded.size(),
            Machines::Described(machines) => machines.len() as u64,
        }
    }

    /// Returns the machine of a number, or nothing at and after [`Fleet::size`].
    pub fn machine(&self, index: u64) -> Option<Machine> {
        match &self.machines {
            Machines::Seeded(seeded) => seeded.machine(&self.geography, index),
            Machines::Described(machines) => machines.get(usize::try_from(index).ok()?).cloned(),
        }
    }

    /// Returns the numbers of the machines of an account.
    pub fn in_account(&self, account: &str) -> Range<u64> {
        match &self.machines {
            Machines::Seeded(seeded) => seeded.in_account(&self.geography, account),
            Machines::Described(machines) => range_of(machines, |machine| machine.account == account),
        }
    }

    /// Returns the numbers of the machines of an account that are in a region.
    pub fn in_region(&self, account: &str, region: &str) -> Range<u64> {
        match &self.machines {
            Machines::Seeded(seeded) => seeded.in_region(&self.geography, account, region),
            Machines::Described(machines) => {
                range_of(machines, |machine| machine.account == account && machine.region == region)
            }
        }
    }
}

/// Returns the numbers of those that fit, which follow each other.
fn range_of(machines: &[Machine], fits: impl Fn(&Machine) -> bool) -> Range<u64> {
    let start = machines.iter().position(&fits).unwrap_or_default();
    let count = machines.iter().skip(start).take_while(|machine| fits(machine)).count();
    start as u64..(start + count) as u64
}

#[cfg(test)]
mod tests;

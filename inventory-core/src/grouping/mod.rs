//! The user's rules: `compose`, `groups` and `keyed_groups`, as the inventory plugins of ansible-core 2.19 apply them.
//!
//! [`Rules`] are read once ([`Rules::from_options`]) and applied to every host ([`Rules::apply`]): first `compose`,
//! then `groups`, then `keyed_groups`, each in the order of the configuration. What Ansible skips without a word is
//! counted in a [`Tally`].

mod condition;
mod config;
mod dialect;
mod error;
mod keyed;
mod needs;
mod scope;
mod tally;
pub(crate) mod written;

use self::condition::Condition;
pub use self::config::Settings;
pub use self::dialect::{Dialect, Reach, RuleOption};
pub use self::error::Error;
use self::keyed::KeyedGroup;
pub use self::needs::HostVariables;
use self::needs::Need;
use self::scope::{Composed, Snapshot};
pub use self::tally::{Failures, Tally};
use crate::diagnostic::Origin;
use crate::expression::{self, Environment, Expression, Variables};
use crate::inventory::{HostId, Inventory};
use crate::name::Sanitizer;
use crate::value::{Map, Text, Value};

/// Holds the rules of one source.
#[derive(Debug)]
pub struct Rules {
    compose: Vec<Rule<Formula>>,
    groups: Vec<Rule<ConditionalGroup>>,
    keyed_groups: Vec<Rule<KeyedGroup>>,
    strict: bool,
    reach: Reach,
    sanitizer: Sanitizer,
    /// Variables that win over all others in `compose` and the keys of `keyed_groups`, but not in `groups`.
    extra_variables: Map,
    /// The variables that expressions cannot do without.
    needs: Vec<Need>,
}

/// One entry of the configuration: its name in messages, its place, and what it says.
#[derive(Debug)]
struct Rule<T> {
    name: String,
    origin: Origin,
    body: T,
}

/// A variable that is computed.
#[derive(Debug)]
struct Formula {
    variable: Text,
    value: Attempt<Expression>,
}

/// A group of the hosts for which a condition holds.
#[derive(Debug)]
struct ConditionalGroup {
    group: String,
    condition: Attempt<Condition>,
}

/// Something that was compiled, or why it fails for every host.
type Attempt<T> = Result<T, expression::Error>;

/// Why a rule gave nothing for a host.
enum Outcome {
    /// Ansible skips the rule, unless it is strict.
    Skipped(String),
    /// Ansible gives the source up, strict or not.
    Fatal(String),
}

impl From<expression::Error> for Outcome {
    fn from(error: expression::Error) -> Self {
        Outcome::Skipped(error.to_string())
    }
}

impl From<crate::inventory::Error> for Outcome {
    fn from(error: crate::inventory::Error) -> Self {
        Outcome::Fatal(error.to_string())
    }
}

impl Rules {
    /// Returns the rules of a source that has none.
    pub fn none() -> Rules {
        Rules {
            compose: Vec::new(),
            groups: Vec::new(),
            keyed_groups: Vec::new(),
            strict: false,
            reach: Reach::Source,
            sanitizer: Sanitizer::Unchanged,
            extra_variables: Map::new(),
            needs: Vec::new(),
        }
    }

    /// Returns how names of groups are made of values.
    pub fn sanitizer(&self) -> Sanitizer {
        self.sanitizer
    }

    /// Starts to count what the rules skip.
    pub fn tally(&self) -> Tally {
        let names = |rule: &str| rule.to_owned();
        let compose = self.compose.iter().map(|rule| names(&rule.name));
        let groups = self.groups.iter().map(|rule| names(&rule.name));
        Tally::new(compose.chain(groups).chain(self.keyed_groups.iter().map(|rule| names(&rule.name))))
    }

    /// Applies the rules to a host whose variables are set, and counts what fails and is skipped.
    ///
    /// `snapshot` is what the source itself says of the host; `compose` sees nothing else. `groups` and
    /// `keyed_groups` also see what the inventory holds for the host, which wins, and `inventory_hostname`,
    /// `inventory_hostname_short` and `group_names`. `tally` must be from [`Rules::tally`] of these rules.
    ///
    /// # Errors
    /// What Ansible gives the source up for: in strict rules any failure, else the failures of keyed groups that it
    /// never skips. The host keeps what the earlier rules gave it. None where only the rest of the host or the rule is
    /// given up ([`Reach::Host`], [`Reach::Rule`]): that is counted.
    pub fn apply(
        &self,
        inventory: &mut Inventory,
        host: HostId,
        snapshot: &dyn Variables,
        environment: &Environment,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        match self.apply_all(inventory, host, snapshot, environment, tally) {
            Err(_) if self.reach == Reach::Host => Ok(()),
            outcome => outcome,
        }
    }

    fn apply_all(
        &self,
        inventory: &mut Inventory,
        host: HostId,
        snapshot: &dyn Variables,
        environment: &Environment,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        tally.begin_host();
        for (place, rule) in self.compose.iter().enumerate() {
            let outcome = self.compute(&rule.body, snapshot, environment).map(|value| {
                inventory.set_host_variable(host, rule.body.variable.clone(), value);
            });
            self.settle(rule, outcome, place, inventory, host, tally)?;
        }
        self.apply_conditions(inventory, host, snapshot, environment, tally)?;
        let before = self.compose.len() + self.groups.len();
        for (place, rule) in self.keyed_groups.iter().enumerate() {
            let scope = Composed::new(inventory, host, snapshot, Some(&self.extra_variables));
            let outcome =
                rule.body.evaluate(&scope, environment, self.strict).and_then(|names| match names {
                    Some(names) => names.add_to(inventory, host, self.sanitizer),
                    None => Ok(()),
                });
            self.settle(rule, outcome, before + place, inventory, host, tally)?;
        }
        Ok(())
    }

    fn compute(
        &self,
        formula: &Formula,
        snapshot: &dyn Variables,
        environment: &Environment,
    ) -> Result<Value, Outcome> {
        let scope = Snapshot { variables: snapshot, extra: &self.extra_variables };
        let expression = formula.value.as_ref().map_err(Clone::clone)?;
        match expression.evaluate(&scope, environment).map_err(|error| needs::explain(error, expression))? {
            Value::Omit => Err(Outcome::Skipped("the value is `omit`".to_owned())),
            value => Ok(value),
        }
    }

    /// Evaluates all conditions before the host joins a group: `group_names` is the same for all of them.
    fn apply_conditions(
        &self,
        inventory: &mut Inventory,
        host: HostId,
        snapshot: &dyn Variables,
        environment: &Environment,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let mut joined = Vec::new();
        let mut end = Ok(());
        for (place, rule) in (self.compose.len()..).zip(&self.groups) {
            let scope = Composed::new(inventory, host, snapshot, None);
            let holds = rule.body.condition.as_ref().map_err(|error| Outcome::from(error.clone()));
            let outcome = holds.and_then(|condition| condition.holds(&scope, environment)).map(|holds| {
                if holds {
                    joined.push((place, rule));
                }
            });
            end = self.settle(rule, outcome, place, inventory, host, tally);
            if end.is_err() {
                break;
            }
        }
        for (place, rule) in joined {
            let group = inventory.add_group(&rule.body.group).map_err(Outcome::from);
            let outcome = group.map(|group| inventory.add_member(group, host));
            self.settle(rule, outcome, place, inventory, host, tally)?;
        }
        end
    }

    /// Counts a failure, or makes an error of it.
    fn settle<T>(
        &self,
        rule: &Rule<T>,
        outcome: Result<(), Outcome>,
        place: usize,
        inventory: &Inventory,
        host: HostId,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let (cause, is_skipped) = match outcome {
            Ok(()) => return Ok(()),
            Err(Outcome::Skipped(cause)) => (cause, !self.strict),
            Err(Outcome::Fatal(cause)) => (cause, self.reach == Reach::Rule),
        };
        if is_skipped {
            tally.note(place, inventory.host(host).name(), &cause);
            return Ok(());
        }
        tally.note_stop(place, inventory.host(host).name(), &cause);
        Err(rule.error(inventory, host, cause))
    }
}

impl<T> Rule<T> {
    fn error(&self, inventory: &Inventory, host: HostId, cause: String) -> Error {
        let host = inventory.host(host).name().clone();
        Error { rule: self.name.clone(), host, cause, origin: Box::new(self.origin.clone()) }
    }
}

#[cfg(test)]
mod tests;

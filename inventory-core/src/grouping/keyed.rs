//! Groups that are named by the value of an expression.

use std::fmt::Write;

use super::{Attempt, Outcome};
use crate::expression::{Environment, Expression, Template, Variables};
use crate::inventory::{HostId, Inventory};
use crate::name::Sanitizer;
use crate::value::Value;

/// An entry of `keyed_groups`.
#[derive(Debug)]
pub(super) struct KeyedGroup {
    pub(super) key: Attempt<Expression>,
    /// The prefix and the separator after it: what every name begins with.
    pub(super) head: String,
    /// What stands between a dict's key and value.
    pub(super) separator: String,
    pub(super) parent: Parent,
    /// What stands for a value that is `None` or empty.
    pub(super) default_value: Option<Value>,
    pub(super) trailing_separator: Option<bool>,
}

/// The group that the named groups become children of.
#[derive(Debug)]
pub(super) enum Parent {
    None,
    Name(String),
    Template(Attempt<Template>),
    /// A value of the configuration that is no text.
    Wrong(&'static str),
}

/// The names, not yet sanitized, that a host's value gives, and that of their parent.
pub(super) struct Names {
    names: Vec<String>,
    parent: Option<String>,
}

impl KeyedGroup {
    /// Computes the names for a host; none when the key is empty.
    pub(super) fn evaluate(
        &self,
        variables: &dyn Variables,
        environment: &Environment,
        strict: bool,
    ) -> Result<Option<Names>, Outcome> {
        let key = self.key.as_ref().map_err(Clone::clone)?.evaluate(variables, environment)?;
        if let Value::Omit = key {
            return Err(Outcome::Skipped("the key is `omit`".to_owned()));
        }
        if self.default_value.is_some() && self.trailing_separator.is_some() {
            let cause = "`default_value` and `trailing_separator` cannot both be set";
            return Err(Outcome::Fatal(cause.to_owned()));
        }
        let default = self.default_value.as_ref().filter(|_| is_empty(&key));
        if default.is_none() && !key.is_true() {
            let is_allowed = matches!(key, Value::List(_) | Value::Map(_));
            return if strict && !is_allowed {
                Err(Outcome::Fatal("the key is empty".to_owned()))
            } else {
                Ok(None)
            };
        }
        let parent = self.parent_name(variables, environment)?;
        let names = match default {
            Some(default) => vec![self.name(default)],
            None => self.names(&key)?,
        };
        Ok(Some(Names { names, parent }))
    }

    fn parent_name(
        &self,
        variables: &dyn Variables,
        environment: &Environment,
    ) -> Result<Option<String>, Outcome> {
        let value = match &self.parent {
            Parent::None => return Ok(None),
            Parent::Name(name) => return Ok(Some(name.clone()).filter(|name| !name.is_empty())),
            Parent::Wrong(kind) => {
                return Err(Outcome::Fatal(format!("`parent_group` is {kind}, not a string")));
            }
            Parent::Template(template) => {
                template.as_ref().map_err(Clone::clone)?.render(variables, environment)?
            }
        };
        match value {
            Value::Text(name) => Ok(Some(name.to_string()).filter(|name| !name.is_empty())),
            Value::Omit => Ok(None),
            other if !other.is_true() => Ok(None),
            other => {
                Err(Outcome::Fatal(format!("`parent_group` gives a {}, not a string", other.type_name())))
            }
        }
    }

    fn names(&self, key: &Value) -> Result<Vec<String>, Outcome> {
        match key {
            Value::Text(_) => Ok(vec![self.name(key)]),
            Value::List(items) => {
                let or_default =
                    |item| self.default_value.as_ref().filter(|_| is_empty(item)).unwrap_or(item);
                Ok(items.iter().map(|item| self.name(or_default(item))).collect())
            }
            Value::Map(map) => Ok(map.iter().map(|(key, value)| self.pair_name(key, value)).collect()),
            other => Err(Outcome::Fatal(format!(
                "the key is a {}; expected a string, a list or a mapping (`| string` makes it one)",
                other.type_name()
            ))),
        }
    }

    fn name(&self, bare: &Value) -> String {
        format!("{}{bare}", self.head)
    }

    fn pair_name(&self, key: &Value, value: &Value) -> String {
        let mut name = self.name(key);
        let value = match (&self.default_value, self.trailing_separator) {
            (Some(default), _) if is_empty(value) => default,
            (None, Some(false)) if is_empty(value) => return name,
            _ => value,
        };
        // Writing to a `String` does not fail.
        let _ = write!(name, "{}{value}", self.separator);
        name
    }
}

/// Tells whether a default stands for a value: for `None` and the empty string only.
fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_str() == Some("")
}

impl Names {
    /// Adds the groups, the host to them, and them to their parent.
    pub(super) fn add_to(
        self,
        inventory: &mut Inventory,
        host: HostId,
        sanitizer: Sanitizer,
    ) -> Result<(), Outcome> {
        for name in &self.names {
            let group = inventory.add_group(&sanitizer.clean(name))?;
            inventory.add_member(group, host);
            if let Some(parent) = &self.parent {
                let parent = inventory.add_group(&sanitizer.clean(parent))?;
                inventory.add_child(parent, group)?;
            }
        }
        Ok(())
    }
}

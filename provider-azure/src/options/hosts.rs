//! Reads the options of hosts' names, filters and groups' names.

use inventory_core::config::options::{Located, OptionName, Options};
use inventory_core::diagnostic::Diagnostic;
use inventory_core::expression::{self, Escapes, Expression};
use inventory_core::grouping::{Dialect, Reach, RuleOption};
use inventory_core::name::Sanitizer;
use inventory_core::value::Map;
use inventory_core::yaml::{Node, NodeValue};

use crate::filters::{Filter, Filters};
use crate::hostnames::{Hostnames, Preference};

const PLAIN_HOST_NAMES: OptionName = OptionName::new("plain_host_names");
const HOSTNAMES: OptionName = OptionName::new("hostnames");
const STRICT: OptionName = OptionName::new("fail_on_template_errors");
const EXCLUDE: OptionName = OptionName::new("exclude_host_filters");
const DEFAULT: OptionName = OptionName::new("default_host_filters");
const INCLUDE: OptionName = OptionName::new("include_host_filters");
const SANITIZATION: OptionName = OptionName::new("use_contrib_script_compatible_sanitization");
const USE_EXTRA_VARS: OptionName =
    OptionName::new("use_extra_vars").environment(&["ANSIBLE_INVENTORY_USE_EXTRA_VARS"]);

/// The conditions of `default_host_filters` when it is not given.
const DEFAULT_FILTERS: [&str; 2] = [r#"powerstate != "running""#, r#"provisioning_state != "succeeded""#];

/// How an `azure_rm.yml` says its rules, and what their failures cost.
pub const RULES: Dialect = Dialect {
    compose: &[RuleOption::unchecked("hostvar_expressions"), RuleOption::new("compose")],
    groups: RuleOption::unchecked("conditional_groups"),
    strict: STRICT,
    strict_default: true,
    reach: Reach::Host,
};

/// How hosts are named and which of them count.
#[derive(Debug)]
pub(crate) struct HostSettings {
    /// Whether the default name is that of the machine alone.
    pub(crate) plain_host_names: bool,
    /// How hosts get their names.
    pub(crate) hostnames: Hostnames,
    /// Which machines count.
    pub(crate) filters: Filters,
    /// How names of groups are made of values.
    pub(crate) sanitizer: Sanitizer,
    /// Whether the extra variables of the command line count.
    uses_extra_variables: bool,
}

impl HostSettings {
    /// Reads the options, with backslashes in expressions as `escapes` says, and returns what is odd about them.
    ///
    /// # Errors
    /// All that is wrong with them, each with its place. In a strict configuration also what fails for every host.
    pub(crate) fn read(
        options: &mut Options<'_>,
        escapes: Escapes,
    ) -> Result<(HostSettings, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut reader = Reader { strict: true, escapes, errors: Vec::new(), warnings: Vec::new() };
        reader.strict = reader.strict(options);
        let is_contrib = reader.flag(options, &SANITIZATION);
        let mut exclude = reader.filters(options, &EXCLUDE).unwrap_or_default();
        exclude.extend(reader.filters(options, &DEFAULT).unwrap_or_else(|| default_filters(escapes)));
        let include = reader
            .filters(options, &INCLUDE)
            .unwrap_or_else(|| vec![Filter::new("include_host_filters[0]".to_owned(), "true", escapes)]);
        let strict = reader.strict;
        let settings = HostSettings {
            plain_host_names: reader.flag(options, &PLAIN_HOST_NAMES),
            hostnames: Hostnames {
                preferences: reader.preferences(options),
                strict,
                extra_variables: Map::new(),
            },
            filters: Filters { exclude, include, strict },
            sanitizer: if is_contrib { Sanitizer::ContribScript } else { Sanitizer::Ansible },
            uses_extra_variables: reader.flag(options, &USE_EXTRA_VARS),
        };
        if reader.errors.is_empty() { Ok((settings, reader.warnings)) } else { Err(reader.errors) }
    }

    /// Sets the extra variables of the command line, where the options want them.
    pub(crate) fn set_extra_variables(&mut self, variables: Map) {
        if self.uses_extra_variables {
            self.hostnames.extra_variables = variables;
        }
    }
}

fn default_filters(escapes: Escapes) -> Vec<Filter> {
    let filter = |(place, text)| Filter::new(format!("default_host_filters[{place}]"), text, escapes);
    DEFAULT_FILTERS.into_iter().enumerate().map(filter).collect()
}

struct Reader {
    strict: bool,
    escapes: Escapes,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Reader {
    fn take<T>(&mut self, read: Result<Option<T>, Diagnostic>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok().flatten()
    }

    fn flag(&mut self, options: &mut Options<'_>, name: &OptionName) -> bool {
        self.take(options.boolean(name)).is_some_and(|found| found.value)
    }

    /// Reads `fail_on_template_errors`, of which Ansible takes nothing but a boolean and 0 and 1.
    fn strict(&mut self, options: &mut Options<'_>) -> bool {
        let Some(found) = self.take(options.raw(&STRICT)) else { return true };
        match &found.value.value {
            NodeValue::Bool(truth) => *truth,
            NodeValue::Int(number @ (0 | 1)) => *number == 1,
            value => {
                let message = format!("`{}` is {}", STRICT.name, value.kind());
                let error = Diagnostic::error(message).with_origin(found.origin);
                self.errors.push(error.label("expected `true` or `false`"));
                true
            }
        }
    }

    /// Reads a list of conditions, which the plugin takes as they are: `true` is one too.
    fn filters(&mut self, options: &mut Options<'_>, name: &OptionName) -> Option<Vec<Filter>> {
        let found = self.take(options.raw(name))?;
        let NodeValue::Sequence(items) = &found.value.value else {
            let message = format!("`{}` is {}", name.name, found.value.value.kind());
            self.errors.push(
                Diagnostic::error(message).with_origin(found.origin).label("expected a list of conditions"),
            );
            return None;
        };
        let mut filters = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let filter =
                Filter::new(format!("{}[{place}]", name.name), &item.to_value().to_string(), self.escapes);
            if let Some(error) = filter.error() {
                self.judge(&format!("{}[{place}]", name.name), &found, item, error);
            }
            filters.push(filter);
        }
        Some(filters)
    }

    fn preferences(&mut self, options: &mut Options<'_>) -> Vec<Preference> {
        let Some(list) = self.take(options.list(&HOSTNAMES)) else { return vec![Preference::Default] };
        if list.value.is_empty() {
            let error = Diagnostic::error("`hostnames` names no host").with_origin(list.origin.clone());
            self.errors.push(error.label("expected at least `default`"));
        }
        let mut preferences = Vec::new();
        for (place, item) in list.value.iter().enumerate() {
            if item.as_str() == Some("default") {
                preferences.push(Preference::Default);
                continue;
            }
            let expression = match &item.value {
                NodeValue::String(text) if !text.is_unsafe => Expression::parse(&text.text, self.escapes),
                NodeValue::String(_) => {
                    Err(expression::Error::new("text that is tagged `!unsafe` is never evaluated"))
                }
                other => {
                    Err(expression::Error::new(format!("expected an expression, found {}", other.kind())))
                }
            };
            if let Err(error) = &expression {
                self.judge(&format!("hostnames[{place}]"), &list, item, error);
            }
            preferences.push(Preference::Expression(item.to_value().to_string(), expression));
        }
        preferences
    }

    /// Notes what fails for every host: an error where the configuration is strict, and where this program lacks it.
    fn judge<T>(&mut self, name: &str, list: &Located<T>, item: &Node, error: &expression::Error) {
        let origin = list.origin_of(item);
        if error.is_unsupported() || self.strict {
            let message = format!("`{name}` cannot be evaluated: {error}");
            self.errors.push(Diagnostic::error(message).with_origin(origin));
        } else {
            let message = format!("`{name}` fails for every host and is skipped: {error}");
            self.warnings.push(Diagnostic::warning(message).with_origin(origin));
        }
    }
}

#[cfg(test)]
mod tests;

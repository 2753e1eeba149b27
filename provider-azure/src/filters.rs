//! Which machines count: `exclude_host_filters`, `default_host_filters` and `include_host_filters`.

use inventory_core::discovery::{Error, ErrorKind};
use inventory_core::expression::{self, Environment, Escapes, Template, Variables};
use inventory_core::value::{Map, Value};

use inventory_core::discovery::Oddities;

/// One condition of a filter.
#[derive(Debug)]
pub(crate) struct Filter {
    /// Its place in the configuration, as `exclude_host_filters[0]`.
    name: String,
    template: Result<Template, expression::Error>,
}

/// The filters of a configuration.
#[derive(Debug)]
pub(crate) struct Filters {
    /// A machine for which any of these holds does not count.
    pub(crate) exclude: Vec<Filter>,
    /// A machine counts only when any of these holds.
    pub(crate) include: Vec<Filter>,
    /// Whether a condition that fails is the failure of all.
    pub(crate) strict: bool,
}

impl Filter {
    /// Makes a filter of the text that stands for the configured value.
    ///
    /// The plugin puts it between `{% if` and `%}`: a condition is what Jinja takes for true, not a boolean only.
    pub(crate) fn new(name: String, condition: &str, escapes: Escapes) -> Filter {
        let text = format!("{{% if {condition} %}}true{{% else %}}false{{% endif %}}");
        Filter { name, template: Template::parse(&text, escapes) }
    }

    /// Returns why the condition fails for every machine; none when it compiles.
    pub(crate) fn error(&self) -> Option<&expression::Error> {
        self.template.as_ref().err()
    }

    fn holds(&self, variables: &Map, environment: &Environment) -> Result<bool, expression::Error> {
        let template = self.template.as_ref().map_err(Clone::clone)?;
        let text = template.render(&Hostvars(variables), environment)?;
        match text.as_str() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(expression::Error::new(format!("the condition gives {}", text.repr()))),
        }
    }
}

impl Filters {
    /// Tells whether a machine counts.
    ///
    /// # Errors
    /// In a strict configuration, a condition that fails.
    pub(crate) fn keep(
        &self,
        machine: &str,
        variables: &Map,
        environment: &Environment,
        oddities: &mut Oddities,
    ) -> Result<bool, Error> {
        let mut any = |filters: &[Filter]| {
            for filter in filters {
                match filter.holds(variables, environment) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(error) if self.strict => return Err(failure(filter, machine, &error)),
                    Err(_) => oddities.note(&format!("fail `{}`, which is skipped", filter.name), machine),
                }
            }
            Ok(false)
        };
        Ok(!any(&self.exclude)? && any(&self.include)?)
    }
}

fn failure(filter: &Filter, machine: &str, error: &expression::Error) -> Error {
    let message = format!("`{}` failed for `{machine}`: {error}", filter.name);
    let hint = if error.is_undefined() {
        "test it with `is defined` first, or set `fail_on_template_errors: false` to skip filters that fail"
    } else {
        "set `fail_on_template_errors: false` to skip filters that fail"
    };
    Error::new(ErrorKind::Config, "filter hosts", message).with_hint(hint)
}

/// What filters see: the variables of the machine, and no extra variables.
struct Hostvars<'a>(&'a Map);

impl Variables for Hostvars<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
}

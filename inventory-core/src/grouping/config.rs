//! Reads the rules from a configuration.

use std::ops::Range;

use super::condition::Condition;
use super::dialect::{Dialect, Reach, RuleOption};
use super::keyed::{KeyedGroup, Parent};
use super::needs::{Need, Stage};
use super::written::{hint, inside, place_in};
use super::{Attempt, ConditionalGroup, Formula, Rule, Rules};
use crate::config::options::{Located, OptionName, Options, Pairs};
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin};
use crate::expression::{Error, Escapes, Expression, Template};
use crate::name::{Sanitizer, looks_like_template};
use crate::value::Map;
use crate::yaml::{Node, NodeValue};

const KEYED_GROUPS: OptionName = OptionName::new("keyed_groups");
const LEADING_SEPARATOR: OptionName = OptionName::new("leading_separator");
const USE_EXTRA_VARS: OptionName =
    OptionName::new("use_extra_vars").environment(&["ANSIBLE_INVENTORY_USE_EXTRA_VARS"]);

const ENTRY_KEYS: [&str; 6] =
    ["key", "prefix", "separator", "parent_group", "default_value", "trailing_separator"];

/// Holds what the rules need to know beyond their own options.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Which options hold the rules, and what their failures cost.
    pub dialect: Dialect,
    /// How groups are named.
    pub sanitizer: Sanitizer,
    /// What backslashes in expressions mean.
    pub escapes: Escapes,
    /// Variables given on the command line, which count only when `use_extra_vars` is on.
    pub extra_variables: Map,
}

impl Rules {
    /// Tells whether variables given on the command line count, of which there are some.
    pub fn uses_extra_variables(&self) -> bool {
        !self.extra_variables.is_empty()
    }

    /// Reads the options that the dialect names, and `keyed_groups`, `leading_separator` and `use_extra_vars`.
    ///
    /// Also returns warnings about what Ansible ignores or skips for every host without a word.
    ///
    /// # Errors
    /// What Ansible gives the source up for before or at its first host: options and entries of a wrong type. Also
    /// expressions with what Ansible has and this program does not, which would otherwise be skipped in silence.
    pub fn from_options(
        options: &mut Options<'_>,
        settings: Settings,
    ) -> Result<(Rules, Vec<Diagnostic>), Diagnostic> {
        let dialect = settings.dialect;
        let strict = options.boolean(&dialect.strict)?.map_or(dialect.strict_default, |strict| strict.value);
        let strict = strict && dialect.reach != Reach::Rule;
        let leading_separator = options.boolean(&LEADING_SEPARATOR)?.is_none_or(|leading| leading.value);
        let use_extra = options.boolean(&USE_EXTRA_VARS)?.is_some_and(|use_extra| use_extra.value);
        let mut reader = Reader {
            escapes: settings.escapes,
            sanitizer: settings.sanitizer,
            leading_separator,
            consequence: match (dialect.reach, strict) {
                (Reach::Source, true) => Consequence::Refused,
                (Reach::Host, true) => Consequence::EndsHost,
                (Reach::Rule, _) | (_, false) => Consequence::Skipped,
            },
            warnings: Vec::new(),
            needs: Vec::new(),
        };
        let mut rules = Rules {
            compose: Vec::new(),
            groups: Vec::new(),
            keyed_groups: Vec::new(),
            strict,
            reach: dialect.reach,
            sanitizer: settings.sanitizer,
            extra_variables: if use_extra { settings.extra_variables } else { Map::new() },
            needs: Vec::new(),
        };
        if let Some((option, entries)) = reader.composed(options, dialect.compose)? {
            for (name, value) in &entries.value {
                rules.compose.push(reader.formula(option, name, value, entries.origin_of(value))?);
            }
        }
        if let Some(entries) = reader.mapping(options, &dialect.groups)? {
            for (name, value) in &entries.value {
                rules.groups.push(reader.conditional(dialect.groups.name.name, name, value, &entries)?);
            }
        }
        if let Some(entries) = options.list(&KEYED_GROUPS)? {
            for (place, entry) in entries.value.iter().enumerate() {
                rules.keyed_groups.push(reader.keyed(place, entry, entries.origin_of(entry))?);
            }
        }
        // What an extra variable may be called is not known when there are none.
        rules.needs = if use_extra { Vec::new() } else { reader.needs };
        Ok((rules, reader.warnings))
    }
}

struct Reader {
    escapes: Escapes,
    sanitizer: Sanitizer,
    leading_separator: bool,
    consequence: Consequence,
    warnings: Vec<Diagnostic>,
    needs: Vec<Need>,
}

/// What comes of a rule that fails whatever the host.
#[derive(Clone, Copy)]
enum Consequence {
    /// Nothing: each host goes on with the next rule.
    Skipped,
    /// No host gets anything of the rules after it.
    EndsHost,
    /// The source is given up.
    Refused,
}

impl Reader {
    /// Returns the first option that is given, and its entries; the others are ignored.
    fn composed(
        &mut self,
        options: &mut Options<'_>,
        names: &[RuleOption],
    ) -> Result<Option<(&'static str, Located<Pairs>)>, Diagnostic> {
        let mut winner = None;
        let mut composed = None;
        for option in names {
            let name = option.name.name;
            match (winner, options.raw(&option.name)?) {
                (_, None) => {}
                (Some(winner), Some(given)) => {
                    let message = format!("`{name}` is ignored beside `{winner}`");
                    self.warnings.push(Diagnostic::warning(message).with_origin(given.origin));
                }
                (None, Some(_)) => {
                    winner = Some(name);
                    composed = self.mapping(options, option)?.map(|entries| (name, entries));
                }
            }
        }
        Ok(composed)
    }

    fn mapping(
        &mut self,
        options: &mut Options<'_>,
        option: &RuleOption,
    ) -> Result<Option<Located<Pairs>>, Diagnostic> {
        if option.is_checked {
            return options.mapping(&option.name);
        }
        let Some(given) = options.raw(&option.name)? else { return Ok(None) };
        if given.value.as_mapping().is_some() {
            return options.mapping(&option.name);
        }
        let message = format!("`{}` is {}, and is ignored", option.name.name, given.value.value.kind());
        let warning = Diagnostic::warning(message).with_origin(given.origin);
        self.warnings.push(warning.label("expected a mapping of names to expressions"));
        Ok(None)
    }

    fn formula(
        &mut self,
        option: &str,
        name: &Node,
        value: &Node,
        origin: Origin,
    ) -> Result<Rule<Formula>, Diagnostic> {
        let variable = name.to_value().to_string();
        let rule = format!("{option}.{variable}");
        let expression = self.expression(&rule, value, &origin)?;
        if let Ok(expression) = &expression {
            self.note_needs(&rule, Stage::Compose, expression, value, &origin);
        }
        Ok(Rule { name: rule, origin, body: Formula { variable: variable.into(), value: expression } })
    }

    fn conditional(
        &mut self,
        option: &str,
        name: &Node,
        value: &Node,
        entries: &Located<Vec<(Node, Node)>>,
    ) -> Result<Rule<ConditionalGroup>, Diagnostic> {
        let Some(group) = name.as_str() else {
            let message = format!("the name of a group is {}", name.value.kind());
            return Err(Diagnostic::error(message)
                .with_origin(entries.origin_of(name))
                .label("expected a string"));
        };
        let rule = format!("{option}.{group}");
        let origin = entries.origin_of(value);
        let condition = Condition::new(value, self.escapes);
        match &condition {
            Ok(condition) => {
                for place in condition.embedded_templates() {
                    self.warn_of_template(&rule, value, &origin, place.clone());
                }
                if let Some(expression) = condition.expression() {
                    self.note_needs(&rule, Stage::Group, expression, value, &origin);
                }
            }
            Err(error) => self.judge(&rule, value, &origin, error)?,
        }
        let group = self.sanitizer.clean(group).into_owned();
        Ok(Rule { name: rule, origin, body: ConditionalGroup { group, condition } })
    }

    fn keyed(&mut self, place: usize, entry: &Node, origin: Origin) -> Result<Rule<KeyedGroup>, Diagnostic> {
        let rule = format!("keyed_groups[{place}]");
        let Some(pairs) = entry.as_mapping().filter(|pairs| !pairs.is_empty()) else {
            let message = match &entry.value {
                NodeValue::Mapping(_) => format!("`{rule}` is empty"),
                value => format!("`{rule}` is {}", value.kind()),
            };
            return Err(Diagnostic::error(message)
                .with_origin(origin)
                .label("expected a mapping with a `key`"));
        };
        self.warn_of_unknown_keys(&rule, pairs, &origin);
        let at = |name: &str| entry.get(name);
        let given = |name: &str| at(name).filter(|node| node.value != NodeValue::Null);
        let text = |name: &str, default: &str| {
            at(name).map_or_else(|| default.to_owned(), |node| node.to_value().to_string())
        };
        let (prefix, separator) = (text("prefix", ""), text("separator", "_"));
        let is_bare = at("prefix").is_none_or(|prefix| prefix.as_str() == Some(""));
        let head =
            if is_bare && !self.leading_separator { String::new() } else { format!("{prefix}{separator}") };
        let key = match at("key") {
            Some(key) => {
                let (rule, origin) = (format!("{rule}.key"), inside(&origin, key));
                let expression = self.expression(&rule, key, &origin)?;
                if let Ok(expression) = &expression {
                    self.note_needs(&rule, Stage::Group, expression, key, &origin);
                }
                expression
            }
            None => {
                let error = Error::new("there is no `key`");
                self.tell_of_failure(&rule, entry, &origin, &error)?;
                Err(error)
            }
        };
        for name in ["prefix", "separator"] {
            if let Some(node) = at(name).filter(|node| node.as_str().is_some_and(looks_like_template)) {
                let message = format!("`{rule}.{name}` is not evaluated as a template");
                self.warnings.push(Diagnostic::warning(message).with_origin(inside(&origin, node)));
            }
        }
        let default_value = given("default_value").map(Node::to_value);
        let trailing_separator = given("trailing_separator").map(|node| node.value != NodeValue::Bool(false));
        if default_value.is_some() && trailing_separator.is_some() {
            let message = format!(
                "`{rule}` sets both `default_value` and `trailing_separator`, and fails for any host"
            );
            self.warnings.push(Diagnostic::warning(message).with_origin(origin.clone()));
        }
        let parent = self.parent(&rule, given("parent_group"), &origin)?;
        let body = KeyedGroup { key, head, separator, parent, default_value, trailing_separator };
        Ok(Rule { name: rule, origin, body })
    }

    fn parent(&mut self, rule: &str, node: Option<&Node>, origin: &Origin) -> Result<Parent, Diagnostic> {
        Ok(match node.map(|node| (node, &node.value)) {
            None => Parent::None,
            Some((node, NodeValue::String(text))) => {
                if text.is_unsafe || !looks_like_template(&text.text) {
                    return Ok(Parent::Name(text.text.clone()));
                }
                let template = Template::parse(&text.text, self.escapes);
                if let Err(error) = &template {
                    self.judge(&format!("{rule}.parent_group"), node, &inside(origin, node), error)?;
                }
                Parent::Template(template)
            }
            Some((node, _)) if !node.to_value().is_true() => Parent::None,
            Some((_, value)) => Parent::Wrong(value.kind()),
        })
    }

    fn expression(
        &mut self,
        rule: &str,
        node: &Node,
        origin: &Origin,
    ) -> Result<Attempt<Expression>, Diagnostic> {
        let attempt = match &node.value {
            NodeValue::String(text) if text.is_unsafe => {
                Err(Error::new("text that is tagged `!unsafe` is never evaluated"))
            }
            NodeValue::String(text) => Expression::parse(&text.text, self.escapes),
            other => Err(Error::new(format!("expected an expression, found {}", other.kind()))),
        };
        if let Err(error) = &attempt {
            self.judge(rule, node, origin, error)?;
        }
        Ok(attempt)
    }

    fn note_needs(
        &mut self,
        rule: &str,
        stage: Stage,
        expression: &Expression,
        node: &Node,
        origin: &Origin,
    ) {
        for (variable, place) in expression.needed_variables() {
            let origin = place_in(origin, node, Some(place));
            let text = expression.source().trim().to_owned();
            self.needs.push(Need { rule: rule.to_owned(), stage, variable, text, origin });
        }
    }

    /// Fails for what Ansible may be able to do and this program cannot, and warns of what fails in Ansible too.
    fn judge(&mut self, rule: &str, node: &Node, origin: &Origin, error: &Error) -> Result<(), Diagnostic> {
        if !error.is_unsupported() {
            return self.tell_of_failure(rule, node, origin, error);
        }
        Err(Diagnostic::error(format!("`{rule}` cannot be evaluated: {error}"))
            .with_origin(place_in(origin, node, error.place()))
            .help("compute it in the play, or without what is not supported"))
    }

    /// Tells of what fails for every host: Ansible never says so, unless it is strict, and then it is an error.
    fn tell_of_failure(
        &mut self,
        rule: &str,
        node: &Node,
        origin: &Origin,
        error: &Error,
    ) -> Result<(), Diagnostic> {
        let tell = |what: &str| format!("`{rule}` fails for every host{what}: {error}");
        let found = match self.consequence {
            Consequence::Skipped => Diagnostic::warning(tell(" and is skipped")),
            Consequence::EndsHost => Diagnostic::warning(tell(", which gets nothing of the rules after it")),
            Consequence::Refused => Diagnostic::error(tell(", and the rules are strict")),
        };
        let found = found.with_origin(place_in(origin, node, error.place()));
        let found = match hint(node, error) {
            Some(help) => found.help(help),
            None => found,
        };
        match self.consequence {
            Consequence::Refused => Err(found),
            _ => {
                self.warnings.push(found);
                Ok(())
            }
        }
    }

    fn warn_of_template(&mut self, rule: &str, node: &Node, origin: &Origin, place: Range<usize>) {
        let message =
            format!("`{rule}` has a template within a string, which Ansible will not evaluate much longer");
        let warning = Diagnostic::warning(message)
            .with_origin(place_in(origin, node, Some(place)))
            .help("write the expression without the quotes and braces");
        self.warnings.push(warning);
    }

    fn warn_of_unknown_keys(&mut self, rule: &str, pairs: &[(Node, Node)], origin: &Origin) {
        for (key, _) in pairs {
            let name = key.to_value().to_string();
            if ENTRY_KEYS.contains(&name.as_str()) {
                continue;
            }
            let warning = Diagnostic::warning(format!("`{name}` is no key of `{rule}`, and is ignored"))
                .with_origin(inside(origin, key))
                .label(format!("expected one of {}", ENTRY_KEYS.join(", ")));
            self.warnings.push(match closest(&name, ENTRY_KEYS) {
                Some(suggestion) => warning.help(did_you_mean(suggestion)),
                None => warning,
            });
        }
    }
}

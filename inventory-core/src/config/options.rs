//! The options of a plugin's file, with the types and the precedence that Ansible gives them.
//!
//! `ansible-core` 2.19, `lib/ansible/config/manager.py`: a value in the file counts before the environment, the
//! environment before the default; `null` in the file is no value. An option's own name counts before its other names,
//! these in the order in which the plugin lists them. Of several environment variables the last one that is set counts.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::environment::Environment;
use super::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin, Severity, Source};
use crate::yaml::{Document, Node, NodeValue, Span, Text};

mod coercion;

/// Names one option.
#[derive(Debug, Clone, Copy)]
pub struct OptionName {
    /// The option's own name.
    pub name: &'static str,
    /// Other names for it, in the plugin's order.
    pub aliases: &'static [&'static str],
    /// Environment variables that give it; the last one that is set counts.
    pub environment: &'static [&'static str],
}

impl OptionName {
    /// Names an option that has one name and is only in the file.
    pub const fn new(name: &'static str) -> Self {
        Self { name, aliases: &[], environment: &[] }
    }

    /// Adds other names.
    #[must_use]
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Adds environment variables.
    #[must_use]
    pub const fn environment(self, environment: &'static [&'static str]) -> Self {
        Self { environment, ..self }
    }
}

/// Holds a value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was given.
    pub origin: Origin,
}

impl<T> Located<T> {
    /// Returns the value made into another, from the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: change(self.value), origin: self.origin }
    }

    /// Returns the place of a part of the value: the node's own in a file, else that of the whole.
    pub fn origin_of(&self, part: &Node) -> Origin {
        match &self.origin {
            Origin::File { source, .. } => Origin::File { source: Arc::clone(source), span: part.span },
            origin => origin.clone(),
        }
    }
}

/// The pairs of a mapping, in order.
pub type Pairs = Vec<(Node, Node)>;

/// What a type makes of a value.
type Coerced<T> = Result<T, &'static str>;

/// Reads the options of one plugin's file.
#[derive(Debug)]
pub struct Options<'a> {
    source: &'a Arc<Source>,
    entries: &'a [(Node, Node)],
    environment: &'a Environment,
    known: BTreeSet<&'static str>,
    warnings: Vec<Diagnostic>,
}

impl<'a> Options<'a> {
    /// Starts to read a document.
    ///
    /// # Errors
    /// When the document is not a mapping.
    pub fn new(document: &'a Document, environment: &'a Environment) -> Result<Self, Diagnostic> {
        Self::of_node(&document.source, &document.root, environment)
    }

    /// Starts to read a mapping inside a document.
    ///
    /// # Errors
    /// When the node is not a mapping.
    pub fn of_node(
        source: &'a Arc<Source>,
        node: &'a Node,
        environment: &'a Environment,
    ) -> Result<Self, Diagnostic> {
        let Some(entries) = node.as_mapping() else {
            let message = format!("the configuration is {}, not a mapping", node.value.kind());
            return Err(Diagnostic::error(message)
                .at(source, node.span)
                .label("expected `option: value` lines"));
        };
        Ok(Self { source, entries, environment, known: BTreeSet::new(), warnings: Vec::new() })
    }

    /// Returns the environment, for what is read from it by other rules than those of options.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Notes names that are read elsewhere, so that they are not reported as unknown.
    pub fn also_known(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.known.extend(names);
    }

    fn entry(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
    }

    fn in_file(&mut self, option: &OptionName) -> Option<(&'static str, &'a Node)> {
        self.known.insert(option.name);
        self.known.extend(option.aliases);
        let names = std::iter::once(option.name).chain(option.aliases.iter().copied());
        let (name, node) = names.filter_map(|name| Some((name, self.entry(name)?))).next()?;
        (node.value != NodeValue::Null).then_some((name, node))
    }

    fn in_environment(&self, option: &OptionName) -> Option<(&'static str, &'a str)> {
        option.environment.iter().rev().find_map(|name| Some((*name, self.environment.get(name)?)))
    }

    fn read<T>(
        &mut self,
        option: &OptionName,
        coerce: impl Fn(&Node) -> Coerced<T>,
    ) -> Result<Option<Located<T>>, Diagnostic> {
        if let Some((name, node)) = self.in_file(option) {
            let origin = Origin::File { source: Arc::clone(self.source), span: node.span };
            return match coerce(node) {
                Ok(value) => Ok(Some(Located { value, origin })),
                Err(expected) => Err(wrong_type(name, node, expected).with_origin(origin)),
            };
        }
        let Some((name, text)) = self.in_environment(option) else { return Ok(None) };
        let node = text_node(text, Span::default());
        let origin = Origin::Environment(name.to_owned());
        match coerce(&node) {
            Ok(value) => Ok(Some(Located { value, origin })),
            // An empty variable that does not fit the type is one that is not set.
            Err(_) if text.is_empty() => Ok(None),
            Err(expected) => Err(wrong_type(option.name, &node, expected).with_origin(origin)),
        }
    }

    /// Reads an option of type `str`: a string, boolean or number, the latter two as Python writes them.
    ///
    /// # Errors
    /// When the value is anything else.
    pub fn string(&mut self, option: &OptionName) -> Result<Option<Located<Text>>, Diagnostic> {
        self.read(option, coercion::string)
    }

    /// Reads an option of type `bool`: what is not a word or number for true is false, with a warning if it is not one
    /// for false either.
    ///
    /// # Errors
    /// Never for a value: Ansible takes all.
    pub fn boolean(&mut self, option: &OptionName) -> Result<Option<Located<bool>>, Diagnostic> {
        let Some(found) = self.read(option, |node| Ok((coercion::boolean(node), node.value.kind())))? else {
            return Ok(None);
        };
        let (truth, kind) = found.value;
        if truth.is_none() {
            let name = option.name;
            let warning = Diagnostic::warning(format!(
                "`{name}` is {kind} that does not mean true or false, and is read as false"
            ))
            .with_origin(found.origin.clone())
            .label("expected a boolean");
            self.warnings.push(warning.help(format!("write `{name}: true` or `{name}: false`")));
        }
        Ok(Some(found.map(|(truth, _)| truth.unwrap_or(false))))
    }

    /// Reads an option of type `int`: an integer, a boolean, or a number or decimal text without a fraction.
    ///
    /// # Errors
    /// When the value is anything else, or does not fit 64 bits.
    pub fn integer(&mut self, option: &OptionName) -> Result<Option<Located<i64>>, Diagnostic> {
        self.read(option, coercion::integer)
    }

    /// Reads an option of type `float`: a number, a boolean, or text that Python's `float` takes.
    ///
    /// # Errors
    /// When the value is anything else.
    pub fn float(&mut self, option: &OptionName) -> Result<Option<Located<f64>>, Diagnostic> {
        self.read(option, coercion::float)
    }

    /// Reads an option of type `list`: a list as it is, or text split at commas, each part without white space and
    /// quotes around it.
    ///
    /// # Errors
    /// When the value is anything else.
    pub fn list(&mut self, option: &OptionName) -> Result<Option<Located<Vec<Node>>>, Diagnostic> {
        self.read(option, coercion::list)
    }

    /// Reads an option of type `dict`.
    ///
    /// # Errors
    /// When the value is not a mapping.
    pub fn mapping(&mut self, option: &OptionName) -> Result<Option<Located<Pairs>>, Diagnostic> {
        self.read(option, |node| node.as_mapping().map(<[_]>::to_vec).ok_or("a mapping"))
    }

    /// Reads an option of type `path` (see [`Environment::resolve_path`]).
    ///
    /// # Errors
    /// When the value is not a string.
    pub fn path(&mut self, option: &OptionName) -> Result<Option<Located<PathBuf>>, Diagnostic> {
        let environment = self.environment;
        self.read(option, |node| node.as_str().map(|path| environment.resolve_path(path)).ok_or("a path"))
    }

    /// Reads an option of type `raw`: any value as it is.
    ///
    /// # Errors
    /// Never: every value fits.
    pub fn raw(&mut self, option: &OptionName) -> Result<Option<Located<Node>>, Diagnostic> {
        self.read(option, |node| Ok(node.clone()))
    }

    /// Returns what is odd about values that were read, and a diagnostic for each key that no option has, in the file's
    /// order.
    ///
    /// `severity` is that of an unknown key: a plugin ignores it, so it is a warning in a plugin's file.
    pub fn finish(mut self, severity: Severity) -> Vec<Diagnostic> {
        for (key, _) in self.entries {
            if key.as_str().is_none_or(|name| !self.known.contains(name)) {
                let unknown = unknown_key(self.source, key, severity, self.known.iter().copied());
                self.warnings.push(unknown);
            }
        }
        self.warnings
    }
}

/// Makes the diagnostic for a key that nobody reads.
pub(super) fn unknown_key<'k>(
    source: &Arc<Source>,
    key: &Node,
    severity: Severity,
    known: impl IntoIterator<Item = &'k str>,
) -> Diagnostic {
    let name = key.to_value().to_string();
    let message = format!("the option `{name}` is not known");
    let diagnostic = match severity {
        Severity::Error => Diagnostic::error(message).label("expected the name of an option"),
        Severity::Warning => {
            Diagnostic::warning(format!("{message} and is ignored")).label("expected the name of an option")
        }
    };
    let diagnostic = diagnostic.at(source, key.span);
    match closest(&name, known) {
        Some(suggestion) => diagnostic.help(did_you_mean(suggestion)),
        None => diagnostic,
    }
}

fn wrong_type(name: &str, node: &Node, expected: &str) -> Diagnostic {
    let shown = match &node.value {
        NodeValue::String(text) => format!("`{name}` is the string `{}`", text.text),
        value => format!("`{name}` is {}", value.kind()),
    };
    Diagnostic::error(shown).label(format!("expected {expected}"))
}

fn text_node(text: &str, span: Span) -> Node {
    Node { value: NodeValue::String(Text { text: text.to_owned(), is_unsafe: false }), span }
}

#[cfg(test)]
mod tests;

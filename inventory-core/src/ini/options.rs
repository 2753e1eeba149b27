//! Reads the keys of a section, with the types that `configparser` gives them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{FOR_LISTS_OF_HOSTS, LONG_KEY, SHARED, interpolation};
use crate::config::options::Located;
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin, Source, Span};
use crate::yaml::{Document, Node};

/// Reads the keys of one section: those of the section count before the shared ones, these before the defaults.
#[derive(Debug)]
pub struct Options<'a> {
    source: &'a Arc<Source>,
    section: &'static str,
    own: &'a [(Node, Node)],
    shared: &'a [(Node, Node)],
    /// Keys, and what they are where no file says it.
    defaults: &'a [(&'static str, &'static str)],
    /// The keys that are known, whether they are there or not.
    known: BTreeSet<&'static str>,
}

impl<'a> Options<'a> {
    /// Starts to read a section of a document; one that is not there is empty.
    pub fn new(
        document: &'a Document,
        section: &'static str,
        defaults: &'a [(&'static str, &'static str)],
    ) -> Options<'a> {
        let entries = |name: &str| document.root.get(name).and_then(Node::as_mapping).unwrap_or_default();
        let (own, shared) = (entries(section), entries(SHARED));
        Options { source: &document.source, section, own, shared, defaults, known: BTreeSet::new() }
    }

    /// Reads a text; none when neither the file nor the defaults have it.
    ///
    /// # Errors
    /// When `%` in it does not stand for something.
    pub fn text(&mut self, key: &'static str) -> Result<Option<Located<String>>, Diagnostic> {
        self.known.insert(key);
        let Some((value, span)) = self.find(key) else { return Ok(None) };
        let find = |name: &str| self.find(name).map(|(value, _)| value);
        let text = interpolation::filled(value, &find, 1).map_err(|problem| {
            self.error(format!("`{key}` cannot be read: {problem}"), span)
                .help("write `%%` for a `%` that is one")
        })?;
        Ok(Some(Located { value: text, origin: self.origin(span) }))
    }

    /// Reads a text that the file or the defaults have; else it is empty.
    ///
    /// # Errors
    /// Those of [`Options::text`].
    pub fn text_or_empty(&mut self, key: &'static str) -> Result<Located<String>, Diagnostic> {
        let nothing = Located { value: String::new(), origin: Origin::Default };
        Ok(self.text(key)?.unwrap_or(nothing))
    }

    /// Reads a boolean; what is not there is false.
    ///
    /// # Errors
    /// Those of [`Options::text`], and a text that is no boolean.
    pub fn boolean(&mut self, key: &'static str) -> Result<bool, Diagnostic> {
        let text = self.text_or_empty(key)?;
        match text.value.to_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Ok(true),
            "0" | "no" | "false" | "off" => Ok(false),
            "" if text.origin == Origin::Default => Ok(false),
            _ => Err(Diagnostic::error(format!("`{key}` is not a boolean"))
                .with_origin(text.origin)
                .label("expected `True` or `False`")),
        }
    }

    /// Reads an integer; what is not there is zero.
    ///
    /// # Errors
    /// Those of [`Options::text`], and a text that is no integer.
    pub fn integer(&mut self, key: &'static str) -> Result<i64, Diagnostic> {
        let text = self.text_or_empty(key)?;
        if text.value.is_empty() && text.origin == Origin::Default {
            return Ok(0);
        }
        // Python takes underscores between digits, too.
        text.value.trim().replace('_', "").parse().map_err(|_| {
            Diagnostic::error(format!("`{key}` is not a whole number"))
                .with_origin(text.origin)
                .label("expected a number such as `300`")
        })
    }

    /// Tells where the file says a key; none where it does not.
    pub fn place(&self, key: &str) -> Option<Origin> {
        self.find(key).and_then(|(_, span)| span).map(|span| self.origin(Some(span)))
    }

    /// Warns of keys of the section that belong into another one.
    pub fn misplaced(&self, keys: &[&str], section: &str) -> Vec<Diagnostic> {
        let own = self.own.iter().filter(|(key, _)| key.as_str().is_some_and(|key| keys.contains(&key)));
        let warning = |(key, _): &(Node, Node)| {
            let name = key.as_str().unwrap_or_default();
            Diagnostic::warning(format!("`{name}` says nothing in `[{}]`", self.section))
                .at(self.source, key.span)
                .label("ignored")
                .help(format!("it belongs into `[{section}]`"))
        };
        own.map(warning).collect()
    }

    /// Warns of values in which there seems to be a comment: Python takes it for a part of the value.
    pub fn comments(&self) -> Vec<Diagnostic> {
        let has_comment = |value: &Node| {
            value.as_str().is_some_and(|text| [" ;", " #"].iter().any(|mark| text.contains(mark)))
        };
        let warning = |(key, value): &(Node, Node)| {
            let name = key.as_str().unwrap_or_default();
            Diagnostic::warning(format!("what looks like a comment is a part of the value of `{name}`"))
                .at(self.source, value.span)
                .help("a comment needs a line of its own")
        };
        self.own.iter().filter(|(_, value)| has_comment(value)).map(warning).collect()
    }

    /// Returns an error where the section has keys, and none that is known or nearly so.
    pub fn foreign(&self) -> Option<Diagnostic> {
        let known = || self.known.iter().copied().chain(self.defaults.iter().map(|(known, _)| *known));
        let is_meant = |key: &str| known().any(|known| known == key) || closest(key, known()).is_some();
        let (first, _) = self.own.first()?;
        if self.own.iter().filter_map(|(key, _)| key.as_str()).any(is_meant) {
            return None;
        }
        let error = Diagnostic::error(format!("no key of `[{}]` is known", self.section));
        Some(error.at(self.source, first.span).help(FOR_LISTS_OF_HOSTS))
    }

    /// Warns of the keys that nobody asked for.
    pub fn unknown(&self) -> Vec<Diagnostic> {
        let is_known =
            |key: &str| self.known.contains(key) || self.defaults.iter().any(|(known, _)| *known == key);
        let keys = self.own.iter().filter_map(|(key, _)| Some((key.as_str()?, key.span)));
        keys.filter(|(key, _)| !is_known(key)).map(|(key, span)| self.unknown_key(key, span)).collect()
    }

    fn unknown_key(&self, key: &str, span: Span) -> Diagnostic {
        let known = self.known.iter().copied().chain(self.defaults.iter().map(|(known, _)| *known));
        let near = closest(key, known);
        // A long key that is like none may be a part of a secret.
        let name = if near.is_some() || key.len() < LONG_KEY {
            format!("the key `{key}`")
        } else {
            "a key".to_owned()
        };
        let warning = Diagnostic::warning(format!("{name} is not known in `[{}]`", self.section))
            .at(self.source, span)
            .label("ignored");
        near.into_iter().fold(warning, |warning, near| warning.help(did_you_mean(near)))
    }

    fn find(&self, key: &str) -> Option<(&'a str, Option<Span>)> {
        let written = |entries: &'a [(Node, Node)]| {
            let (_, value) = entries.iter().find(|(name, _)| name.as_str() == Some(key))?;
            Some((value.as_str()?, Some(value.span)))
        };
        let default = || self.defaults.iter().find(|(known, _)| *known == key).map(|(_, text)| (*text, None));
        written(self.own).or_else(|| written(self.shared)).or_else(default)
    }

    fn origin(&self, span: Option<Span>) -> Origin {
        span.map_or(Origin::Default, |span| Origin::File { source: Arc::clone(self.source), span })
    }

    fn error(&self, message: String, span: Option<Span>) -> Diagnostic {
        Diagnostic::error(message).with_origin(self.origin(span))
    }
}

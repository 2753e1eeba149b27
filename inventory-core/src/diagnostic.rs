//! Errors and warnings that point at the place in the user's configuration they are about.

mod secrets;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin as Arrow, Renderer, Snippet};

/// Holds one text that the user wrote, with the name by which it is shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    /// Byte offset of the first character of each line.
    line_starts: Vec<usize>,
    shown: Shown,
}

/// What of a text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// All but the values of options that hold credentials.
    Options,
    /// Of an INI file, also no value that could be one by the name of its key, and no line that has none.
    Keys,
    Nothing,
}

impl Source {
    /// Makes a source from the name to show (a path as the user gave it) and its text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        for (index, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                line_starts.push(index + 1);
            }
        }
        Self { name: name.into(), text, line_starts, shown: Shown::Options }
    }

    /// Makes a source whose text is never shown.
    pub fn secret(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { shown: Shown::Nothing, ..Self::new(name, text) }
    }

    /// Shows less of an INI file, in which a key that is misspelt, or not there, leaves a secret.
    #[must_use]
    pub fn with_hidden_values(self) -> Self {
        let shown = if self.shown == Shown::Nothing { Shown::Nothing } else { Shown::Keys };
        Self { shown, ..self }
    }

    /// Returns the name by which the source is shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the span of a byte range; a range outside the text, or one that cuts a character, is moved to the
    /// nearest that fits.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end.max(start));
        let line = self.line_starts.partition_point(|&line_start| line_start <= start).max(1);
        let line_start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(line_start..start).map_or(0, |before| before.chars().count()) + 1;
        Span { start, end, line, column }
    }
}

/// Names a range of a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Byte offset of the first character.
    pub start: usize,
    /// Byte offset after the last character; equal to `start` where nothing is written.
    pub end: usize,
    /// Line of `start`, from 1.
    pub line: usize,
    /// Column of `start` in characters, from 1.
    pub column: usize,
}

/// Says where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A place in a file.
    File {
        /// The file.
        source: Arc<Source>,
        /// The place in it.
        span: Span,
    },
    /// An environment variable, by name.
    Environment(String),
    /// A command line flag, as the user writes it (`--deadline`).
    Flag(String),
    /// The program's own default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { source, span } => write!(formatter, "{}:{}:{}", source.name, span.line, span.column),
            Self::Environment(name) => write!(formatter, "environment variable `{name}`"),
            Self::Flag(name) => write!(formatter, "flag `{name}`"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// Says whether a diagnostic stops the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input was read, but probably does not say what its author meant.
    Warning,
    /// The input cannot be used.
    Error,
}

/// Tells the user what is wrong, where, what was expected there, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the input can be used.
    pub severity: Severity,
    /// What is wrong, lower case, without the place.
    pub message: String,
    /// The place it is about; none when there is no such place, as for a file that cannot be opened.
    ///
    /// In a box because a diagnostic is the error of most functions, where it should be small.
    pub origin: Option<Box<Origin>>,
    /// What was expected at the place; empty for none.
    pub label: String,
    /// Other places in the same file that explain the message.
    pub related: Vec<(Span, String)>,
    /// What the user can do, one sentence each.
    pub help: Vec<String>,
    /// Whether a warning is told even where only what needs action is: machines are missing that were found.
    pub is_loss: bool,
}

impl Diagnostic {
    /// Makes an error without a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// Makes a warning without a place.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Self {
            severity,
            message,
            origin: None,
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            is_loss: false,
        }
    }

    /// Sets the place to a span of a file.
    #[must_use]
    pub fn at(self, source: &Arc<Source>, span: Span) -> Self {
        self.with_origin(Origin::File { source: Arc::clone(source), span })
    }

    /// Sets the place.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(Box::new(origin));
        self
    }

    /// Sets what was expected at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Marks a warning of machines that were found, and are missing in the inventory.
    #[must_use]
    pub fn of_loss(mut self, is_loss: bool) -> Self {
        self.is_loss = is_loss;
        self
    }

    /// Adds another place of the same file, and what is there.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds a sentence on what the user can do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Returns the diagnostic with its source line, a caret, the label and the help, as several lines without an end of
    /// line.
    ///
    /// With `colour` the text holds ANSI escape codes.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // Tabs and other control characters would break the frame and could carry escape codes from a file: the
        // renderer replaces them.
        let title = level.primary_title(self.message.as_str());
        let mut group = match self.origin.as_deref() {
            Some(Origin::File { source, span }) => title.element(self.snippet(source, *span)),
            Some(origin) => title.element(Arrow::path(origin.to_string())),
            None => Group::with_title(title),
        };
        if !self.label.is_empty() && !matches!(self.origin.as_deref(), Some(Origin::File { .. })) {
            group = group.element(Level::NOTE.message(self.label.as_str()));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    fn snippet<'a>(&'a self, source: &'a Source, span: Span) -> Snippet<'a, Annotation<'a>> {
        let label = (!self.label.is_empty()).then_some(self.label.as_str());
        let primary = AnnotationKind::Primary.span(first_line(source, span)).label(label);
        let related = self.related.iter().map(|(span, label)| {
            AnnotationKind::Context.span(first_line(source, *span)).label(label.as_str())
        });
        let text = match source.shown {
            Shown::Options => secrets::hidden(&source.text),
            Shown::Keys => secrets::hidden_in_ini(&source.text),
            Shown::Nothing => secrets::masked(&source.text),
        };
        Snippet::source(text).path(source.name.as_str()).annotation(primary).annotations(related)
    }
}

/// Cuts a span to its first line: a frame around a block of many lines says less than a caret at its start.
fn first_line(source: &Source, span: Span) -> Range<usize> {
    let length =
        source.text.get(span.start..span.end).map_or(0, |text| text.find(['\n', '\r']).unwrap_or(text.len()));
    span.start..span.start + length
}

/// The one-line form: place, severity, message.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(formatter, "{origin}: ")?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, "{severity}: {}", self.message)?;
        if self.label.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.label) }
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_counts_lines_and_characters() {
        let source = Source::new("a.yml", "é: 1\r\nb: 2\rc: 3\n");
        let cases = [
            (0..2, 1, 1),
            (4..5, 1, 4),
            (7..8, 2, 1),
            (10..11, 2, 4),
            (12..13, 3, 1),
            (400..500, 4, 1),
            (1..1, 1, 1),
        ];
        for (range, line, column) in cases {
            let span = source.span(range.clone());
            assert_eq!((span.line, span.column), (line, column), "{range:?}");
        }
    }

    #[test]
    fn renders_the_line_a_caret_the_label_and_help() {
        let source = Arc::new(Source::new("aws_ec2.yml", "plugin: aws_ec2\nregion: x\nstrict: [1]\n"));
        let span = source.span(34..37);
        let diagnostic = Diagnostic::error("`strict` cannot be a list")
            .at(&source, span)
            .label("expected a boolean")
            .related(source.span(16..22), "read here too")
            .help("write `strict: true`");
        assert_eq!(
            diagnostic.render(false),
            "\
error: `strict` cannot be a list
 --> aws_ec2.yml:3:9
  |
2 | region: x
  | ------ read here too
3 | strict: [1]
  |         ^^^ expected a boolean
  |
  = help: write `strict: true`"
        );
        assert!(diagnostic.render(true).contains("\u{1b}["));
        assert_eq!(
            diagnostic.to_string(),
            "aws_ec2.yml:3:9: error: `strict` cannot be a list: expected a boolean"
        );
    }

    #[test]
    fn names_a_source_that_is_not_a_file() {
        let diagnostic = Diagnostic::warning("`fast` is not a duration")
            .with_origin(Origin::Environment("CLOUD_INVENTORY_DEADLINE".into()))
            .label("expected a duration such as `90s`");
        assert_eq!(
            diagnostic.render(false),
            "\
warning: `fast` is not a duration
--> environment variable `CLOUD_INVENTORY_DEADLINE`
 = note: expected a duration such as `90s`"
        );
        assert_eq!(Diagnostic::error("nothing to read").render(false), "error: nothing to read");
        assert_eq!(
            diagnostic.with_origin(Origin::Flag("--deadline".into())).to_string(),
            "flag `--deadline`: warning: `fast` is not a duration: expected a duration such as `90s`"
        );
    }
}

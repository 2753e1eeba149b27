//! The state machine of libyaml's emitter, for one document.

use std::collections::HashMap;

use super::scalar::{Scalar, is_break, is_printable};
use super::{DumpOptions, Node, NodeId, Quotes};

/// The longest key, in bytes, that is written without a `?` before it.
const LONGEST_SIMPLE_KEY: usize = 128;

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Value,
    SimpleKey,
    OtherKey,
}

/// The styles of a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

pub(super) struct Emitter<'a> {
    nodes: &'a [Node<'a>],
    anchors: &'a HashMap<NodeId, usize>,
    written: Vec<bool>,
    options: &'a DumpOptions,
    step: usize,
    width: usize,
    out: String,
    column: usize,
    /// None outside of all collections.
    indent: Option<usize>,
    flow_level: usize,
    /// Whether the last character was white space.
    whitespace: bool,
    /// Whether the line holds nothing but indentation and indicators.
    indention: bool,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(
        nodes: &'a [Node<'a>],
        anchors: &'a HashMap<NodeId, usize>,
        options: &'a DumpOptions,
    ) -> Emitter<'a> {
        let step = usize::try_from(options.indent).ok().filter(|step| (2..=9).contains(step)).unwrap_or(2);
        let width = match usize::try_from(options.width) {
            Err(_) => usize::MAX,
            Ok(width) if width <= step * 2 => 80,
            Ok(width) => width,
        };
        Emitter {
            nodes,
            anchors,
            written: vec![false; nodes.len()],
            options,
            step,
            width,
            out: String::new(),
            column: 0,
            indent: None,
            flow_level: 0,
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn document(&mut self, root: NodeId) {
        if self.options.explicit_start {
            self.write_indent();
            self.write_indicator("---", true, false, false);
        }
        self.node(root, Place::Root);
        self.write_indent();
        if self.options.explicit_end {
            self.write_indicator("...", true, false, false);
            self.write_indent();
        }
    }

    fn node(&mut self, id: NodeId, place: Place) {
        if let Some(number) = self.anchors.get(&id) {
            let again = self.written.get(id).copied().unwrap_or(false);
            self.write_indicator(if again { "*" } else { "&" }, true, false, false);
            self.put_all(&format!("id{number:03}"));
            self.whitespace = false;
            self.indention = false;
            if again {
                if place == Place::SimpleKey {
                    self.put(' ');
                }
                return;
            }
            if let Some(written) = self.written.get_mut(id) {
                *written = true;
            }
        }
        let nodes = self.nodes;
        match nodes.get(id) {
            Some(Node::Scalar(scalar)) => self.scalar(scalar, place),
            Some(Node::Sequence { items, flow }) if self.flow_level > 0 || *flow || items.is_empty() => {
                self.flow_sequence(items);
            }
            Some(Node::Sequence { items, .. }) => self.block_sequence(items, place),
            Some(Node::Mapping { entries, flow }) if self.flow_level > 0 || *flow || entries.is_empty() => {
                self.flow_mapping(entries);
            }
            Some(Node::Mapping { entries, .. }) => self.block_mapping(entries),
            None => {}
        }
    }

    /// Goes one level deeper and returns the indent to come back to.
    fn increase_indent(&mut self, flow: bool, indentless: bool) -> Option<usize> {
        let deeper = match self.indent {
            None if flow => self.step,
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + self.step,
        };
        self.indent.replace(deeper)
    }

    fn block_sequence(&mut self, items: &[NodeId], place: Place) {
        let in_mapping = matches!(place, Place::Value | Place::SimpleKey | Place::OtherKey);
        let before = self.increase_indent(false, in_mapping && !self.indention);
        for item in items {
            self.write_indent();
            self.write_indicator("-", true, false, true);
            self.node(*item, Place::Item);
        }
        self.indent = before;
    }

    fn block_mapping(&mut self, entries: &[(NodeId, NodeId)]) {
        let before = self.increase_indent(false, false);
        for (key, value) in entries {
            self.write_indent();
            if self.is_simple_key(*key) {
                self.node(*key, Place::SimpleKey);
                self.write_indicator(":", false, false, false);
            } else {
                self.write_indicator("?", true, false, true);
                self.node(*key, Place::OtherKey);
                self.write_indent();
                self.write_indicator(":", true, false, true);
            }
            self.node(*value, Place::Value);
        }
        self.indent = before;
    }

    fn open_flow(&mut self, bracket: &str) -> Option<usize> {
        self.write_indicator(bracket, true, true, false);
        self.flow_level += 1;
        self.increase_indent(true, false)
    }

    fn close_flow(&mut self, bracket: &str, before: Option<usize>) {
        self.flow_level -= 1;
        self.indent = before;
        self.write_indicator(bracket, false, false, false);
    }

    fn separate_flow(&mut self, first: bool) {
        if !first {
            self.write_indicator(",", false, false, false);
        }
        if self.column > self.width {
            self.write_indent();
        }
    }

    fn flow_sequence(&mut self, items: &[NodeId]) {
        let before = self.open_flow("[");
        for (number, item) in items.iter().enumerate() {
            self.separate_flow(number == 0);
            self.node(*item, Place::Item);
        }
        self.close_flow("]", before);
    }

    fn flow_mapping(&mut self, entries: &[(NodeId, NodeId)]) {
        let before = self.open_flow("{");
        for (number, (key, value)) in entries.iter().enumerate() {
            self.separate_flow(number == 0);
            if self.is_simple_key(*key) {
                self.node(*key, Place::SimpleKey);
                self.write_indicator(":", false, false, false);
            } else {
                self.write_indicator("?", true, false, false);
                self.node(*key, Place::OtherKey);
                if self.column > self.width {
                    self.write_indent();
                }
                self.write_indicator(":", true, false, false);
            }
            self.node(*value, Place::Value);
        }
        self.close_flow("}", before);
    }

    fn is_simple_key(&self, id: NodeId) -> bool {
        let anchor = match self.anchors.get(&id) {
            Some(_) if self.written.get(id) == Some(&true) => return true,
            Some(number) => format!("id{number:03}").len(),
            None => 0,
        };
        match self.nodes.get(id) {
            Some(Node::Scalar(scalar)) => {
                !scalar.analysis.multiline && scalar.text.len() + anchor <= LONGEST_SIMPLE_KEY
            }
            Some(Node::Sequence { items, .. }) => items.is_empty(),
            Some(Node::Mapping { entries, .. }) => entries.is_empty(),
            None => true,
        }
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, place: Place) {
        let simple_key = place == Place::SimpleKey;
        let style = self.style(scalar, simple_key);
        if !scalar.quoted_implicit && style != Style::Plain {
            if !self.whitespace {
                self.put(' ');
            }
            self.put('!');
            self.whitespace = false;
            self.indention = false;
        }
        let before = self.increase_indent(true, false);
        match style {
            Style::Plain => self.write_plain(&scalar.text, !simple_key),
            Style::Single => self.write_single_quoted(&scalar.text, !simple_key),
            Style::Double => self.write_double_quoted(&scalar.text, !simple_key),
        }
        self.indent = before;
    }

    fn style(&self, scalar: &Scalar<'_>, simple_key: bool) -> Style {
        let analysis = scalar.analysis;
        let plain_allowed = if self.flow_level > 0 { analysis.flow_plain } else { analysis.block_plain };
        let empty = scalar.text.is_empty() && (self.flow_level > 0 || simple_key);
        let quoted = if analysis.single_quoted { Style::Single } else { Style::Double };
        match self.options.quotes {
            _ if simple_key && analysis.multiline => Style::Double,
            Some(Quotes::Double) => Style::Double,
            Some(Quotes::Single) => quoted,
            None if plain_allowed && !empty && scalar.plain_implicit => Style::Plain,
            None => quoted,
        }
    }

    fn write_plain(&mut self, text: &str, breakable: bool) {
        if !self.whitespace && (!text.is_empty() || self.flow_level > 0) {
            self.put(' ');
        }
        self.whitespace = false;
        self.indention = false;
        let mut spaces = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            if character == ' ' && breakable && !spaces && self.column > self.width && next != Some(' ') {
                self.write_indent();
            } else {
                self.put(character);
                if character != ' ' {
                    self.indention = false;
                }
            }
            spaces = character == ' ';
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn write_single_quoted(&mut self, text: &str, breakable: bool) {
        self.write_indicator("'", true, false, false);
        let (mut spaces, mut breaks, mut first) = (false, false, true);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            if character == ' ' {
                let inner = !first && next.is_some_and(|next| next != ' ');
                if breakable && !spaces && self.column > self.width && inner {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else if is_break(character) {
                if !breaks && character == '\n' {
                    self.put_break('\n');
                }
                self.put_break(character);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
            first = false;
        }
        if breaks {
            self.write_indent();
        }
        self.write_indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_double_quoted(&mut self, text: &str, breakable: bool) {
        self.write_indicator("\"", true, false, false);
        let (mut spaces, mut first) = (false, true);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let inner = !first && next.is_some();
            if !is_printable(character) || is_break(character) || matches!(character, '"' | '\\') {
                self.put_all(&escape(character));
            } else if character == ' ' && breakable && !spaces && self.column > self.width && inner {
                self.write_indent();
                if next == Some(' ') {
                    self.put('\\');
                }
            } else {
                self.put(character);
            }
            spaces = character == ' ';
            first = false;
        }
        self.write_indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_indicator(&mut self, text: &str, need_whitespace: bool, whitespace: bool, indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(' ');
        }
        self.put_all(text);
        self.whitespace = whitespace;
        self.indention = self.indention && indention;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    fn put_all(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn put_break(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
    }
}

/// Returns the escape of a character in double quotes.
fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(character) {
                code @ 0..=0xff => format!("\\x{code:02X}"),
                code @ 0x100..=0xffff => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}

//! The state machine of libyaml's emitter, for one document.

mod quoting;

use std::collections::HashMap;

use super::{DumpOptions, Node, NodeId};

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

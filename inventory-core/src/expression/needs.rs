//! The variables that an expression cannot do without.

use std::ops::Range;

use super::nodes::{ArgumentNodes, Kind, Node};
use super::{Expression, functions};
use crate::value::Text;

impl Expression {
    /// Returns the variables that the expression reads as if they were always there, and the bytes where it does: not
    /// those that it tests anywhere, or for which it has a default.
    pub fn needed_variables(&self) -> Vec<(Text, Range<usize>)> {
        let mut reads = Reads::default();
        reads.walk(&self.node);
        let Reads { mut needed, tolerated } = reads;
        needed.retain(|(name, _)| !tolerated.contains(name));
        needed
    }

    /// Returns all variables that the expression reads, those that it can do without too.
    pub fn variables(&self) -> Vec<Text> {
        let mut reads = Reads::default();
        reads.walk(&self.node);
        let Reads { needed, tolerated } = reads;
        needed.into_iter().map(|(name, _)| name).chain(tolerated).collect()
    }

    /// Returns the variable whose value, member or part the expression is, if it is no more than that.
    pub fn variable_of_path(&self) -> Option<&Text> {
        let mut node = &self.node;
        loop {
            match &node.kind {
                Kind::Variable(name) => return Some(name),
                Kind::Attribute { object, .. } | Kind::Item { object, .. } | Kind::Slice { object, .. } => {
                    node = object;
                }
                _ => return None,
            }
        }
    }
}

#[derive(Default)]
struct Reads {
    needed: Vec<(Text, Range<usize>)>,
    tolerated: Vec<Text>,
}

impl Reads {
    fn walk(&mut self, node: &Node) {
        match &node.kind {
            Kind::Constant(_) | Kind::Embedded(_) | Kind::Captured => {}
            Kind::Variable(name) => {
                if name != "omit" && !functions::is_function(name) {
                    self.needed.push((name.clone(), node.place.clone()));
                }
            }
            Kind::Attribute { object: inner, .. }
            | Kind::Not(inner)
            | Kind::Negative(inner)
            | Kind::Positive(inner) => self.walk(inner),
            Kind::Item { object, key } => {
                self.walk(object);
                self.walk(key);
            }
            Kind::Slice { object, bounds } => {
                self.walk(object);
                bounds.iter().flatten().for_each(|bound| self.walk(bound));
            }
            Kind::And(parts) | Kind::Or(parts) | Kind::Concatenation(parts) => self.walk_all(parts),
            Kind::List(parts) | Kind::Tuple(parts) => self.walk_all(parts),
            Kind::Arithmetic { left, right, .. } => {
                self.walk(left);
                self.walk(right);
            }
            Kind::Comparison { first, rest } => {
                self.walk(first);
                rest.iter().for_each(|(_, part)| self.walk(part));
            }
            Kind::Condition { test, then, otherwise } => {
                self.walk(test);
                self.walk(then);
                otherwise.iter().for_each(|part| self.walk(part));
            }
            Kind::Filter { accepts_undefined, input, arguments, .. }
            | Kind::Test { accepts_undefined, input, arguments, .. } => {
                if *accepts_undefined {
                    self.tolerate(input);
                } else {
                    self.walk(input);
                }
                self.walk_arguments(arguments);
            }
            Kind::Call { function, arguments } => {
                self.walk(function);
                self.walk_arguments(arguments);
            }
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.walk(key);
                self.walk(value);
            }),
        }
    }

    fn walk_all(&mut self, nodes: &[Node]) {
        nodes.iter().for_each(|node| self.walk(node));
    }

    fn walk_arguments(&mut self, arguments: &ArgumentNodes) {
        arguments.positional.iter().for_each(|(node, _)| self.walk(node));
        arguments.keyword.iter().for_each(|(_, node)| self.walk(node));
    }

    /// Notes what may be undefined.
    fn tolerate(&mut self, node: &Node) {
        let start = self.needed.len();
        self.walk(node);
        self.tolerated.extend(self.needed.drain(start..).map(|(name, _)| name));
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::{Escapes, Expression};
    use crate::value::Text;

    #[test]
    fn what_only_reads_is_told_from_what_tests() {
        let rows = [
            ("a", Some("a")),
            ("a.b['c'][0]", Some("a")),
            ("a[:1]", Some("a")),
            ("a.b is defined", None),
            ("not a", None),
            ("a | bool", None),
        ];
        for (source, expected) in rows {
            let expression = Expression::parse(source, Escapes::Author).unwrap();
            assert_eq!(expression.variable_of_path().map(Text::as_str), expected, "{source}");
        }
    }

    #[test]
    fn what_is_tested_or_has_a_default_is_not_needed() {
        let rows = [
            ("ssh", "ssh@0"),
            ("ec2-user", "ec2@0 user@4"),
            ("tag.Role == t3.micro", "tag@0 t3@12"),
            ("a | default(b)", "b@12"),
            ("(a.b ~ 'x') | upper | default('')", ""),
            ("a is defined and a.b", ""),
            ("a.b if a is defined else c", "c@25"),
            ("lookup('env', 'X') ~ now().year ~ omit", ""),
            ("[a, {b: c[d:e]}, f(g, h=i)]", "a@1 b@5 c@8 d@10 e@12 f@17 g@19 i@24"),
            ("'a' in \"b\"", ""),
            ("not a or -b < 1", "a@4 b@10"),
        ];
        for (source, expected) in rows {
            let expression = Expression::parse(source, Escapes::Author).unwrap();
            let needed = expression.needed_variables();
            let shown: Vec<_> =
                needed.iter().map(|(name, place)| format!("{name}@{}", place.start)).collect();
            assert_eq!(shown.join(" "), expected, "{source}");
        }
    }
}

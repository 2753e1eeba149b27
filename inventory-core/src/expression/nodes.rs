//! The tree that an expression is compiled into.

use std::ops::Range;

use super::{Check, Error, Filter, Template};
use crate::value::{Text, Value};

/// A part of an expression, with the bytes of the source that it comes from.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Range<usize>,
}

/// What a part does.
#[derive(Debug)]
pub(super) enum Kind {
    Constant(Value),
    /// A literal of a condition that is a template itself, or the reason why it cannot be.
    Embedded(Box<Result<Template, Error>>),
    Variable(Text),
    Attribute {
        object: Box<Node>,
        name: Text,
    },
    Item {
        object: Box<Node>,
        key: Box<Node>,
    },
    Slice {
        object: Box<Node>,
        bounds: Box<[Option<Node>; 3]>,
    },
    Not(Box<Node>),
    Negative(Box<Node>),
    Positive(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Concatenation(Vec<Node>),
    Arithmetic {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    Comparison {
        first: Box<Node>,
        rest: Vec<(Comparator, Node)>,
    },
    Condition {
        test: Box<Node>,
        then: Box<Node>,
        otherwise: Option<Box<Node>>,
    },
    Filter {
        filter: Filter,
        accepts_undefined: bool,
        input: Box<Node>,
        arguments: ArgumentNodes,
    },
    Test {
        check: Check,
        accepts_undefined: bool,
        input: Box<Node>,
        arguments: ArgumentNodes,
    },
    Call {
        function: Box<Node>,
        arguments: ArgumentNodes,
    },
    List(Vec<Node>),
    Tuple(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// The text that a filter block or a `set` block has rendered.
    Captured,
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(super) struct ArgumentNodes {
    pub(super) positional: Vec<(Node, bool)>,
    pub(super) keyword: Vec<(Option<Text>, Node)>,
}

/// The operators of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

impl Operator {
    /// Returns the operator as it is written.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::FloorDivide => "//",
            Operator::Remainder => "%",
            Operator::Power => "**",
        }
    }
}

/// The operators that compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

impl Comparator {
    /// Returns the operator as it is written.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Comparator::Equal => "==",
            Comparator::NotEqual => "!=",
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterOrEqual => ">=",
            Comparator::In => "in",
            Comparator::NotIn => "not in",
        }
    }
}

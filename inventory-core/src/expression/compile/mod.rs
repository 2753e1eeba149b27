//! From what `minijinja` has parsed to our own nodes.

mod guard;

use std::ops::Range;

use minijinja::machinery::{Span, ast, parse_expr};
use num_bigint::BigInt;

pub(super) use self::guard::{Prepared, prepare, syntax};
use super::literal::{self, Reading};
use super::nodes::{ArgumentNodes, Comparator, Kind, Node, Operator};
use super::{Error, Escapes, Template, checks, filters, functions};
use crate::value::Value;

/// How deep the parts of an expression may be nested.
const DEPTH_LIMIT: usize = 200;

/// Compiles an expression.
///
/// The text literals of a `condition` may be templates: Ansible evaluates them first, as it did for `'{{ x }}' == y`.
pub(super) fn expression(source: &str, escapes: Escapes, condition: bool) -> Result<Node, Error> {
    if source.trim().is_empty() {
        return Err(Error::syntax("an expression must not be empty").at(0..source.len()));
    }
    let prepared = prepare(source, true).map_err(|error| explain_delimiters(error, source))?;
    let parsed = parse_expr(&prepared.text).map_err(|error| syntax_error(&error, source));
    let parsed = parsed.map_err(|error| explain_delimiters(error, source))?;
    let mut compiler = Compiler::new(source, &prepared, Reading::Escaped(escapes));
    compiler.embedded = condition.then_some(escapes);
    compiler.compile(&parsed)
}

/// Names the reason that most syntax errors have which involve `{{`.
fn explain_delimiters(error: Error, source: &str) -> Error {
    if !["{{", "{%", "{#"].iter().any(|start| source.contains(start)) {
        return error;
    }
    let words = "template delimiters are not supported in expressions: remove the `{{ }}`";
    error.place().into_iter().fold(Error::syntax(words), Error::at)
}

/// Makes our error of one of the parser.
pub(super) fn syntax_error(error: &minijinja::Error, source: &str) -> Error {
    let words = error.detail().unwrap_or("the text is not an expression").to_owned();
    let made = Error::syntax(words);
    match error.range() {
        Some(range) if range.end <= source.len() => made.at(range),
        _ => made.at(source.trim_end().len()..source.len()),
    }
}

/// The error of a filter that does not exist.
pub(super) fn unknown_filter(name: &str) -> Error {
    if let Some(reason) = filters::reason_against(name) {
        return Error::syntax(format!("the filter `{name}` is not supported: {reason}"));
    }
    let near = filters::names().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 => {
            Error::syntax(format!("there is no filter `{name}`: did you mean `{known}`?"))
        }
        _ => Error::syntax(format!("there is no filter `{name}`")),
    }
}

/// The error of a test that does not exist.
pub(super) fn unknown_test(name: &str) -> Error {
    let near = checks::names().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 => {
            Error::syntax(format!("there is no test `{name}`: did you mean `{known}`?"))
        }
        _ => Error::syntax(format!("there is no test `{name}`")),
    }
}

/// Compiles the expressions of one source.
pub(super) struct Compiler<'s> {
    source: &'s str,
    prepared: &'s Prepared,
    pub(super) reading: Reading,
    /// How backslashes are read in the templates that literals may be, where they may.
    embedded: Option<Escapes>,
    depth: usize,
}

impl<'s> Compiler<'s> {
    /// Starts compiling what was parsed from `source`.
    pub(super) fn new(source: &'s str, prepared: &'s Prepared, reading: Reading) -> Compiler<'s> {
        Compiler { source, prepared, reading, embedded: None, depth: 0 }
    }

    /// Compiles one expression.
    pub(super) fn compile(&mut self, parsed: &ast::Expr<'_>) -> Result<Node, Error> {
        if self.depth >= DEPTH_LIMIT {
            return Err(Error::syntax("the expression is nested too deeply").at(place_of(parsed.span())));
        }
        self.depth += 1;
        let node = self.compile_inner(parsed);
        self.depth -= 1;
        node
    }

    fn boxed(&mut self, parsed: &ast::Expr<'_>) -> Result<Box<Node>, Error> {
        self.compile(parsed).map(Box::new)
    }

    fn all(&mut self, parsed: &[ast::Expr<'_>]) -> Result<Vec<Node>, Error> {
        parsed.iter().map(|part| self.compile(part)).collect()
    }

    fn compile_inner(&mut self, parsed: &ast::Expr<'_>) -> Result<Node, Error> {
        let mut place = place_of(parsed.span());
        let kind = match parsed {
            ast::Expr::Var(variable) => Kind::Variable(variable.id.into()),
            ast::Expr::Const(constant) => self.literal(self.constant(&constant.value, &place)?),
            ast::Expr::GetAttr(lookup) => {
                let object = self.boxed(&lookup.expr)?;
                place.start = object.place.start;
                Kind::Attribute { object, name: lookup.name.into() }
            }
            ast::Expr::GetItem(lookup) => {
                let object = self.boxed(&lookup.expr)?;
                place.start = object.place.start;
                Kind::Item { object, key: self.boxed(&lookup.subscript_expr)? }
            }
            ast::Expr::Slice(slice) => {
                let object = self.boxed(&slice.expr)?;
                place.start = object.place.start;
                let mut bound = |bound: &Option<ast::Expr<'_>>| {
                    bound.as_ref().map(|bound| self.compile(bound)).transpose()
                };
                let bounds = [bound(&slice.start)?, bound(&slice.stop)?, bound(&slice.step)?];
                Kind::Slice { object, bounds: Box::new(bounds) }
            }
            ast::Expr::UnaryOp(operation) => self.unary(operation, &mut place)?,
            ast::Expr::BinOp(operation) => self.binary(parsed, operation, &mut place)?,
            ast::Expr::Compare(comparison) => {
                let first = self.boxed(&comparison.expr)?;
                let rest = comparison
                    .ops
                    .iter()
                    .map(|operation| Ok((comparator(operation.op), self.compile(&operation.expr)?)));
                let rest: Vec<_> = rest.collect::<Result<_, Error>>()?;
                place = first.place.start..rest.last().map_or(place.end, |(_, last)| last.place.end);
                Kind::Comparison { first, rest }
            }
            ast::Expr::IfExpr(condition) => {
                let then = self.boxed(&condition.true_expr)?;
                place.start = then.place.start;
                let otherwise = condition.false_expr.as_ref().map(|part| self.boxed(part)).transpose()?;
                Kind::Condition { test: self.boxed(&condition.test_expr)?, then, otherwise }
            }
            ast::Expr::Filter(filter) => self.filter(filter, &place)?,
            ast::Expr::Test(test) => self.test(test, &place)?,
            ast::Expr::Call(call) => {
                let function = self.boxed(&call.expr)?;
                place.start = function.place.start;
                if let Kind::Variable(name) = &function.kind {
                    functions::refuse(name).map_err(|error| error.at(function.place.clone()))?;
                }
                Kind::Call { function, arguments: self.arguments(&call.args)? }
            }
            ast::Expr::List(list) => Kind::List(self.all(&list.items)?),
            ast::Expr::Tuple(tuple) => Kind::Tuple(self.all(&tuple.items)?),
            ast::Expr::Map(map) => {
                let entries = map.keys.iter().zip(&map.values);
                let entries = entries.map(|(key, value)| Ok((self.compile(key)?, self.compile(value)?)));
                Kind::Map(entries.collect::<Result<_, Error>>()?)
            }
        };
        Ok(Node { kind, place })
    }

    fn literal(&self, value: Value) -> Kind {
        match (&value, self.embedded) {
            (Value::Text(text), Some(escapes)) if Template::is_template(text) => {
                Kind::Embedded(Box::new(Template::parse(text, escapes)))
            }
            _ => Kind::Constant(value),
        }
    }

    fn constant(&self, value: &minijinja::Value, place: &Range<usize>) -> Result<Value, Error> {
        use minijinja::value::ValueKind;
        match value.kind() {
            ValueKind::None => Ok(Value::Null),
            ValueKind::Bool => Ok(Value::Bool(value.is_true())),
            ValueKind::Number if !self.is_number(place) => {
                Err(Error::syntax("this is not how a number is written").at(place.clone()))
            }
            ValueKind::Number if value.is_integer() => {
                let digits = value.to_string();
                let number = BigInt::parse_bytes(digits.as_bytes(), 10);
                number.map(Value::from_big_int).ok_or_else(|| Error::syntax("not a number").at(place.clone()))
            }
            ValueKind::Number => Ok(Value::Float(f64::try_from(value.clone()).unwrap_or(f64::NAN))),
            _ => {
                let text = self.source.get(place.clone()).and_then(|text| literal::read(text, self.reading));
                text.map(Value::from)
                    .ok_or_else(|| Error::syntax("the string has a wrong escape").at(place.clone()))
            }
        }
    }

    /// Tells whether a number is written as Jinja knows it: no zeros in front, digits behind a point.
    fn is_number(&self, place: &Range<usize>) -> bool {
        let text = self.source.get(place.clone()).unwrap_or_default();
        let is_octal = text.len() > 1
            && text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.bytes().any(|byte| byte != b'0');
        !is_octal && !text.ends_with('.')
    }

    fn unary(
        &mut self,
        operation: &ast::Spanned<ast::UnaryOp<'_>>,
        place: &mut Range<usize>,
    ) -> Result<Kind, Error> {
        let operand = self.boxed(&operation.expr)?;
        place.end = operand.place.end;
        Ok(match operation.op {
            ast::UnaryOpKind::Not => {
                // `a not in b` comes as `not (a in b)`, which starts where `a` does.
                if let Kind::Comparison { .. } = operand.kind {
                    place.start = place.start.min(operand.place.start);
                }
                Kind::Not(operand)
            }
            ast::UnaryOpKind::Neg if self.prepared.is_positive(operation.span()) => Kind::Positive(operand),
            ast::UnaryOpKind::Neg => Kind::Negative(operand),
        })
    }

    fn binary(
        &mut self,
        parsed: &ast::Expr<'_>,
        operation: &ast::BinOp<'_>,
        place: &mut Range<usize>,
    ) -> Result<Kind, Error> {
        use ast::BinOpKind;
        let kind = match operation.op {
            BinOpKind::ScAnd => Kind::And(self.chain(parsed, |op| matches!(op, BinOpKind::ScAnd))?),
            BinOpKind::ScOr => Kind::Or(self.chain(parsed, |op| matches!(op, BinOpKind::ScOr))?),
            BinOpKind::Concat => {
                Kind::Concatenation(self.chain(parsed, |op| matches!(op, BinOpKind::Concat))?)
            }
            op => {
                let left = self.boxed(&operation.left)?;
                let right = self.compile(&operation.right)?;
                match arithmetic(op) {
                    Ok(operator) => Kind::Arithmetic { operator, left, right: Box::new(right) },
                    Err(comparator) => Kind::Comparison { first: left, rest: vec![(comparator, right)] },
                }
            }
        };
        let (start, end) = match &kind {
            Kind::And(parts) | Kind::Or(parts) | Kind::Concatenation(parts) => {
                (parts.first().map(|part| part.place.start), parts.last().map(|part| part.place.end))
            }
            Kind::Arithmetic { left, right, .. } => (Some(left.place.start), Some(right.place.end)),
            Kind::Comparison { first, rest } => {
                (Some(first.place.start), rest.last().map(|(_, last)| last.place.end))
            }
            _ => (None, None),
        };
        *place = start.unwrap_or(place.start)..end.unwrap_or(place.end);
        Ok(kind)
    }

    /// Collects `a or b or c`, which is parsed as `(a or b) or c`, so that long chains are not deep.
    fn chain(
        &mut self,
        parsed: &ast::Expr<'_>,
        belongs: fn(ast::BinOpKind) -> bool,
    ) -> Result<Vec<Node>, Error> {
        let mut parts = Vec::new();
        let mut left = parsed;
        while let ast::Expr::BinOp(operation) = left
            && belongs(operation.op)
        {
            parts.push(&operation.right);
            left = &operation.left;
        }
        parts.push(left);
        parts.into_iter().rev().map(|part| self.compile(part)).collect()
    }

    fn filter(&mut self, filter: &ast::Filter<'_>, place: &Range<usize>) -> Result<Kind, Error> {
        let function =
            filters::find(filter.name).ok_or_else(|| unknown_filter(filter.name).at(place.clone()))?;
        let input = match &filter.expr {
            Some(input) => self.boxed(input)?,
            None => Box::new(Node { kind: Kind::Captured, place: place.clone() }),
        };
        Ok(Kind::Filter {
            filter: function,
            accepts_undefined: filters::accepts_undefined(filter.name),
            input,
            arguments: self.arguments(&filter.args)?,
        })
    }

    fn test(&mut self, test: &ast::Test<'_>, place: &Range<usize>) -> Result<Kind, Error> {
        let check = checks::find(test.name).ok_or_else(|| unknown_test(test.name).at(place.clone()))?;
        let between = place_of(test.expr.span()).end..place.start;
        if matches!(&test.expr, ast::Expr::Test(_))
            && !self.source.get(between).is_some_and(|between| between.contains(')'))
        {
            return Err(Error::syntax("tests cannot be chained with `is`").at(place.clone()));
        }
        Ok(Kind::Test {
            check,
            accepts_undefined: checks::accepts_undefined(test.name),
            input: self.boxed(&test.expr)?,
            arguments: self.arguments(&test.args)?,
        })
    }

    fn arguments(&mut self, parsed: &[ast::CallArg<'_>]) -> Result<ArgumentNodes, Error> {
        let mut arguments = ArgumentNodes::default();
        for argument in parsed {
            match argument {
                ast::CallArg::Pos(value) => arguments.positional.push((self.compile(value)?, false)),
                ast::CallArg::PosSplat(values) => arguments.positional.push((self.compile(values)?, true)),
                ast::CallArg::Kwarg(name, value) => {
                    arguments.keyword.push((Some((*name).into()), self.compile(value)?));
                }
                ast::CallArg::KwargSplat(values) => arguments.keyword.push((None, self.compile(values)?)),
            }
        }
        Ok(arguments)
    }
}

fn place_of(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

fn comparator(kind: ast::CompareOpKind) -> Comparator {
    match kind {
        ast::CompareOpKind::Eq => Comparator::Equal,
        ast::CompareOpKind::Ne => Comparator::NotEqual,
        ast::CompareOpKind::Lt => Comparator::Less,
        ast::CompareOpKind::Lte => Comparator::LessOrEqual,
        ast::CompareOpKind::Gt => Comparator::Greater,
        ast::CompareOpKind::Gte => Comparator::GreaterOrEqual,
        ast::CompareOpKind::In => Comparator::In,
        ast::CompareOpKind::NotIn => Comparator::NotIn,
    }
}

/// Tells arithmetic from comparison; `and`, `or` and `~` are handled before.
fn arithmetic(kind: ast::BinOpKind) -> Result<Operator, Comparator> {
    use ast::BinOpKind;
    match kind {
        BinOpKind::Sub => Ok(Operator::Subtract),
        BinOpKind::Mul => Ok(Operator::Multiply),
        BinOpKind::Div => Ok(Operator::Divide),
        BinOpKind::FloorDiv => Ok(Operator::FloorDivide),
        BinOpKind::Rem => Ok(Operator::Remainder),
        BinOpKind::Pow => Ok(Operator::Power),
        BinOpKind::Eq => Err(Comparator::Equal),
        BinOpKind::Ne => Err(Comparator::NotEqual),
        BinOpKind::Lt => Err(Comparator::Less),
        BinOpKind::Lte => Err(Comparator::LessOrEqual),
        BinOpKind::Gt => Err(Comparator::Greater),
        BinOpKind::Gte => Err(Comparator::GreaterOrEqual),
        BinOpKind::In => Err(Comparator::In),
        BinOpKind::Add | BinOpKind::ScAnd | BinOpKind::ScOr | BinOpKind::Concat => Ok(Operator::Add),
    }
}

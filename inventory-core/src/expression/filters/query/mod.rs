//! The filter `json_query`: JMESPath with the results of the Python package `jmespath`.
//!
//! The crate `jmespath` parses. Its own evaluation sorts the keys of objects and knows only JSON, so the expression
//! is evaluated here, on values.

mod functions;

use jmespath::Variable;
use jmespath::ast::{Ast, Comparator};

use super::super::{Arguments, Call, Error, operators};
use super::{Table, inputs};
use crate::value::{Map, Ordered, Value};

pub(super) const COMMUNITY_GENERAL: Table = &[("json_query", json_query)];

/// The most operators and brackets in an expression: parsing and evaluation recurse over them.
const MOST_OPERATORS: usize = 300;

fn json_query(_: &Call<'_>, data: Value, arguments: Arguments) -> Result<Value, Error> {
    let [expression] = arguments.bind("json_query", ["expr"], 1)?;
    let expression = expression.unwrap_or_default();
    let expression = quote_literals(inputs::string_for("json_query", &expression)?);
    let operators = expression.bytes().filter(|byte| b".[](){}!&|<>=@*,".contains(byte)).count();
    if operators > MOST_OPERATORS {
        return Err(Error::new(format!("the JMESPath expression has more than {MOST_OPERATORS} operators")));
    }
    let parsed = jmespath::parse(&expression)
        .map_err(|error| Error::new(format!("`json_query` cannot read `{expression}`: {}", error.reason)))?;
    evaluate(&parsed, &data)
}

/// Puts quotes around the literals in backticks that are not JSON, as Python does: `` `web` `` is `` `"web"` ``.
fn quote_literals(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut characters = expression.chars();
    while let Some(quote) = characters.next() {
        out.push(quote);
        if !matches!(quote, '\'' | '"' | '`') {
            continue;
        }
        let mut inside = String::new();
        let mut closed = false;
        while let Some(character) = characters.next() {
            if character == quote {
                closed = true;
                break;
            }
            inside.push(character);
            if character == '\\' {
                inside.extend(characters.next());
            }
        }
        let literal = inside.replace("\\`", "`");
        let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
        let quoted = format!("\"{}\"", literal.trim_start());
        if quote == '`' && !is_json(&literal) && is_json(&quoted) {
            out += &quoted.replace('`', "\\`");
        } else {
            out += &inside;
        }
        if closed {
            out.push(quote);
        }
    }
    out
}

/// Evaluates an expression on the current value.
fn evaluate(expression: &Ast, value: &Value) -> Result<Value, Error> {
    match expression {
        Ast::Identity { .. } => Ok(value.clone()),
        Ast::Field { name, .. } => Ok(value.as_map().and_then(|map| map.get(name)).cloned().into()),
        Ast::Literal { value, .. } => Ok(from_literal(value)),
        Ast::Subexpr { lhs, rhs, .. } => evaluate(rhs, &evaluate(lhs, value)?),
        Ast::Index { idx, .. } => {
            Ok(list(value).and_then(|items| at(items, i64::from(*idx))).cloned().into())
        }
        Ast::Slice { start, stop, step, .. } => slice(value, *start, *stop, *step),
        Ast::Or { lhs, rhs, .. } => {
            let left = evaluate(lhs, value)?;
            if is_false(&left) { evaluate(rhs, value) } else { Ok(left) }
        }
        Ast::And { lhs, rhs, .. } => {
            let left = evaluate(lhs, value)?;
            if is_false(&left) { Ok(left) } else { evaluate(rhs, value) }
        }
        Ast::Not { node, .. } => {
            let operand = evaluate(node, value)?;
            Ok((!is_number(&operand) && !operand.is_true()).into())
        }
        Ast::Condition { predicate, then, .. } => {
            if is_false(&evaluate(predicate, value)?) {
                Ok(Value::Null)
            } else {
                evaluate(then, value)
            }
        }
        Ast::Comparison { comparator, lhs, rhs, .. } => {
            compare(comparator, &evaluate(lhs, value)?, &evaluate(rhs, value)?)
        }
        Ast::Projection { lhs, rhs, .. } => match list(&evaluate(lhs, value)?) {
            None => Ok(Value::Null),
            Some(items) => project(items.iter(), rhs),
        },
        Ast::ObjectValues { node, .. } => match evaluate(node, value)?.as_map() {
            None => Ok(Value::Null),
            Some(map) => Ok(Value::list(map.values().cloned())),
        },
        Ast::Flatten { node, .. } => Ok(list(&evaluate(node, value)?).map(flatten).into()),
        Ast::MultiList { .. } | Ast::MultiHash { .. } if matches!(value, Value::Null) => Ok(Value::Null),
        Ast::MultiList { elements, .. } => elements
            .iter()
            .map(|element| evaluate(element, value))
            .collect::<Result<Vec<_>, _>>()
            .and_then(|items| bounded(items.into())),
        Ast::MultiHash { elements, .. } => {
            let mut map = Map::with_capacity(elements.len());
            for pair in elements {
                map.insert(pair.key.as_str(), evaluate(&pair.value, value)?);
            }
            bounded(map.into())
        }
        Ast::Function { name, args, .. } => functions::call(name, args, value),
        Ast::Expref { .. } => Err(Error::new("`json_query` takes `&` only before arguments of functions")),
    }
}

/// Returns a value that was made of others unless it is too large.
fn bounded(value: Value) -> Result<Value, Error> {
    operators::check_value(&value)?;
    Ok(value)
}

fn project<'a>(items: impl Iterator<Item = &'a Value>, expression: &Ast) -> Result<Value, Error> {
    let mut kept = Vec::new();
    for item in items {
        let result = evaluate(expression, item)?;
        if !matches!(result, Value::Null) {
            kept.push(result);
        }
    }
    Ok(kept.into())
}

fn flatten(items: &[Value]) -> Value {
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match list(item) {
            Some(inner) => flat.extend_from_slice(inner),
            None => flat.push(item.clone()),
        }
    }
    flat.into()
}

/// Returns the items of a `list`; JMESPath does not know tuples.
fn list(value: &Value) -> Option<&[Value]> {
    if let Value::List(items) = value { Some(items) } else { None }
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let index = if index < 0 { i64::try_from(items.len()).ok()? + index } else { index };
    items.get(usize::try_from(index).ok()?)
}

/// Takes a slice as Python does.
fn slice(value: &Value, start: Option<i32>, stop: Option<i32>, step: i32) -> Result<Value, Error> {
    let Some(items) = list(value) else { return Ok(Value::Null) };
    if step == 0 {
        return Err(Error::new("the step of a slice in `json_query` must not be 0"));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i32>, default: i64| match bound.map(i64::from) {
        None => default,
        Some(bound) if bound < 0 => (bound + length).clamp(low, high),
        Some(bound) => bound.clamp(low, high),
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let (mut place, stop) = (bound(start, first), bound(stop, last));
    let mut taken = Vec::new();
    while if step > 0 { place < stop } else { place > stop } {
        taken.extend(usize::try_from(place).ok().and_then(|place| items.get(place)).cloned());
        place += step;
    }
    Ok(taken.into())
}

fn compare(comparator: &Comparator, left: &Value, right: &Value) -> Result<Value, Error> {
    match comparator {
        Comparator::Equal => return Ok(equal(left, right).into()),
        Comparator::NotEqual => return Ok((!equal(left, right)).into()),
        _ => {}
    }
    let comparable = |value: &Value| is_number(value) || value.as_str().is_some();
    if !comparable(left) || !comparable(right) {
        return Ok(Value::Null);
    }
    let order = match left.compare(right) {
        Ordered::As(order) => order,
        Ordered::Not => return Ok(false.into()),
        Ordered::TypeError => return Err(Error::new("`json_query` cannot compare a text with a number")),
    };
    let result = match comparator {
        Comparator::LessThan => order.is_lt(),
        Comparator::LessThanEqual => order.is_le(),
        Comparator::GreaterThan => order.is_gt(),
        _ => order.is_ge(),
    };
    Ok(result.into())
}

/// Compares as Python does, but no number equals a truth value.
fn equal(left: &Value, right: &Value) -> bool {
    let mixed = |a: &Value, b: &Value| is_number(a) && matches!(b, Value::Bool(_));
    !mixed(left, right) && !mixed(right, left) && left == right
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_))
}

/// Tells whether JMESPath takes a value for false: numbers never are.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Text(_) | Value::List(_) | Value::Map(_) => !value.is_true(),
        _ => false,
    }
}

fn from_literal(literal: &Variable) -> Value {
    match literal {
        Variable::Null | Variable::Expref(_) => Value::Null,
        Variable::String(text) => text.as_str().into(),
        Variable::Bool(truth) => (*truth).into(),
        Variable::Number(number) => serde_json::Value::Number(number.clone()).into(),
        Variable::Array(items) => Value::list(items.iter().map(|item| from_literal(item))),
        Variable::Object(entries) => {
            entries.iter().map(|(key, value)| (key.as_str(), from_literal(value))).collect::<Map>().into()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("../rows/query.jsonl"));
    }
}

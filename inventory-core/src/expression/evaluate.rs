//! Computes the value of a node.
//!
//! What is undefined travels as [`Value::Undefined`] through attributes, items, calls, filters and tests, and becomes
//! an error where Ansible's does: in operators, conditions, and at the end.

use std::sync::Arc;

use super::attribute::{get_attribute, get_item, get_slice};
use super::nodes::{ArgumentNodes, Kind, Node};
use super::operators::{self, defined};
use super::{Arguments, Call, Check, Error, Filter, functions, methods};
use crate::value::{Callable, Map, Text, Value};

/// The words of an `if` without `else` that is false, which Jinja is lenient with.
pub(super) const NO_ELSE: &str =
    "the inline if-expression evaluated to false and no else section was defined";

/// Computes the value of a node, which may be undefined.
pub(super) fn evaluate(call: &Call<'_>, node: &Node) -> Result<Value, Error> {
    match &node.kind {
        Kind::Constant(value) => Ok(value.clone()),
        Kind::Embedded(template) => match template.as_ref() {
            Ok(template) => template.render(call.variables, call.environment),
            Err(error) => Err(error.clone()),
        }
        // The place within the literal is none in the condition.
        .map_err(|error| Error::new(format!("the literal is a template: {error}")).at(node.place.clone())),
        Kind::Variable(name) => Ok(variable(call, name)),
        Kind::Attribute { object, name } => Ok(get_attribute(&evaluate(call, object)?, name)),
        Kind::Item { object, key } => {
            let object = evaluate(call, object)?;
            get_item(&object, &evaluate(call, key)?).map_err(|error| error.at(key.place.clone()))
        }
        Kind::Call { function, arguments } => evaluate_call(call, node, function, arguments),
        Kind::Filter { filter, accepts_undefined, input, arguments } => {
            let input = evaluate(call, input)?;
            let arguments = if *accepts_undefined {
                evaluate_default_arguments(call, &input, arguments)?
            } else {
                evaluate_arguments(call, arguments)?
            };
            apply_filter(call, *filter, *accepts_undefined, input, arguments)
                .map_err(|error| error.captured().at(node.place.clone()))
        }
        Kind::Test { check, accepts_undefined, input, arguments } => {
            let input = evaluate(call, input)?;
            if *accepts_undefined && input.is_undefined() {
                return check(call, input, Arguments::default()).map(Value::Bool);
            }
            let arguments = evaluate_arguments(call, arguments)?;
            apply_check(call, *check, input, arguments)
                .map_err(|error| error.captured().at(node.place.clone()))
        }
        Kind::Not(operand) => Ok(Value::Bool(!is_true(call, operand)?)),
        Kind::And(operands) => evaluate_until(call, operands, false),
        Kind::Or(operands) => evaluate_until(call, operands, true),
        Kind::Condition { test, then, otherwise } => {
            if is_true(call, test)? {
                evaluate(call, then)
            } else {
                let otherwise = otherwise.as_ref();
                otherwise.map_or_else(|| Ok(Value::Undefined(NO_ELSE.into())), |part| evaluate(call, part))
            }
        }
        Kind::Captured => Ok(call.variables.variable("").unwrap_or_default()),
        _ => evaluate_operator(call, node),
    }
}

/// Operators and literals: apart from [`evaluate`], whose stack frame is smaller this way.
fn evaluate_operator(call: &Call<'_>, node: &Node) -> Result<Value, Error> {
    let operand = |operand: &Node| -> Result<Value, Error> {
        let value = evaluate(call, operand)?;
        defined(&value).map_err(|error| error.at(operand.place.clone()))?;
        Ok(value)
    };
    let outcome = match &node.kind {
        Kind::Arithmetic { operator, left, right } => {
            operators::arithmetic(*operator, &operand(left)?, &operand(right)?)
        }
        Kind::Comparison { first, rest } => {
            let mut left = evaluate(call, first)?;
            for (comparator, right) in rest {
                let right = evaluate(call, right)?;
                let holds = operators::compare(*comparator, &left, &right);
                if !holds.map_err(|error| error.at(node.place.clone()))? {
                    return Ok(Value::Bool(false));
                }
                left = right;
            }
            Ok(Value::Bool(true))
        }
        Kind::Concatenation(parts) => concatenate(call, parts),
        Kind::Negative(part) => operators::negate(&operand(part)?),
        Kind::Positive(part) => operators::keep_sign(&operand(part)?),
        Kind::List(items) => Ok(Value::List(Arc::new(evaluate_all(call, items)?))),
        Kind::Tuple(items) => Ok(Value::Tuple(Arc::new(evaluate_all(call, items)?))),
        Kind::Map(entries) => evaluate_map(call, entries),
        Kind::Slice { object, bounds } => {
            let object = evaluate(call, object)?;
            let [start, stop, step] = &**bounds;
            let bound =
                |bound: &Option<Node>| bound.as_ref().map_or(Ok(Value::Null), |bound| evaluate(call, bound));
            get_slice(&object, &[bound(start)?, bound(stop)?, bound(step)?])
        }
        _ => return evaluate(call, node),
    };
    outcome.map_err(|error| error.at(node.place.clone()))
}

fn variable(call: &Call<'_>, name: &Text) -> Value {
    if let Some(value) = call.variables.variable(name) {
        return value;
    }
    match name.as_str() {
        "omit" => Value::Omit,
        known if functions::is_function(known) => {
            Value::Callable(Arc::new(Callable { receiver: None, name: name.clone() }))
        }
        _ => Value::Undefined(format!("'{name}' is undefined").into()),
    }
}

fn evaluate_all(call: &Call<'_>, nodes: &[Node]) -> Result<Vec<Value>, Error> {
    nodes.iter().map(|node| evaluate(call, node)).collect()
}

/// Evaluates `and` (until `false`) and `or` (until `true`), which give one of their operands.
fn evaluate_until(call: &Call<'_>, operands: &[Node], wanted: bool) -> Result<Value, Error> {
    let Some((last, others)) = operands.split_last() else { return Ok(Value::Null) };
    for operand in others {
        let value = evaluate(call, operand)?;
        if truth(&value).map_err(|error| error.at(operand.place.clone()))? == wanted {
            return Ok(value);
        }
    }
    evaluate(call, last)
}

fn is_true(call: &Call<'_>, node: &Node) -> Result<bool, Error> {
    truth(&evaluate(call, node)?).map_err(|error| error.at(node.place.clone()))
}

/// Tells whether a value is what an `if` without `else` gives, which prints as nothing.
pub(super) fn is_lenient(value: &Value) -> bool {
    matches!(value, Value::Undefined(words) if words.as_str() == NO_ELSE)
}

/// Tells whether a value is true; one that is undefined is an error.
pub(super) fn truth(value: &Value) -> Result<bool, Error> {
    match value {
        Value::Undefined(words) if words.as_str() == NO_ELSE => Ok(false),
        Value::Undefined(words) => Err(Error::undefined(words)),
        value => Ok(value.is_true()),
    }
}

fn concatenate(call: &Call<'_>, parts: &[Node]) -> Result<Value, Error> {
    use std::fmt::Write;
    let mut text = String::new();
    for part in parts {
        match evaluate(call, part)? {
            Value::Text(piece) => text.push_str(&piece),
            Value::Undefined(words) if words.as_str() == NO_ELSE => {}
            Value::Undefined(words) => return Err(Error::undefined(&words).at(part.place.clone())),
            value => {
                first_undefined(&value).map_err(|error| error.at(part.place.clone()))?;
                // Writing to a `String` does not fail.
                let _ = write!(text, "{value}");
            }
        }
        operators::check_size(text.len())?;
    }
    Ok(Value::from(text))
}

fn evaluate_map(call: &Call<'_>, entries: &[(Node, Node)]) -> Result<Value, Error> {
    let mut map = Map::with_capacity(entries.len());
    for (key, value) in entries {
        let name = evaluate(call, key)?;
        operators::check_key(&name).map_err(|error| error.at(key.place.clone()))?;
        map.insert(name, evaluate(call, value)?);
    }
    Ok(map.into())
}

fn evaluate_arguments(call: &Call<'_>, nodes: &ArgumentNodes) -> Result<Arguments, Error> {
    let mut arguments =
        Arguments { positional: Vec::with_capacity(nodes.positional.len()), keyword: Vec::new() };
    for (node, is_splat) in &nodes.positional {
        let value = evaluate(call, node)?;
        if *is_splat {
            arguments.positional.extend(operators::items(&value).map_err(|e| e.at(node.place.clone()))?);
        } else {
            arguments.positional.push(value);
        }
    }
    for (name, node) in &nodes.keyword {
        let value = evaluate(call, node)?;
        match (name, &value) {
            (Some(name), _) => arguments.keyword.push((name.clone(), value)),
            (None, Value::Map(map)) => {
                for (key, value) in map.iter() {
                    arguments.keyword.push((key.to_string().into(), value.clone()));
                }
            }
            (None, other) => {
                let words = format!("`**` needs a dict, not a value of type `{}`", other.type_name());
                return Err(Error::new(words).at(node.place.clone()));
            }
        }
    }
    Ok(arguments)
}

/// Evaluates the arguments of `default`, where the failure of a filter or method does not matter while the input is
/// defined and so the arguments are not used.
fn evaluate_default_arguments(
    call: &Call<'_>,
    input: &Value,
    nodes: &ArgumentNodes,
) -> Result<Arguments, Error> {
    match evaluate_arguments(call, nodes) {
        Err(error) if error.is_captured() && !input.is_undefined() && input.is_true() => {
            Ok(Arguments::default())
        }
        outcome => outcome,
    }
}

fn evaluate_call(
    call: &Call<'_>,
    node: &Node,
    function: &Node,
    arguments: &ArgumentNodes,
) -> Result<Value, Error> {
    let outcome = if let Kind::Attribute { object, name } = &function.kind {
        let receiver = evaluate(call, object)?;
        let arguments = evaluate_arguments(call, arguments)?;
        if methods::exists(&receiver, name) && methods::may_call(&receiver, name) {
            match undefined_argument(&arguments) {
                Some(undefined) => return Ok(undefined),
                None => methods::call(&receiver, name, arguments, !is_stored(object)),
            }
        } else {
            call_value(call, &get_attribute(&receiver, name), arguments)
        }
    } else {
        let function = evaluate(call, function)?;
        call_value(call, &function, evaluate_arguments(call, arguments)?)
    };
    undefined_as_value(outcome).map_err(|error| error.captured().at(node.place.clone()))
}

/// Tells whether the value of a node is part of a variable, so that a change of it would be seen later.
fn is_stored(node: &Node) -> bool {
    match &node.kind {
        Kind::Variable(_) => true,
        Kind::Attribute { object, .. } | Kind::Item { object, .. } => is_stored(object),
        _ => false,
    }
}

fn call_value(call: &Call<'_>, function: &Value, arguments: Arguments) -> Result<Value, Error> {
    let accepts_undefined = matches!(function, Value::Callable(callable)
        if callable.receiver.is_none() && functions::accepts_undefined(&callable.name));
    if let Some(undefined) = undefined_argument(&arguments).filter(|_| !accepts_undefined) {
        return Ok(undefined);
    }
    match function {
        Value::Undefined(_) => Ok(function.clone()),
        Value::Callable(callable) => match &callable.receiver {
            Some(receiver) => methods::call(receiver, &callable.name, arguments, false),
            None => functions::call(call, &callable.name, arguments),
        },
        other => Err(Error::new(format!("a value of type `{}` cannot be called", other.type_name()))),
    }
}

fn undefined_argument(arguments: &Arguments) -> Option<Value> {
    let keyword = arguments.keyword.iter().map(|(_, value)| value);
    arguments.positional.iter().chain(keyword).find(|value| is_marker(value)).cloned()
}

/// Tells whether a value is undefined in the way that filters and calls pass on.
fn is_marker(value: &Value) -> bool {
    value.is_undefined() && !is_lenient(value)
}

fn undefined_as_value(outcome: Result<Value, Error>) -> Result<Value, Error> {
    match outcome {
        Err(error) if error.is_undefined() => Ok(Value::Undefined(error.to_string().into())),
        outcome => outcome,
    }
}

/// Applies a filter; undefined input or arguments pass through unless the filter wants them.
pub(super) fn apply_filter(
    call: &Call<'_>,
    filter: Filter,
    accepts_undefined: bool,
    input: Value,
    arguments: Arguments,
) -> Result<Value, Error> {
    if accepts_undefined && is_lenient(&input) && !is_given(&arguments, 1, "boolean") {
        // Ansible's `default` does not take it for undefined.
        return Ok(input);
    }
    if accepts_undefined {
        return undefined_as_value(filter(call, input, arguments));
    }
    if is_marker(&input) {
        return Ok(input);
    }
    if let Some(undefined) = undefined_argument(&arguments) {
        return Ok(undefined);
    }
    // What an `if` without `else` gives reads as an empty text everywhere.
    let input = if input.is_undefined() { Value::from("") } else { input };
    undefined_as_value(filter(call, input, arguments))
}

/// Tells whether a flag is set.
fn is_given(arguments: &Arguments, place: usize, name: &str) -> bool {
    let named = arguments.keyword.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value);
    named.or(arguments.positional.get(place)).is_some_and(Value::is_true)
}

/// Applies a test; undefined input or arguments pass through.
pub(super) fn apply_check(
    call: &Call<'_>,
    check: Check,
    input: Value,
    arguments: Arguments,
) -> Result<Value, Error> {
    if is_marker(&input) {
        return Ok(input);
    }
    if let Some(undefined) = undefined_argument(&arguments) {
        return Ok(undefined);
    }
    undefined_as_value(check(call, input, arguments).map(Value::Bool))
}

/// Fails with the first undefined value in a container.
pub(super) fn first_undefined(value: &Value) -> Result<(), Error> {
    match value {
        Value::Undefined(words) => Err(Error::undefined(words)),
        Value::List(items) | Value::Tuple(items) => items.iter().try_for_each(first_undefined),
        Value::Map(map) => map.values().try_for_each(first_undefined),
        _ => Ok(()),
    }
}

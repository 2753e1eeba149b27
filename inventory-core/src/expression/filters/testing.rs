//! Evaluates the small expressions of the filters' tests: filters over literals.

use minijinja::machinery::{ast, parse_expr};
use minijinja::value::ValueKind;

use super::super::{Arguments, Call, Environment, Error, Variables};
use super::{accepts_undefined, find};
use crate::value::{Map, Time, Value};

struct Nothing;

impl Variables for Nothing {
    fn variable(&self, _: &str) -> Option<Value> {
        None
    }
}

/// Calls a function with a world in which there is nothing.
pub(super) fn with_call<T>(run: impl FnOnce(&Call<'_>) -> T) -> T {
    let environment = Environment {
        read_variable: |_| None,
        folder: ".".into(),
        now: Time::from_unix(0, 0).expect("1970 is a year"),
    };
    run(&Call { environment: &environment, variables: &Nothing })
}

/// Checks rows of expression and outcome: the `repr()` of the result, or `error`, or `undefined`.
pub(super) fn check(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (source, expected) in rows {
        let found = match with_call(|call| evaluate(call, &parse_expr(source).expect(source))) {
            Ok(value) if value.is_undefined() => "undefined".to_owned(),
            Ok(value) => finalize(&value).repr(),
            Err(error) if error.is_undefined() => "undefined".to_owned(),
            Err(_) => "error".to_owned(),
        };
        if found != *expected {
            wrong.push(format!("{source}\n   gives {found}\n   not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Makes lists of tuples, as the end of an expression does.
fn finalize(value: &Value) -> Value {
    match value {
        Value::List(items) | Value::Tuple(items) => Value::list(items.iter().map(finalize)),
        Value::Map(map) => {
            map.iter().map(|(key, value)| (key.clone(), finalize(value))).collect::<Map>().into()
        }
        _ => value.clone(),
    }
}

fn evaluate(call: &Call<'_>, node: &ast::Expr<'_>) -> Result<Value, Error> {
    match node {
        ast::Expr::Const(constant) => Ok(convert(&constant.value)),
        ast::Expr::Var(variable) => Ok(Value::Undefined(format!("'{}' is undefined", variable.id).into())),
        ast::Expr::List(list) => evaluate_all(call, &list.items).map(Value::from),
        ast::Expr::Tuple(tuple) => Ok(Value::Tuple(evaluate_all(call, &tuple.items)?.into())),
        ast::Expr::Map(map) => {
            let (keys, values) = (evaluate_all(call, &map.keys)?, evaluate_all(call, &map.values)?);
            Ok(keys.into_iter().zip(values).collect::<Map>().into())
        }
        ast::Expr::UnaryOp(operation) => match evaluate(call, &operation.expr)? {
            Value::Int(number) => Ok(Value::Int(-number)),
            Value::Float(number) => Ok(Value::Float(-number)),
            other => panic!("no minus of {other:?}"),
        },
        ast::Expr::Filter(filter) => {
            let input = evaluate(call, filter.expr.as_ref().expect("filters have an input"))?;
            let mut arguments = Arguments::default();
            for argument in &filter.args {
                match argument {
                    ast::CallArg::Pos(node) => arguments.positional.push(evaluate(call, node)?),
                    ast::CallArg::Kwarg(name, node) => {
                        arguments.keyword.push(((*name).into(), evaluate(call, node)?));
                    }
                    _ => panic!("no splats in tests"),
                }
            }
            apply(call, filter.name, input, arguments)
        }
        _ => panic!("only literals and filters in tests"),
    }
}

fn evaluate_all(call: &Call<'_>, nodes: &[ast::Expr<'_>]) -> Result<Vec<Value>, Error> {
    nodes.iter().map(|node| evaluate(call, node)).collect()
}

fn apply(call: &Call<'_>, name: &str, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let filter = find(name).unwrap_or_else(|| panic!("no filter `{name}`"));
    if input.is_undefined() && !accepts_undefined(name) {
        return Ok(input);
    }
    match filter(call, input, arguments) {
        Err(error) if error.is_undefined() => Ok(Value::Undefined(error.to_string().into())),
        outcome => outcome,
    }
}

fn convert(constant: &minijinja::Value) -> Value {
    match constant.kind() {
        ValueKind::Bool => constant.is_true().into(),
        ValueKind::String => constant.as_str().expect("a string").into(),
        ValueKind::Number if constant.is_integer() => match constant.as_i64() {
            Some(number) => number.into(),
            None => Value::from_big_int(constant.to_string().parse().expect("an integer")),
        },
        ValueKind::Number => Value::Float(constant.to_string().parse().expect("a float")),
        _ => Value::Null,
    }
}

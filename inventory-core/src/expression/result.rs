//! What Ansible stores of a value that an expression gives.

use super::evaluate::NO_ELSE;
use super::{Error, operators};
use crate::value::{Map, Value};

/// How deep the result of an expression may be nested.
const DEPTH_LIMIT: usize = 200;

/// Makes of a result what Ansible stores in a variable: tuples become lists, `omit` in containers is dropped.
///
/// Fails on what is undefined and on types that Ansible refuses.
pub(super) fn finalize(value: Value) -> Result<Value, Error> {
    finalize_at(value, 0)
}

fn finalize_at(value: Value, depth: usize) -> Result<Value, Error> {
    if depth > DEPTH_LIMIT {
        return Err(Error::new("the value is nested too deeply"));
    }
    match value {
        Value::Undefined(words) if words.as_str() == NO_ELSE => Err(Error::new(NO_ELSE)),
        Value::Undefined(words) => Err(Error::undefined(&words)),
        Value::Range(_) | Value::Callable(_) | Value::Duration(_) => {
            Err(Error::new(format!("a value of type `{}` cannot be stored in a variable", value.type_name())))
        }
        Value::List(items) if items.iter().all(is_final) => Ok(Value::List(items)),
        Value::List(items) | Value::Tuple(items) => finalize_items(&items, depth).map(Value::from),
        Value::Map(map) if map.values().all(is_final) && map.keys().all(is_final) => Ok(Value::Map(map)),
        Value::Map(map) => {
            let mut final_map = Map::with_capacity(map.len());
            for (key, value) in map.iter().filter(|(_, value)| !matches!(value, Value::Omit)) {
                let key = finalize_at(key.clone(), depth + 1)?;
                operators::check_key(&key)?;
                final_map.insert(key, finalize_at(value.clone(), depth + 1)?);
            }
            Ok(final_map.into())
        }
        scalar => Ok(scalar),
    }
}

fn finalize_items(items: &[Value], depth: usize) -> Result<Vec<Value>, Error> {
    let kept = items.iter().filter(|item| !matches!(item, Value::Omit));
    kept.map(|item| finalize_at(item.clone(), depth + 1)).collect()
}

/// Tells whether a value is final as it stands: most are, and need no copy.
fn is_final(value: &Value) -> bool {
    is_final_at(value, 0)
}

fn is_final_at(value: &Value, depth: usize) -> bool {
    match value {
        Value::List(items) => depth < DEPTH_LIMIT && items.iter().all(|item| is_final_at(item, depth + 1)),
        Value::Map(map) => {
            depth < DEPTH_LIMIT
                && map.iter().all(|(key, value)| is_final_at(key, depth + 1) && is_final_at(value, depth + 1))
        }
        Value::Tuple(_)
        | Value::Range(_)
        | Value::Callable(_)
        | Value::Duration(_)
        | Value::Undefined(_)
        | Value::Omit => false,
        _ => true,
    }
}

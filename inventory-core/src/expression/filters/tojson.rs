//! `tojson`: JSON that HTML can hold, with sorted keys.

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{given, sort, undefined};
use super::json_text::{self, Layout};
use super::serialize::read_layout;
use crate::value::{Map, Value};

pub(super) const FILTERS: Table = &[("tojson", to_json)];

fn to_json(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [indent] = arguments.bind("tojson", ["indent"], 0)?;
    let options = given(indent).map(|indent| ("indent".into(), indent));
    let layout = read_layout("tojson", options.into_iter().collect(), false)?;
    let layout = Layout { html_safe: true, ..layout };
    json_text::write(&sorted(&input)?, &layout).map(Value::from)
}

/// Sorts the entries of all dicts, which is done before the keys become texts: those of several types have no order.
fn sorted(value: &Value) -> Result<Value, Error> {
    match value {
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(sorted).collect::<Result<Vec<_>, _>>().map(Value::from)
        }
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), value)).collect();
            let mut map = Map::with_capacity(map.len());
            for (key, value) in sort(entries, false)? {
                map.insert(key, sorted(value)?);
            }
            Ok(map.into())
        }
        Value::Undefined(_) => Err(undefined(value)),
        Value::Time(_) => Err(Error::new(format!("`{}` has no form in JSON", value.type_name()))),
        scalar => Ok(scalar.clone()),
    }
}

#[cfg(test)]
mod tests;

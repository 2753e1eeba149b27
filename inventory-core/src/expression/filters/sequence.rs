//! Jinja2's filters of sequences: items, order, extremes, slices.

use num_traits::ToPrimitive;

use super::super::nodes::Operator;
use super::super::operators::arithmetic;
use super::super::{Arguments, Call, Error, operators};
use super::Table;
use super::inputs::{
    bounded, character, flag, fold_case, given, integer, is_less, items, number, require, sort, text,
};
use crate::value::{Map, Value};

pub(super) const FILTERS: Table = &[
    ("batch", batch),
    ("count", length),
    ("dictsort", sort_dict),
    ("first", first),
    ("items", pairs),
    ("join", join),
    ("last", last),
    ("length", length),
    ("list", list),
    ("max", max),
    ("min", min),
    ("reverse", reverse),
    ("slice", slice),
    ("sort", sort_items),
    ("sum", sum),
];

fn length(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("length", [], 0)?;
    let length = match &input {
        Value::Text(text) => text.chars().count(),
        Value::List(items) | Value::Tuple(items) => items.len(),
        Value::Map(map) => map.len(),
        Value::Range(range) => range.len(),
        _ => return Err(Error::new(format!("`{}` has no length", input.type_name()))),
    };
    Ok(length.into())
}

fn first(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("first", [], 0)?;
    let first = match &input {
        Value::List(items) | Value::Tuple(items) => items.first().cloned(),
        Value::Map(map) => map.keys().next().cloned(),
        Value::Text(text) => text.chars().next().map(character),
        Value::Range(range) => range.iter().next().map(Value::Int),
        _ => return Err(Error::new(format!("`{}` cannot be iterated over", input.type_name()))),
    };
    Ok(first.unwrap_or_else(|| Value::Undefined("the sequence has no first item: it is empty".into())))
}

fn last(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("last", [], 0)?;
    let last = match &input {
        Value::List(items) | Value::Tuple(items) => items.last().cloned(),
        Value::Map(map) => map.keys().next_back().cloned(),
        Value::Text(text) => text.chars().next_back().map(character),
        Value::Range(_) => operators::items(&input)?.pop(),
        _ => return Err(Error::new(format!("`{}` cannot be reversed", input.type_name()))),
    };
    Ok(last.unwrap_or_else(|| Value::Undefined("the sequence has no last item: it is empty".into())))
}

fn list(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("list", [], 0)?;
    Ok(items(&input)?.into())
}

fn reverse(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("reverse", [], 0)?;
    if let Value::Text(text) = &input {
        return Ok(text.chars().rev().collect::<String>().into());
    }
    let mut items = items(&input)?;
    items.reverse();
    Ok(items.into())
}

fn join(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [separator, attribute] = arguments.bind("join", ["d", "attribute"], 0)?;
    let separator = separator.map_or_else(|| Ok("".into()), |separator| text(&separator))?;
    let path = attribute.unwrap_or_default();
    let mut joined = String::new();
    for (place, item) in items(&input)?.iter().enumerate() {
        if place > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(&text(&require(item, &path)?)?);
        operators::check_size(joined.len())?;
    }
    Ok(joined.into())
}

/// Pairs each item with the value of its attribute, as the key to compare by.
fn keyed(
    input: &Value,
    attribute: Option<Value>,
    case_sensitive: bool,
) -> Result<Vec<(Value, Value)>, Error> {
    let path = attribute.unwrap_or_default();
    let key = |item: Value| Ok((fold_case(require(&item, &path)?, case_sensitive), item));
    items(input)?.into_iter().map(key).collect()
}

fn min(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, attribute] = arguments.bind("min", ["case_sensitive", "attribute"], 0)?;
    extreme(keyed(&input, attribute, flag(case_sensitive.as_ref()))?, is_less)
}

fn max(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, attribute] = arguments.bind("max", ["case_sensitive", "attribute"], 0)?;
    extreme(keyed(&input, attribute, flag(case_sensitive.as_ref()))?, |a, b| is_less(b, a))
}

/// Returns the first item whose key no other key beats.
fn extreme(
    items: Vec<(Value, Value)>,
    beats: impl Fn(&Value, &Value) -> Result<bool, Error>,
) -> Result<Value, Error> {
    let mut items = items.into_iter();
    let Some(mut best) = items.next() else {
        return Ok(Value::Undefined("there is no least or greatest item: the sequence is empty".into()));
    };
    for item in items {
        if beats(&item.0, &best.0)? {
            best = item;
        }
    }
    Ok(best.1)
}

fn sort_items(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [reverse, case_sensitive, attribute] =
        arguments.bind("sort", ["reverse", "case_sensitive", "attribute"], 0)?;
    let case_sensitive = flag(case_sensitive.as_ref());
    let paths = match attribute.unwrap_or_default() {
        Value::Text(paths) => paths.split(',').map(Value::from).collect(),
        path => vec![path],
    };
    let key = |item: Value| {
        // A list of keys, even of one: two lists of `None` have an order, two `None` have not.
        let keys = paths.iter().map(|path| Ok(fold_case(require(&item, path)?, case_sensitive)));
        Ok((Value::from(keys.collect::<Result<Vec<_>, Error>>()?), item))
    };
    let keyed = items(&input)?.into_iter().map(key).collect::<Result<Vec<_>, Error>>()?;
    Ok(Value::list(sort(keyed, flag(reverse.as_ref()))?.into_iter().map(|(_, item)| item)))
}

/// Returns the map of a `dict`.
fn map(input: &Value) -> Result<&Map, Error> {
    input.as_map().ok_or_else(|| Error::new(format!("expected `dict`, not `{}`", input.type_name())))
}

fn pair(key: &Value, value: &Value) -> Value {
    Value::Tuple(vec![key.clone(), value.clone()].into())
}

fn pairs(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("items", [], 0)?;
    Ok(Value::list(map(&input)?.iter().map(|(key, value)| pair(key, value))))
}

fn sort_dict(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [case_sensitive, by, reverse] = arguments.bind("dictsort", ["case_sensitive", "by", "reverse"], 0)?;
    let by_value = match by.as_ref().map(Value::as_str) {
        None | Some(Some("key")) => false,
        Some(Some("value")) => true,
        _ => return Err(Error::new("`by` must be `key` or `value`")),
    };
    let entries = map(&input)?.iter().map(|(key, value)| {
        let by = if by_value { value.clone() } else { key.clone() };
        (fold_case(by, flag(case_sensitive.as_ref())), pair(key, value))
    });
    let sorted = sort(entries.collect(), flag(reverse.as_ref()))?;
    Ok(Value::list(sorted.into_iter().map(|(_, pair)| pair)))
}

fn sum(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [attribute, start] = arguments.bind("sum", ["attribute", "start"], 0)?;
    let path = attribute.unwrap_or_default();
    let start = start.unwrap_or(Value::Int(0));
    if matches!(start, Value::Text(_)) {
        return Err(Error::new("`sum` does not add up texts: use `join`"));
    }
    items(&input)?
        .iter()
        .try_fold(start, |total, item| arithmetic(Operator::Add, &total, &require(item, &path)?))
}

fn batch(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [size, fill] = arguments.bind("batch", ["linecount", "fill_with"], 1)?;
    // A size that no batch can have means one batch of everything.
    let size = size.as_ref().and_then(number).filter(|size| size.fract() == 0.0);
    let size = size.and_then(|size| size.to_usize()).unwrap_or(usize::MAX);
    let mut batches = Vec::new();
    let mut batch: Vec<Value> = Vec::new();
    for item in items(&input)? {
        if batch.len() == size {
            batches.push(std::mem::take(&mut batch).into());
        }
        batch.push(item);
    }
    if !batch.is_empty() {
        if let Some(fill) = given(fill).filter(|_| size != usize::MAX && size > batch.len()) {
            batch.resize(bounded(size)?, fill);
        }
        batches.push(batch.into());
    }
    Ok(batches.into())
}

fn slice(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [slices, fill] = arguments.bind("slice", ["slices", "fill_with"], 1)?;
    let slices = integer(&slices.unwrap_or_default())?;
    let items = items(&input)?;
    if slices == 0 {
        return Err(Error::new("the number of slices must not be zero"));
    }
    let slices = bounded(usize::try_from(slices).unwrap_or(0))?;
    let fill = given(fill);
    let (size, larger) = (items.len().checked_div(slices), items.len().checked_rem(slices));
    let (size, larger) = (size.unwrap_or(0), larger.unwrap_or(0));
    let mut rest = items.into_iter();
    let slices = (0..slices).map(|place| {
        let is_larger = place < larger;
        let mut slice: Vec<Value> = rest.by_ref().take(size + usize::from(is_larger)).collect();
        slice.extend(fill.clone().filter(|_| !is_larger));
        Value::from(slice)
    });
    Ok(Value::list(slices))
}

#[cfg(test)]
mod tests;

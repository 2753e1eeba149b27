//! Ansible's filters that put sequences together or take them apart: zip, products, flat lists.

use super::super::operators::LIST_LIMIT;
use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{bounded, flag, given, integer, items};
use crate::value::{Text, Value};

pub(super) const FILTERS: Table = &[
    ("combinations", combinations),
    ("flatten", flatten),
    ("permutations", permutations),
    ("product", product),
    ("zip", zip),
    ("zip_longest", zip_longest),
];

fn flatten(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [levels, skip_nulls] = arguments.bind("flatten", ["levels", "skip_nulls"], 0)?;
    let levels = given(levels).map(|levels| integer(&levels)).transpose()?;
    Ok(flatten_items(items(&input)?, levels, skip_nulls.is_none_or(|skip| skip.is_true()))?.into())
}

/// Replaces the lists and tuples among the items by their items, down to that many levels.
pub(super) fn flatten_items(
    elements: Vec<Value>,
    levels: Option<i64>,
    skips_nulls: bool,
) -> Result<Vec<Value>, Error> {
    let mut flat = Vec::with_capacity(elements.len());
    for element in elements {
        let is_null = match &element {
            Value::Null => true,
            Value::Text(text) => matches!(text.as_str(), "None" | "null"),
            _ => false,
        };
        let is_sequence = matches!(element, Value::List(_) | Value::Tuple(_) | Value::Range(_));
        if is_null && skips_nulls {
            continue;
        }
        if is_sequence && levels.is_none_or(|levels| levels >= 1) {
            flat.extend(flatten_items(items(&element)?, levels.map(|levels| levels - 1), skips_nulls)?);
        } else {
            flat.push(element);
        }
        bounded(flat.len())?;
    }
    Ok(flat)
}

/// Returns the input and the positional arguments as sequences.
fn sequences(input: &Value, positional: &[Value]) -> Result<Vec<Vec<Value>>, Error> {
    std::iter::once(input).chain(positional).map(items).collect()
}

fn refuse_keywords(filter: &str, keyword: &[(Text, Value)]) -> Result<(), Error> {
    match keyword.first() {
        Some((name, _)) => Err(Error::new(format!("`{filter}` has no argument `{name}`"))),
        None => Ok(()),
    }
}

fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Tuple(items.into_iter().collect::<Vec<_>>().into())
}

fn zip(_: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let is_strict = flag(arguments.take_keyword("strict").as_ref());
    refuse_keywords("zip", &arguments.keyword)?;
    let sequences = sequences(&input, &arguments.positional)?;
    let shortest = sequences.iter().map(Vec::len).min().unwrap_or(0);
    if is_strict && sequences.iter().any(|sequence| sequence.len() != shortest) {
        return Err(Error::new("`zip` with `strict` needs sequences of one length"));
    }
    Ok(Value::list((0..shortest).map(|place| tuple(sequences.iter().filter_map(|s| s.get(place).cloned())))))
}

fn zip_longest(_: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let fill = arguments.take_keyword("fillvalue").unwrap_or_default();
    refuse_keywords("zip_longest", &arguments.keyword)?;
    let sequences = sequences(&input, &arguments.positional)?;
    let longest = sequences.iter().map(Vec::len).max().unwrap_or(0);
    let item = |sequence: &Vec<Value>, place| sequence.get(place).unwrap_or(&fill).clone();
    Ok(Value::list((0..longest).map(|place| tuple(sequences.iter().map(|s| item(s, place))))))
}

/// Refuses a number of tuples that would hold more than [`LIST_LIMIT`] values in total.
fn refuse_many(tuples: Option<usize>, length: usize) -> Result<(), Error> {
    bounded(tuples.and_then(|tuples| tuples.checked_mul(length.max(1))).unwrap_or(LIST_LIMIT + 1)).map(drop)
}

fn product(_: &Call<'_>, input: Value, mut arguments: Arguments) -> Result<Value, Error> {
    let repeat = arguments.take_keyword("repeat").unwrap_or(Value::Int(1));
    refuse_keywords("product", &arguments.keyword)?;
    let Ok(repeat) = usize::try_from(integer(&repeat)?) else {
        return Err(Error::new("`repeat` must not be negative"));
    };
    let once = sequences(&input, &arguments.positional)?;
    bounded(once.len().saturating_mul(repeat))?;
    let sequences: Vec<&Vec<Value>> = (0..repeat).flat_map(|_| &once).collect();
    let tuples = if sequences.iter().any(|sequence| sequence.is_empty()) {
        Some(0)
    } else {
        sequences.iter().try_fold(1_usize, |total, sequence| total.checked_mul(sequence.len()))
    };
    refuse_many(tuples, sequences.len())?;
    let mut products = vec![Vec::new()];
    if tuples == Some(0) {
        products.clear();
    }
    for sequence in sequences {
        let longer = |product: Vec<Value>| {
            sequence.iter().map(move |item| product.iter().chain([item]).cloned().collect::<Vec<_>>())
        };
        products = products.into_iter().flat_map(longer).collect();
    }
    Ok(Value::list(products.into_iter().map(tuple)))
}

/// Returns the argument `r`, the number of items to choose.
fn chosen(r: &Value) -> Result<usize, Error> {
    usize::try_from(integer(r)?).map_err(|_| Error::new("`r` must not be negative"))
}

fn permutations(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [r] = arguments.bind("permutations", ["r"], 0)?;
    let items = items(&input)?;
    let r = given(r).map_or(Ok(items.len()), |r| chosen(&r))?;
    if r > items.len() {
        return Ok(Value::list([]));
    }
    let factors = (0..r).map(|taken| items.len() - taken);
    refuse_many(factors.into_iter().try_fold(1_usize, usize::checked_mul), r)?;
    Ok(choose(&items, r, |places, place| !places.contains(&place)))
}

fn combinations(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [r] = arguments.bind("combinations", ["r"], 1)?;
    let items = items(&input)?;
    let r = chosen(&r.unwrap_or_default())?;
    if r > items.len() {
        return Ok(Value::list([]));
    }
    // The binomial coefficient, factor by factor; each quotient is whole. The smaller of `r` and its complement
    // keeps the intermediate products near the result.
    let count = (0..r.min(items.len() - r))
        .try_fold(1_usize, |total, taken| Some(total.checked_mul(items.len() - taken)? / (taken + 1)));
    refuse_many(count, r)?;
    // A place too far right leaves too few for the rest.
    let last = |places: &[usize]| items.len() - (r - places.len());
    Ok(choose(&items, r, |places, place| {
        place <= last(places) && places.last().is_none_or(|before| *before < place)
    }))
}

/// Chooses `r` places in lexical order, each of which the predicate allows after those before it.
fn choose(items: &[Value], r: usize, is_allowed: impl Fn(&[usize], usize) -> bool) -> Value {
    let mut tuples = Vec::new();
    let mut places: Vec<usize> = Vec::with_capacity(r);
    let mut next = 0;
    loop {
        if places.len() == r {
            tuples.push(tuple(places.iter().filter_map(|place| items.get(*place).cloned())));
        } else if let Some(place) = (next..items.len()).find(|place| is_allowed(&places, *place)) {
            places.push(place);
            next = 0;
            continue;
        }
        match places.pop() {
            Some(place) => next = place + 1,
            None => return Value::List(tuples.into()),
        }
    }
}

#[cfg(test)]
mod tests;

//! `instance_filters`: what EC2 is asked for.

use inventory_core::config::options::Located;
use inventory_core::diagnostic::{Diagnostic, Origin};

use crate::options::Findings;
use crate::options::filters::doubt;
use crate::sweep::{Filter, Sweep};

/// The filter that says which states there may be.
const STATE: &str = "instance-state-name";

/// Reads sets of filters, of which any (`,`) or, stacked, all must match, and makes a search of each.
///
/// A search without a filter on the state asks for `states`: the script drops the others itself.
pub(super) fn read(
    text: Option<Located<String>>,
    is_stacked: bool,
    states: &[String],
    findings: &mut Findings,
) -> Vec<Sweep> {
    let sets =
        text.map(|Located { value, origin }| sets(&value, &origin, is_stacked, findings)).unwrap_or_default();
    let sets = match sets {
        sets if sets.is_empty() => vec![Vec::new()],
        sets if is_stacked => vec![sets.into_iter().flatten().fold(Vec::new(), with)],
        sets => sets,
    };
    let sweep = |mut filters: Vec<Filter>| {
        if !filters.iter().any(|filter| filter.name == STATE) {
            filters.push(Filter { name: STATE.to_owned(), values: states.to_vec() });
        }
        Sweep::new(filters)
    };
    sets.into_iter().map(sweep).collect()
}

fn sets(text: &str, origin: &Origin, is_stacked: bool, findings: &mut Findings) -> Vec<Vec<Filter>> {
    if is_stacked && text.contains('&') {
        let error = Diagnostic::error("`&` in `instance_filters` cannot be used with `stack_filters`");
        let error = error.with_origin(origin.clone()).label("expected filters with `,` between them");
        findings.errors.push(error.help("with `stack_filters` all filters must match: write `,` for `&`"));
    }
    let sets = text.split(',').filter(|set| !set.is_empty());
    sets.map(|set| set.split('&').filter_map(|part| filter(part, origin, findings)).fold(Vec::new(), with))
        .collect()
}

/// Adds a filter; one of the same name is replaced.
fn with(mut filters: Vec<Filter>, filter: Filter) -> Vec<Filter> {
    match filters.iter_mut().find(|known| known.name == filter.name) {
        Some(known) => *known = filter,
        None => filters.push(filter),
    }
    filters
}

/// Reads a filter; one that is none limits nothing, which is told.
fn filter(part: &str, origin: &Origin, findings: &mut Findings) -> Option<Filter> {
    let part = part.trim();
    let (name, value) =
        part.split_once('=').map_or((part, None), |(name, value)| (name.trim(), Some(value.trim())));
    let Some(value) = value.filter(|_| !name.is_empty()) else {
        let warning =
            Diagnostic::warning(format!("`{part}` in `instance_filters` is no filter: it limits nothing"));
        let warning =
            warning.with_origin(origin.clone()).label("expected `name=value`, such as `tag:env=staging`");
        findings.warnings.push(warning);
        return None;
    };
    findings.warnings.extend(doubt(name, origin.clone()));
    Some(Filter { name: name.to_owned(), values: vec![value.to_owned()] })
}

//! `diff`: what differs between two inventories.

mod json;
mod text;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use inventory_core::diagnostic::Diagnostic;
use inventory_core::diff;
use inventory_core::inventory::Inventory;
use inventory_core::store::snapshot::is_snapshot;
use inventory_core::value::Map;

use crate::arguments::DiffArguments;
use crate::discover::Manner;
use crate::exit::{Condition, DIFFERENT, Failure};
use crate::inventory;
use crate::sources;
use crate::terminal::Terminal;
use crate::{extra_variables, output};

/// Prints what differs; the exit code tells whether anything does, or that a side is not whole or not new.
pub(crate) fn run(arguments: &DiffArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let extra_variables = extra_variables::read(&arguments.extra_vars)?;
    let (before, after) = sides(arguments)?;
    let (before, old) = make(&before, arguments, extra_variables.clone(), terminal)?;
    let (after, new) = make(&after, arguments, extra_variables, terminal)?;
    let doubts = [("before", old), ("after", new)];
    for (side, condition) in doubts {
        if let Some(doubt) = doubt(condition) {
            let message = format!("the inventory {side} {doubt}: what differs may be a matter of that");
            terminal.diagnostic(&Diagnostic::warning(message).of_loss(true));
        }
    }
    let difference = diff::compare(&before, &after)
        .map_err(|error| Failure::Output(format!("the inventories cannot be compared: {error}")))?;
    if arguments.json {
        let json = json::of(&difference, old, new);
        output::write(None, |out| writeln!(out, "{json:#}"))?;
    } else {
        let stdout = std::io::stdout();
        let is_coloured =
            stdout.is_terminal() && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        output::write(None, |out| {
            for (side, condition) in doubts {
                if let Some(doubt) = doubt(condition) {
                    writeln!(out, "{side}: {doubt}")?;
                }
            }
            text::write(&difference, is_coloured, out)
        })?;
    }
    Ok(match old.max(new) {
        Condition::Complete if difference.is_empty() => ExitCode::SUCCESS,
        Condition::Complete => ExitCode::from(DIFFERENT),
        doubtful => doubtful.code(),
    })
}

/// Says what is wrong with an inventory that is not whole or not new.
fn doubt(condition: Condition) -> Option<&'static str> {
    match condition {
        Condition::Complete => None,
        Condition::Stale => Some("has a part that is old"),
        Condition::Partial => Some("lacks a part"),
    }
}

/// What one of the inventories is made of.
#[derive(Debug, PartialEq, Eq)]
struct Side {
    /// The configurations; without any, the rules of one that says nothing.
    configs: Vec<PathBuf>,
    /// Where the facts are, unless clouds are asked.
    snapshot: Option<PathBuf>,
}

/// Returns what both inventories are made of: a snapshot by the rules of the configuration beside it.
fn sides(arguments: &DiffArguments) -> Result<(Side, Side), Failure> {
    let DiffArguments { before, after, configs, .. } = arguments;
    let live = |config: &Path| Side { configs: vec![config.to_owned()], snapshot: None };
    let saved = |file: &Path, configs: &[PathBuf]| Side {
        configs: configs.to_owned(),
        snapshot: Some(file.to_owned()),
    };
    match (is_snapshot(before), is_snapshot(after)) {
        (true, true) => Ok((saved(before, configs), saved(after, configs))),
        _ if !configs.is_empty() => Err(Failure::Usage(
            "`--config` is for two snapshots: a snapshot beside a configuration is read by the rules of that"
                .to_owned(),
        )),
        (true, false) => Ok((saved(before, std::slice::from_ref(after)), live(after))),
        (false, true) => Ok((live(before), saved(after, std::slice::from_ref(before)))),
        (false, false) => Ok((live(before), live(after))),
    }
}

fn make(
    side: &Side,
    arguments: &DiffArguments,
    extra_variables: Map,
    terminal: &Terminal,
) -> Result<(Inventory, Condition), Failure> {
    let environment = sources::environment();
    let (settings, freshness) = (&arguments.settings, &arguments.freshness);
    let (sources, snapshot) = match &side.snapshot {
        Some(file) if side.configs.is_empty() => (sources::of_snapshot(file, settings, &environment)?, None),
        snapshot => (sources::read(&side.configs, settings, &environment)?, snapshot.as_deref()),
    };
    let manner = Manner { freshness, snapshot, report: None };
    inventory::make(&sources, &environment, extra_variables, manner, terminal)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Command};

    #[test]
    fn a_snapshot_is_read_by_the_rules_of_the_configuration_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a", "b"] {
            inventory_core::store::snapshot::write(&path(name), &[], false).unwrap();
        }
        let side = |configs: &[&str], snapshot: Option<&str>| Side {
            configs: configs.iter().map(|name| path(name)).collect(),
            snapshot: snapshot.map(path),
        };
        let (a, b) = (Some("a"), Some("b"));
        type Row = (&'static [&'static str], Option<(Side, Side)>);
        let rows: [Row; 6] = [
            (&["a", "b"], Some((side(&[], a), side(&[], b)))),
            (&["a", "b", "x.yml"], Some((side(&["x.yml"], a), side(&["x.yml"], b)))),
            (&["a", "x.yml"], Some((side(&["x.yml"], a), side(&["x.yml"], None)))),
            (&["x.yml", "b"], Some((side(&["x.yml"], None), side(&["x.yml"], b)))),
            (&["x.yml", "y.yml"], Some((side(&["x.yml"], None), side(&["y.yml"], None)))),
            (&["a", "x.yml", "y.yml"], None),
        ];
        for (names, expected) in rows {
            let mut words = vec!["cloud-inventory".into(), "diff".into()];
            words.extend(names.iter().take(2).map(|name| path(name)));
            words.extend(names.iter().skip(2).flat_map(|name| ["--config".into(), path(name)]));
            let Some(Command::Diff(arguments)) = Arguments::try_parse_from(words).unwrap().command else {
                panic!("{names:?} is no diff")
            };
            assert_eq!(sides(&arguments).ok(), expected, "{names:?}");
        }
    }
}

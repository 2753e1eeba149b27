//! `snapshot save`: the answers of the clouds as one file.

use std::process::ExitCode;
use std::sync::Arc;

use inventory_core::store::{Content, snapshot};
use inventory_core::value::Map;

use crate::arguments::{SaveArguments, SnapshotArguments, SnapshotCommand};
use crate::exit::Failure;
use crate::inventory;
use crate::report;
use crate::sources;
use crate::terminal::Terminal;

/// Does what the command line asks for.
pub(crate) fn run(arguments: &SnapshotArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let SnapshotCommand::Save(arguments) = &arguments.command;
    save(arguments, terminal)
}

fn save(arguments: &SaveArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let SaveArguments { file, configs, scrub, settings, discovery } = arguments;
    // Who forgets FILE names a configuration there.
    if file.metadata().is_ok_and(|found| found.len() > 0) && !snapshot::is_snapshot(file) {
        let message =
            format!("`{}` is no snapshot, and is not replaced: name the file to write", file.display());
        return Err(Failure::Usage(format!("{message} before the configurations")));
    }
    let environment = sources::environment();
    let sources = sources::read(configs, settings, &environment)?;
    let expressions = Arc::new(inventory::expression_environment());
    // Extra variables are for rules, which do not matter here.
    let opened = inventory::open(&sources, &environment, &expressions, Map::new(), terminal)?;
    let mut found = opened.discover(&sources, discovery.manner(), terminal)?;
    let condition = found.condition;
    let report = found.report.take();
    let entries = found.into_entries();
    let written = snapshot::write(file, &entries, *scrub).map_err(|error| {
        Failure::Output(match &error.hint {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        })
    });
    report::settle(report, written, |()| None, terminal)?;
    let scopes = entries.iter().filter(|saved| matches!(saved.entry.content, Content::Facts(_)));
    let (scopes, records) =
        scopes.fold((0, 0), |(scopes, records), saved| (scopes + 1, records + saved.entry.content.len()));
    let scrubbed = if *scrub { ", scrubbed" } else { "" };
    terminal.summary(|| format!("`{}` holds {records} records of {scopes} scopes{scrubbed}", file.display()));
    Ok(discovery.code(condition))
}

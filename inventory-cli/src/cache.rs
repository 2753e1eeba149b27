//! `cache list|show|clear`: the facts that are kept.

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use inventory_core::build::iso_time;
use inventory_core::config::settings;
use inventory_core::store::{Error, Listed, Store, Summary};

use crate::arguments::{CacheArguments, CacheCommand};
use crate::exit::Failure;
use crate::terminal::Terminal;
use crate::{discover, output, sources};

/// Does what the command line asks for.
pub(crate) fn run(arguments: &CacheArguments, terminal: &Terminal) -> Result<(), Failure> {
    let flag = arguments.cache_directory.clone().map(|path| settings::flag("cache_directory", path));
    let (settings, _) = settings::read(Vec::new(), &sources::environment(), flag.into_iter().collect())
        .map_err(Failure::Flags)?;
    let directory = discover::directory(&settings).map_err(Failure::Usage)?;
    if !directory.exists() {
        terminal.say(&format!("nothing is kept in `{}`", directory.display()));
        return Ok(());
    }
    let store = Store::open(&directory).map_err(|error| refuse(&error))?;
    match &arguments.command {
        CacheCommand::List => list(&store),
        CacheCommand::Show { scope } => show(&store, scope),
        CacheCommand::Clear { scope } => clear(&store, scope.as_deref(), terminal),
    }
}

fn refuse(error: &Error) -> Failure {
    Failure::Output(match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

fn list(store: &Store) -> Result<(), Failure> {
    let entries = store.list().map_err(|error| refuse(&error))?;
    output::write(None, |out| entries.iter().try_for_each(|listed| writeln!(out, "{}", line(listed))))
}

fn line(listed: &Listed) -> String {
    match &listed.summary {
        Ok(summary) => {
            let Summary { scope, items, is_plan, fetched_at, .. } = summary;
            let what = if *is_plan { "scopes" } else { "records" };
            format!("{}  {items:>7} {what:<7}  {:>9} bytes  {scope}", iso_time(*fetched_at), listed.bytes)
        }
        Err(reason) => format!("not usable: the file {reason}: {}", listed.path.display()),
    }
}

fn show(store: &Store, scope: &str) -> Result<(), Failure> {
    let entries = store.list().map_err(|error| refuse(&error))?;
    let fits = |listed: &&Listed| listed.summary.as_ref().is_ok_and(|summary| matches(&summary.scope, scope));
    let found: Vec<&Listed> = entries.iter().filter(fits).collect();
    if found.is_empty() {
        return Err(Failure::NotFound(format!("nothing is kept of `{scope}`: `cache list` shows what is")));
    }
    output::write(None, |out| found.iter().try_for_each(|listed| write_entry(out, listed)))
}

fn write_entry(out: &mut dyn Write, listed: &Listed) -> std::io::Result<()> {
    let Ok(Summary { key, scope, fetched_at, is_plan, items, notes, bytes, content_bytes }) = &listed.summary
    else {
        return Ok(());
    };
    let what = if *is_plan { "scopes" } else { "records" };
    writeln!(out, "{scope}")?;
    writeln!(out, "  file: {}", PathBuf::from(&listed.path).display())?;
    writeln!(out, "  fetched at: {}", iso_time(*fetched_at))?;
    writeln!(
        out,
        "  holds: {items} {what}, {notes} notes, {bytes} bytes ({content_bytes} without compression)"
    )?;
    writeln!(out, "  key:")?;
    key.lines().try_for_each(|line| writeln!(out, "    {line}"))
}

/// Tells whether a scope is the one that is named, or within it: `aws/prod` names `aws/prod/eu-west-1` too.
fn matches(scope: &str, named: &str) -> bool {
    scope == named || scope.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}

fn clear(store: &Store, scope: Option<&str>, terminal: &Terminal) -> Result<(), Failure> {
    let removed = match scope {
        None => store.clear(SystemTime::now()),
        Some(scope) => {
            store.remove(|listed| listed.summary.as_ref().is_ok_and(|summary| matches(&summary.scope, scope)))
        }
    };
    let removed = removed.map_err(|error| refuse(&error))?;
    terminal.say(&format!("{} entries are gone, {} bytes", removed.entries, removed.bytes));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_those_within_it() {
        let table = [
            ("aws/prod/eu-west-1", "aws/prod", true),
            ("aws/prod/eu-west-1", "aws", true),
            ("aws/prod/eu-west-1", "aws/prod/eu-west-1", true),
            ("aws/production", "aws/prod", false),
        ];
        for (scope, named, is_match) in table {
            assert_eq!(matches(scope, named), is_match, "{scope} {named}");
        }
    }
}

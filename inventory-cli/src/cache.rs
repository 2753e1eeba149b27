//! `cache list|show|clear`: the facts that are kept.

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use inventory_core::build::iso_time;
use inventory_core::config::settings::{self, Settings};
use inventory_core::store::{Error, Listed, Store, Summary};

use crate::arguments::{CacheArguments, CacheCommand};
use crate::exit::Failure;
use crate::terminal::Terminal;
use crate::{discover, output, sources};

/// Does what the command line asks for.
pub(crate) fn run(arguments: &CacheArguments, terminal: &Terminal) -> Result<(), Failure> {
    let flags = [("cache_directory", &arguments.cache_directory), ("cache_store", &arguments.cache_store)];
    let flags = flags.into_iter().filter_map(|(name, text)| Some(settings::flag(name, text.clone()?)));
    let (settings, _) =
        settings::read(Vec::new(), &sources::environment(), flags.collect()).map_err(Failure::Flags)?;
    discover::runtime()?.block_on(run_command(&arguments.command, &settings, terminal))
}

async fn run_command(
    command: &CacheCommand,
    settings: &Settings,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let scope = match command {
        CacheCommand::List => None,
        CacheCommand::Show { scope } => Some(scope.as_str()),
        CacheCommand::Clear { scope } => scope.as_deref(),
    };
    let (place, store) = open(settings)?;
    let entries = match &store {
        Some(store) => store.list().await.map_err(|error| refuse(&error))?,
        None => Vec::new(),
    };
    let found: Vec<&Listed> = entries.iter().filter(|listed| is_wanted(listed, scope)).collect();
    // What is told is the result, be there a terminal or not.
    let terminal = terminal.with_warnings();
    match (store, scope) {
        // Also without entries: what dead processes left goes, too.
        (Some(store), None) if matches!(command, CacheCommand::Clear { .. }) => {
            clear(&store, None, &terminal).await
        }
        (Some(store), _) if !found.is_empty() => match command {
            CacheCommand::List => list(&found),
            CacheCommand::Show { .. } => show(&found),
            CacheCommand::Clear { .. } => clear(&store, scope, &terminal).await,
        },
        (_, Some(scope)) => {
            let message = format!("nothing is kept of `{scope}` in {place}: `cache list` shows what is");
            Err(Failure::NotFound(message))
        }
        (_, None) => {
            terminal.say(&format!("nothing is kept in {place}"));
            Ok(())
        }
    }
}

/// Opens the store of the settings, and says where it is; none where nothing was ever kept.
fn open(settings: &Settings) -> Result<(String, Option<Store>), Failure> {
    if let Some(address) = &settings.cache_store {
        let store = Store::open_shared(address, None).map_err(|error| refuse(&error))?;
        return Ok(("the shared store".to_owned(), Some(store)));
    }
    let directory = discover::directory(settings).map_err(Failure::Usage)?;
    let place = format!("`{}`", directory.display());
    if !directory.exists() {
        return Ok((place, None));
    }
    Ok((place, Some(Store::open(&directory).map_err(|error| refuse(&error))?)))
}

fn refuse(error: &Error) -> Failure {
    Failure::Output(match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

fn is_wanted(listed: &Listed, scope: Option<&str>) -> bool {
    scope.is_none_or(|scope| listed.summary.as_ref().is_ok_and(|summary| matches(&summary.scope, scope)))
}

fn list(found: &[&Listed]) -> Result<(), Failure> {
    let now = SystemTime::now();
    output::write(None, |out| found.iter().try_for_each(|listed| writeln!(out, "{}", line(listed, now))))
}

fn line(listed: &Listed, now: SystemTime) -> String {
    match &listed.summary {
        Ok(summary) => {
            let Summary { scope, items, is_plan, fetched_at, .. } = summary;
            let (what, age) = (content(*items, *is_plan), age(*fetched_at, now));
            format!("{}  {age:>5}  {what:>15}  {:>9} bytes  {scope}", iso_time(*fetched_at), listed.bytes)
        }
        Err(reason) => format!("not usable: the entry {reason}: {}", listed.path.display()),
    }
}

/// Returns what an entry holds: facts, or a list of scopes.
fn content(items: u64, is_plan: bool) -> String {
    let noun = if is_plan { "scope" } else { "record" };
    format!("{items} {noun}{}", if items == 1 { "" } else { "s" })
}

/// Returns how old facts are, in the largest unit of which it is two or more.
pub(crate) fn age(fetched_at: SystemTime, now: SystemTime) -> String {
    let seconds = now.duration_since(fetched_at).unwrap_or_default().as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let unit = units.iter().find(|(length, _)| seconds >= 2 * length);
    unit.map_or_else(|| format!("{seconds}s"), |(length, name)| format!("{}{name}", seconds / length))
}

fn show(found: &[&Listed]) -> Result<(), Failure> {
    output::write(None, |out| found.iter().try_for_each(|listed| write_entry(out, listed)))
}

fn write_entry(out: &mut dyn Write, listed: &Listed) -> std::io::Result<()> {
    let Ok(Summary { key, scope, fetched_at, is_plan, items, notes, bytes, content_bytes }) = &listed.summary
    else {
        return Ok(());
    };
    let what = content(*items, *is_plan);
    writeln!(out, "{scope}")?;
    writeln!(out, "  place: {}", PathBuf::from(&listed.path).display())?;
    writeln!(out, "  fetched at: {}", iso_time(*fetched_at))?;
    writeln!(out, "  holds: {what}, {notes} notes, {bytes} bytes ({content_bytes} without compression)")?;
    writeln!(out, "  key:")?;
    key.lines().try_for_each(|line| writeln!(out, "    {line}"))
}

/// Tells whether a scope is the one that is named, or within it: `aws/prod` names `aws/prod/eu-west-1` too.
fn matches(scope: &str, named: &str) -> bool {
    scope == named || scope.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}

async fn clear(store: &Store, scope: Option<&str>, terminal: &Terminal) -> Result<(), Failure> {
    let removed = match scope {
        None => store.clear(SystemTime::now()).await,
        Some(_) => store.remove(|listed| is_wanted(listed, scope)).await,
    };
    let removed = removed.map_err(|error| refuse(&error))?;
    let noun = if removed.entries == 1 { "entry" } else { "entries" };
    let of = scope.map(|scope| format!(" of `{scope}`")).unwrap_or_default();
    terminal.say(&format!("removed {} {noun}{of}, {} bytes", removed.entries, removed.bytes));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_contents_are_short() {
        let at = |seconds: u64| {
            age(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
        };
        assert_eq!([0, 119, 120, 7199, 7200, 200_000].map(at), ["0s", "119s", "2m", "119m", "2h", "2d"]);
        assert_eq!([content(1, true), content(2, false)], ["1 scope", "2 records"]);
    }

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

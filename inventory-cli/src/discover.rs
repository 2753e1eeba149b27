//! Asks the clouds, or what is kept of their answers, and tells how that goes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use inventory_core::config::settings::Settings;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{
    self, Asked, Budget, Failed, Fetched, Freshness, Keeping, Outcome, Recording, State, Task,
};
use inventory_core::store::snapshot::Saved;
use inventory_core::store::{self, LocalStore, Stamp, Store};

use crate::arguments::{DiscoveryArguments, FreshnessArguments};
use crate::exit::{Condition, Failure};
use crate::progress::Progress;
use crate::registry::Opened;
use crate::report::{self, Parts, Report};
use crate::terminal::{Terminal, count};
use crate::{open_files, recordings};

/// What is known of all sources, in the order of their units.
pub(crate) struct Found {
    /// What is known of each source.
    pub(crate) fetched: Vec<Fetched>,
    /// Whether that is all there is.
    pub(crate) condition: Condition,
    /// What the run did, to be written when it is known what becomes of it.
    pub(crate) report: Option<Report>,
    tasks: Vec<Task>,
    started: SystemTime,
}

impl Found {
    /// Returns the number of machines that the clouds told of.
    pub(crate) fn machines(&self) -> u64 {
        let scopes = self.fetched.iter().flat_map(|fetched| &fetched.scopes);
        scopes.map(|scope| scope.report.hosts as u64).sum()
    }

    /// Returns it as the entries of a snapshot.
    pub(crate) fn into_entries(self) -> Vec<Saved> {
        Recording::entries(&self.tasks, self.fetched, self.started)
    }
}

/// Who is asked, and how.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    /// What is asked anew.
    pub(crate) freshness: &'a FreshnessArguments,
    /// The file whose facts are used in the place of the clouds'.
    pub(crate) snapshot: Option<&'a Path>,
    /// Where the run report is written.
    pub(crate) report: Option<&'a Path>,
}

impl DiscoveryArguments {
    /// Returns who is asked, and how.
    pub(crate) fn manner(&self) -> Manner<'_> {
        let (snapshot, report) = (self.snapshot.as_deref(), self.report.as_deref());
        Manner { freshness: &self.freshness, snapshot, report }
    }
}

/// What is to be asked, and what is kept of it.
pub(crate) struct Prepared {
    tasks: Vec<Task>,
    /// How messages call each task.
    places: Vec<String>,
    keeping: Keeping,
}

/// Finds out what the units need.
pub(crate) fn prepare(
    opened: &[Opened],
    settings: &Settings,
    budget: &Budget,
    manner: Manner<'_>,
    terminal: &Terminal,
) -> Result<Prepared, Failure> {
    let (mut tasks, mut places): (Vec<Task>, Vec<String>) = (Vec::new(), Vec::new());
    for opened in opened {
        tasks.extend(opened.tasks());
        places.extend(opened.places());
    }
    if let Some(file) = manner.snapshot {
        let refuse = |message: String| Failure::Config(vec![Diagnostic::error(message)]);
        recordings::replace(&mut tasks, file).map_err(refuse)?;
    }
    if manner.freshness.accept_shrink {
        tasks.iter_mut().for_each(|task| task.policy.shrink = None);
    }
    let keeping = keeping(opened, &tasks, settings, budget, manner.freshness, terminal)?;
    Ok(Prepared { tasks, places, keeping })
}

impl Prepared {
    /// Returns the stamps of all facts, where all are kept and fresh on this machine, and where they are kept.
    pub(crate) fn kept(&self) -> Option<(LocalStore, Vec<Stamp>)> {
        let store = self.keeping.store.as_ref()?.local()?;
        Some((store.clone(), discovery::stamps(&self.tasks, &self.keeping)?))
    }

    /// Asks for everything; writes the run report where that fails.
    pub(crate) fn run(
        self,
        budget: &Budget,
        manner: Manner<'_>,
        terminal: &Terminal,
    ) -> Result<Found, Failure> {
        let Prepared { tasks, places, keeping } = self;
        let started = (SystemTime::now(), Instant::now());
        let outcome = ask(&tasks, budget, &keeping, terminal)?;
        let has_fetched = outcome.reports().any(|(_, report)| matches!(report.state, State::Fetched));
        if let Some(store) = keeping.store.as_ref().filter(|_| has_fetched) {
            // What it cannot clean up now, a later run can.
            let _ = store.sweep(SystemTime::now());
        }
        let elapsed = started.1.elapsed();
        let parts = Parts { outcome: &outcome, tasks: &tasks, places: &places, started: started.0, elapsed };
        let report = manner.report.map(|file| parts.report(file));
        let condition = tell(&outcome, &tasks, &places, terminal);
        summarize(&outcome, elapsed, terminal);
        let fetched = outcome.complete().map_err(|failed| {
            let named =
                |Failed { source, error, .. }| (places.get(source).cloned().unwrap_or_default(), error);
            Failure::Discovery(failed.into_iter().map(named).collect())
        });
        match fetched {
            Ok(fetched) => Ok(Found { fetched, condition, report, tasks, started: started.0 }),
            Err(failure) => report::settle(report, Err(failure), |_| None, terminal),
        }
    }
}

fn ask(tasks: &[Task], budget: &Budget, keeping: &Keeping, terminal: &Terminal) -> Result<Outcome, Failure> {
    open_files::raise_limit();
    let runtime = runtime()?;
    let progress = Progress::new(terminal);
    Ok(runtime.block_on(async {
        let run = discovery::run(tasks, budget, keeping, &progress);
        tokio::pin!(run);
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                outcome = &mut run => break outcome,
                _ = ticks.tick() => progress.refresh(),
            }
        }
    }))
}

/// Returns what network and timers run on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::Output(format!("cannot start: {error}")))
}

/// Opens the store where a unit keeps facts; one that cannot be used costs a warning, and the clouds are asked.
fn keeping(
    opened: &[Opened],
    tasks: &[Task],
    settings: &Settings,
    budget: &Budget,
    arguments: &FreshnessArguments,
    terminal: &Terminal,
) -> Result<Keeping, Failure> {
    let freshness = match (arguments.refresh, arguments.cached_only) {
        (true, _) => Freshness::Refreshed,
        (_, true) => Freshness::KeptOnly,
        _ => Freshness::Kept,
    };
    if !tasks.iter().any(|task| task.policy.is_kept) {
        let is_recording = |task: &Task| matches!(task.asked, Asked::Recording(_));
        if arguments.cached_only && !tasks.iter().all(is_recording) {
            return Err(Failure::Usage(
                "`--cached-only` needs facts that are kept: write `cache: {ttl: 10m}` in the configuration"
                    .to_owned(),
            ));
        }
        return Ok(Keeping { store: None, freshness });
    }
    let named = if settings.cache_store.is_none() { named_directory(opened, settings)? } else { None };
    match open(named, settings, budget) {
        Ok(store) => Ok(Keeping { store: Some(store), freshness }),
        Err(message) if arguments.cached_only => Err(Failure::Output(message)),
        Err(message) => {
            // A loss: who counts on kept facts for when a cloud fails must know that there are none.
            let message = format!("{message}: nothing is kept, and all is fetched");
            terminal.diagnostic(&Diagnostic::warning(message).of_loss(true));
            Ok(Keeping { store: None, freshness })
        }
    }
}

/// Returns the directory that the configurations name for the facts that they keep, unless the settings name one.
///
/// # Errors
/// When they name different ones: facts are never kept where the configuration that asks for them does not say.
pub(crate) fn named_directory(opened: &[Opened], settings: &Settings) -> Result<Option<PathBuf>, Failure> {
    if settings.cache_directory.is_some() {
        return Ok(None);
    }
    let mut keeping = opened.iter().filter(|opened| opened.tasks().iter().any(|task| task.policy.is_kept));
    let Some(first) = keeping.next() else { return Ok(None) };
    let Some(other) = keeping.find(|opened| opened.directory != first.directory) else {
        return Ok(first.directory.clone());
    };
    let place = |opened: &Opened| match &opened.directory {
        Some(directory) => format!("`{}` in `{}`", opened.path.display(), directory.display()),
        None => format!("`{}` in the usual one", opened.path.display()),
    };
    let message = format!(
        "a run keeps facts in one directory, not those of {} and those of {}",
        place(first),
        place(other)
    );
    let help = "name one for all with `--cache-directory` or `CLOUD_INVENTORY_CACHE_DIRECTORY`";
    let keys =
        "or take `cache_path`, `cache_connection` or `directory` out, so that all are kept in the usual one";
    Err(Failure::Config(vec![Diagnostic::error(message).help(help).help(keys)]))
}

/// Opens the store of the settings, else that in the directory that is named, else that of the user.
fn open(named: Option<PathBuf>, settings: &Settings, budget: &Budget) -> Result<Store, String> {
    let refuse = |error: store::Error| match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    if let Some(address) = &settings.cache_store {
        return Store::open_shared(address, Some(budget.end())).map_err(refuse);
    }
    let directory = match named {
        Some(named) => named,
        None => directory(settings)?,
    };
    Store::open(directory).map_err(refuse)
}

/// Returns the directory in which facts are kept: that of the settings, or one in the user's cache.
pub(crate) fn directory(settings: &Settings) -> Result<PathBuf, String> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_user = || absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let directory = settings.cache_directory.clone();
    directory.or_else(|| Some(of_user()?.join("cloud-inventory"))).ok_or_else(|| {
        "there is no home directory to keep facts in: set `CLOUD_INVENTORY_CACHE_DIRECTORY`".to_owned()
    })
}

/// Tells which scopes are old or missing, as a loss: whoever uses the inventory must know.
fn tell(outcome: &Outcome, tasks: &[Task], places: &[String], terminal: &Terminal) -> Condition {
    let mut condition = Condition::Complete;
    let mut warn = |source: usize, message: String, found: Condition| {
        let place = places.get(source).map_or("", String::as_str);
        terminal.diagnostic(&Diagnostic::warning(format!("{place}: {message}")).of_loss(true));
        condition = condition.max(found);
    };
    for (source, scope, state) in outcome.doubts() {
        let list = || {
            format!(
                "the list of scopes of {}",
                tasks.get(source).map_or("a cloud", |task| task.asked.cloud())
            )
        };
        let place = scope.map_or_else(list, ToString::to_string);
        match state {
            State::Stale { fetched_at, error } => {
                let since = inventory_core::build::iso_time(*fetched_at);
                let why = error.as_ref().map(|error| format!(": {}: {}", error.operation, error.message));
                let message = format!("{place} is as it was at {since}{}", why.unwrap_or_default());
                warn(source, message, Condition::Stale);
            }
            State::Missing { error } => {
                let message = format!("{place} is left out: {}: {}", error.operation, error.message);
                warn(source, message, Condition::Partial);
            }
            State::Fetched | State::Kept { .. } => {}
        }
    }
    condition
}

fn summarize(outcome: &Outcome, elapsed: Duration, terminal: &Terminal) {
    let (mut scopes, mut hosts, mut kept) = (0, 0, 0);
    for (_, report) in outcome.reports() {
        scopes += 1;
        hosts += report.hosts;
        kept += usize::from(!matches!(report.state, State::Fetched));
    }
    let kept = if kept > 0 { format!(", {kept} of them kept") } else { String::new() };
    terminal.summary(|| {
        let (machines, scopes) = (count(hosts, "machine"), count(scopes, "scope"));
        format!("{machines} in {scopes}{kept}, {:.1} s", elapsed.as_secs_f64())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_kept_where_the_settings_say() {
        let (settings, _) = inventory_core::config::settings::read(
            Vec::new(),
            &inventory_core::config::environment::Environment::default(),
            vec![inventory_core::config::settings::flag("cache_directory", "/x/y")],
        )
        .unwrap();
        assert_eq!(directory(&settings), Ok(PathBuf::from("/x/y")));
    }
}

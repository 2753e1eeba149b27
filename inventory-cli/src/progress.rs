//! How a run goes, on a terminal.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use inventory_core::discovery::{Asked, Scope, ScopeReport, State, Watch};

use crate::cache::age;
use crate::report::state_name;
use crate::terminal::{Terminal, count};

/// The time before anything is shown: a quick run needs no progress.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shows how many scopes are done, under way and waiting, and how many machines there are so far.
pub(crate) struct Progress<'a> {
    terminal: &'a Terminal,
    bar: ProgressBar,
    under_way: RefCell<Vec<(Asked, Scope)>>,
    counts: RefCell<Counts>,
}

#[derive(Default)]
struct Counts {
    scopes: usize,
    done: usize,
    failed: usize,
    hosts: usize,
}

impl<'a> Progress<'a> {
    /// Makes a line at the bottom of the terminal; none where stderr is no terminal, or must be quiet.
    pub(crate) fn new(terminal: &'a Terminal) -> Progress<'a> {
        let bar = ProgressBar::new_spinner();
        if !terminal.shows_progress() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        terminal.set_bar(Some(bar.clone()));
        let (under_way, counts) = (RefCell::default(), RefCell::default());
        Progress { terminal, bar, under_way, counts }
    }

    /// Shows how it goes now.
    pub(crate) fn refresh(&self) {
        if self.bar.is_hidden() || self.bar.elapsed() < PATIENCE {
            return;
        }
        let under_way = self.under_way.borrow();
        let setbacks = under_way.iter().filter_map(|(asked, scope)| asked.last_failure(scope));
        let (throttled, waiting): (Vec<_>, Vec<_>) = setbacks.partition(|setback| setback.is_throttle);
        let (open, throttled, waiting) = (under_way.len(), throttled.len(), waiting.len());
        let Counts { scopes, done, failed, hosts } = *self.counts.borrow();
        let mut line = match scopes {
            0 => "looking for what to ask".to_owned(),
            _ => {
                format!("{done} of {}, {open} under way, {}", count(scopes, "scope"), count(hosts, "machine"))
            }
        };
        if throttled > 0 {
            line.push_str(&format!(", {throttled} waiting on a throttle"));
        }
        if waiting > 0 {
            line.push_str(&format!(", {waiting} waiting to try again"));
        }
        if failed > 0 {
            line.push_str(&format!(", {failed} failed"));
        }
        self.bar.set_message(line);
        self.bar.tick();
    }
}

impl Watch for Progress<'_> {
    fn planned(&self, scopes: &[(Asked, Scope)]) {
        if self.terminal.shows_progress() {
            self.under_way.borrow_mut().extend_from_slice(scopes);
        }
        self.counts.borrow_mut().scopes += scopes.len();
    }

    fn done(&self, scope: &Scope, report: Option<&ScopeReport>) {
        self.under_way.borrow_mut().retain(|(_, other)| other != scope);
        let mut counts = self.counts.borrow_mut();
        counts.done += 1;
        match report {
            Some(report) => counts.hosts += report.hosts,
            None => counts.failed += 1,
        }
        if let Some(report) = report {
            self.terminal.step(|| step(report));
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.terminal.set_bar(None);
    }
}

fn step(report: &ScopeReport) -> String {
    let ScopeReport { scope, state, pages, hosts, elapsed, .. } = report;
    let (pages, machines) = (count(*pages, "page"), count(*hosts, "machine"));
    let name = state_name(state);
    match state {
        State::Fetched => format!("{scope}: {machines}, {name} in {pages}, {elapsed:.0?}"),
        State::Kept { fetched_at } | State::Stale { fetched_at, .. } => {
            format!("{scope}: {machines}, {name}, {} old", age(*fetched_at, SystemTime::now()))
        }
        State::Missing { .. } => format!("{scope}: {name}"),
    }
}

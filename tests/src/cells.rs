//! Tests of many cells, each a row of a table under one circumstance, of which several run at once.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use crate::workplace::Run;

/// How many cells run at once: they wait for retries most of the time.
const WORKERS: usize = 4;

/// Checks all cells, each of a name and what is expected of it, and tells every one that is wrong with its reason.
///
/// # Panics
/// When a cell is wrong, or when there is none.
pub fn check_all<T: Send>(
    cells: impl IntoIterator<Item = (String, T)>,
    check: impl Fn(&str, T) -> Result<(), String> + Sync,
) {
    let queue = Mutex::new(cells.into_iter().collect::<VecDeque<_>>());
    let wrong = Mutex::new(Vec::new());
    let next = || queue.lock().expect("no worker panics").pop_front();
    assert!(!queue.lock().expect("no worker panics").is_empty(), "there are cells");
    thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| {
                while let Some((name, expected)) = next() {
                    if let Err(reason) = check(&name, expected) {
                        wrong.lock().expect("no worker panics").push(format!("{name}: {reason}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no worker panics");
    assert!(wrong.is_empty(), "{} cells ended otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// Tells in what a run did not fail as it must: with a message that names `scope` and `cause`, and without an inventory.
///
/// # Errors
/// When it did not.
pub fn check_failure(run: &Run, scope: &str, cause: &str) -> Result<(), String> {
    if run.succeeded() {
        return Err(format!("it succeeds: {}", run.stderr));
    }
    if !run.stdout.is_empty() {
        return Err("it fails, and gives an inventory".to_owned());
    }
    if !run.stderr.contains(cause) || !run.stderr.contains(scope) {
        return Err(format!("the message does not tell `{scope}` and `{cause}`: {}", run.stderr));
    }
    Ok(())
}

/// Tells whether two hosts are the same but for these variables.
pub fn differ_only_in(theirs: Option<&Value>, ours: Option<&Value>, variables: &[&str]) -> bool {
    let without = |host: Option<&Value>| {
        let mut host = host.and_then(Value::as_object).cloned()?;
        host.retain(|name, _| !variables.contains(&name.as_str()));
        Some(host)
    };
    let theirs = without(theirs);
    theirs.is_some() && theirs == without(ours)
}

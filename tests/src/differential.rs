//! The differential test: the same configs on the same fleet, through a plugin and through this program.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use crate::ansible::Outcome;
use crate::compare::Inventory;
use crate::configs::{Config, Expectation};
use crate::python::Environment;
use crate::workplace::Workplace;

/// Names a part of the name of the configs to run, instead of all of them.
const ONLY_VARIABLE: &str = "CLOUD_INVENTORY_TEST_CONFIG";

/// The machines of this project's developers and its CI have two cores.
const WORKERS: usize = 2;

/// Runs both tools on every config of a folder of `configs/`; `stage` makes the place with the config in it.
///
/// # Panics
/// When any config does not come out as it says.
pub fn run(folder: &str, environment: &Environment, stage: impl Fn(&Config) -> (Workplace, PathBuf) + Sync) {
    let only = std::env::var(ONLY_VARIABLE).unwrap_or_default();
    let configs: VecDeque<_> =
        Config::read_all(folder).into_iter().filter(|config| config.name().contains(&only)).collect();
    assert!(!configs.is_empty(), "no config is named like `{only}`");
    let count = configs.len();
    let (queue, failures) = (Mutex::new(configs), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(config) = queue.lock().expect("no worker panics").pop_front() else { break };
                    let (workplace, file) = stage(&config);
                    let arguments: Vec<_> =
                        config.extra_variables.iter().flat_map(|variable| ["-e", variable]).collect();
                    let outcome = Outcome::with_arguments(&workplace, environment, &file, &arguments);
                    if let Err(reason) = judge(&config, outcome) {
                        let failure = format!("{}: {reason}", config.name());
                        failures.lock().expect("no worker panics").push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no worker panics");
    assert!(failures.is_empty(), "{} of {count} configs failed:\n{}", failures.len(), failures.join("\n"));
}

/// Tells what is not as the config expects.
fn judge(config: &Config, outcome: Outcome) -> Result<(), String> {
    let Outcome { plugin, ours, collection } = outcome;
    match (ours.succeeded(), collection.succeeded()) {
        (true, true) => {
            let [script, collection] = [&ours, &collection].map(|run| Inventory::read(&run.json()));
            let differences = script.differences(&collection);
            if !differences.is_empty() {
                return Err(format!("through the collection: {}", differences.join("\n    ")));
            }
        }
        (false, false) => {}
        (true, false) => return Err(format!("only the collection fails: {}", collection.stderr)),
        (false, true) => return Err("only the script fails".to_owned()),
    }
    match (&config.expectation, plugin.succeeded(), ours.succeeded()) {
        (Expectation::BothFail, false, false) => return Ok(()),
        (Expectation::PluginDefect, false, true) => return holds_reasons(config, &[plugin.stderr]),
        (Expectation::HiddenFailure, true, false) => return holds_reasons(config, &[ours.stderr]),
        (Expectation::Equal | Expectation::Empty | Expectation::Differs, true, true) => {}
        (_, true, false) => return Err(format!("only ours fails: {}", ours.stderr)),
        (_, false, true) => return Err(format!("only the plugin fails: {}", plugin.stderr)),
        (_, true, true) => return Err("both succeed".to_owned()),
        (_, false, false) => return Err(format!("both fail: {}\nours: {}", plugin.stderr, ours.stderr)),
    }
    let (plugin, ours) = (Inventory::read(&plugin.json()), Inventory::read(&ours.json()));
    let differences = plugin.differences(&ours);
    match config.expectation {
        Expectation::Differs => return holds_reasons(config, &differences),
        _ if !differences.is_empty() => {
            let shown: Vec<_> = differences.iter().take(15).map(String::as_str).collect();
            return Err(format!("{} differences:\n    {}", differences.len(), shown.join("\n    ")));
        }
        Expectation::Empty if plugin.host_count() != 0 => return Err("it finds hosts".to_owned()),
        Expectation::Equal if plugin.host_count() == 0 => return Err("it finds no host".to_owned()),
        _ => {}
    }
    Ok(())
}

/// Checks that every text holds one of the config's reasons, and every reason is in some text.
fn holds_reasons(config: &Config, texts: &[String]) -> Result<(), String> {
    let flat: Vec<_> =
        texts.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for text in &flat {
        if !config.reasons.iter().any(|reason| text.contains(reason)) {
            return Err(format!("not among the reasons of the config: {text}"));
        }
    }
    for reason in &config.reasons {
        if !flat.iter().any(|text| text.contains(reason)) {
            return Err(format!("`{reason}` was not seen"));
        }
    }
    if config.reasons.is_empty() { Err("the config names no reason".to_owned()) } else { Ok(()) }
}

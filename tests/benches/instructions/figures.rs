//! The figures that are kept, and the comparison with them.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How much more a stage may take, as a share.
const MARGIN: f64 = 0.05;
/// The same where another compiler made the program.
const WIDE_MARGIN: f64 = 0.25;

/// Instructions by stage, and what they depend on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The compiler, as `rustc --version` tells it.
    rustc: String,
    /// The architecture, such as `x86_64`.
    architecture: String,
    /// What tells facts apart.
    facts: String,
    /// Instructions by the name of the stage.
    stages: Map<String, Value>,
}

/// Returns the file of the figures that are kept.
pub(crate) fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/figures.json"))
}

impl Figures {
    /// Makes figures of what was counted here.
    pub(crate) fn new(facts: String, stages: Vec<(&'static str, u64)>) -> Self {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc).arg("--version").output().expect("rustc tells its version");
        Self {
            rustc: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
            facts,
            stages: stages.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect(),
        }
    }

    /// Reads the figures that are kept.
    pub(crate) fn read() -> Result<Self, String> {
        let file = path();
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Keeps these figures.
    pub(crate) fn write(&self) {
        let text = serde_json::to_string_pretty(self).expect("figures are JSON");
        fs::write(path(), text + "\n").expect("the file of the figures");
    }

    /// Compares what was counted with these figures; returns a table, or why that is not right.
    pub(crate) fn compare(&self, seen: &Figures, hosts: usize) -> Result<String, String> {
        if self.architecture != seen.architecture {
            return Err(format!("the figures are of {}, this is {}", self.architecture, seen.architecture));
        }
        if self.facts != seen.facts {
            return Err("the simulator or the floor makes other facts than those of the figures".to_owned());
        }
        let mut table = format!("instructions per host, of {hosts} hosts\n");
        let mut line = |line: String| writeln!(table, "{line}").expect("a text takes a line");
        let margin = if self.rustc == seen.rustc {
            MARGIN
        } else {
            line(format!("the figures are of {}, this is {}: the margin is wider", self.rustc, seen.rustc));
            WIDE_MARGIN
        };
        let mut is_right = self.stages.len() == seen.stages.len();
        for (name, count) in &seen.stages {
            let count = count.as_f64().unwrap_or_default();
            let Some(kept) = self.stages.get(name).and_then(Value::as_f64) else {
                is_right = false;
                line(format!("{name:<28}{:>10.0}  has no figure", count / hosts as f64));
                continue;
            };
            let change = count / kept - 1.0;
            let told = match change {
                _ if change > margin => "too many",
                _ if change < -margin => "fewer: keep what was won, with new figures",
                _ => "",
            };
            is_right &= change <= margin;
            let per_host = count / hosts as f64;
            line(format!("{name:<28}{per_host:>10.0}{:>+8.1} %  {told}", change * 100.0));
        }
        if is_right { Ok(table) } else { Err(table) }
    }
}

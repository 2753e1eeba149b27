//! What runs of programs cost.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Seconds of processors, in the program and the kernel, of all processes of the program.
    pub(crate) cpu: f64,
    /// Seconds.
    pub(crate) wall: f64,
    /// The most memory at one time of the largest process, in millions of bytes.
    pub(crate) memory: f64,
    /// What it printed, in millions of bytes.
    pub(crate) output: f64,
}

/// A program that is measured.
pub(crate) struct Contestant<'a> {
    /// The name in tables.
    pub(crate) name: &'static str,
    workplace: &'a Workplace,
    environment: &'static Environment,
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    /// How often, where it is not as often as the others.
    pub(crate) rounds: Option<usize>,
}

impl<'a> Contestant<'a> {
    /// Names a program with its arguments, which runs in the folder of a workplace.
    pub(crate) fn new(
        name: &'static str,
        workplace: &'a Workplace,
        program: impl AsRef<Path>,
        arguments: &[&str],
    ) -> Self {
        Self {
            name,
            workplace,
            environment: Environment::current(),
            program: program.as_ref().to_owned(),
            arguments: arguments.iter().map(OsString::from).collect(),
            variables: Vec::new(),
            rounds: None,
        }
    }

    /// Names a program of a Python environment.
    pub(crate) fn python(
        name: &'static str,
        workplace: &'a Workplace,
        environment: &'static Environment,
        program: &str,
        arguments: &[&str],
    ) -> Self {
        Self { environment, ..Self::new(name, workplace, environment.program(program), arguments) }
    }

    /// Sets an environment variable.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Has it measured so often.
    pub(crate) fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = Some(rounds);
        self
    }

    fn measure(&self) -> Cost {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
        let mut command = self.workplace.python_command(self.environment, "python");
        command.arg("-IS").arg(script).arg(&self.program).args(&self.arguments);
        command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1").env("ANSIBLE_DEPRECATION_WARNINGS", "0");
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        let run = Run::of(&mut command);
        let result = run.json();
        let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
        let is_done = number("code") == 0.0 && number("bytes") > 0.0;
        assert!(is_done, "{} {:?}: {result} {}", self.program.display(), self.arguments, run.stderr);
        Cost {
            cpu: number("cpu"),
            wall: number("wall"),
            memory: number("memory") * 1.048_576,
            output: number("bytes") / 1e6,
        }
    }
}

/// Measures programs in turns, so that what slows the machine down slows all of them down; returns the costs of each.
pub(crate) fn race(what: &str, rounds: usize, contestants: &[Contestant<'_>]) -> Vec<Vec<Cost>> {
    let mut costs: Vec<Vec<Cost>> = contestants.iter().map(|_| Vec::new()).collect();
    let most = contestants.iter().filter_map(|contestant| contestant.rounds).fold(rounds, usize::max);
    for round in 0..most {
        for (contestant, costs) in contestants.iter().zip(&mut costs) {
            if round < contestant.rounds.unwrap_or(rounds) {
                let cost = contestant.measure();
                eprintln!(
                    "{what}, {}: CPU {:.3} s, wall {:.3} s, {:.0} MB",
                    contestant.name, cost.cpu, cost.wall, cost.memory
                );
                costs.push(cost);
            }
        }
    }
    costs
}

//! How many instructions the stages after discovery take on fixed facts: a guard that no load of the machine disturbs.
//!
//! `cargo bench -p inventory-tests --bench instructions [-- --accept]`, below valgrind. The figures of the last commit that
//! meant to change them are in `figures.json`; a stage that takes more than a margin above its figure fails the guard.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and its failure is a panic"
)]

mod facts;
mod figures;
mod stages;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;

use self::figures::Figures;
use self::stages::Stage;

/// Counts the instructions of the stages after discovery, and compares them with the figures that are kept.
#[derive(Debug, Parser)]
#[command(name = "instructions")]
struct Options {
    /// Keep the numbers as the new figures
    #[arg(long)]
    accept: bool,

    /// Go through so many stages of these facts, for the guard that counts
    #[arg(long, hide = true, num_args = 2, value_names = ["COUNT", "FILE"])]
    stages: Option<Vec<String>>,

    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some([count, file]) = options.stages.as_deref() {
        stages::run(count.parse().expect("a number of stages"), Path::new(file));
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("facts");
    let (hosts, digest) = facts::write(&file);
    let seen = match count_all(&file) {
        Ok(counts) => Figures::new(digest, counts),
        Err(reason) => {
            eprintln!("no instructions are counted: {reason}");
            return ExitCode::FAILURE;
        }
    };
    if options.accept {
        seen.write();
        println!("{} has the new figures", figures::path().display());
        return ExitCode::SUCCESS;
    }
    match Figures::read().and_then(|kept| kept.compare(&seen, hosts)) {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            eprintln!(
                "where that is meant: `cargo bench -p inventory-tests --bench instructions -- --accept`, and commit {}",
                figures::path().display()
            );
            ExitCode::FAILURE
        }
    }
}

/// Counts the instructions of each stage: those of a run up to it, without those of a run up to the stage before.
fn count_all(file: &Path) -> Result<Vec<(&'static str, u64)>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let totals = (0..=Stage::ALL.len()).map(|stages| count(&program, stages, file));
    let totals = totals.collect::<Result<Vec<_>, _>>()?;
    let differences = totals.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    Ok(Stage::ALL.iter().map(|stage| stage.name()).zip(differences).collect())
}

/// Counts the instructions of a run up to a stage.
fn count(program: &PathBuf, stages: usize, file: &Path) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--stages", &stages.to_string()])
        .arg(file)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .map_err(|error| format!("`valgrind` cannot be run: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.filter(|_| output.status.success()).ok_or_else(|| format!("valgrind failed: {told}"))
}

//! Prints one Ansible inventory of all machines that a team runs on AWS, Azure and GCP.

mod arguments;
mod cache;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod discover;
mod exit;
mod extra_variables;
mod hand_over;
mod inventory;
mod open_files;
mod output;
mod progress;
mod recordings;
mod registry;
mod report;
mod reuse;
mod schema;
mod show;
mod snapshot;
mod sources;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::terminal::Terminal;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    let terminal = match Terminal::new(arguments.verbose, arguments.quiet) {
        Ok(terminal) => terminal,
        Err(failure) => return failure.report(&Terminal::plain()),
    };
    let done = match &arguments.command {
        Some(Command::Check(check)) => check::run(check, &terminal).map(|()| ExitCode::SUCCESS),
        Some(Command::Cache(cache)) => cache::run(cache, &terminal).map(|()| ExitCode::SUCCESS),
        Some(Command::Snapshot(snapshot)) => snapshot::run(snapshot, &terminal),
        Some(Command::Diff(diff)) => diff::run(diff, &terminal),
        Some(Command::Schema) => schema::run().map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "demo")]
        Some(Command::Demo(demo)) => demo::run(demo),
        None if arguments.hand_over.is_some() => {
            hand_over::run(&arguments, &terminal).map(|condition| arguments.discovery.code(condition))
        }
        None => inventory::run(&arguments, &terminal).map(|condition| arguments.discovery.code(condition)),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(&terminal),
    }
}

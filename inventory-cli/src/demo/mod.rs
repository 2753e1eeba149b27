//! `demo`: the program at work on simulated clouds, without an account.
//!
//! The simulator runs in this process, on free ports of loopback. The inventory is made by the very program that a user
//! runs, as a process of its own: its environment holds nothing of the user's, and what leads it to the simulator. What a
//! file of the user's may ask of a cloud elsewhere ends at the simulator's proxy.

mod arguments;
mod configs;
mod world;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use inventory_tests::simulator::Simulator;
use tempfile::TempDir;

pub(crate) use self::arguments::DemoArguments;
use self::configs::Config;
use self::world::World;
use crate::exit::Failure;

/// The most lines of a tree that the demo shows unasked.
const SHOWN: usize = 200;

/// What of the user's environment may change how text looks, and what programs need on some systems.
const KEPT: [&str; 8] =
    ["TERM", "COLORTERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LANG", "LC_ALL", "SystemRoot"];

/// Shows what the command line asks for, and returns the exit code of the program that was shown.
pub(crate) fn run(arguments: &DemoArguments) -> Result<ExitCode, Failure> {
    let world = World::new(arguments)?;
    let configs = if arguments.instead.is_empty() { configs::all(&world) } else { Vec::new() };
    let home = TempDir::with_prefix("cloud-inventory-demo-").map_err(|error| output("a folder", &error))?;
    let folder = match &arguments.write {
        Some(folder) => folder.clone(),
        None => home.path().join("configs"),
    };
    let native = arguments.write.is_some().then(|| configs::native(&world));
    write_all(&folder, configs.iter().chain(&native))?;
    let simulator = Simulator::start(world.settings).map_err(|error| output("the simulator", &error))?;
    let stage = Stage { arguments, configs: &configs, home: home.path(), folder, simulator: &simulator };
    let code = if !arguments.instead.is_empty() {
        stage.run_instead()
    } else if arguments.list || arguments.graph {
        stage.print()
    } else {
        stage.explain()
    };
    match code {
        // Whoever closed the pipe, as `head` does, has what they want.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        code => code.map_err(|error| output("the demo", &error)),
    }
}

fn output(what: &str, error: &io::Error) -> Failure {
    Failure::Output(format!("cannot start {what}: {error}"))
}

/// Writes the files; one that is there already is left alone, and an error.
fn write_all<'a>(folder: &Path, configs: impl Iterator<Item = &'a Config> + Clone) -> Result<(), Failure> {
    let fail = |path: &Path, error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage(format!(
            "`{}` is there already: name another folder for `--write`",
            path.display()
        )),
        _ => Failure::Output(format!("cannot write `{}`: {error}", path.display())),
    };
    std::fs::create_dir_all(folder).map_err(|error| fail(folder, &error))?;
    if let Some(taken) = configs.clone().map(|config| folder.join(&config.name)).find(|path| path.exists()) {
        return Err(fail(&taken, &io::ErrorKind::AlreadyExists.into()));
    }
    for config in configs {
        let path = folder.join(&config.name);
        let written =
            std::fs::File::create_new(&path).and_then(|mut file| file.write_all(config.text.as_bytes()));
        written.map_err(|error| fail(&path, &error))?;
    }
    Ok(())
}

/// Everything that a show needs.
struct Stage<'a> {
    arguments: &'a DemoArguments,
    configs: &'a [Config],
    home: &'a Path,
    folder: PathBuf,
    simulator: &'a Simulator,
}

impl Stage<'_> {
    /// Prints what the program prints, and nothing else.
    fn print(&self) -> io::Result<ExitCode> {
        let action = if self.arguments.list { "--list" } else { "--graph" };
        let status = self.program(&[action])?.status()?;
        Ok(exit_code(status.code()))
    }

    /// Runs the program on files of the user's, where the user is.
    fn run_instead(&self) -> io::Result<ExitCode> {
        let status = self.on_simulated_clouds()?.args(&self.arguments.instead).status()?;
        Ok(exit_code(status.code()))
    }

    /// Tells what happens while it does.
    fn explain(&self) -> io::Result<ExitCode> {
        let mut out = anstream::stdout();
        writeln!(out, "{}", self.opening())?;
        writeln!(out, "$ cloud-inventory {} --graph -v", self.names().join(" "))?;
        out.flush()?;
        let start = Instant::now();
        let done = self.program(&["--graph", "-v"])?.stdout(Stdio::piped()).spawn()?.wait_with_output()?;
        let elapsed = start.elapsed();
        let tree = String::from_utf8_lossy(&done.stdout);
        let lines = tree.lines().count();
        if lines > SHOWN {
            let fleet = self.fleet();
            writeln!(out, "(a tree of {lines} lines, which `cloud-inventory demo --graph{fleet}` prints)")?;
        } else {
            write!(out, "{tree}")?;
        }
        let statistics = self.simulator.statistics();
        let of = |cloud: &str| {
            let count = statistics.of(cloud, "*");
            format!("{cloud} {}", count.requests)
        };
        let requests = ["aws", "azure", "gcp"].map(of).join(", ");
        writeln!(
            out,
            "\nThat took {elapsed:.1?}; the clouds took {} ms for each answer.\nRequests: {requests}.",
            self.arguments.latency
        )?;
        writeln!(out, "{}", if done.status.success() { CLOSING } else { FAILED })?;
        if self.arguments.write.is_some() {
            let (folder, fleet) = (quoted(&self.folder), self.fleet());
            writeln!(
                out,
                "The configuration files are in {folder}; `cloud-inventory.yml` asks for the same as all others.\n\
                 Change them, and try them on these clouds:\n\n  \
                 cloud-inventory demo{fleet} -- {folder}/cloud-inventory.yml --graph"
            )?;
        }
        Ok(exit_code(done.status.code()))
    }

    /// Returns the arguments that give the same fleet again.
    fn fleet(&self) -> String {
        self.arguments.hosts.map(|hosts| format!(" --hosts {hosts}")).unwrap_or_default()
    }

    fn opening(&self) -> String {
        let width = self.configs.iter().map(|config| config.name.len()).max().unwrap_or_default();
        let mut text = String::from(OPENING);
        for Config { name, about, .. } in self.configs {
            text.push_str(&format!("  {name:width$}  {about}\n"));
        }
        text
    }

    fn names(&self) -> Vec<&str> {
        self.configs.iter().map(|config| config.name.as_str()).collect()
    }

    /// Returns this program with the files of the demo.
    fn program(&self, arguments: &[&str]) -> io::Result<Command> {
        let mut command = self.on_simulated_clouds()?;
        command.args(self.names()).args(arguments).current_dir(&self.folder);
        Ok(command)
    }

    /// Returns this program in an environment of its own.
    fn on_simulated_clouds(&self) -> io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env_clear();
        command.envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        let home: &OsStr = self.home.as_os_str();
        command.env("HOME", home).env("USERPROFILE", home);
        command.envs(self.simulator.environment(false));
        // No other cloud is reached: the proxy refuses what it does not know, and its certificate is not trusted.
        command.envs(["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, self.simulator.proxy())));
        command.env("NO_PROXY", "localhost,127.0.0.1");
        Ok(command)
    }
}

/// Returns a path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|part| part.is_ascii_alphanumeric() || "/._-".contains(part));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn exit_code(code: Option<i32>) -> ExitCode {
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

const OPENING: &str = "\
A simulator in this process answers as AWS, Azure and Google Cloud. It is asked
over HTTP on this machine; no account and no credentials of yours are used.

These files, which Ansible's own plugins understand too, say what to find:

";

const CLOSING: &str = "
One inventory of all machines: groups of one name hold hosts of every cloud.
Go on with

  cloud-inventory demo --list             what Ansible reads
  cloud-inventory demo --hosts 3000       a larger fleet, with its oddities
  cloud-inventory demo --fault throttled  clouds that refuse at first
  cloud-inventory demo --fault denied     a cloud that says no: no inventory
  cloud-inventory demo --write FOLDER     keep the files, and make them yours
  cloud-inventory demo -- FILE --graph    try a file on these clouds
";

const FAILED: &str = "
No inventory is better than half of one: nothing was printed, and the exit code
is not 0, so that no playbook runs on a part of the machines.
";

//! A scratch folder and the environment variables of what runs in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::python::Environment;
use crate::simulator::Simulator;

/// A folder of its own with a home, and exactly the environment variables that were set here.
///
/// Nothing of the caller's environment steers a run, except `PATH`.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

/// How a program ended, with what it wrote.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

impl Workplace {
    /// Makes a folder with an empty `ansible.cfg` and a home, and test credentials for AWS.
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("cloud-inventory-test-").expect("a temporary folder");
        let home = folder.path().join("home");
        fs::create_dir(&home).expect("a home");
        fs::write(folder.path().join("ansible.cfg"), "").expect("an empty ansible.cfg");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let mut variables = BTreeMap::new();
        let mut set = |name: &str, value: String| drop(variables.insert(name.to_owned(), value));
        set("PATH", std::env::var("PATH").expect("a PATH"));
        set("HOME", path("home"));
        set("LC_ALL", "C.UTF-8".to_owned());
        set("ANSIBLE_CONFIG", path("ansible.cfg"));
        set("ANSIBLE_HOME", path("home/.ansible"));
        set("ANSIBLE_NOCOLOR", "1".to_owned());
        set("ANSIBLE_LOCALHOST_WARNING", "0".to_owned());
        set("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned());
        set("AWS_SECRET_ACCESS_KEY", "secret".to_owned());
        set("AWS_EC2_METADATA_DISABLED", "true".to_owned());
        Self { folder, variables }
    }

    /// Makes a workplace whose AWS is at `endpoint`.
    pub fn with_aws(endpoint: &str) -> Self {
        let mut workplace = Self::new();
        workplace.set("AWS_ENDPOINT_URL", endpoint);
        workplace
    }

    /// Makes a workplace that is led to a simulator, by its proxy or by the endpoints of its clouds, with credentials that
    /// are good there.
    pub fn with_simulator(simulator: &Simulator, by_proxy: bool) -> Self {
        let mut workplace = Self::new();
        for (name, value) in simulator.environment(by_proxy) {
            workplace.set(name, &value);
        }
        workplace
    }

    /// Sets an environment variable for every later run.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Takes an environment variable away from every later run.
    pub fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with its folders, and returns its path.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the file's folder");
        // Closed before it is run: a program that is open for writing cannot be.
        let mut file = fs::File::create(&path).expect("a new file");
        file.write_all(text.as_bytes()).expect("the text is written");
        path
    }

    /// Writes a program, and returns its path.
    pub fn write_program(&self, name: &str, text: &str) -> PathBuf {
        let path = self.write(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the execute bit");
        path
    }

    /// Writes an inventory script that runs `program` on `configs` with these arguments and those that Ansible gives it.
    pub fn write_script(
        &self,
        name: &str,
        program: &Path,
        configs: &[PathBuf],
        arguments: &[&str],
    ) -> PathBuf {
        let configs = configs.iter().map(|config| format!("'{}'", config.display()));
        let words: Vec<_> = configs.chain(arguments.iter().map(|argument| format!("'{argument}'"))).collect();
        let text = format!("#!/bin/sh\nexec '{}' {} \"$@\"\n", program.display(), words.join(" "));
        self.write_program(name, &text)
    }

    /// Returns a command that has exactly the variables of this workplace, and runs in its folder.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Returns a command as [`Workplace::command`] does, for a program of a Python environment.
    pub fn python_command(&self, environment: &Environment, program: &str) -> Command {
        let mut command = self.command(environment.program(program));
        let path = self.variables.get("PATH").map_or("", String::as_str);
        command.env("PATH", format!("{}:{path}", environment.programs().display()));
        command
    }

    /// Runs a program to its end.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run {
        Run::of(self.command(program).args(arguments))
    }
}

impl Default for Workplace {
    fn default() -> Self {
        Self::new()
    }
}

impl Run {
    /// Runs a command to its end and keeps what it wrote.
    ///
    /// # Panics
    /// When it cannot be started, or does not write UTF-8.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        Self::from(output)
    }

    /// Returns whether the program exited with 0.
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// Returns standard output read as JSON.
    ///
    /// # Panics
    /// When the program failed, or wrote something else.
    pub fn json(&self) -> serde_json::Value {
        assert!(self.succeeded(), "the program failed: {self:#?}");
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.stdout))
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("programs write UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

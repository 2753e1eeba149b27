//! The third party's AWS: moto's server on a free loopback port.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::python::Environment;
use crate::workplace::{Run, Workplace};

/// A running moto server; it ends with this value, or with the process that holds it.
#[derive(Debug)]
pub struct Moto {
    process: Child,
    endpoint: String,
    workplace: Workplace,
}

impl Moto {
    /// Starts a server without any machine.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let workplace = Workplace::new();
        // The server ends when its standard input is closed: no server outlives its test, however that one ends.
        let mut process = workplace
            .python_command(Environment::current(), "python")
            .arg(script("cloud.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("moto is started");
        let mut line = String::new();
        let output = process.stdout.as_mut().expect("the output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("moto tells its port");
        let port: u16 =
            line.trim().parse().unwrap_or_else(|_| panic!("moto did not start: it said `{line}`"));
        Self { process, endpoint: format!("http://127.0.0.1:{port}"), workplace }
    }

    /// Starts a server and fills it with the fleet of `python/fleet.py`.
    ///
    /// # Panics
    /// When it cannot be filled.
    pub fn with_fleet() -> Self {
        let moto = Self::start();
        let mut command = moto.workplace.python_command(Environment::current(), "python");
        let run = Run::of(command.arg(script("fleet.py")).arg(&moto.endpoint));
        assert!(run.succeeded(), "the fleet was not started: {}", run.stderr);
        moto
    }

    /// Returns the address of every service, such as `http://127.0.0.1:35001`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python").join(name)
}

//! An HTTPS proxy on a free loopback port that speaks for the hosts it is asked for: `python/proxy.py`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use tempfile::TempDir;

use crate::python::Environment;
use crate::workplace::Workplace;

/// A running proxy; it ends with this value, or with the process that holds it.
#[derive(Debug)]
pub struct Proxy {
    process: Child,
    output: BufReader<ChildStdout>,
    port: u16,
    folder: TempDir,
}

impl Proxy {
    /// Starts a proxy that hands everything on to `endpoint`, such as `http://127.0.0.1:35001`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(endpoint: &str) -> Self {
        let folder = TempDir::with_prefix("cloud-inventory-proxy-").expect("a temporary folder");
        let port = endpoint.rsplit(':').next().expect("the endpoint names its port");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python/proxy.py");
        let workplace = Workplace::new();
        let mut process = workplace
            .python_command(Environment::current(), "python")
            .args([script.as_os_str(), folder.path().as_os_str(), port.as_ref()])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the proxy is started");
        let mut output = BufReader::new(process.stdout.take().expect("the output is a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the proxy tells its port");
        let port =
            line.trim().parse().unwrap_or_else(|_| panic!("the proxy did not start: it said `{line}`"));
        Self { process, output, port, folder }
    }

    /// Returns the port, on which the proxy is also a web server with TLS.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the file with the certificate that vouches for the proxy.
    pub fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// Ends the proxy, and returns the targets that clients asked it for, such as `ec2.us-east-1.amazonaws.com:443`.
    pub fn finish(mut self) -> Vec<String> {
        drop(self.process.stdin.take());
        let mut text = String::new();
        self.output.read_to_string(&mut text).expect("the proxy writes text");
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

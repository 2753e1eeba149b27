//! The inventory script `ec2.py` itself, which came with Ansible up to 2.9, on a fake AWS.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::python::Environment;
use crate::workplace::{Run, Workplace};

const FETCH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/fetch_ec2_script.py");
const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/ec2_script.py");

/// Writes an inventory script that runs `ec2.py` with a configuration, and returns its path.
///
/// boto speaks plain HTTP to `endpoint`, a server that tells services apart by the hosts that requests name.
///
/// # Panics
/// When the script cannot be fetched.
pub fn write(workplace: &mut Workplace, endpoint: &str, config: &Path) -> PathBuf {
    static SCRIPT: LazyLock<PathBuf> = LazyLock::new(fetch);
    let (host, port) = endpoint.trim_start_matches("http://").split_once(':').expect("a host and a port");
    let settings =
        format!("[Boto]\nis_secure = False\nproxy = {host}\nproxy_port = {port}\nnum_retries = 0\n");
    let settings = workplace.write("boto.cfg", &settings);
    workplace.set("BOTO_CONFIG", &settings.display().to_string());
    workplace.set("EC2_INI_PATH", &config.display().to_string());
    let python = Environment::ec2_script().program("python");
    workplace.write_script("ec2.sh", &python, &[PathBuf::from(RUN), SCRIPT.clone()], &["--refresh-cache"])
}

/// Fetches the script into its environment, unless it is there.
fn fetch() -> PathBuf {
    let environment = Environment::ec2_script();
    let file = environment.libraries().join("ec2_inventory_script.py");
    if !file.exists() {
        let mut command = Command::new(environment.program("python"));
        let run = Run::of(command.arg(FETCH).arg(&file).stdin(Stdio::null()));
        assert!(run.succeeded(), "the script cannot be fetched: {}{}", run.stdout, run.stderr);
    }
    file
}

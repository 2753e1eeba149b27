//! Where and with what was measured.

use std::fs;
use std::process::Command;

use inventory_tests::python::Environment;
use inventory_tests::workplace::Workplace;
use serde_json::{Value, json};

/// Describes the machine, the versions and the time.
pub(crate) fn describe() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    json!({
        "date": jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        "processor": format!("{cores} cores, {}", field("/proc/cpuinfo", "model name").unwrap_or_default()),
        "memory": field("/proc/meminfo", "MemTotal").unwrap_or_default(),
        "kernel": output("uname", &["-sr"]),
        "load": fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned(),
        "cloud-inventory": format!("{}, built with {}", env!("CARGO_PKG_VERSION"), output("rustc", &["--version"])),
        "Python": python("python", &["--version"]),
        "Ansible": python("ansible", &["--version"]),
        "collections": collections(),
    })
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// Returns the first line that a program prints.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().map(|output| output.stdout);
    let output = String::from_utf8(output.unwrap_or_default()).unwrap_or_default();
    output.lines().next().unwrap_or_default().to_owned()
}

fn python(program: &str, arguments: &[&str]) -> String {
    let workplace = Workplace::new();
    let mut command = workplace.python_command(Environment::current(), program);
    let output = command.args(arguments).output().expect("a program of Python");
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

/// Returns the names and versions of the collections whose plugins are measured.
fn collections() -> String {
    let mut found = Vec::new();
    let names = [
        (Environment::current(), "amazon/aws"),
        (Environment::azure(), "azure/azcollection"),
        (Environment::current(), "google/cloud"),
    ];
    for (environment, name) in names {
        let file = environment.libraries().join("ansible_collections").join(name).join("MANIFEST.json");
        let manifest = fs::read_to_string(file).unwrap_or_default();
        let manifest: Value = serde_json::from_str(&manifest).unwrap_or_default();
        let version = manifest["collection_info"]["version"].as_str().unwrap_or("?");
        found.push(format!("{} {version}", name.replace('/', ".")));
    }
    found.join(", ")
}

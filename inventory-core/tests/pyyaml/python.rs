//! The Python process that answers with PyYAML.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

const REQUIREMENT: &str = "PyYAML==6.0.3";

/// Returns each text with what PyYAML's loaders (on libyaml, in Python) make of it.
pub(crate) fn answers(texts: Vec<String>) -> Vec<(String, [Value; 2])> {
    let mut process = Command::new(python())
        .args(["-c", include_str!("answer.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = process.stdin.take().expect("stdin is a pipe");
    let output = BufReader::new(process.stdout.take().expect("stdout is a pipe"));
    let lines: Vec<String> =
        texts.iter().map(|text| serde_json::to_string(text).expect("text is JSON")).collect();
    let writer = std::thread::spawn(move || {
        for line in lines {
            writeln!(input, "{line}").expect("Python reads");
        }
    });
    let answers: Vec<(String, [Value; 2])> = texts
        .into_iter()
        .zip(output.lines())
        .map(|(text, line)| {
            let line = line.expect("Python answers in UTF-8");
            (text, serde_json::from_str(&line).expect("Python answers in JSON"))
        })
        .collect();
    writer.join().expect("all texts were sent");
    assert!(process.wait().expect("Python ends").success(), "Python failed, see its output above");
    answers
}

fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| match std::env::var_os("CLOUD_INVENTORY_PYTHON") {
        Some(python) => python.into(),
        None => make_environment(),
    })
}

/// Makes the virtual environment once; a marker file says that it is whole.
fn make_environment() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder is inside `target`");
    let folder = target.join("python-yaml");
    let python = folder.join("bin/python");
    let marker = folder.join("complete");
    if std::fs::read_to_string(&marker).is_ok_and(|content| content == REQUIREMENT) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        REQUIREMENT,
    ]));
    std::fs::write(&marker, REQUIREMENT).expect("`target` can be written");
    python
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "this test needs Python 3 with venv and pip, or `CLOUD_INVENTORY_PYTHON` with PyYAML: {command:?} gave {status:?}"
    );
}

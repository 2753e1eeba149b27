//! The configs of the differential test: each tells in its first comment lines what it needs and what must come out.

use std::fs;
use std::path::{Path, PathBuf};

/// What both tools must make of a config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Both succeed, agree, and find at least one host.
    Equal,
    /// Both succeed, agree, and find no host.
    Empty,
    /// Both fail.
    BothFail,
    /// Only the plugin fails: a documented defect that is not copied.
    PluginDefect,
    /// Only ours fails: a documented defect that is not copied, for the plugin hides that something is missing.
    HiddenFailure,
    /// Both succeed, and differ in exactly the listed way: a documented defect that is not copied.
    Differs,
}

/// One config of the differential test.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// The text of the file.
    pub text: String,
    /// What must come out.
    pub expectation: Expectation,
    /// Environment variables that both tools get.
    pub variables: Vec<(String, Option<String>)>,
    /// Extra variables, as `-e` takes them: Ansible does not hand its own on to a script, so both tools get them.
    pub extra_variables: Vec<String>,
    /// The fragments that every difference must contain one of; for [`Expectation::Differs`],
    /// [`Expectation::PluginDefect`] and [`Expectation::HiddenFailure`].
    pub reasons: Vec<String>,
}

impl Config {
    /// Reads a config with its header: comment lines `# expect: WHAT`, `# env: NAME=VALUE`, `# unset: NAME` and
    /// `# because: TEXT`, `# extra: NAME=VALUE`. Other comments are for people.
    ///
    /// # Panics
    /// When the file cannot be read or the header is not understood.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
        let mut config = Self {
            path: path.to_owned(),
            text: text.clone(),
            expectation: Expectation::Equal,
            variables: Vec::new(),
            extra_variables: Vec::new(),
            reasons: Vec::new(),
        };
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let Some((key, value)) = line.trim_start_matches('#').split_once(':') else { continue };
            match (key.trim(), value.trim()) {
                ("expect", value) => config.expectation = expectation(path, value),
                ("extra", value) => config.extra_variables.push(value.to_owned()),
                ("because", value) => config.reasons.push(value.to_owned()),
                ("unset", value) => config.variables.push((value.to_owned(), None)),
                ("env", value) => {
                    let (name, value) =
                        value.split_once('=').unwrap_or_else(|| panic!("`{}`: `{line}`", path.display()));
                    config.variables.push((name.to_owned(), Some(value.to_owned())));
                }
                _ => {}
            }
        }
        config
    }

    /// Reads all configs of a folder of `configs/`, sorted by name.
    ///
    /// # Panics
    /// When there are none.
    pub fn read_all(folder: &str) -> Vec<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("configs").join(folder);
        let mut paths: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()))
            .map(|entry| entry.expect("an entry of the folder").path())
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "no configs in `{}`", folder.display());
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Returns the file's name.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

fn expectation(path: &Path, word: &str) -> Expectation {
    match word {
        "equal" => Expectation::Equal,
        "empty" => Expectation::Empty,
        "both-fail" => Expectation::BothFail,
        "plugin-defect" => Expectation::PluginDefect,
        "hidden-failure" => Expectation::HiddenFailure,
        "differs" => Expectation::Differs,
        other => panic!("`{}` expects `{other}`, which is not known", path.display()),
    }
}

//! The native configurations of the documentation and of the tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A whole native configuration.
#[derive(Debug)]
pub struct Example {
    /// Where it is, such as `docs/src/guide/native.md:12`.
    pub place: String,
    /// What it says.
    pub text: String,
}

/// Returns the folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in a folder of the repository")
}

/// Returns the native configurations of the documentation, and those among the files of `tests/configs`.
///
/// # Panics
/// When a file cannot be read.
pub fn native() -> Vec<Example> {
    let (root, mut examples) = (repository(), Vec::new());
    for page in files(&root.join("docs"), "md").iter().chain(&files(root, "md")) {
        examples.extend(of_page(page));
    }
    for path in files(&root.join("tests/configs"), "yml") {
        let text = fs::read_to_string(&path).expect("a config");
        examples.push(Example { place: path.display().to_string(), text });
    }
    // A native configuration says where hosts come from; a file of a plugin does not, and neither do parts of one.
    examples.retain(|example| example.text.lines().any(|line| line.starts_with("sources:")));
    examples
}

/// Returns the blocks of YAML of a page.
///
/// # Panics
/// When the page cannot be read.
pub fn of_page(page: &Path) -> Vec<Example> {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let name = page.strip_prefix(repository()).unwrap_or(page).display();
    let (mut examples, mut open): (Vec<Example>, Option<Example>) = (Vec::new(), None);
    for (number, line) in (1..).zip(text.lines()) {
        match &mut open {
            Some(_) if line.trim_start().starts_with("```") => examples.extend(open.take()),
            Some(example) => {
                example.text.push_str(line);
                example.text.push('\n');
            }
            None if line == "```yaml" => {
                open = Some(Example { place: format!("{name}:{number}"), text: String::new() });
            }
            None => {}
        }
    }
    examples
}

/// Returns the files of a folder with an ending, in the order of their paths; those of the repository itself without
/// what is below it.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() {
            if folder != repository() {
                found.extend(files(&path, ending));
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

//! The program's own configuration file: a list of sources and the settings.

use std::path::{Path, PathBuf};

use super::options::{Located, unknown_key};
use super::settings::{SETTING_NAMES, Written};
use super::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::yaml::{Document, Node, NodeValue};

/// Holds what a native file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    /// The plugins' files that it names, in order, relative to its own folder.
    pub files: Vec<Located<PathBuf>>,
    /// The settings that it gives, for [`super::settings::read`].
    pub settings: Vec<Written>,
}

/// The sources that the format has and this version does not.
const LATER_SOURCES: [&str; 3] = ["aws", "azure", "gcp"];

/// Reads a native file; `folder` is the one in which it is.
///
/// # Errors
/// All that is wrong with the file: unknown keys, sources that this version does not have, values of a wrong type.
pub fn read(document: &Document, folder: &Path) -> Result<Native, Vec<Diagnostic>> {
    let Some(entries) = document.root.as_mapping() else {
        let message = format!("the configuration is {}, not a mapping", document.root.value.kind());
        return Err(vec![at(document, &document.root, message).label("expected `sources:` and a list")]);
    };
    let mut native = Native { files: Vec::new(), settings: Vec::new() };
    let mut errors = Vec::new();
    for (key, value) in entries {
        let setting = SETTING_NAMES.into_iter().find(|name| key.as_str() == Some(name));
        let result = match (key.as_str(), setting) {
            (Some("sources"), _) => read_sources(document, value, folder, &mut native.files),
            (_, Some(name)) => read_setting(document, name, value)
                .map(|written| native.settings.push(written))
                .map_err(|error| vec![error]),
            _ => {
                let known = SETTING_NAMES.into_iter().chain(["sources"]);
                Err(vec![unknown_key(&document.source, key, Severity::Error, known)])
            }
        };
        errors.extend(result.err().unwrap_or_default());
    }
    if errors.is_empty() && document.root.get("sources").is_none() {
        errors.push(
            at(document, &document.root, "the configuration names no sources".to_owned())
                .label("expected `sources:` and a list"),
        );
    }
    if errors.is_empty() { Ok(native) } else { Err(errors) }
}

fn at(document: &Document, node: &Node, message: String) -> Diagnostic {
    Diagnostic::error(message).at(&document.source, node.span)
}

fn read_setting(document: &Document, name: &'static str, value: &Node) -> Result<Written, Diagnostic> {
    let text = match &value.value {
        NodeValue::Int(number) => number.to_string(),
        NodeValue::String(text) => text.text.clone(),
        other => {
            return Err(at(document, value, format!("`{name}` is {}", other.kind()))
                .label("expected a string or a whole number"));
        }
    };
    let origin = Origin::File { source: document.source.clone(), span: value.span };
    Ok((name, Located { value: text, origin }))
}

fn read_sources(
    document: &Document,
    node: &Node,
    folder: &Path,
    files: &mut Vec<Located<PathBuf>>,
) -> Result<(), Vec<Diagnostic>> {
    let items = match node.as_sequence() {
        Some(items) if !items.is_empty() => items,
        Some(_) => {
            return Err(vec![
                at(document, node, "`sources` is empty".to_owned()).label("expected at least one source"),
            ]);
        }
        None => {
            let message = format!("`sources` is {}", node.value.kind());
            return Err(vec![
                at(document, node, message).label("expected a list such as `- file: aws_ec2.yml`"),
            ]);
        }
    };
    let mut errors = Vec::new();
    for item in items {
        match read_source(document, item, folder) {
            Ok(file) => files.push(file),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn read_source(document: &Document, item: &Node, folder: &Path) -> Result<Located<PathBuf>, Diagnostic> {
    let Some([(key, value)]) = item.as_mapping() else {
        return Err(
            at(document, item, "a source has exactly one key".to_owned()).label("expected `file: PATH`")
        );
    };
    match (key.as_str(), value.as_str()) {
        (Some("file"), Some(path)) if !path.is_empty() => {
            let origin = Origin::File { source: document.source.clone(), span: value.span };
            Ok(Located { value: folder.join(path), origin })
        }
        (Some("file"), _) => Err(at(document, value, format!("`file` is {}", value.value.kind()))
            .label("expected the path of a plugin's file")),
        (Some(cloud), _) if LATER_SOURCES.contains(&cloud) => {
            Err(at(document, key, format!("this version has no native `{cloud}` source yet"))
                .label("expected `file`")
                .help(
                    "write the plugin's own file (such as `aws_ec2.yml`) and name it: `- file: aws_ec2.yml`",
                ))
        }
        _ => {
            let name = key.to_value().to_string();
            let error =
                at(document, key, format!("the source `{name}` is not known")).label("expected `file`");
            let known = LATER_SOURCES.into_iter().chain(["file"]);
            Err(match closest(&name, known) {
                Some(suggestion) => error.help(did_you_mean(suggestion)),
                None => error,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn read_text(text: &str) -> Result<Native, Vec<String>> {
        let document = yaml::read("cloud-inventory.yml", text.as_bytes()).unwrap();
        read(&document, Path::new("/etc/inventory"))
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn names_files_relative_to_its_folder_and_settings() {
        let native = read_text(
            "sources:\n  - file: aws_ec2.yml\n  - {file: /other/aws_ec2.yml}\nretries: 3\ndeadline: 90s\n",
        )
        .unwrap();
        let files: Vec<&Path> = native.files.iter().map(|file| file.value.as_path()).collect();
        assert_eq!(files, [Path::new("/etc/inventory/aws_ec2.yml"), Path::new("/other/aws_ec2.yml")]);
        assert_eq!(native.files[0].origin.to_string(), "cloud-inventory.yml:2:11");
        let settings: Vec<(&str, &str)> =
            native.settings.iter().map(|(name, written)| (*name, written.value.as_str())).collect();
        assert_eq!(settings, [("retries", "3"), ("deadline", "90s")]);
    }

    #[test]
    fn errors_show_the_place_and_what_was_expected() {
        let cases = [
            (
                "- a\n",
                "cloud-inventory.yml:1:1: error: the configuration is a list, not a mapping: expected `sources:` and a list",
            ),
            (
                "retries: 3\n",
                "cloud-inventory.yml:1:1: error: the configuration names no sources: expected `sources:` and a list",
            ),
            (
                "sources: []\n",
                "cloud-inventory.yml:1:10: error: `sources` is empty: expected at least one source",
            ),
            (
                "sources: x\n",
                "cloud-inventory.yml:1:10: error: `sources` is a string: expected a list such as `- file: aws_ec2.yml`",
            ),
            (
                "sources: [{file: a, aws: b}]\n",
                "cloud-inventory.yml:1:11: error: a source has exactly one key: expected `file: PATH`",
            ),
            (
                "sources: [{file: 1}]\n",
                "cloud-inventory.yml:1:18: error: `file` is an integer: expected the path of a plugin's file",
            ),
            (
                "sources: [{aws: {}}]\n",
                "cloud-inventory.yml:1:12: error: this version has no native `aws` source yet: expected `file`",
            ),
            (
                "sources: [{fiel: a}]\n",
                "cloud-inventory.yml:1:12: error: the source `fiel` is not known: expected `file`",
            ),
            (
                "retrys: 1\nsources: [{file: a}]\n",
                "cloud-inventory.yml:1:1: error: the option `retrys` is not known: expected the name of an option",
            ),
            (
                "retries: [1]\nsources: [{file: a}]\n",
                "cloud-inventory.yml:1:10: error: `retries` is a list: expected a string or a whole number",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(read_text(text), Err(vec![message.to_owned()]), "{text}");
        }
    }
}

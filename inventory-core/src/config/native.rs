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
    /// The sources, in order.
    pub sources: Vec<NamedFile>,
    /// The settings that it gives, for [`super::settings::read`].
    pub settings: Vec<Written>,
}

/// One source: a plugin's file, and what only a native file can say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedFile {
    /// The file, relative to the folder of the native one.
    pub path: Located<PathBuf>,
    /// What is asked for the machines; none where the source does not say.
    pub backend: Option<Located<Backend>>,
}

/// The service of Azure that is asked for machines, interfaces and public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// Resource Manager: each kind of resource by its own list, as it is now.
    #[default]
    ResourceManager,
    /// Resource Graph: an index of all resources, which follows changes within minutes.
    ResourceGraph,
}

impl Backend {
    /// The values and their names.
    const NAMED: [(&str, Backend); 2] =
        [("resource_manager", Backend::ResourceManager), ("resource_graph", Backend::ResourceGraph)];
}

/// The keys of a source.
const SOURCE_KEYS: [&str; 2] = ["file", "backend"];

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
    let mut native = Native { sources: Vec::new(), settings: Vec::new() };
    let mut errors = Vec::new();
    for (key, value) in entries {
        let setting = SETTING_NAMES.into_iter().find(|name| key.as_str() == Some(name));
        let result = match (key.as_str(), setting) {
            (Some("sources"), _) => read_sources(document, value, folder, &mut native.sources),
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
    sources: &mut Vec<NamedFile>,
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
            Ok(source) => sources.push(source),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn read_source(document: &Document, item: &Node, folder: &Path) -> Result<NamedFile, Vec<Diagnostic>> {
    let Some(entries) = item.as_mapping() else {
        let message = format!("a source is {}", item.value.kind());
        return Err(vec![at(document, item, message).label("expected `file: PATH`")]);
    };
    let (mut path, mut backend, mut errors) = (None, None, Vec::new());
    for (key, value) in entries {
        let result = match key.as_str() {
            Some("file") => read_path(document, value, folder).map(|read| path = Some(read)),
            Some("backend") => read_backend(document, value).map(|read| backend = Some(read)),
            _ => Err(unknown_source(document, key)),
        };
        errors.extend(result.err());
    }
    match path {
        Some(path) if errors.is_empty() => Ok(NamedFile { path, backend }),
        None if errors.is_empty() => {
            Err(vec![at(document, item, "a source names no file".to_owned()).label("expected `file: PATH`")])
        }
        _ => Err(errors),
    }
}

fn read_path(document: &Document, value: &Node, folder: &Path) -> Result<Located<PathBuf>, Diagnostic> {
    let Some(path) = value.as_str().filter(|path| !path.is_empty()) else {
        let message = format!("`file` is {}", value.value.kind());
        return Err(at(document, value, message).label("expected the path of a plugin's file"));
    };
    let origin = Origin::File { source: document.source.clone(), span: value.span };
    Ok(Located { value: folder.join(path), origin })
}

fn read_backend(document: &Document, value: &Node) -> Result<Located<Backend>, Diagnostic> {
    const EXPECTED: &str = "expected `resource_manager` or `resource_graph`";
    let Some(text) = value.as_str() else {
        return Err(at(document, value, format!("`backend` is {}", value.value.kind())).label(EXPECTED));
    };
    match Backend::NAMED.into_iter().find(|(name, _)| *name == text) {
        Some((_, backend)) => {
            let origin = Origin::File { source: document.source.clone(), span: value.span };
            Ok(Located { value: backend, origin })
        }
        None => {
            let error = at(document, value, format!("the back-end `{text}` is not known")).label(EXPECTED);
            Err(suggest(error, text, Backend::NAMED.into_iter().map(|(name, _)| name)))
        }
    }
}

fn unknown_source(document: &Document, key: &Node) -> Diagnostic {
    let name = key.to_value().to_string();
    if LATER_SOURCES.contains(&name.as_str()) {
        return at(document, key, format!("this version has no native `{name}` source yet"))
            .label("expected `file`")
            .help("write the plugin's own file (such as `aws_ec2.yml`) and name it: `- file: aws_ec2.yml`");
    }
    let error = at(document, key, format!("the source `{name}` is not known")).label("expected `file`");
    suggest(error, &name, LATER_SOURCES.into_iter().chain(SOURCE_KEYS))
}

fn suggest<'a>(error: Diagnostic, word: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    match closest(word, known) {
        Some(suggestion) => error.help(did_you_mean(suggestion)),
        None => error,
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
        let files: Vec<&Path> = native.sources.iter().map(|source| source.path.value.as_path()).collect();
        assert_eq!(files, [Path::new("/etc/inventory/aws_ec2.yml"), Path::new("/other/aws_ec2.yml")]);
        assert_eq!(native.sources[0].path.origin.to_string(), "cloud-inventory.yml:2:11");
        let settings: Vec<(&str, &str)> =
            native.settings.iter().map(|(name, written)| (*name, written.value.as_str())).collect();
        assert_eq!(settings, [("retries", "3"), ("deadline", "90s")]);
    }

    #[test]
    fn a_source_may_name_its_back_end() {
        let text = "sources:\n  - {file: a, backend: resource_graph}\n  - {file: b, backend: resource_manager}\n  - file: c\n";
        let native = read_text(text).unwrap();
        let backends: Vec<Option<Backend>> = native
            .sources
            .iter()
            .map(|source| source.backend.as_ref().map(|backend| backend.value))
            .collect();
        assert_eq!(backends, [Some(Backend::ResourceGraph), Some(Backend::ResourceManager), None]);
        let origin = &native.sources[0].backend.as_ref().unwrap().origin;
        assert_eq!(origin.to_string(), "cloud-inventory.yml:2:24");
        let document = yaml::read("x", b"sources: [{file: a, backend: resource-grahp}]").unwrap();
        let errors = read(&document, Path::new("")).unwrap_err();
        assert!(errors[0].render(false).contains("did you mean `resource_graph`?"), "{:?}", errors[0]);
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
                "cloud-inventory.yml:1:21: error: this version has no native `aws` source yet: expected `file`",
            ),
            (
                "sources: [x]\n",
                "cloud-inventory.yml:1:11: error: a source is a string: expected `file: PATH`",
            ),
            (
                "sources: [{backend: resource_graph}]\n",
                "cloud-inventory.yml:1:11: error: a source names no file: expected `file: PATH`",
            ),
            (
                "sources: [{file: a, backend: 1}]\n",
                "cloud-inventory.yml:1:30: error: `backend` is an integer: expected `resource_manager` or `resource_graph`",
            ),
            (
                "sources: [{file: a, backend: resource_grap}]\n",
                "cloud-inventory.yml:1:30: error: the back-end `resource_grap` is not known: expected `resource_manager` or `resource_graph`",
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

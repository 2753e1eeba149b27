//! What Ansible makes of a configuration file that is an inventory source of it: one that it is to run.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::yaml::Document;

/// Warns of a native file that Ansible takes for an inventory of its own when this program fails.
///
/// Ansible gives a file that one plugin cannot read to the next. Its `yaml` plugin takes a mapping in a file with one of
/// these endings, or none, for groups, unless there is the key `plugin`; it finds none, and no error either.
pub fn taken_for_an_inventory(path: &Path, document: &Document) -> Option<Diagnostic> {
    let ending = path.extension().map(|ending| ending.to_string_lossy());
    let is_read = matches!(ending.as_deref(), None | Some("yml" | "yaml" | "json"));
    if !is_read || document.root.get("plugin").is_some() {
        return None;
    }
    let first = document.root.as_mapping().and_then(|entries| entries.first());
    let span = first.map_or(document.root.span, |(key, _)| key.span);
    let message = "when this inventory fails, Ansible's `yaml` plugin reads the file as an empty inventory, and the play \
                   runs on no hosts";
    Some(Diagnostic::warning(message).at(&document.source, span).label("expected the line `plugin`").help(
        "add `plugin: cloud_inventory.cloud_inventory.cloud_inventory`: then Ansible tells the failure",
    ))
}

/// Warns of what keeps Ansible from running a file whose first line (`#!`) says that it is run.
///
/// `bytes` are the file's, as they are on disk; `is_executable` tells whether anyone may run it.
pub fn not_run(path: &Path, bytes: &[u8], is_executable: bool) -> Option<Diagnostic> {
    let name = path.display();
    let without_mark = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let text = without_mark.unwrap_or(bytes);
    if !text.starts_with(b"#!") {
        return None;
    }
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let warn = |message: String, help: String| Some(Diagnostic::warning(message).help(help));
    if without_mark.is_some() {
        return warn(
            format!(
                "`{name}` begins with a byte order mark: the system does not see its `#!`, and does not run it"
            ),
            format!("remove it: `sed -i '1s/^\\xEF\\xBB\\xBF//' {name}`"),
        );
    }
    if first.ends_with(b"\r") {
        return warn(
            format!(
                "the first line of `{name}` ends in CRLF: the system looks for a program of that name, and does not run it"
            ),
            format!("write it with line feeds: `sed -i 's/\\r$//' {name}`"),
        );
    }
    if !is_executable {
        return warn(
            format!("`{name}` begins with `#!`, and is not executable: Ansible cannot run it"),
            format!("`chmod +x {name}`; in git `git update-index --chmod=+x {name}`"),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn what_cannot_be_run_is_told_of() {
        let table: [(&[u8], bool, Option<&str>); 6] = [
            (b"#!/usr/bin/env cloud-inventory\nplugin: aws_ec2\n", true, None),
            (b"plugin: aws_ec2\r\n", false, None),
            (b"\xEF\xBB\xBFplugin: aws_ec2\n", false, None),
            (b"#!/usr/bin/env cloud-inventory\nplugin: aws_ec2\n", false, Some("is not executable")),
            (b"#!/usr/bin/env cloud-inventory\r\nplugin: aws_ec2\r\n", true, Some("ends in CRLF")),
            (b"\xEF\xBB\xBF#!/usr/bin/env cloud-inventory\n", true, Some("byte order mark")),
        ];
        for (bytes, is_executable, part) in table {
            let told = not_run(Path::new("a.yml"), bytes, is_executable);
            let is_right = match (&told, part) {
                (Some(told), Some(part)) => told.message.contains(part) && told.help.len() == 1,
                (told, part) => told.is_none() && part.is_none(),
            };
            assert!(is_right, "{bytes:?}: {told:?}");
        }
    }

    #[test]
    fn a_native_file_that_ansible_could_read_is_told_of() {
        let table = [
            ("inventory.yml", "sources: []\n", true),
            ("inventory.yaml", "sources: []\n", true),
            ("inventory.json", "{\"sources\": []}", true),
            ("inventory", "sources: []\n", true),
            ("inventory.cloud", "sources: []\n", false),
            ("inventory.yml", "plugin: cloud_inventory\nsources: []\n", false),
            ("inventory.yml", "sources: []\nplugin: cloud_inventory\n", false),
        ];
        for (name, text, is_told) in table {
            let document = yaml::read(name, text.as_bytes()).unwrap();
            let told = taken_for_an_inventory(Path::new(name), &document);
            assert_eq!(told.is_some(), is_told, "{name}: {text}");
        }
    }
}

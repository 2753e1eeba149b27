//! The INI file of the script `ec2.py`, and what tells it from other INI files.

use std::sync::Arc;

use super::document::FORMS;
use super::suggest::did_you_mean;
use crate::diagnostic::{Diagnostic, Source};
use crate::ini;
use crate::yaml::Document;

/// The section that the file has.
const SECTION: &str = "ec2";

/// Reads the file.
///
/// # Errors
/// When it is not an INI file, or that of something else.
pub(super) fn read(source: Source) -> Result<Document, Diagnostic> {
    let source = Arc::new(source);
    let other = other(&source);
    let header = format!("[{SECTION}]");
    let has_line = |is_meant: &dyn Fn(&str) -> bool| source.text().split(['\n', '\r']).any(is_meant);
    let has_header = has_line(&|line| line.trim_start().starts_with(&header));
    if !has_header && has_line(&|line| line.to_lowercase().replace([' ', '\t'], "").starts_with(&header)) {
        return Err(other.help(did_you_mean(&header)));
    }
    // Other INI files may be none that Python reads.
    if ini::is_list_of_hosts(&source) {
        return Err(Diagnostic::error(format!(
            "`{}` is a list of hosts for Ansible, not the configuration of the script `ec2.py`",
            source.name()
        ))
        .help(ini::FOR_LISTS_OF_HOSTS));
    }
    if !has_header {
        return Err(other
            .help("of the old inventory scripts, this program reads the file of `ec2.py` only")
            .help(FORMS));
    }
    let mut document = ini::read(&source)?;
    if source.text().starts_with("#!") {
        let message = "when this inventory fails, Ansible's `ini` plugin may read the file as a list of hosts, and the play \
                       runs on them";
        let warning = Diagnostic::warning(message).at(&source, source.span(0..2)).of_loss(true);
        document.warnings.push(warning.help("name the file in a native config, by `- file: ec2.ini`"));
    }
    // In a value, the line of the header is none.
    if document.root.get(SECTION).is_none() { Err(other) } else { Ok(document) }
}

fn other(source: &Source) -> Diagnostic {
    Diagnostic::error(format!(
        "`{}` has no section `[{SECTION}]`: it is not the configuration of the script `ec2.py`",
        source.name()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use crate::config::document::{self, Decrypted, Dialect, Kind};

    #[test]
    fn nothing_secret_is_shown_of_a_file_that_is_not_utf8() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ec2.ini");
        std::fs::write(&file, b"[ec2]\naws_secret_acess = planted ; cl\xe9\n").unwrap();
        let error = document::read(&file, &Decrypted::default()).unwrap_err();
        let shown = error.render(false);
        assert!(shown.contains("aws_secret_acess = ***") && !shown.contains("planted"), "{shown}");
    }

    #[test]
    fn an_ini_file_is_that_of_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prod.ini");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            document::read(&file, &Decrypted::default()).map(|file| file.kind).map_err(|error| error.message)
        };
        assert_eq!(read("# c\r[ec2]\rregions = all\r"), Ok(Kind::Dialect(Dialect::Ec2Script)));
        assert_eq!(read("\u{feff}# regions\n[ec2]\nregions = all\n"), Ok(Kind::Dialect(Dialect::Ec2Script)));
        let name = file.display();
        let other =
            format!("`{name}` has no section `[ec2]`: it is not the configuration of the script `ec2.py`");
        for text in ["", "[gce]\nlibcloud_secrets =\n", "[a]\nb = x\n  [ec2]\n"] {
            assert_eq!(read(text), Err(other.clone()), "{text}");
        }
        let hosts =
            format!("`{name}` is a list of hosts for Ansible, not the configuration of the script `ec2.py`");
        for text in [
            "[ec2]\nhost1\n",
            "[ec2]\nhost1 ansible_host=10.0.0.1\n",
            "[ec2]\na = b\n[ec2:vars]\nx = y\n",
            "host1\n[web]\nhost2\n",
            "[web]\nhost1\n[web:vars]\na = b\n",
            "[ec2]\na = b\n  [ec2:vars] # x\nansible_user = u\n",
            "# c\r[web]\rhost1\r",
        ] {
            assert_eq!(read(text), Err(hosts.clone()), "{text}");
        }
        std::fs::write(&file, "[ EC2 ]\n").unwrap();
        let near = document::read(&file, &Decrypted::default()).unwrap_err();
        assert_eq!(near.help, ["did you mean `[ec2]`?"]);
        std::fs::write(&file, "#!/usr/bin/env cloud-inventory\n[ec2]\nregions = all\n").unwrap();
        let warnings = document::read(&file, &Decrypted::default()).unwrap().document.warnings;
        assert!(warnings.len() == 1 && warnings[0].is_loss && warnings[0].message.contains("`ini` plugin"));
        let text = "[ec2]\nregions = all\n".to_owned();
        let other_name = folder.path().join("ec2.cfg");
        std::fs::write(&other_name, &text).unwrap();
        let read_other = document::read(&other_name, &Decrypted::default()).unwrap();
        assert_eq!(read_other.kind, Kind::Dialect(Dialect::Ec2Script));
        let decrypted = Decrypted { files: HashMap::from([(file.clone(), text)]), ..Decrypted::default() };
        let vault = "$ANSIBLE_VAULT;1.1;AES256\n";
        assert_eq!(read(vault), Err(format!("`{name}` is encrypted with Ansible Vault")));
        std::fs::write(&file, vault).unwrap();
        assert_eq!(document::read(&file, &decrypted).unwrap().kind, Kind::Dialect(Dialect::Ec2Script));
    }
}

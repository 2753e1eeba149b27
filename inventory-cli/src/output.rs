//! Where the inventory goes: stdout, or a file that is complete or not there.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Writes what `render` makes to `file`, or to stdout.
///
/// A reader that closes the pipe early, as `head` does, has what it wants: that is no failure.
pub(crate) fn write(
    file: Option<&Path>,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(file) = file else {
        return match render(&mut io::stdout().lock()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::Output(format!("cannot write to stdout: {error}")))
            }
            _ => Ok(()),
        };
    };
    write_file(file, false, render)
}

/// Writes what `render` makes to a file that is for the user alone when it is new (mode 0600).
pub(crate) fn write_private(
    file: &Path,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    write_file(file, true, render)
}

fn write_file(
    file: &Path,
    is_private: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    replace(file, is_private, render)
        .map_err(|error| Failure::Output(format!("cannot write `{}`: {error}", file.display())))
}

/// Writes a file beside `file`, synced, and renames it: whoever reads `file` sees the old or the new one, whole.
fn replace(
    file: &Path,
    is_private: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // A device or a pipe cannot be replaced by a file.
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return render(&mut std::fs::OpenOptions::new().write(true).open(file)?);
    }
    // Through a link, the file that it names is replaced, not the link; and what only some may read stays so.
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let temporary = temporary_name(&target);
    // What a killed process of the same number left behind.
    let _ = std::fs::remove_file(&temporary);
    let written = write_new(&temporary, is_private, render)
        .and_then(|()| match target.metadata() {
            Ok(old) => std::fs::set_permissions(&temporary, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&temporary, &target));
    if written.is_err() {
        // The failure that is reported is the first one.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_new(
    file: &Path,
    is_private: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    if is_private {
        make_private(&mut options);
    }
    let mut out = options.open(file)?;
    render(&mut out)?;
    out.sync_all()
}

#[cfg(unix)]
fn make_private(options: &mut std::fs::OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// Leaves it to the system, whose files have the permissions of their folder.
#[cfg(not(unix))]
fn make_private(_: &mut std::fs::OpenOptions) {}

fn temporary_name(file: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.json");
        assert!(write(Some(&file), |out| out.write_all(b"old")).is_ok());
        let failed = write(Some(&file), |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(matches!(failed, Err(Failure::Output(message)) if message.ends_with("disk full")));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.json");
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(write(Some(&file), |out| out.write_all(b"new")).is_ok());
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

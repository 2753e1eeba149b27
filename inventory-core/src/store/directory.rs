//! The directory of a store, and files that appear in it whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;

/// The ending of a file that is being written.
pub(super) const UNFINISHED: &str = "tmp";

/// The name and text that tell backup programs to leave the directory out: <https://bford.info/cachedir/>.
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
    # What clouds said about machines, kept by cloud-inventory. May be deleted at any time.\n";

/// Makes the directory where it is missing, for the user alone, and refuses one that others could write to.
pub(super) fn prepare(directory: &Path) -> Result<(), Error> {
    make(directory).map_err(Error::of("make", directory))?;
    check(directory)?;
    let tag = directory.join(TAG);
    // Who else makes one now writes the same.
    if tag.try_exists().is_ok_and(|exists| exists) { Ok(()) } else { replace(&tag, TAG_TEXT) }
}

fn make(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Refuses what somebody else could have put there, or could change.
#[cfg(unix)]
fn check(directory: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;

    let user = rustix::process::geteuid().as_raw();
    let refuse = |reason: String, hint: String| Err(Error::new("use", directory, reason).with_hint(hint));
    let link = fs::symlink_metadata(directory).map_err(Error::of("use", directory))?;
    if link.is_symlink() && link.uid() != user {
        let hint = "name the directory itself, or make the link yourself".to_owned();
        return refuse(
            format!("it is a link that belongs to user {}, not to you ({user})", link.uid()),
            hint,
        );
    }
    let metadata = fs::metadata(directory).map_err(Error::of("use", directory))?;
    if !metadata.is_dir() {
        return refuse("it is not a directory".to_owned(), "name a directory".to_owned());
    }
    if metadata.uid() != user {
        let hint = "name a directory of your own".to_owned();
        return refuse(format!("it belongs to user {}, not to you ({user})", metadata.uid()), hint);
    }
    if metadata.mode() & 0o022 != 0 {
        let reason = format!("others may write to it (mode {:04o})", metadata.mode() & 0o7777);
        return refuse(reason, format!("run `chmod go-w {}`", directory.display()));
    }
    Ok(())
}

/// Leaves the directory to the permissions of the system.
#[cfg(not(unix))]
fn check(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Writes a file under another name in the same directory, and gives it its name when it is on the disk.
///
/// Who reads sees the old file or the new one. When anything fails the old one stays, and the new one is removed.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (mut file, unfinished) = create_unfinished(path).map_err(Error::of("write", path))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, path)) {
        // It is cleaned up later when this fails, too.
        let _ = fs::remove_file(&unfinished);
        return Err(Error::of("write", path)(error));
    }
    sync_directory(path).map_err(Error::of("write", path))
}

/// Makes a file of a name that no other process or thread uses.
pub(super) fn create_unfinished(path: &Path) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let unfinished = path.with_extension(format!("{}-{number}.{UNFINISHED}", std::process::id()));
        match options.open(&unfinished) {
            // The name is that of a dead process, or of one in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, unfinished)),
        }
    }
}

/// Makes sure that a new name in the directory of a file is on the disk.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Leaves it to the system, which does not open directories.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_directory_and_its_files_are_for_the_user_alone() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("a/b");
        prepare(&directory).unwrap();
        prepare(&directory).unwrap();
        replace(&directory.join("file"), b"text").unwrap();
        assert_eq!((mode(&directory), mode(&directory.join("file"))), (0o700, 0o600));
        assert!(
            fs::read(directory.join(TAG))
                .unwrap()
                .starts_with(b"Signature: 8a477f597d28d172789f06886806bc55")
        );
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2, "no file is left over");
    }

    #[test]
    fn a_directory_that_others_could_change_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("store");
        prepare(&directory).unwrap();
        for unsafe_mode in [0o770, 0o702, 0o777, 0o1777] {
            fs::set_permissions(&directory, fs::Permissions::from_mode(unsafe_mode)).unwrap();
            let error = prepare(&directory).unwrap_err();
            let path = directory.display();
            let expected = format!("cannot use `{path}`: others may write to it (mode {unsafe_mode:04o})");
            assert_eq!(error.to_string(), expected);
            assert_eq!(error.hint, Some(format!("run `chmod go-w {path}`")));
        }
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        prepare(&directory).unwrap();
        // A link of one's own is a choice of one's own.
        symlink(&directory, root.path().join("link")).unwrap();
        prepare(&root.path().join("link")).unwrap();
        // Only root can give a directory away; for others this part proves nothing.
        if chown(&directory, Some(12_345), None).is_ok() {
            let error = prepare(&directory).unwrap_err();
            assert_eq!(error.reason, "it belongs to user 12345, not to you (0)");
        }
    }

    #[test]
    fn what_cannot_be_written_leaves_the_old_file_and_no_other() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("taken");
        fs::create_dir(&path).unwrap();
        let error = replace(&path, b"text").unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write `{}`: is a directory", path.display()));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let error = prepare(&file.join("store")).unwrap_err();
        assert_eq!(error.reason, "not a directory");
    }
}

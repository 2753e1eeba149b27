//! What an earlier run learned, from the file that it was saved to.

use std::path::Path;

use inventory_core::discovery::{Recording, Task};
use inventory_core::store::snapshot;

use crate::registry;

/// Reads the recordings of a snapshot.
///
/// # Errors
/// When there are none in the file that this build can read; says which file.
pub(crate) fn read(file: &Path) -> Result<Vec<Recording>, String> {
    let vocabularies = registry::vocabularies();
    let snapshot = snapshot::read(file, &vocabularies).map_err(|error| error.to_string())?;
    let recordings = Recording::of_entries(snapshot.entries, &vocabularies);
    recordings.map_err(|reason| format!("cannot read `{}`: the file {reason}", file.display()))
}

/// Puts the recordings of a snapshot in the place of the clouds.
///
/// # Errors
/// When it cannot be read, or is not one of sources as these; says which file.
pub(crate) fn replace(tasks: &mut [Task], file: &Path) -> Result<(), String> {
    let recordings = read(file)?;
    Recording::assign(recordings, tasks)
        .map_err(|reason| format!("`{}` does not fit: it {reason}", file.display()))
}

//! Python's `glob.glob` without `recursive`.

use std::path::Path;

use crate::glob::Glob;

/// Returns the paths that match a pattern, relative ones starting at `folder`, in the order of the file system.
pub(super) fn expand(folder: &Path, pattern: &str) -> Vec<String> {
    let slash = pattern.rfind('/').map_or(0, |slash| slash + 1);
    let (head, name) = pattern.split_at(slash);
    let trimmed = head.trim_end_matches('/');
    let parent = if trimmed.is_empty() { head } else { trimmed };
    if !has_magic(pattern) {
        let path = folder.join(pattern);
        let exists = if name.is_empty() { path.is_dir() } else { path.symlink_metadata().is_ok() };
        return if exists { vec![pattern.to_owned()] } else { Vec::new() };
    }
    let parents =
        if parent != pattern && has_magic(parent) { expand(folder, parent) } else { vec![parent.to_owned()] };
    let names = |parent: &String| -> Vec<String> {
        let place = folder.join(parent);
        if has_magic(name) {
            return matching_names(&place, name);
        }
        let exists =
            if name.is_empty() { place.is_dir() } else { place.join(name).symlink_metadata().is_ok() };
        if exists { vec![name.to_owned()] } else { Vec::new() }
    };
    let join = |parent: &str, name: &str| match parent {
        "" => name.to_owned(),
        _ if parent.ends_with('/') => format!("{parent}{name}"),
        _ => format!("{parent}/{name}"),
    };
    parents.iter().flat_map(|parent| names(parent).into_iter().map(|name| join(parent, &name))).collect()
}

fn has_magic(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

fn matching_names(folder: &Path, pattern: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let glob = Glob::new(pattern);
    let shown = |name: &String| pattern.starts_with('.') || !name.starts_with('.');
    names.filter(shown).filter(|name| glob.matches(name)).collect()
}

//! Python's `glob.glob` without `recursive`.

use std::path::Path;

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
    let pattern: Vec<char> = pattern.chars().collect();
    let shown = |name: &String| pattern.first() == Some(&'.') || !name.starts_with('.');
    names.filter(shown).filter(|name| matches(&pattern, &name.chars().collect::<Vec<_>>())).collect()
}

/// Matches a name against `*`, `?`, `[a-z]` and `[!a]`, as `fnmatch` does.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    // Where to go on when a try fails: the last star, and how much of the name it takes.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(at), name.get(place)) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((at + 1, place));
                at += 1;
                continue;
            }
            (Some('?'), Some(_)) => Some(1),
            (Some('['), Some(character)) => match_set(pattern.get(at + 1..).unwrap_or(&[]), *character),
            (Some(expected), Some(character)) if expected == character => Some(1),
            _ => None,
        };
        match (step, retry) {
            (Some(length), _) => {
                at += length;
                place += 1;
            }
            (None, Some((star, taken))) if taken < name.len() => {
                retry = Some((star, taken + 1));
                at = star;
                place = taken + 1;
            }
            (None, _) => return false,
        }
    }
}

/// Matches a character against the set after a `[`; returns the length of the set with both brackets.
fn match_set(pattern: &[char], character: char) -> Option<usize> {
    let negated = pattern.first() == Some(&'!');
    let start = usize::from(negated);
    // A bracket that comes first stands for itself.
    let end = pattern.iter().skip(start + 1).position(|c| *c == ']').map(|at| at + start + 1);
    let Some(end) = end else { return (character == '[').then_some(1) };
    let mut set = pattern.get(start..end).unwrap_or(&[]);
    let mut found = false;
    loop {
        set = match set {
            [] => break,
            [low, '-', high, rest @ ..] => {
                found |= (*low..=*high).contains(&character);
                rest
            }
            [single, rest @ ..] => {
                found |= *single == character;
                rest
            }
        };
    }
    (found != negated).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows were answered by `fnmatch.fnmatchcase`.
    #[test]
    fn names_match_as_in_python() {
        let rows = [
            ("*", "a", true),
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[a", "[a", true),
            ("[a-]", "-", true),
            ("", "", true),
            ("", "a", false),
            ("**", "abc", true),
        ];
        for (pattern, name, expected) in rows {
            let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
            assert_eq!(matches(&pattern, &name), expected, "{pattern:?} {name:?}");
        }
    }
}

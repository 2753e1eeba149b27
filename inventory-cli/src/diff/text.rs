//! What differs, for people: lines of at most 80 columns.

use std::io::{self, Write};

use inventory_core::diff::{Change, Difference, GroupChange, HostChange, Members};
use inventory_core::render::plain;
use serde_json::Value;

/// The columns of a line.
const WIDTH: usize = 80;

/// How a line is marked and coloured.
#[derive(Clone, Copy)]
enum Kind {
    Added,
    Removed,
    Changed,
}

impl Kind {
    fn mark(self) -> char {
        match self {
            Kind::Added => '+',
            Kind::Removed => '-',
            Kind::Changed => '~',
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Kind::Added => "\x1b[32m",
            Kind::Removed => "\x1b[31m",
            Kind::Changed => "\x1b[33m",
        }
    }
}

/// Writes lines.
struct Lines<'a> {
    out: &'a mut dyn Write,
    is_coloured: bool,
}

/// Writes the whole difference.
pub(super) fn write(difference: &Difference, is_coloured: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines { out, is_coloured };
    if difference.is_empty() {
        return writeln!(lines.out, "nothing differs");
    }
    let Difference { hosts, groups } = difference;
    writeln!(lines.out, "{}; {}", counts("hosts", hosts), counts("groups", groups))?;
    lines.members("host", hosts, Lines::host)?;
    lines.members("group", groups, Lines::group)
}

fn counts<T>(what: &str, members: &Members<T>) -> String {
    let Members { added, removed, changed } = members;
    format!("{what}: {} added, {} removed, {} changed", added.len(), removed.len(), changed.len())
}

impl Lines<'_> {
    /// Writes a line behind its mark, and cuts it where it is too long.
    fn line(&mut self, indent: usize, kind: Kind, text: &str) -> io::Result<()> {
        let text = cut(text, WIDTH - indent - 2);
        let (start, end) = if self.is_coloured { (kind.colour(), "\x1b[0m") } else { ("", "") };
        writeln!(self.out, "{:indent$}{start}{} {text}{end}", "", kind.mark())
    }

    fn members<T>(
        &mut self,
        what: &str,
        members: &Members<T>,
        change: impl Fn(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        for name in &members.added {
            self.line(0, Kind::Added, &format!("{what} {}", plain(name)))?;
        }
        for name in &members.removed {
            self.line(0, Kind::Removed, &format!("{what} {}", plain(name)))?;
        }
        for (name, changed) in &members.changed {
            self.line(0, Kind::Changed, &format!("{what} {}", plain(name)))?;
            change(self, changed)?;
        }
        Ok(())
    }

    fn host(&mut self, HostChange { joined, left, address, variables }: &HostChange) -> io::Result<()> {
        address.iter().try_for_each(|change| self.change(change))?;
        self.groups("in", joined, left)?;
        variables.iter().try_for_each(|change| self.change(change))
    }

    fn group(&mut self, GroupChange { gained, lost, variables }: &GroupChange) -> io::Result<()> {
        self.groups("holds", gained, lost)?;
        variables.iter().try_for_each(|change| self.change(change))
    }

    fn groups(&mut self, how: &str, added: &[String], removed: &[String]) -> io::Result<()> {
        for name in added {
            self.line(4, Kind::Added, &format!("{how} {}", plain(name)))?;
        }
        for name in removed {
            self.line(4, Kind::Removed, &format!("{how} {}", plain(name)))?;
        }
        Ok(())
    }

    /// Writes a change on one line where both values fit, else each on its own.
    fn change(&mut self, Change { path, before, after }: &Change) -> io::Result<()> {
        let path = plain(&path.join("."));
        let value = |value: &Value| plain(&value.to_string());
        let (before, after) = (before.as_ref().map(value), after.as_ref().map(value));
        match (before, after) {
            (Some(before), Some(after)) => {
                let line = format!("{path}: {before} -> {after}");
                if line.chars().count() <= WIDTH - 6 {
                    return self.line(4, Kind::Changed, &line);
                }
                self.line(4, Kind::Changed, &format!("{path}:"))?;
                self.line(8, Kind::Removed, &before)?;
                self.line(8, Kind::Added, &after)
            }
            (Some(before), None) => self.line(4, Kind::Removed, &format!("{path}: {before}")),
            (None, Some(after)) => self.line(4, Kind::Added, &format!("{path}: {after}")),
            (None, None) => Ok(()),
        }
    }
}

/// Returns a text of at most so many characters.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(path: &[&str], before: Option<Value>, after: Option<Value>) -> Change {
        Change { path: path.iter().map(|key| (*key).to_owned()).collect(), before, after }
    }

    fn difference() -> Difference {
        let long = "x".repeat(90);
        let host = HostChange {
            joined: vec!["web".to_owned()],
            left: vec!["db".to_owned()],
            address: Some(change(&["ansible_host"], Some(json!("10.0.0.1")), Some(json!("10.0.0.2")))),
            variables: vec![
                change(&["tags", "env"], None, Some(json!("pr\u{1b}od"))),
                change(&["note"], Some(json!("short")), Some(json!(long))),
            ],
        };
        let hosts = Members {
            added: vec!["b".to_owned()],
            removed: vec!["c".repeat(90)],
            changed: vec![("a".to_owned(), host)],
        };
        let group = GroupChange { gained: vec!["web".to_owned()], ..GroupChange::default() };
        let groups = Members { changed: vec![("all".to_owned(), group)], ..Members::default() };
        Difference { hosts, groups }
    }

    fn text(difference: &Difference, is_coloured: bool) -> String {
        let mut out = Vec::new();
        write(difference, is_coloured, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_fit_80_columns() {
        let (c, x) = ("c".repeat(70), "x".repeat(66));
        let expected = format!(
            "hosts: 1 added, 1 removed, 1 changed; groups: 0 added, 0 removed, 1 changed\n\
             + host b\n\
             - host {c}...\n\
             ~ host a\n    \
                 ~ ansible_host: \"10.0.0.1\" -> \"10.0.0.2\"\n    \
                 + in web\n    \
                 - in db\n    \
                 + tags.env: \"pr\\u001bod\"\n    \
                 ~ note:\n        \
                     - \"short\"\n        \
                     + \"{x}...\n\
             ~ group all\n    \
                 + holds web\n"
        );
        let text = text(&difference(), false);
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn colours_are_for_terminals() {
        assert!(text(&difference(), true).contains("\n\u{1b}[32m+ host b\u{1b}[0m\n"));
        assert_eq!(text(&Difference::default(), true), "nothing differs\n");
    }
}

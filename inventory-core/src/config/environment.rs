//! The environment of the process, handed in so that reading configuration depends on nothing global.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Holds environment variables and the folder in which the program was started.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    working_folder: PathBuf,
}

impl Environment {
    /// Makes an environment of variables and the working folder (absolute).
    pub fn new<N: Into<String>, T: Into<String>>(
        variables: impl IntoIterator<Item = (N, T)>,
        working_folder: impl Into<PathBuf>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        Self { variables, working_folder: working_folder.into() }
    }

    /// Returns a variable; an empty one is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Lists the variables whose name starts so, by name, without the prefix.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.variables
            .iter()
            .filter_map(move |(name, text)| Some((name.strip_prefix(prefix)?, text.as_str())))
    }

    /// Returns a path as Ansible resolves one: `{{CWD}}`, variables and `~` filled in, relative to the working folder,
    /// without `.` and `..`.
    ///
    /// A variable that is not set, and another user's `~name`, stay as they are.
    pub fn resolve_path(&self, path: &str) -> PathBuf {
        let path = path.replace("{{CWD}}", &self.working_folder.to_string_lossy());
        let path = self.with_variables(&path);
        normal(&self.working_folder.join(self.with_home(&path)))
    }

    /// Returns a path with the user's home in the place of `~`; another user's `~name` stays as it is.
    pub fn with_home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix('~'), self.get("HOME")) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
                format!("{}{rest}", home.trim_end_matches('/')).into()
            }
            _ => path.into(),
        }
    }

    /// Fills in `$NAME` and `${NAME}`.
    fn with_variables(&self, text: &str) -> String {
        let mut parts = text.split('$');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = match part.strip_prefix('{').and_then(|braced| braced.split_once('}')) {
                Some(found) => found,
                None => {
                    let length =
                        part.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                    part.split_at_checked(length).unwrap_or((part, ""))
                }
            };
            match self.get(name) {
                Some(value) => filled.extend([value, rest]),
                None => filled.extend(["$", part]),
            }
        }
        filled
    }
}

fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_as_in_ansible() {
        let environment = Environment::new([("HOME", "/home/me"), ("DIR", "sub")], "/work/here");
        let cases = [
            ("a.json", "/work/here/a.json"),
            ("/a/../b/./c", "/b/c"),
            ("~/key", "/home/me/key"),
            ("~", "/home/me"),
            ("~other/key", "/work/here/~other/key"),
            ("$DIR/x", "/work/here/sub/x"),
            ("${DIR}x$NONE/${NONE}$", "/work/here/subx$NONE/${NONE}$"),
            ("{{CWD}}/x", "/work/here/x"),
            ("", "/work/here"),
            ("../..", "/"),
        ];
        for (path, expected) in cases {
            assert_eq!(environment.resolve_path(path), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn only_the_own_home_is_filled_in() {
        let environment = Environment::new([("HOME", "/home/me/"), ("DIR", "sub")], "/work");
        for (path, expected) in
            [("~/a", "/home/me/a"), ("~", "/home/me"), ("~you/a", "~you/a"), ("$DIR/~", "$DIR/~")]
        {
            assert_eq!(environment.with_home(path), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn lists_variables_of_a_family() {
        let environment = Environment::new([("A_B", "1"), ("A_C", ""), ("B", "2")], "/");
        assert_eq!(environment.with_prefix("A_").collect::<Vec<_>>(), [("B", "1"), ("C", "")]);
    }
}

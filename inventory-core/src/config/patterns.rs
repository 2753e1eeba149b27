//! Names that are chosen by patterns, such as `["*", "!me-south-1"]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::decode::TextOrNumber;
use crate::glob::Glob;

/// Chooses names: those that any pattern matches, without those that a pattern with a leading `!` matches.
///
/// Patterns are those of a shell (`*`, `?`, `[a-c]`) and match whole names; case counts. Without any pattern that adds,
/// all names are chosen from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "Vec<String>")]
#[schemars(with = "Vec<TextOrNumber>")]
pub struct Patterns {
    texts: Vec<String>,
    added: Vec<Glob>,
    removed: Vec<Glob>,
}

impl From<Vec<String>> for Patterns {
    fn from(texts: Vec<String>) -> Patterns {
        let removed = texts.iter().filter_map(|text| text.strip_prefix('!')).map(Glob::new).collect();
        let added = texts.iter().filter(|text| !text.starts_with('!')).map(|text| Glob::new(text)).collect();
        Patterns { texts, added, removed }
    }
}

impl Patterns {
    /// Tells whether a thing is chosen that goes by several names, such as an id and a display name. Where there are no
    /// patterns at all, everything is.
    pub fn choose(&self, names: &[&str]) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| names.iter().any(|name| glob.matches(name)));
        (self.added.is_empty() || any(&self.added)) && !any(&self.removed)
    }

    /// Returns the names themselves, where the patterns are nothing but names; none where some must be looked up.
    pub fn exact(&self) -> Option<&[String]> {
        let is_name = |text: &String| !text.starts_with('!') && !text.contains(['*', '?', '[']);
        (!self.texts.is_empty() && self.texts.iter().all(is_name)).then_some(&self.texts)
    }

    /// Returns the patterns that add and that match none of the names: probably misspelt.
    pub fn unmatched<'a>(&'a self, names: &[&str]) -> Vec<&'a str> {
        let texts = self.texts.iter().filter(|text| !text.starts_with('!'));
        let unmatched =
            texts.zip(&self.added).filter(|(_, glob)| !names.iter().any(|name| glob.matches(name)));
        unmatched.map(|(text, _)| text.as_str()).collect()
    }

    /// Returns the patterns as they were written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Patterns {
        Patterns::from(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_added_counts_unless_it_is_removed() {
        let table: [(&[&str], &str, bool); 9] = [
            (&[], "eu-west-1", true),
            (&["*"], "eu-west-1", true),
            (&["*", "!eu-*"], "eu-west-1", false),
            (&["!eu-*"], "us-east-1", true),
            (&["!eu-*"], "eu-west-1", false),
            (&["eu-west-?"], "eu-west-1", true),
            (&["eu-west-?"], "eu-west-12", false),
            (&["us-*", "eu-west-1"], "eu-west-1", true),
            (&["us-*", "EU-WEST-1"], "eu-west-1", false),
        ];
        for (texts, name, is_chosen) in table {
            assert_eq!(patterns(texts).choose(&[name]), is_chosen, "{texts:?} {name}");
        }
        assert!(!patterns(&["*", "!sandbox*"]).choose(&["123456789012", "sandbox-1"]), "either name counts");
    }

    #[test]
    fn names_alone_need_no_list_to_choose_from() {
        assert_eq!(patterns(&["a", "b"]).exact().unwrap(), ["a", "b"]);
        for texts in [&[][..], &["a*"], &["a", "!b"]] {
            assert_eq!(patterns(texts).exact(), None, "{texts:?}");
        }
        assert_eq!(patterns(&["a*", "x", "!y"]).unmatched(&["ab", "c"]), ["x"]);
    }
}

//! Finds the word that the user meant.

/// Returns the candidate that a misspelt word most likely stands for; none when nothing is near.
///
/// Near is a third of the word's length in typing errors (a letter wrong, missing, added, or two swapped), or a word
/// that the candidate starts with or that starts with it. Case and `-` for `_` do not count. Of equally near ones the
/// first is taken.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = normalized(word);
    let near = |candidate: &'a str| {
        let other = normalized(candidate);
        let distance = strsim::damerau_levenshtein(&word, &other);
        let limit = (word.chars().count().max(other.chars().count()) / 3).max(1);
        let is_prefix =
            word.len().min(other.len()) >= 4 && (other.starts_with(&word) || word.starts_with(&other));
        (distance <= limit || is_prefix).then_some((distance, candidate))
    };
    candidates
        .into_iter()
        .filter_map(near)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The most candidates that are named.
const MOST: usize = 3;

/// Returns the candidates that a word may stand for: those that are one typing error away or hold the word, as the full
/// name of a host holds its short one, and then those that are near as for [`closest`]; the nearest of each first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |text: &str| normalized(text).replace(['_', '.'], "");
    let word = plain(word);
    let near = |candidate: &'a str| {
        let other = plain(candidate);
        let distance = strsim::damerau_levenshtein(&word, &other);
        let limit = (word.chars().count().max(other.chars().count()) / 3).max(1);
        let holds = word.len() >= 3 && other.contains(&word);
        (distance <= limit || holds).then_some(((distance > 1 && !holds, distance), candidate))
    };
    let mut near: Vec<_> = candidates.into_iter().filter_map(near).collect();
    near.sort_by_key(|&(rank, _)| rank);
    near.into_iter().take(MOST).map(|(_, candidate)| candidate).collect()
}

fn normalized(word: &str) -> String {
    word.trim().to_lowercase().replace('-', "_")
}

/// Returns the sentence that suggests a word, for a diagnostic's help.
pub fn did_you_mean(suggestion: &str) -> String {
    format!("did you mean `{suggestion}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_that_hold_the_word() {
        let hosts =
            ["web-1.example.com", "web-2.example.com", "db1", "web-11.example.com", "web-12.example.com"];
        let cases = [
            ("web1", &["web-1.example.com", "web-11.example.com", "web-12.example.com"][..]),
            ("dbl", &["db1"]),
            ("web-2", &["web-2.example.com"]),
            ("x", &[]),
            ("", &[]),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, hosts), expected, "{word}");
        }
        assert_eq!(nearest("apix", ["abyx", "prod-apix.example.com"]), ["prod-apix.example.com"]);
        assert_eq!(nearest("prod-api-1", ["prod-app-2", "a.prod-api-1.b"]), ["a.prod-api-1.b", "prod-app-2"]);
        assert_eq!(nearest("web01", ["web-01785", "web-01412", "web-0109f", "web-1"])[0], "web-1");
    }

    #[test]
    fn finds_the_word_that_was_meant() {
        let candidates = [
            "regions",
            "region",
            "filters",
            "include_filters",
            "keyed_groups",
            "groups",
            "separator",
            "strict",
            "strict_permissions",
        ];
        let cases = [
            ("regoins", Some("regions")),
            ("filter", Some("filters")),
            ("keyed-groups", Some("keyed_groups")),
            ("Keyed_Group", Some("keyed_groups")),
            ("seperator", Some("separator")),
            ("STRICT", Some("strict")),
            ("strictly", Some("strict")),
            ("include", Some("include_filters")),
            ("vpc_id", None),
            ("x", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(closest(word, candidates), expected, "{word}");
        }
    }
}

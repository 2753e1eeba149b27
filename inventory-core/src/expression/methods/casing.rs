//! What depends on the case of letters.

/// `str.capitalize`.
pub(super) fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => title_letter(first).chain(characters.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

/// A letter as it starts a title; only digraphs and `ß` differ from upper case.
fn title_letter(letter: char) -> impl Iterator<Item = char> {
    let mut upper: Vec<char> = letter.to_uppercase().collect();
    if let [_, rest @ ..] = upper.as_mut_slice() {
        for letter in rest {
            *letter = letter.to_lowercase().next().unwrap_or(*letter);
        }
    }
    upper.into_iter()
}

/// `str.title`: the first letter of each run of letters is upper case, the others lower case.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for character in text.chars() {
        if in_word {
            out.extend(character.to_lowercase());
        } else {
            out.extend(title_letter(character));
        }
        in_word = is_cased(character);
    }
    out
}

/// `str.swapcase`.
pub(super) fn swap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_uppercase() {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
    }
    out
}

fn is_cased(character: char) -> bool {
    character.is_uppercase() || character.is_lowercase()
}

/// `str.islower`.
pub(super) fn is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)
}

/// `str.isupper`.
pub(super) fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

/// `str.istitle`.
pub(super) fn is_title(text: &str) -> bool {
    let (mut in_word, mut any) = (false, false);
    for character in text.chars() {
        if (character.is_uppercase() && in_word) || (character.is_lowercase() && !in_word) {
            return false;
        }
        in_word = is_cased(character);
        any |= in_word;
    }
    any
}

//! Filters for HTML and URLs.
//!
//! Texts that are marked as safe HTML do not exist here: `safe` changes nothing, and escaping twice escapes twice.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{defined, flag, given, integer, items, string, text};
use crate::value::{Value, is_space};

pub(super) const FILTERS: Table = &[
    ("e", escape),
    ("escape", escape),
    ("forceescape", escape),
    ("safe", mark_safe),
    ("striptags", strip_tags),
    ("urlencode", encode_url),
    ("urlize", link_urls),
    ("xmlattr", write_attributes),
];

fn escape(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("escape", [], 0)?;
    Ok(escape_text(&text(&input)?).into())
}

fn mark_safe(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("safe", [], 0)?;
    text(&input).map(Value::Text)
}

fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\'' => escaped.push_str("&#39;"),
            '"' => escaped.push_str("&#34;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn strip_tags(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("striptags", [], 0)?;
    let text = text(&input)?;
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        let after = match tag.strip_prefix("!--") {
            Some(comment) => comment.split_once("-->"),
            None => tag.split_once('>'),
        };
        let Some((_, after)) = after else { break };
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    let words: Vec<&str> = kept.split(is_space).filter(|word| !word.is_empty()).collect();
    Ok(unescape(&words.join(" ")).into())
}

/// Replaces numeric character references and the named ones of markup itself and Latin-1's commonest.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        plain.push_str(before);
        let found = reference.split_once(';').and_then(|(name, after)| Some((named(name)?, after)));
        match found {
            Some((character, after)) => {
                plain.push(character);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = reference;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn named(name: &str) -> Option<char> {
    const NAMES: [(&str, char); 14] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("copy", '©'),
        ("reg", '®'),
        ("raquo", '»'),
        ("laquo", '«'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("euro", '€'),
    ];
    let Some(number) = name.strip_prefix('#') else {
        return NAMES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

fn encode_url(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("urlencode", [], 0)?;
    let pairs = match &input {
        Value::Map(map) => map.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Value::List(_) | Value::Tuple(_) | Value::Range(_) => {
            items(&input)?.iter().map(pair).collect::<Result<Vec<_>, Error>>()?
        }
        _ => return Ok(quote(&text(&input)?, true).into()),
    };
    let mut query = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let [key, value] = [text(&key)?, text(&defined(value)?)?].map(|part| quote(&part, false));
        query.push(format!("{key}={value}").replace("%20", "+"));
    }
    Ok(query.join("&").into())
}

fn pair(item: &Value) -> Result<(Value, Value), Error> {
    match <[Value; 2]>::try_from(items(item)?) {
        Ok([key, value]) => Ok((key, value)),
        Err(_) => Err(Error::new("`urlencode` of a sequence needs pairs of key and value")),
    }
}

/// Encodes what is neither unreserved in URLs nor, if that is kept, a slash.
fn quote(text: &str, keeps_slash: bool) -> String {
    let mut quoted = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => quoted.push(byte.into()),
            b'/' if keeps_slash => quoted.push('/'),
            _ => quoted.push_str(&format!("%{byte:02X}")),
        }
    }
    quoted
}

fn write_attributes(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [space] = arguments.bind("xmlattr", ["autospace"], 0)?;
    let Value::Map(map) = &input else {
        return Err(Error::new(format!("`xmlattr` needs a `dict`, not `{}`", input.type_name())));
    };
    let mut attributes = Vec::with_capacity(map.len());
    for (key, value) in map.iter() {
        let value = defined(value.clone())?;
        if matches!(value, Value::Null) {
            continue;
        }
        let key = string(key)?;
        if key.contains([' ', '\t', '\n', '\r', '\x0b', '\x0c', '/', '>', '=']) {
            return Err(Error::new(format!("`{key}` cannot be the name of an attribute")));
        }
        attributes.push(format!("{}=\"{}\"", escape_text(key), escape_text(&text(&value)?)));
    }
    let attributes = attributes.join(" ");
    let has_space = !attributes.is_empty() && space.is_none_or(|space| space.is_true());
    Ok(format!("{}{attributes}", if has_space { " " } else { "" }).into())
}

/// What Jinja takes for the address of a web page.
static WEB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let scheme = r"(https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})";
    let domain = r"([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)";
    let address = r"(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}]))";
    Regex::new(&format!(r"(?i)^({scheme}|{domain}|{address})(?::[\d]{{1,5}})?(?:[/?#]\S*)?$")).ok()
});

/// What Jinja takes for a mail address.
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\S+@\w[\w.-]*\.\w+$").ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text).unwrap_or(false))
}

fn link_urls(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let names = ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"];
    let [limit, no_follow, target, relation, schemes] = arguments.bind("urlize", names, 0)?;
    let limit = given(limit).map(|limit| integer(&limit)).transpose()?;
    let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(0));
    let relation = given(relation).map_or_else(|| Ok("".into()), |relation| text(&relation))?;
    let mut relations: Vec<&str> = relation.split_whitespace().chain(["noopener"]).collect();
    if flag(no_follow.as_ref()) {
        relations.push("nofollow");
    }
    relations.sort_unstable();
    relations.dedup();
    let mut attributes = format!(" rel=\"{}\"", escape_text(&relations.join(" ")));
    if let Some(target) = given(target).filter(Value::is_true) {
        attributes.push_str(&format!(" target=\"{}\"", escape_text(&text(&target)?)));
    }
    let schemes = given(schemes).map_or(Ok(Vec::new()), |schemes| items(&schemes))?;
    let schemes = schemes.iter().map(string).collect::<Result<Vec<_>, Error>>()?;
    if let Some(scheme) = schemes.iter().find(|scheme| !is_scheme(scheme)) {
        return Err(Error::new(format!("`{scheme}` is not a URL scheme with its colon")));
    }
    let escaped = escape_text(&text(&input)?);
    let mut linked = String::with_capacity(escaped.len());
    for piece in escaped.split_inclusive(is_space) {
        let word = piece.trim_end_matches(is_space);
        let (head, middle, tail) = split_punctuation(word);
        linked.push_str(head);
        linked.push_str(&link(&middle, &attributes, limit, &schemes));
        linked.push_str(&tail);
        linked.push_str(piece.get(word.len()..).unwrap_or_default());
    }
    Ok(linked.into())
}

fn is_scheme(scheme: &str) -> bool {
    let Some((name, slashes)) = scheme.split_once(':') else { return false };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-');
    name.chars().count() >= 2 && name.chars().all(is_name) && matches!(slashes, "" | "/" | "//")
}

/// Splits a word into opening punctuation, what may be a link, and closing punctuation; a link keeps the closing
/// brackets that it opens.
fn split_punctuation(word: &str) -> (&str, String, String) {
    let mut body = word;
    while let Some(rest) = ["(", "<", "&lt;"].iter().find_map(|open| body.strip_prefix(open)) {
        body = rest;
    }
    let head = word.get(..word.len() - body.len()).unwrap_or_default();
    let mut end = body;
    while let Some(rest) = [")", ">", ".", ",", "&gt;"].iter().find_map(|close| end.strip_suffix(close)) {
        end = rest;
    }
    let (mut middle, mut tail) = (end.to_owned(), body.get(end.len()..).unwrap_or_default().to_owned());
    for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
        let opened = middle.matches(open).count();
        if opened <= middle.matches(close).count() {
            continue;
        }
        for _ in 0..opened.min(tail.matches(close).count()) {
            let Some((before, after)) = tail.split_once(close) else { break };
            middle.push_str(before);
            middle.push_str(close);
            tail = after.to_owned();
        }
    }
    (head, middle, tail)
}

fn link(word: &str, attributes: &str, limit: Option<usize>, schemes: &[&str]) -> String {
    let shown = || match limit {
        Some(limit) if word.chars().count() > limit => {
            format!("{}...", word.chars().take(limit).collect::<String>())
        }
        _ => word.to_owned(),
    };
    if matches(&WEB, word) {
        let has_scheme = word.starts_with("https://") || word.starts_with("http://");
        let scheme = if has_scheme { "" } else { "https://" };
        return format!("<a href=\"{scheme}{word}\"{attributes}>{}</a>", shown());
    }
    if let Some(address) = word.strip_prefix("mailto:").filter(|address| matches(&MAIL, address)) {
        return format!("<a href=\"{word}\">{address}</a>");
    }
    let may_be_mail =
        word.contains('@') && !word.starts_with("www.") && !word.starts_with('@') && !word.contains(':');
    if may_be_mail && matches(&MAIL, word) {
        return format!("<a href=\"mailto:{word}\">{word}</a>");
    }
    let mut linked = word.to_owned();
    for scheme in schemes {
        if linked != *scheme && linked.starts_with(scheme) {
            linked = format!("<a href=\"{linked}\"{attributes}>{linked}</a>");
        }
    }
    linked
}

#[cfg(test)]
mod tests;

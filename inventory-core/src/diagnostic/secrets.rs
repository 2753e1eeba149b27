//! Hides secrets in the lines of a file that a diagnostic shows: what is printed ends in the logs of others.

use std::ops::Range;

use crate::ini::LONG_KEY;

/// The ends of the names of options that hold credentials, in all dialects.
const SECRET_NAMES: [&str; 6] = ["access_key", "access_key_id", "secret_key", "secret", "token", "password"];

/// The option whose value is a URL; one with credentials, or that may be meant to have some, is hidden.
const URL_NAME: &str = "store";

/// Returns the text with `*` for the values of such options and for the credentials in URLs, every other byte at its
/// place.
///
/// It works on lines, not on YAML, since the file may be broken: hidden are the rest of the line and the lines below it
/// that are indented deeper.
pub(super) fn hidden(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.split_inclusive(['\n', '\r']) {
        let body = line.trim_start();
        let indentation = line.len() - body.len();
        let continues =
            |column: usize| indentation > column || indentation == column && body.starts_with('-');
        if open.is_some_and(|column| body.is_empty() || continues(column)) {
            mask(line, &mut shown);
            continue;
        }
        let secret = find_secret(line);
        open = secret.as_ref().map(|name| name.start);
        let (plain, value) = line.split_at(secret.map_or(line.len(), |name| find_value(line, name.end)));
        let (before, credentials, after) = split_credentials(plain);
        shown.push_str(before);
        mask(credentials, &mut shown);
        shown.push_str(after);
        mask(value, &mut shown);
    }
    shown
}

/// Parts of words for credentials.
const SECRET_PARTS: [&str; 8] = ["auth", "cred", "key", "pass", "pwd", "sec", "tok", "user"];

/// Returns the text of an INI file with `*` for what could be a credential: values whose key or section could be that of
/// one, even misspelt, lines without a key, comments, credentials in URLs.
///
/// Lines are what [`crate::ini::read`] takes them for: sections, keys, and lines that go on with a value since they are
/// indented deeper.
pub(super) fn hidden_in_ini(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut is_in_credentials = false;
    // Whether the value that lines may go on with is hidden, and the column of its key.
    let (mut open, mut column) = (None, 0);
    for (place, line) in text.split_inclusive(['\n', '\r']).enumerate() {
        let body = line.trim_start();
        let (start, blanks) = (line.len() - body.len(), line.chars().count() - body.chars().count());
        if body.starts_with(['#', ';']) || body.is_empty() {
            let is_program = place == 0 && body.starts_with("#!");
            show_until(if is_program { line.len() } else { 0 }, line, &mut shown);
            continue;
        }
        if let Some(is_hidden) = open.filter(|_| blanks > column) {
            let is_hidden = is_hidden || is_suspicious(body);
            show_until(if is_hidden { 0 } else { before_comment(line) }, line, &mut shown);
            open = Some(is_hidden);
            continue;
        }
        column = blanks;
        let header = body.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')).map(|(name, _)| name);
        let key = body.find(['=', ':']).and_then(|end| body.get(..end));
        let plain = match (header.filter(|name| !name.is_empty()), key) {
            (Some(name), _) => {
                is_in_credentials = name.to_lowercase().contains("cred");
                open = None;
                start + name.len() + 2
            }
            (None, Some(key)) => {
                let is_hidden = is_in_credentials || is_secret_key(key);
                open = Some(is_hidden);
                if is_hidden { shown_key(start, key) } else { before_comment(line) }
            }
            (None, None) => 0,
        };
        show_until(plain, line, &mut shown);
    }
    hidden(&shown)
}

/// Tells whether a text has a part of a word for a credential.
fn is_suspicious(text: &str) -> bool {
    let text = text.to_lowercase();
    SECRET_PARTS.iter().any(|part| text.contains(part))
}

/// Returns where what looks like a comment after a value begins, or the length of the line.
fn before_comment(line: &str) -> usize {
    let marks = [" #", " ;", "\t#", "\t;"];
    marks.iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len())
}

/// Tells whether a key could be that of a credential, or is none at all but a line of a list of hosts.
fn is_secret_key(key: &str) -> bool {
    let name = key.trim_end();
    is_suspicious(name) && !name.starts_with("group_by_") || name.contains([' ', '\t'])
}

/// Returns how much of a line that begins with a key is shown: all before the value, where the key can be none itself.
fn shown_key(start: usize, key: &str) -> usize {
    let name = key.trim_end();
    if name.contains([' ', '\t']) || name.len() >= LONG_KEY { 0 } else { start + key.len() + 1 }
}

fn show_until(end: usize, line: &str, shown: &mut String) {
    let (plain, rest) = line.split_at(end);
    shown.push_str(plain);
    mask(rest, shown);
}

/// Returns the text with `*` for every character but blanks.
pub(super) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    mask(text, &mut shown);
    shown
}

/// Splits a line at the credentials of the first URL that has some: from after `://` to before the last `@` of the word.
fn split_credentials(line: &str) -> (&str, &str, &str) {
    let found = line.match_indices("://").find_map(|(place, mark)| {
        let start = place + mark.len();
        let word = line.get(start..)?.split([' ', '"', '\'', '\r', '\n']).next()?;
        Some(start..start + word.rfind('@')?)
    });
    let Some(Range { start, end }) = found else { return (line, "", "") };
    let (before, rest) = line.split_at(start);
    let (credentials, after) = rest.split_at(end - start);
    (before, credentials, after)
}

/// Finds the first name of a secret that a colon or, in INI files, `=` follows: from its first character to after that.
fn find_secret(line: &str) -> Option<Range<usize>> {
    line.match_indices([':', '=']).find_map(|(colon, _)| {
        let before = line.get(..colon)?.trim_end().trim_end_matches(['"', '\'']);
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let name = before.rsplit(|character| !is_part(character)).next()?;
        let is_secret = SECRET_NAMES.iter().any(|secret| name.to_lowercase().ends_with(secret));
        let is_url = name == URL_NAME && line.get(colon..)?.contains(['@', '?']);
        (is_secret || is_url).then(|| before.len() - name.len()..colon + 1)
    })
}

/// Returns where the value begins after a key: a tag such as `!vault` and the sign of a block of lines are none.
fn find_value(line: &str, after_key: usize) -> usize {
    let skip = |start: usize, signs: &[char]| {
        let rest = line.get(start..).unwrap_or_default().trim_start();
        let word = if rest.starts_with(signs) { rest.find(char::is_whitespace) } else { Some(0) };
        line.len() - rest.len() + word.unwrap_or(rest.len())
    };
    skip(skip(after_key, &['!']), &['|', '>'])
}

fn mask(text: &str, shown: &mut String) {
    for character in text.chars() {
        if character.is_whitespace() {
            shown.push(character);
        } else {
            (0..character.len_utf8()).for_each(|_| shown.push('*'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{hidden, hidden_in_ini};

    #[test]
    fn what_could_be_a_secret_of_an_ini_file_is_hidden() {
        let table = [
            ("[ec2]\nregions = all\nrds = Maybe\n", "[ec2]\nregions = all\nrds = Maybe\n"),
            ("[credentials]\naws_secret_acess = P\nx=P\n", "[credentials]\naws_secret_acess = *\nx=*\n"),
            ("[ec2]\naws_security_tokn: P\n  P2\nrds = 1\n", "[ec2]\naws_security_tokn: *\n  **\nrds = 1\n"),
            ("[credentials]\naws_secret_access_key P\nP2\n", "[credentials]\n********************* *\n**\n"),
            ("[ec2]\nh ansible_ssh_pass=P b=P\n", "[ec2]\n* ****************** ***\n"),
            ("[ec2]\ngroup_by_key_pair = x\n", "[ec2]\ngroup_by_key_pair = x\n"),
            (
                "[ec2]\n  a = b\n  [credentials]\n  x = P\n   P\n",
                "[ec2]\n  a = b\n  [credentials]\n  x = *\n   *\n",
            ),
            ("[ec2]\na = b\n  [credentials]\n  x = y\n", "[ec2]\na = b\n  *************\n  * * *\n"),
            ("[ec2]\n  a = b\n  aws_secret_key P\n", "[ec2]\n  a = b\n  ************** *\n"),
            ("[cred]\na = P\n [old]\nb = P\n", "[cred]\na = *\n *****\nb = *\n"),
            ("[cred]\n[]\nb = P\n", "[cred]\n**\nb = *\n"),
            ("  [cred]\n  a = P\n  [ec2]\n  b = c\n", "  [cred]\n  a = *\n  [ec2]\n  b = c\n"),
            ("[ec2]\n\u{a0}key = P\n\u{a0}b = c\n", "[ec2]\n\u{a0}key = *\n\u{a0}b = c\n"),
            ("[ec2]\nb = c ; P #\nd = e#f\n", "[ec2]\nb = c * * *\nd = e#f\n"),
            ("  [Cred]\n  x = P\n  y\n", "  [Cred]\n  x = *\n  *\n"),
            ("[ec2]\nregions = a,\n  b\n  pwd: P\n  P\n", "[ec2]\nregions = a,\n  b\n  **** *\n  *\n"),
            ("[ec2]\nkey = P\n [P] P\n", "[ec2]\nkey = *\n *** *\n"),
            ("#!/bin/x\n[ec2] P\n# a\n;b\nc = 1\n", "#!/bin/x\n[ec2] *\n* *\n**\nc = 1\n"),
            ("[ec2]\na = http://u:p@h\n", "[ec2]\na = http://***@h\n"),
            (
                "[credentials]\nabcdefghijklmnopqrstuvwxyzabcdefghij==\n",
                "[credentials]\n**************************************\n",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(hidden_in_ini(text), expected);
        }
    }

    #[test]
    fn values_of_secrets_are_hidden_in_every_style() {
        let table = [
            ("secret_key: abc def\nregions: [a]\n", "secret_key: *** ***\nregions: [a]\n"),
            ("aws_secret_access_key : é\r\nx: 1", "aws_secret_access_key : **\r\nx: 1"),
            ("{'session_token': abc, x: 1", "{'session_token': **** ** *"),
            ("password: |\n  abc\n\n  def\nx: abc\n", "password: |\n  ***\n\n  ***\nx: abc\n"),
            ("secret_key: !vault >-\n  abc\nx: 1", "secret_key: !vault >-\n  ***\nx: 1"),
            ("secret_key: !unsafe abc", "secret_key: !unsafe ***"),
            ("secret_key: !vault", "secret_key: !vault"),
            ("secret_key:", "secret_key:"),
            ("secret:\n- abc\n- def\nx: 1", "secret:\n* ***\n* ***\nx: 1"),
            ("- CLIENT_SECRET: abc\n  x: 1\n", "- CLIENT_SECRET: ***\n  x: 1\n"),
            ("# token: abc", "# token: ***"),
            ("aws_security_token = a=b\n  c\nx = 1\n", "aws_security_token = ***\n  *\nx = 1\n"),
            ("cache: {store: 'redis:u:p@h'}", "cache: {store: **************"),
            ("store: s3://b?sig=x", "store: ************"),
            ("store: s3://b/p", "store: s3://b/p"),
            ("x: >-\n  redis://u:p@w@h/0 y\n", "x: >-\n  redis://*****@h/0 y\n"),
        ];
        for (text, expected) in table {
            assert_eq!(hidden(text), expected);
        }
    }

    #[test]
    fn other_text_stays() {
        for text in ["key: tags.token\n", "tokens: [a]", "secrets", "a: 'secret_key'\n\n", ""] {
            assert_eq!(hidden(text), text);
        }
    }
}

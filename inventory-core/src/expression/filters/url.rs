//! Filters for URLs: `urlsplit`, `urldecode`.

use std::net::Ipv6Addr;

use super::super::{Arguments, Call, Error};
use super::{Table, inputs};
use crate::value::{Map, Value};

pub(super) const BUILTIN: Table = &[("urlsplit", urlsplit), ("urldecode", urldecode)];

fn urlsplit(_: &Call<'_>, url: Value, arguments: Arguments) -> Result<Value, Error> {
    let [query, alias] = arguments.bind("urlsplit", ["query", "alias"], 0)?;
    drop(alias);
    let parts = split(inputs::string_for("urlsplit", &url)?)?;
    match query.filter(Value::is_true) {
        None => Ok(parts.into()),
        Some(name) => parts
            .get_value(&name)
            .cloned()
            .ok_or_else(|| Error::new(format!("`urlsplit` knows no component `{name}` of a URL"))),
    }
}

/// Returns the components of a URL as Python's `urllib.parse.urlsplit` finds them, sorted by name.
fn split(url: &str) -> Result<Map, Error> {
    let url = url.trim_start_matches(|c: char| c <= ' ').replace(['\t', '\r', '\n'], "");
    let (scheme, rest) = split_scheme(&url);
    let (location, rest) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
        None => ("", rest),
    };
    check_brackets(location)?;
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (user, host) = match location.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, location),
    };
    let (user, password) = match user.map(|user| user.split_once(':').ok_or(user)) {
        Some(Ok((user, password))) => (Some(user), Some(password)),
        Some(Err(user)) => (Some(user), None),
        None => (None, None),
    };
    let (host, port) = match host.split_once('[') {
        Some((_, bracketed)) => {
            let (host, rest) = bracketed.split_once(']').unwrap_or((bracketed, ""));
            (host, rest.split_once(':').map_or("", |(_, port)| port))
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let host = (!host.is_empty()).then(|| match host.split_once('%') {
        Some((name, zone)) => format!("{}%{zone}", name.to_lowercase()),
        None => host.to_lowercase(),
    });
    let parts: [(&str, Value); 9] = [
        ("fragment", fragment.into()),
        ("hostname", host.into()),
        ("netloc", location.into()),
        ("password", password.into()),
        ("path", path.into()),
        ("port", read_port(port)?),
        ("query", query.into()),
        ("scheme", scheme.into()),
        ("username", user.into()),
    ];
    Ok(parts.into_iter().collect())
}

fn split_scheme(url: &str) -> (String, &str) {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    match url.split_once(':') {
        Some((scheme, rest))
            if scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(legal) =>
        {
            (scheme.to_ascii_lowercase(), rest)
        }
        _ => (String::new(), url),
    }
}

/// Checks that what stands in brackets is an IPv6 address, with a zone or not, or an address of a future version.
fn check_brackets(location: &str) -> Result<(), Error> {
    let refused = || Error::new(format!("`urlsplit` found no IPv6 address in the brackets of `{location}`"));
    let inner = match (location.split_once('['), location.contains(']')) {
        (None, false) => return Ok(()),
        (Some((_, rest)), true) => rest.split(']').next().unwrap_or(rest),
        _ => return Err(refused()),
    };
    let valid = match inner.strip_prefix('v') {
        Some(future) => future.split_once('.').is_some_and(|(version, address)| {
            let hex = version.bytes().all(|byte| byte.is_ascii_hexdigit());
            hex && !version.is_empty() && !address.is_empty() && !address.contains('\n')
        }),
        None => {
            let (address, zone) = inner.split_once('%').unwrap_or((inner, "any"));
            address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && !zone.contains('%')
        }
    };
    if valid { Ok(()) } else { Err(refused()) }
}

fn read_port(port: &str) -> Result<Value, Error> {
    if port.is_empty() {
        return Ok(Value::Null);
    }
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.trim_start_matches('0').parse::<u16>() {
        Ok(number) if digits => Ok(i64::from(number).into()),
        Err(_) if digits && port.bytes().all(|byte| byte == b'0') => Ok(0.into()),
        _ => Err(Error::new(format!("`urlsplit` found a port `{port}` that is not a number up to 65535"))),
    }
}

fn urldecode(_: &Call<'_>, text: Value, arguments: Arguments) -> Result<Value, Error> {
    let [] = arguments.bind("urldecode", [], 0)?;
    let text = inputs::string_for("urldecode", &text)?.replace('+', " ");
    let mut out = String::with_capacity(text.len());
    // Only runs of ASCII are decoded: a character cannot begin in one run and end in another.
    let mut run: Vec<u8> = Vec::new();
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        let escaped = rest.strip_prefix('%').and_then(|after| {
            let digits =
                after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok()
        });
        let length = if escaped.is_some() { 3 } else { character.len_utf8() };
        match (escaped, u8::try_from(character)) {
            (Some(byte), _) => run.push(byte),
            (None, Ok(byte)) if byte.is_ascii() => run.push(byte),
            (None, _) => {
                out += &String::from_utf8_lossy(&run);
                run.clear();
                out.push(character);
            }
        }
        rest = rest.get(length..).unwrap_or("");
    }
    Ok((out + &String::from_utf8_lossy(&run)).into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_those_of_ansible() {
        super::super::rows::check(include_str!("rows/url.jsonl"));
    }
}

//! Why a value is not what was expected.

use std::fmt;

use serde::de;

use crate::config::native::Cloud;
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::Span;
use crate::yaml::{Node, NodeValue};

/// Why a node is not what was expected.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// The place; none until the error has left the value that it is about.
    pub(super) span: Option<Span>,
    /// Whether it is one value where a list of such is expected.
    pub(super) is_no_list: bool,
}

impl Mismatch {
    pub(super) fn new(message: impl Into<String>) -> Mismatch {
        Mismatch { message: message.into(), help: None, span: None, is_no_list: false }
    }

    pub(super) fn at(mut self, span: Span) -> Mismatch {
        self.span.get_or_insert(span);
        self
    }

    /// Adds how the value of a key is written as a list, where the value is what is wrong.
    pub(super) fn in_a_list(mut self, key: Option<&str>, value: &Node, text: &str) -> Mismatch {
        let written = text.get(value.span.start..value.span.end).filter(|written| !written.contains('\n'));
        if let (true, Some(key), Some(written)) =
            (self.is_no_list && self.span == Some(value.span), key, written)
            && value.value != NodeValue::Null
        {
            self.help.get_or_insert_with(|| format!("write `{key}: [{written}]`"));
        }
        self
    }

    fn unknown(what: &str, name: &str, expected: &'static [&'static str]) -> Mismatch {
        let known = expected.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = closest(name, expected.iter().copied()).map(did_you_mean);
        let help = secret_elsewhere(what, name)
            .or_else(|| word_of_plugins(what, name, expected).map(str::to_owned))
            .or(help)
            .or_else(|| (!expected.is_empty()).then(|| format!("expected one of {known}")));
        Mismatch { help, ..Mismatch::new(format!("the {what} `{name}` is not known")) }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Mismatch {
        Mismatch::new(message.to_string())
    }

    fn invalid_type(found_type: de::Unexpected<'_>, expected: &dyn de::Expected) -> Mismatch {
        let found = match found_type {
            de::Unexpected::Bool(_) => "a boolean".to_owned(),
            de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) => "an integer".to_owned(),
            de::Unexpected::Float(_) => "a number".to_owned(),
            de::Unexpected::Str(_) => "a string".to_owned(),
            de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_owned(),
            de::Unexpected::Seq => "a list".to_owned(),
            de::Unexpected::Map => "a mapping".to_owned(),
            other => other.to_string(),
        };
        let expected = expected.to_string();
        let is_no_list = expected == "a sequence" && !matches!(found_type, de::Unexpected::Map);
        Mismatch { is_no_list, ..Mismatch::new(format!("expected {}, found {found}", words(&expected))) }
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Mismatch {
        let found = match found {
            de::Unexpected::Unsigned(number) => number.to_string(),
            de::Unexpected::Signed(number) => number.to_string(),
            de::Unexpected::Float(number) => number.to_string(),
            other => other.to_string(),
        };
        Mismatch::new(format!("expected {}, found {found}", words(&expected.to_string())))
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Mismatch {
        Mismatch::unknown("key", name, expected)
    }

    fn unknown_variant(name: &str, expected: &'static [&'static str]) -> Mismatch {
        Mismatch::unknown("value", name, expected)
    }

    fn missing_field(name: &'static str) -> Mismatch {
        Mismatch::new(format!("the key `{name}` is missing"))
    }
}

/// Returns what serde expects in the words of YAML.
fn words(expected: &str) -> String {
    match expected {
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        other => other.to_owned(),
    }
}

/// Returns where a secret goes whose key a file has; no key of a native file is one.
fn secret_elsewhere(what: &str, name: &str) -> Option<String> {
    let place = match name.to_ascii_lowercase().as_str() {
        "secret" | "client_secret" => "set `AZURE_SECRET`",
        "password" | "ad_password" => "set `AZURE_PASSWORD`",
        "access_key"
        | "secret_key"
        | "session_token"
        | "access_key_id"
        | "secret_access_key"
        | "aws_access_key_id"
        | "aws_secret_access_key"
        | "aws_session_token"
        | "security_token" => "name a `profile`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        "access_token" => "set `GCP_ACCESS_TOKEN`",
        "service_account_contents" => "name a `service_account_file`",
        _ => return None,
    };
    (what == "key").then(|| format!("secrets are never in a native config: {place}"))
}

/// Returns what stands for a key of Ansible's plugins that a native file does not have.
fn word_of_plugins(what: &str, name: &str, expected: &[&str]) -> Option<&'static str> {
    let meant = match name {
        "hostnames" => "write `names`, a list of expressions such as `tags.Name`",
        "plain_host_names" => "write `names: [name]`",
        "conditional_groups" => "write `groups`",
        "hostvar_expressions" => "write `compose`",
        "default_host_filters" | "include_host_filters" => {
            "write `include`, a list of conditions over the normalized host"
        }
        "exclude_host_filters" => "write `exclude`, a list of conditions over the normalized host",
        "aws_profile" | "boto_profile" => "write `profile`",
        "ec2" | "amazon" => "write `aws`",
        "google" | "gce" => "write `gcp`",
        "regions" | "filters" | "subscriptions" | "projects" if expected.contains(&"sources") => {
            "it belongs to a source, below its cloud: `sources: [{aws: {...}}]`"
        }
        _ => return None,
    };
    (what == "key").then_some(meant)
}

/// Returns how a mapping is written that says what the one word means which stands in its place.
pub(super) fn mapping_of(name: &str, value: &NodeValue, written: Option<&str>) -> Option<String> {
    let written = written.filter(|written| !written.contains('\n') && !written.is_empty())?;
    match (name, value) {
        ("KeyedGroup", NodeValue::String(_)) => Some(format!("write `{{key: {written}}}`")),
        ("SourceOptions", NodeValue::String(_)) if Cloud::ALL.iter().any(|cloud| cloud.name() == written) => {
            Some(format!("write `{written}: {{}}`"))
        }
        ("CacheOptions", NodeValue::String(_)) => Some(format!("write `cache: {{ttl: {written}}}`")),
        _ => None,
    }
}

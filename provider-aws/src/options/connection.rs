//! Reads how AWS is reached.

use inventory_core::config::options::{Located, OptionName, Options};
use inventory_core::config::secret::Secret;
use inventory_core::config::template::Templates;
use inventory_core::diagnostic::{Diagnostic, Origin};

use super::Findings;
use crate::connection::{Connection, Identity, Role};
use crate::transport::is_endpoint;

const ACCESS_KEY: OptionName = OptionName::new("access_key")
    .aliases(&["aws_access_key_id", "aws_access_key"])
    .environment(&["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"]);
const SECRET_KEY: OptionName = OptionName::new("secret_key")
    .aliases(&["aws_secret_access_key", "aws_secret_key"])
    .environment(&["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"]);
const SESSION_TOKEN: OptionName =
    OptionName::new("session_token").aliases(&["aws_session_token"]).environment(&["AWS_SESSION_TOKEN"]);
const PROFILE: OptionName =
    OptionName::new("profile").aliases(&["aws_profile"]).environment(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]);
const ENDPOINT_URL: OptionName =
    OptionName::new("endpoint_url").aliases(&["aws_endpoint_url"]).environment(&["AWS_URL"]);
const REGION: OptionName = OptionName::new("region").aliases(&["aws_region"]).environment(&["AWS_REGION"]);
const ROLE: OptionName = OptionName::new("assume_role_arn").aliases(&["iam_role_arn"]);

/// A text and where it was given; an empty one counts as none.
type Given = Option<Located<String>>;

/// Reads the options of the connection, and where a file gives `region`.
pub(super) fn read(
    options: &mut Options<'_>,
    templates: &Templates<'_>,
    findings: &mut Findings,
) -> (Connection, Option<Origin>) {
    let errors = findings.errors.len();
    let mut open = |name| findings.take(read_text(options, name, templates)).flatten();
    let profile = open(&PROFILE);
    let endpoint_url = open(&ENDPOINT_URL);
    let region = open(&REGION);
    let role = open(&ROLE);
    let mut secret =
        |name| findings.take(read_text(options, name, templates).map_err(without_line)).flatten();
    let keys = [secret(&ACCESS_KEY), secret(&SECRET_KEY), secret(&SESSION_TOKEN)];
    // After an error there is no telling whether a half is missing.
    let identity =
        if findings.errors.len() == errors { findings.take(identity(profile, keys)) } else { None };
    let identity = identity.unwrap_or_default();
    let in_file = |origin: &&Origin| matches!(origin, Origin::File { .. });
    let region_origin = region.as_ref().map(|region| &region.origin).filter(in_file).cloned();
    let region = region.and_then(|region| findings.take(super::check_region(region.value, region.origin)));
    let endpoint_url = endpoint_url.and_then(|url| findings.take(check_endpoint(url)));
    (
        Connection { identity, role: role.map(|role| Role::of_plugin(role.value)), endpoint_url, region },
        region_origin,
    )
}

fn read_text(
    options: &mut Options<'_>,
    name: &OptionName,
    templates: &Templates<'_>,
) -> Result<Given, Diagnostic> {
    let Some(found) = options.string(name)? else { return Ok(None) };
    let text = templates.option_text(name.name, &found.value, &found.origin)?;
    Ok((!text.is_empty()).then_some(Located { value: text, origin: found.origin }))
}

/// Takes the line out of an error about a secret: it would show the secret.
fn without_line(mut error: Diagnostic) -> Diagnostic {
    if let Some(origin) = error.origin.take() {
        error.message = format!("{origin}: {}", error.message);
    }
    error
}

/// Refuses an endpoint that is not a URL; the line is not shown where it may hold a password.
pub(crate) fn check_endpoint(url: Located<String>) -> Result<String, Diagnostic> {
    if is_endpoint(&url.value) {
        return Ok(url.value);
    }
    let expected = "expected a URL such as `http://127.0.0.1:4566`";
    let error = Diagnostic::error("`endpoint_url` is not the URL of an endpoint").with_origin(url.origin);
    if url.value.contains('@') { Err(without_line(error).help(expected)) } else { Err(error.label(expected)) }
}

fn identity(profile: Given, keys: [Given; 3]) -> Result<Identity, Diagnostic> {
    if let Some(profile) = profile {
        let Some(key) = keys.into_iter().flatten().next() else {
            return Ok(Identity::Profile(profile.value));
        };
        return Err(Diagnostic::error("a profile and access keys cannot be used together")
            .with_origin(profile.origin)
            .label("the profile is chosen here")
            .help(format!("remove one of them; a key is given by {}", key.origin))
            .help("`access_key: ''`, `secret_key: ''` and `session_token: ''` leave the keys of the environment out"));
    }
    let secret = |text: Located<String>| Secret::new(text.value);
    match keys {
        [Some(access_key), Some(secret_key), session_token] => Ok(Identity::Keys {
            access_key: secret(access_key),
            secret_key: secret(secret_key),
            session_token: session_token.map(secret),
        }),
        // A token alone is nothing: the other sources of credentials are asked, as botocore does.
        [None, None, _] => Ok(Identity::Default),
        [Some(key), None, _] => Err(half("secret_key", &key.origin)),
        [None, Some(key), _] => Err(half("access_key", &key.origin)),
    }
}

fn half(missing: &str, origin: &Origin) -> Diagnostic {
    Diagnostic::error(format!("one half of an access key is given by {origin}, but `{missing}` is missing"))
        .help(format!("set `{missing}` too, or remove the other half"))
}

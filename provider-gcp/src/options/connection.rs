//! Reads how Google Cloud is reached.

use inventory_core::config::options::{Located, OptionName, Options};
use inventory_core::config::secret::Secret;
use inventory_core::config::suggest::{closest, did_you_mean};
use inventory_core::diagnostic::{Diagnostic, Origin};

use super::Findings;
use crate::connection::{AuthKind, Connection};

pub(crate) const AUTH_KIND: OptionName = OptionName::new("auth_kind").environment(&["GCP_AUTH_KIND"]);
pub(crate) const SCOPES: OptionName = OptionName::new("scopes").environment(&["GCP_SCOPES"]);
pub(crate) const FILE: OptionName = OptionName::new("service_account_file")
    .environment(&["GCP_SERVICE_ACCOUNT_FILE", "GCE_CREDENTIALS_FILE_PATH"]);
pub(crate) const CONTENTS: OptionName =
    OptionName::new("service_account_contents").environment(&["GCP_SERVICE_ACCOUNT_CONTENTS"]);
pub(crate) const EMAIL: OptionName =
    OptionName::new("service_account_email").environment(&["GCP_SERVICE_ACCOUNT_EMAIL"]);
pub(crate) const ACCESS_TOKEN: OptionName =
    OptionName::new("access_token").environment(&["GCP_ACCESS_TOKEN"]);

const AUTH_KINDS: [(&str, AuthKind); 4] = [
    ("application", AuthKind::Application),
    ("serviceaccount", AuthKind::ServiceAccount),
    ("machineaccount", AuthKind::MachineAccount),
    ("accesstoken", AuthKind::AccessToken),
];

/// What tokens are asked for unless `scopes` says otherwise.
pub(crate) const DEFAULT_SCOPE: &str = "https://www.googleapis.com/auth/compute";

/// Reads the options of the connection; none when they name no kind of credentials.
pub(super) fn read(options: &mut Options<'_>, findings: &mut Findings) -> Option<Connection> {
    let auth_kind = auth_kind(options, findings);
    let scopes = findings.take(options.list(&SCOPES));
    let scopes = scopes.map(|list| findings.texts(&SCOPES, &list, "an OAuth scope"));
    // An empty path is the working folder for Ansible: an empty text is looked for before the path is made.
    let file_text = text(options, &FILE, findings);
    let file = if file_text.is_some() { findings.take(options.path(&FILE)) } else { None };
    let contents = text(options, &CONTENTS, findings);
    let email = text(options, &EMAIL, findings);
    let token = text(options, &ACCESS_TOKEN, findings);
    let auth_kind = auth_kind?;
    for (option, origin, fits) in [
        (&EMAIL, email.as_ref().map(|found| &found.origin), AuthKind::MachineAccount),
        (&FILE, file.as_ref().map(|found| &found.origin), AuthKind::ServiceAccount),
        (&CONTENTS, contents.as_ref().map(|found| &found.origin), AuthKind::ServiceAccount),
        (&ACCESS_TOKEN, token.as_ref().map(|found| &found.origin), AuthKind::AccessToken),
    ] {
        if let Some(origin) = origin.filter(|_| fits != auth_kind) {
            findings.errors.push(misfit(option, origin, fits, auth_kind));
        }
    }
    let has_failed = !findings.errors.is_empty();
    if auth_kind == AuthKind::ServiceAccount && file.is_none() && contents.is_none() && !has_failed {
        let message =
            "`auth_kind: serviceaccount` needs `service_account_file` or `service_account_contents`";
        findings.errors.push(Diagnostic::error(message));
    }
    if auth_kind == AuthKind::AccessToken && token.is_none() && !has_failed {
        findings.errors.push(Diagnostic::error("`auth_kind: accesstoken` needs `access_token`"));
    }
    Some(Connection {
        auth_kind,
        scopes: scopes.unwrap_or_else(|| vec![DEFAULT_SCOPE.to_owned()]),
        service_account_file: file.map(|found| found.value),
        service_account_contents: contents.map(|found| Secret::new(found.value)),
        service_account_email: email.map(|found| found.value),
        access_token: token.map(|found| Secret::new(found.value)),
    })
}

fn auth_kind(options: &mut Options<'_>, findings: &mut Findings) -> Option<AuthKind> {
    let read = options.string(&AUTH_KIND).map_err(|error| findings.errors.push(error)).ok()?;
    let Some(found) = read else {
        let error = Diagnostic::error("`auth_kind` is missing").label(expected_kinds());
        findings
            .errors
            .push(error.help("write `auth_kind: application` to use what `gcloud` or the machine has"));
        return None;
    };
    findings.take(auth_kind_named(&found.value.text, found.origin).map(Some))
}

/// Returns the kind of credentials of a name.
///
/// # Errors
/// A name that no kind has.
pub(crate) fn auth_kind_named(name: &str, origin: Origin) -> Result<AuthKind, Diagnostic> {
    if let Some((_, kind)) = AUTH_KINDS.iter().find(|(known, _)| *known == name) {
        return Ok(*kind);
    }
    let error = Diagnostic::error(format!("`{name}` is not a kind of credentials"));
    let error = error.with_origin(origin).label(expected_kinds());
    Err(match closest(name, AUTH_KINDS.iter().map(|(known, _)| *known)) {
        Some(suggestion) => error.help(did_you_mean(suggestion)),
        None => error,
    })
}

fn expected_kinds() -> &'static str {
    "expected `application`, `serviceaccount`, `machineaccount` or `accesstoken`"
}

pub(crate) fn name_of(kind: AuthKind) -> &'static str {
    AUTH_KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
}

/// Reads a text that is not empty; what is wrong with one that may be secret is told without its line.
fn text(options: &mut Options<'_>, name: &OptionName, findings: &mut Findings) -> Option<Located<String>> {
    let read = options.string(name).map_err(without_line);
    let found = findings.take(read)?.map(|text| text.text);
    (!found.value.is_empty()).then_some(found)
}

/// Makes the error of an option that another kind of credentials would need.
fn misfit(option: &OptionName, origin: &Origin, fits: AuthKind, kind: AuthKind) -> Diagnostic {
    let name = option.name;
    let message = format!("`{name}` is only for `auth_kind: {}`", name_of(fits));
    let error = Diagnostic::error(message).with_origin(origin.clone());
    let error = error.help(format!("`auth_kind` is `{}`: take `{name}` away, or change it", name_of(kind)));
    if matches!(origin, Origin::File { .. }) { without_line(error) } else { error }
}

/// Takes the line out of an error about what may be a secret, and leaves its place.
fn without_line(mut error: Diagnostic) -> Diagnostic {
    if let Some(origin) = error.origin.take() {
        error.message = format!("{origin}: {}", error.message);
    }
    error
}

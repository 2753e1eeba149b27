//! Reads how Azure is reached.

use inventory_core::config::environment::Environment;
use inventory_core::config::options::{OptionName, Options};
use inventory_core::config::suggest::{closest, did_you_mean};
use inventory_core::config::template::Templates;
use inventory_core::diagnostic::{Diagnostic, Origin};

use super::Findings;
use crate::connection::{AuthSource, Connection, Properties};

const AUTH_SOURCE: OptionName = OptionName::new("auth_source");
const PROFILE: OptionName = OptionName::new("profile");

/// The name that other tools have for `secret`; what it holds must not be shown.
const CLIENT_SECRET: OptionName = OptionName::new("client_secret");

/// The variable that counts before the option `auth_source`.
const AUTH_SOURCE_VARIABLE: &str = "ANSIBLE_AZURE_AUTH_SOURCE";

const AUTH_SOURCES: [(&str, AuthSource); 5] = [
    ("auto", AuthSource::Auto),
    ("cli", AuthSource::Cli),
    ("credential_file", AuthSource::CredentialFile),
    ("env", AuthSource::Environment),
    ("msi", AuthSource::ManagedIdentity),
];

/// The options that the plugin hands on to its credentials.
const GIVEN: [OptionName; 8] = [
    OptionName::new("subscription_id"),
    OptionName::new("client_id"),
    OptionName::new("secret"),
    OptionName::new("tenant"),
    OptionName::new("ad_user"),
    OptionName::new("password"),
    OptionName::new("cloud_environment"),
    OptionName::new("adfs_authority_url"),
];

/// The options that may be templates.
const TEMPLATED: [&str; 4] = ["subscription_id", "client_id", "secret", "tenant"];

/// The options whose line must not be shown.
const SECRET: [&str; 2] = ["secret", "password"];

/// The variables of the properties; of two the second counts when the first is not set.
const VARIABLES: [(&str, &[&str]); 12] = [
    ("subscription_id", &["AZURE_SUBSCRIPTION_ID"]),
    ("client_id", &["AZURE_CLIENT_ID"]),
    ("secret", &["AZURE_SECRET"]),
    ("tenant", &["AZURE_TENANT", "AZURE_TENANT_ID"]),
    ("ad_user", &["AZURE_AD_USER"]),
    ("password", &["AZURE_PASSWORD"]),
    ("cloud_environment", &["AZURE_CLOUD_ENVIRONMENT"]),
    ("adfs_authority_url", &["AZURE_ADFS_AUTHORITY_URL"]),
    ("x509_certificate_path", &["AZURE_X509_CERTIFICATE_PATH"]),
    ("thumbprint", &["AZURE_THUMBPRINT"]),
    ("oidc_token", &["AZURE_FEDERATED_TOKEN"]),
    ("oidc_token_file_path", &["AZURE_FEDERATED_TOKEN_FILE"]),
];

/// The variables of other tools (Microsoft's own libraries, Terraform), and the properties that they give there.
const FOREIGN_VARIABLES: [(&str, &str); 5] = [
    ("AZURE_CLIENT_SECRET", "secret"),
    ("ARM_CLIENT_ID", "client_id"),
    ("ARM_CLIENT_SECRET", "secret"),
    ("ARM_SUBSCRIPTION_ID", "subscription_id"),
    ("ARM_TENANT_ID", "tenant"),
];

/// Reads the options of the connection.
pub(super) fn read(
    options: &mut Options<'_>,
    templates: &Templates<'_>,
    findings: &mut Findings,
) -> Connection {
    let auth_source = auth_source(options, findings);
    let profile = findings.take(options.string(&PROFILE)).flatten().map(|found| found.value.text);
    let given = Properties::collect(|name| {
        let option = GIVEN.iter().find(|option| option.name == name)?;
        findings.take(read_text(options, option, templates)).flatten()
    });
    if let Some(found) = findings.take(options.raw(&CLIENT_SECRET)).flatten() {
        let warning = Diagnostic::warning("the option `client_secret` is not known and is ignored");
        let warning = warning.with_origin(found.origin).help(did_you_mean("secret"));
        findings.warnings.push(without_line(warning));
    }
    warn_of_unused(options, (auth_source, profile.as_deref()), &given, findings);
    let profile = profile.filter(|name| !name.is_empty());
    Connection { auth_source, profile, given, ..of_environment(options.environment()) }
}

/// Returns how Azure is reached where only the environment tells.
pub(crate) fn of_environment(environment: &Environment) -> Connection {
    let variable = |name| environment.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let file = environment.get("HOME").map(|_| environment.resolve_path("~/.azure/credentials"));
    Connection {
        environment_profile: variable("AZURE_PROFILE"),
        environment: Properties::collect(|name| find_variable(environment, name)),
        foreign_variables: foreign_variables(environment),
        credential_file: file,
        metadata_url: variable("ARM_CLOUD_METADATA_URL"),
        ..Connection::default()
    }
}

/// Warns of options that are set and cannot count, for all credentials but those of the options are whole without them.
fn warn_of_unused(
    options: &mut Options<'_>,
    (auth_source, profile): (AuthSource, Option<&str>),
    given: &Properties,
    findings: &mut Findings,
) {
    let has_profile = profile.is_some_and(|name| !name.is_empty());
    let is_login = given.client_id.is_some() || given.ad_user.is_some();
    let (used, why): (&[&str], &str) = match auth_source {
        AuthSource::Auto if !has_profile && is_login => return,
        AuthSource::Auto if !has_profile => (&[], "counts only beside `client_id` or `ad_user`"),
        AuthSource::Auto | AuthSource::CredentialFile => (&[], "the profile has the credentials"),
        AuthSource::ManagedIdentity => {
            (&["client_id", "cloud_environment"], "`auth_source: msi` is the identity of this machine")
        }
        AuthSource::Environment => (&[], "`auth_source: env` takes the credentials of the environment"),
        AuthSource::Cli => (&[], "`auth_source: cli` takes the login of the Azure CLI"),
    };
    for (name, is_set) in [
        ("client_id", given.client_id.is_some()),
        ("secret", given.secret.is_some()),
        ("tenant", given.tenant.is_some()),
        ("ad_user", given.ad_user.is_some()),
        ("password", given.password.is_some()),
        ("cloud_environment", given.cloud_environment.is_some()),
        ("adfs_authority_url", given.adfs_authority_url.is_some()),
    ] {
        let option = GIVEN.iter().find(|option| option.name == name);
        let Some(option) = option.filter(|_| is_set && !used.contains(&name)) else { continue };
        if let Some(found) = findings.take(options.raw(option)).flatten() {
            let warning =
                Diagnostic::warning(format!("`{name}` is not used")).with_origin(found.origin).label(why);
            findings.warnings.push(if SECRET.contains(&name) { without_line(warning) } else { warning });
        }
    }
}

/// Returns the variables of other tools that are set where the one that is read is not, each with that one.
fn foreign_variables(environment: &Environment) -> Vec<(&'static str, &'static str)> {
    let is_set = |name| environment.get(name).is_some_and(|text| !text.is_empty());
    let alone = |(foreign, property): (&'static str, &str)| {
        let (_, names) = VARIABLES.iter().find(|(name, _)| *name == property)?;
        let is_missed = is_set(foreign) && !names.iter().any(|name| is_set(name));
        Some((foreign, *names.first().filter(|_| is_missed)?))
    };
    FOREIGN_VARIABLES.into_iter().filter_map(alone).collect()
}

fn find_variable(environment: &Environment, property: &str) -> Option<String> {
    let (_, names) = VARIABLES.iter().find(|(name, _)| *name == property)?;
    names.iter().find_map(|name| environment.get(name)).map(str::to_owned)
}

fn auth_source(options: &mut Options<'_>, findings: &mut Findings) -> AuthSource {
    let found = findings.take(options.string(&AUTH_SOURCE)).flatten();
    let found = found.map(|found| (found.value.text, found.origin));
    let named = match auth_source_of(options.environment()) {
        Some(named) => Some(named),
        None => found.map(|(name, origin)| auth_source_named(&name, origin)),
    };
    findings.take(named.unwrap_or(Ok(AuthSource::Auto))).unwrap_or_default()
}

/// Returns the source of credentials that the environment names.
///
/// # Errors
/// A name that no source has.
pub(crate) fn auth_source_of(environment: &Environment) -> Option<Result<AuthSource, Diagnostic>> {
    let name = environment.get(AUTH_SOURCE_VARIABLE).filter(|text| !text.is_empty())?;
    Some(auth_source_named(name, Origin::Environment(AUTH_SOURCE_VARIABLE.to_owned())))
}

fn auth_source_named(name: &str, origin: Origin) -> Result<AuthSource, Diagnostic> {
    if let Some((_, source)) = AUTH_SOURCES.iter().find(|(known, _)| *known == name) {
        return Ok(*source);
    }
    let error = Diagnostic::error(format!("`{name}` is not a source of credentials")).with_origin(origin);
    let error = error.label("expected `auto`, `cli`, `credential_file`, `env` or `msi`");
    Err(match closest(name, AUTH_SOURCES.iter().map(|(known, _)| *known)) {
        Some(suggestion) => error.help(did_you_mean(suggestion)),
        None => error,
    })
}

fn read_text(
    options: &mut Options<'_>,
    name: &OptionName,
    templates: &Templates<'_>,
) -> Result<Option<String>, Diagnostic> {
    let hide = |error| if SECRET.contains(&name.name) { without_line(error) } else { error };
    let Some(found) = options.string(name).map_err(hide)? else { return Ok(None) };
    if !TEMPLATED.contains(&name.name) {
        return Ok(Some(found.value.text));
    }
    templates.option_text(name.name, &found.value, &found.origin).map(Some).map_err(hide)
}

/// Takes the line out of an error about a secret: it would show the secret.
fn without_line(mut error: Diagnostic) -> Diagnostic {
    if let Some(origin) = error.origin.take() {
        error.message = format!("{origin}: {}", error.message);
    }
    error
}

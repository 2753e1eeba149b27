//! Finds the credentials, in the places and the order of the plugin.

use inventory_core::discovery::{Error, ErrorKind};

use super::{Assertion, Identity, OPERATION, profile};
use crate::connection::{AuthSource, Connection, Properties};

/// The application of the Azure CLI, for which a user logs in who names none.
const COMMAND_LINE_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// The directory of users who name none.
const ANY_ORGANIZATION: &str = "organizations";

/// The profile that is looked for when none is named.
const DEFAULT_PROFILE: &str = "default";

/// What to do when there are no credentials.
const LOOKED_AT: &str = "looked at `profile`, `client_id` and `ad_user` in the configuration, AZURE_* variables, \
                         [default] in ~/.azure/credentials, and the Azure CLI (`az login`)";

/// Credentials, and what comes with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    /// Who asks for tokens.
    pub(crate) identity: Identity,
    /// The subscription; none when the first that the identity sees is meant.
    pub(crate) subscription: Option<String>,
    /// The cloud's name or URL.
    pub(crate) cloud: Option<String>,
    /// The authority instead of the cloud's.
    pub(crate) authority: Option<String>,
}

/// Where the credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    /// In what was read.
    Login(Login),
    /// With the Azure CLI, which also knows the cloud, and the subscription where none is given.
    CommandLine {
        /// The subscription that is given.
        subscription: Option<String>,
        /// Whether the CLI is only the last place to look.
        is_last_resort: bool,
    },
}

/// Finds the credentials; reads the file of credentials where it counts.
pub(crate) fn select(connection: &Connection) -> Result<Selected, Error> {
    let given = &connection.given;
    let environment = &connection.environment;
    let command_line = |is_last_resort| {
        let subscription = given.subscription_id.clone().or_else(|| environment.subscription_id.clone());
        Ok(Selected::CommandLine { subscription, is_last_resort })
    };
    let found = match connection.auth_source {
        AuthSource::ManagedIdentity => return Ok(Selected::Login(managed(connection))),
        AuthSource::Cli => return command_line(false),
        AuthSource::Environment => from_environment(connection)?.ok_or_else(|| {
            let error = missing(
                "the environment has no credentials",
                "set AZURE_CLIENT_ID (or AZURE_AD_USER) and AZURE_SUBSCRIPTION_ID, or AZURE_PROFILE",
            );
            with_what_is_set(error, connection)
        })?,
        AuthSource::CredentialFile => {
            named(connection, connection.profile.as_deref().unwrap_or(DEFAULT_PROFILE))?
        }
        AuthSource::Auto => {
            if let Some(name) = &connection.profile {
                named(connection, name)?
            } else if given.client_id.is_some() || given.ad_user.is_some() {
                given.clone()
            } else if let Some(found) = from_environment(connection)? {
                found
            } else if let Some(found) = from_file(connection, DEFAULT_PROFILE)? {
                found
            } else {
                return command_line(true);
            }
        }
    };
    login(found, connection.needs_no_subscription)
        .map(Selected::Login)
        .map_err(|error| with_foreign_variables(error, connection))
}

/// Adds to the error of a search that found nothing which variables the environment has, and which it lacks.
pub(crate) fn with_what_is_set(mut error: Error, connection: &Connection) -> Error {
    let Connection { given, environment: found, .. } = connection;
    let mut variables = Vec::new();
    if given.subscription_id.is_none() && !connection.needs_no_subscription {
        variables.push(("AZURE_SUBSCRIPTION_ID", found.subscription_id.is_some()));
    }
    if found.ad_user.is_some() || found.password.is_some() {
        let user = [("AZURE_AD_USER", found.ad_user.is_some()), ("AZURE_PASSWORD", found.password.is_some())];
        variables.extend(user);
    } else {
        variables.push(("AZURE_CLIENT_ID", found.client_id.is_some()));
        variables.push(("AZURE_SECRET", has_proof(found)));
        variables.push(("AZURE_TENANT", found.tenant.is_some()));
    }
    let (set, lacking): (Vec<_>, Vec<_>) = variables.into_iter().partition(|(_, is_set)| *is_set);
    if !set.is_empty() && !lacking.is_empty() {
        let names = |variables: &[(&str, bool)]| {
            variables.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        };
        let verb = if set.len() == 1 { "is" } else { "are" };
        let more = format!(": of the environment, {} {verb} set, but not {}", names(&set), names(&lacking));
        error.message.push_str(&more);
    }
    with_foreign_variables(error, connection)
}

/// Puts first in the hint of an error which variables are set that only other tools read.
fn with_foreign_variables(mut error: Error, connection: &Connection) -> Error {
    let set = connection.foreign_variables.iter();
    let set: Vec<_> = set.map(|(foreign, ours)| format!("{foreign} is not read, {ours} is")).collect();
    if !set.is_empty() {
        let hint = error.hint.take().unwrap_or_default();
        error.hint = Some(format!("{}; {hint}", set.join("; ")));
    }
    error
}

/// Returns the error of a search that found nothing.
pub(super) fn nothing_found() -> Error {
    missing("no credentials found", LOOKED_AT)
}

fn missing(message: impl Into<String>, hint: &str) -> Error {
    Error::new(ErrorKind::Auth, OPERATION, message).with_hint(hint)
}

fn managed(connection: &Connection) -> Login {
    let Connection { given, environment, .. } = connection;
    Login {
        identity: Identity::Machine {
            client_id: given.client_id.clone().or_else(|| environment.client_id.clone()),
        },
        subscription: given.subscription_id.clone().or_else(|| environment.subscription_id.clone()),
        cloud: given.cloud_environment.clone(),
        authority: None,
    }
}

/// Returns what the environment says; none where it names neither an application nor a user, or no subscription.
fn from_environment(connection: &Connection) -> Result<Option<Properties>, Error> {
    if let Some(name) = &connection.environment_profile {
        return named(connection, name).map(Some);
    }
    let mut found = connection.environment.clone();
    if found.client_id.is_none() && found.ad_user.is_none() {
        return Ok(None);
    }
    if let Some(subscription) = &connection.given.subscription_id {
        found.subscription_id = Some(subscription.clone());
    }
    Ok(Some(found).filter(|found| connection.needs_no_subscription || found.subscription_id.is_some()))
}

/// Returns a profile; none when it does not exist or names no subscription, or nobody where none is needed.
fn from_file(connection: &Connection, profile: &str) -> Result<Option<Properties>, Error> {
    let Some(path) = &connection.credential_file else { return Ok(None) };
    let has_identity = |found: &Properties| found.client_id.is_some() || found.ad_user.is_some();
    let found = profile::read(path, profile)?.filter(|found| match connection.needs_no_subscription {
        true => has_identity(found),
        false => found.subscription_id.is_some(),
    });
    Ok(found.map(|mut found| {
        if let Some(subscription) = &connection.given.subscription_id {
            found.subscription_id = Some(subscription.clone());
        }
        found
    }))
}

fn named(connection: &Connection, profile: &str) -> Result<Properties, Error> {
    from_file(connection, profile)?.ok_or_else(|| {
        let lacks = if connection.needs_no_subscription { "client_id" } else { "subscription_id" };
        missing(
            format!("the profile `{profile}` is not in ~/.azure/credentials, or has no `{lacks}`"),
            "add `[profile]` with subscription_id, client_id, secret and tenant, or name another profile",
        )
    })
}

fn login(found: Properties, needs_no_subscription: bool) -> Result<Login, Error> {
    let subscription = found.subscription_id.clone();
    if subscription.is_none() && !needs_no_subscription {
        return Err(missing("the credentials come without a subscription", "set `subscription_id`"));
    }
    let (cloud, authority) = (found.cloud_environment.clone(), found.adfs_authority_url.clone());
    Ok(Login { identity: identity(found)?, subscription, cloud, authority })
}

/// Returns the first kind of credentials of which all parts are there, in the plugin's order.
fn identity(found: Properties) -> Result<Identity, Error> {
    let lacks = what_lacks(&found);
    if let (Some(tenant), Some(client_id)) = (&found.tenant, &found.client_id) {
        let (tenant, client_id) = (tenant.clone(), client_id.clone());
        let token = found.oidc_token.map(Assertion::Token);
        let file = found.oidc_token_file_path.map(|path| Assertion::File(path.into()));
        let certificate = found.thumbprint.and(found.x509_certificate_path);
        let certificate = certificate.map(|path| Assertion::Certificate(path.into()));
        let assertion = match (token.or(file), found.secret) {
            (None, Some(secret)) => return Ok(Identity::Secret { tenant, client_id, secret }),
            (token, _) => token.or(certificate),
        };
        if let Some(assertion) = assertion {
            return Ok(Identity::Assertion { tenant, client_id, assertion });
        }
    }
    if let (Some(user), Some(password)) = (found.ad_user, found.password) {
        let tenant = found.tenant.unwrap_or_else(|| ANY_ORGANIZATION.to_owned());
        let client_id = found.client_id.unwrap_or_else(|| COMMAND_LINE_CLIENT.to_owned());
        return Ok(Identity::Password { tenant, client_id, user, password });
    }
    Err(missing(
        format!("the credentials are incomplete: they lack {lacks}"),
        "an application needs client_id, tenant and one of secret (AZURE_SECRET), AZURE_FEDERATED_TOKEN, \
         AZURE_FEDERATED_TOKEN_FILE, or AZURE_X509_CERTIFICATE_PATH with AZURE_THUMBPRINT; a user needs ad_user and \
         password",
    ))
}

/// Names what makes credentials incomplete, beside the subscription.
fn what_lacks(found: &Properties) -> String {
    if found.ad_user.is_some() && found.client_id.is_none() {
        return "`password`".to_owned();
    }
    let lacks = [
        ("`client_id`", found.client_id.is_none()),
        ("`tenant`", found.tenant.is_none()),
        ("`secret`, a token or a certificate", !has_proof(found)),
        ("`thumbprint`", found.x509_certificate_path.is_some() && found.thumbprint.is_none()),
    ];
    lacks.iter().filter(|(_, lacks)| *lacks).map(|(name, _)| *name).collect::<Vec<_>>().join(", and ")
}

/// Tells whether an application can prove who it is.
fn has_proof(found: &Properties) -> bool {
    let files = [&found.oidc_token_file_path, &found.x509_certificate_path];
    found.secret.is_some() || found.oidc_token.is_some() || files.iter().any(|file| file.is_some())
}

#[cfg(test)]
mod tests;

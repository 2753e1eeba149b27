//! How Google Cloud is reached: what the file says, completed by the environment.

use std::path::PathBuf;
use std::sync::Arc;

use inventory_core::config::environment::Environment;
use inventory_core::config::options::OptionName;
use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::{Diagnostic, Origin, Source};

use super::Config;
use crate::connection::{AuthKind, Connection};
use crate::options::connection as options;

/// Returns how Google Cloud is reached; relative paths are those of the working folder, as in the plugin.
///
/// What the environment says of another kind of credentials does not count.
///
/// # Errors
/// What another kind of credentials needs, or what the kind lacks; each with its place.
pub(super) fn connection(
    config: &Config,
    source: &Arc<Source>,
    environment: &Environment,
) -> Result<Connection, Vec<Diagnostic>> {
    let variable = |option: &OptionName| {
        // Of several the last one that is set counts, as in Ansible.
        let set = option.environment.iter().rev().find_map(|name| Some((*name, environment.get(name)?)));
        set.filter(|(_, text)| !text.is_empty())
    };
    let text = |option: &OptionName| variable(option).map(|(_, text)| text.to_owned());
    let auth_kind = match (config.auth_kind, variable(&options::AUTH_KIND)) {
        (Some(kind), _) => kind,
        (None, Some((name, kind))) => options::auth_kind_named(kind, Origin::Environment(name.to_owned()))
            .map_err(|error| vec![error])?,
        (None, None) => AuthKind::Application,
    };
    let mut errors = Vec::new();
    for (given, name, fits) in [
        (&config.service_account_file, "service_account_file", AuthKind::ServiceAccount),
        (&config.service_account_email, "service_account_email", AuthKind::MachineAccount),
    ] {
        if let Some(given) = given.as_ref().filter(|_| auth_kind != fits) {
            let message = format!("`{name}` is only for `auth_kind: {}`", options::name_of(fits));
            let help =
                format!("`auth_kind` is `{}`: take `{name}` away, or change it", options::name_of(auth_kind));
            errors.push(given.error(source, message).help(help));
        }
    }
    let only = |kind: AuthKind| auth_kind == kind;
    let service_account_file: Option<PathBuf> = match &config.service_account_file {
        Some(path) => Some(path.value.clone()),
        None => text(&options::FILE),
    }
    .filter(|path| only(AuthKind::ServiceAccount) && !path.is_empty())
    .map(|path| environment.resolve_path(&path));
    let contents = text(&options::CONTENTS).filter(|_| only(AuthKind::ServiceAccount)).map(Secret::new);
    let token = text(&options::ACCESS_TOKEN).filter(|_| only(AuthKind::AccessToken)).map(Secret::new);
    let lacks = match auth_kind {
        AuthKind::ServiceAccount if service_account_file.is_none() && contents.is_none() => {
            Some("`service_account_file`, or GCP_SERVICE_ACCOUNT_FILE or GCP_SERVICE_ACCOUNT_CONTENTS")
        }
        AuthKind::AccessToken if token.is_none() => Some("GCP_ACCESS_TOKEN in the environment"),
        _ => None,
    };
    if let Some(lacks) = lacks.filter(|_| errors.is_empty()) {
        errors.push(Diagnostic::error(format!("`auth_kind: {}` needs {lacks}", options::name_of(auth_kind))));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let email = config.service_account_email.as_ref().map(|email| email.value.clone());
    let email = email.or_else(|| text(&options::EMAIL));
    Ok(Connection {
        auth_kind,
        scopes: scopes(config, text(&options::SCOPES)),
        service_account_file,
        service_account_contents: contents,
        service_account_email: email.filter(|email| only(AuthKind::MachineAccount) && !email.is_empty()),
        access_token: token,
    })
}

fn scopes(config: &Config, of_environment: Option<String>) -> Vec<String> {
    let listed = of_environment.unwrap_or_default();
    let listed = listed.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned);
    match (&config.scopes, listed.collect::<Vec<_>>()) {
        (given, _) if !given.is_empty() => given.clone(),
        (_, listed) if !listed.is_empty() => listed,
        _ => vec![options::DEFAULT_SCOPE.to_owned()],
    }
}

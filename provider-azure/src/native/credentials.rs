//! How Azure is reached: what the file says, completed by the environment.

use std::sync::Arc;

use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::{Diagnostic, Source};

use super::Config;
use crate::connection::{Connection, Properties};
use crate::options::{auth_source_of, of_environment};

/// Returns how Azure is reached.
///
/// Secrets of an application or user that the file names are those of the environment. The subscription of the
/// environment or a profile means nothing: the source finds its own.
///
/// # Errors
/// A profile beside anything else about credentials, or a source of credentials that does not exist in the environment.
pub(super) fn connection(
    config: &Config,
    source: &Arc<Source>,
    environment: &Environment,
) -> Result<Connection, Diagnostic> {
    let text = |given: &Option<String>| given.clone().filter(|text| !text.is_empty());
    let (client_id, ad_user) = (text(&config.client_id), text(&config.ad_user));
    let is_named = client_id.is_some() || ad_user.is_some();
    let auth_source = match config.auth_source {
        Some(auth_source) => auth_source,
        None => auth_source_of(environment).transpose()?.unwrap_or_default(),
    };
    let found = of_environment(environment);
    let of_environment = found.environment;
    let given = Properties {
        subscription_id: None,
        client_id,
        ad_user,
        tenant: text(&config.tenant),
        cloud_environment: text(&config.cloud_environment),
        adfs_authority_url: text(&config.adfs_authority_url),
        x509_certificate_path: text(&config.x509_certificate_path),
        thumbprint: text(&config.thumbprint),
        ..Properties::default()
    };
    if let Some(profile) = config.profile.as_ref().filter(|_| given != Properties::default()) {
        let message = "a profile holds all that there is to say about credentials";
        return Err(profile
            .error(source, message)
            .label("expected no other identity, tenant or cloud beside it"));
    }
    let completed = Properties {
        subscription_id: None,
        // A user logs in with the application of the environment only where the environment names the user, too.
        client_id: given.client_id.clone().or(of_environment.client_id.filter(|_| given.ad_user.is_none())),
        ad_user: given.ad_user.clone().or(of_environment.ad_user.filter(|_| given.client_id.is_none())),
        tenant: given.tenant.clone().or(of_environment.tenant),
        cloud_environment: given.cloud_environment.clone().or(of_environment.cloud_environment),
        adfs_authority_url: given.adfs_authority_url.clone().or(of_environment.adfs_authority_url),
        x509_certificate_path: given.x509_certificate_path.clone().or(of_environment.x509_certificate_path),
        thumbprint: given.thumbprint.clone().or(of_environment.thumbprint),
        ..of_environment
    };
    Ok(Connection {
        auth_source,
        profile: config.profile.as_ref().map(|name| name.value.clone()).filter(|name| !name.is_empty()),
        given: if is_named {
            completed.clone()
        } else {
            // A managed identity has nothing else of what the environment says.
            Properties { cloud_environment: completed.cloud_environment.clone(), ..given }
        },
        environment: completed,
        needs_no_subscription: true,
        ..found
    })
}

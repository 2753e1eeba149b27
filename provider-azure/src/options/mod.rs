//! The options of an `azure_rm.yml`, as the plugin reads them.

mod connection;
mod hosts;
mod query;

use inventory_core::config::options::{OptionName, Options};
use inventory_core::config::template::Templates;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::expression::Environment;

pub(crate) use self::connection::{auth_source_of, of_environment};
pub(crate) use self::hosts::HostSettings;
pub use self::hosts::RULES;
use crate::connection::Connection;
use crate::fetch::Query;

/// What an `azure_rm.yml` asks for, apart from hosts' names, filters, groups and composed variables.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How Azure is reached.
    pub(crate) connection: Connection,
    /// What Resource Manager is asked for.
    pub(crate) query: Query,
}

/// Options that steer requests which this program does not make.
const NEEDLESS: [&str; 3] = ["batch_fetch", "batch_fetch_interval", "batch_fetch_timeout"];

/// Options that the plugin documents and does not use, with what does the same.
const IGNORED: [(OptionName, &str); 11] = [
    (OptionName::new("groups"), "groups are defined by `conditional_groups`"),
    (OptionName::new("strict"), "`fail_on_template_errors` decides"),
    (OptionName::new("api_profile"), "the versions of the API are fixed"),
    (
        OptionName::new("cert_validation_mode"),
        "certificates are always checked; SSL_CERT_FILE names more to trust",
    ),
    (OptionName::new("x509_certificate_path"), "set AZURE_X509_CERTIFICATE_PATH, or use a profile"),
    (OptionName::new("thumbprint"), "set AZURE_THUMBPRINT, or use a profile"),
    (OptionName::new("oidc_token"), "set AZURE_FEDERATED_TOKEN"),
    (OptionName::new("oidc_token_file_path"), "set AZURE_FEDERATED_TOKEN_FILE"),
    (OptionName::new("disable_instance_discovery"), "the authority is never looked up"),
    (OptionName::new("log_path"), "no log is written"),
    (OptionName::new("log_mode"), "no log is written"),
];

/// Collects errors, so that the user sees all of them at once, and warnings.
#[derive(Default)]
struct Findings {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Findings {
    /// Returns the value, or notes the error and returns none.
    fn take<T>(&mut self, read: Result<T, Diagnostic>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok()
    }
}

/// Reads the options of connection and query; the other options of the file are the caller's.
pub(crate) fn read(
    options: &mut Options<'_>,
    environment: &Environment,
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut findings = Findings::default();
    options.also_known(["plugin"]);
    options.also_known(NEEDLESS);
    let settings = Settings {
        connection: connection::read(options, &Templates::new(environment), &mut findings),
        query: query::read(options, &mut findings),
    };
    for (name, instead) in &IGNORED {
        if let Some(found) = findings.take(options.raw(name)).flatten() {
            let warning = Diagnostic::warning(format!("`{}` has no effect, as in the plugin", name.name));
            findings.warnings.push(warning.with_origin(found.origin).label(*instead));
        }
    }
    if findings.errors.is_empty() { Ok((settings, findings.warnings)) } else { Err(findings.errors) }
}

#[cfg(test)]
mod tests;

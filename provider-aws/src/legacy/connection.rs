//! Who asks AWS.

use inventory_core::config::environment::Environment;
use inventory_core::config::options::Located;
use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::ini::Options;

use crate::connection::{Connection, Identity, Role};
use crate::options::Findings;

/// The name that the script gives to sessions of a role, which audits and trust policies see.
const SESSION: &str = "ansible_dynamic_inventory";

/// The keys of the section of credentials.
pub(super) const KEYS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_security_token"];

/// Reads the profile, the role and the credentials.
///
/// As with the script and boto, keys of the environment count before all, then the profile of the environment, that of
/// the file, and the keys of the file; else the other places where AWS's tools look.
pub(super) fn read(
    options: &mut Options<'_>,
    credentials: &mut Options<'_>,
    environment: &Environment,
    findings: &mut Findings,
) -> Connection {
    let set = |name: &str| environment.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut text = |options: &mut Options<'_>, key| {
        let text = findings.take(options.text_or_empty(key)).filter(|found| !found.value.is_empty());
        text.map(|found: Located<String>| (found.value, found.origin))
    };
    let role = text(options, "iam_role").map(|(arn, _)| Role { arn, session: SESSION, external_id: None });
    let profile = text(options, "boto_profile").map(|(name, _)| name);
    let [access_key, secret_key, token] = KEYS.map(|key| text(credentials, key));
    let identity = if set("AWS_ACCESS_KEY_ID").is_some() {
        Identity::Default
    } else if let Some(profile) = set("AWS_PROFILE").or(profile) {
        Identity::Profile(profile)
    } else {
        match (access_key, secret_key) {
            (Some((access_key, _)), Some((secret_key, _))) => Identity::Keys {
                access_key: Secret::new(access_key),
                secret_key: Secret::new(secret_key),
                session_token: set("AWS_SESSION_TOKEN").or(token.map(|(token, _)| token)).map(Secret::new),
            },
            (Some((_, origin)), None) => {
                let error =
                    Diagnostic::error("`aws_secret_access_key` is missing beside the other half of the key");
                let help = "set `aws_secret_access_key` in `[credentials]` too, or remove this half";
                findings.errors.push(error.with_origin(origin).help(help));
                Identity::Default
            }
            // As in the script, which asks the other sources of credentials then.
            (None, Some((_, origin))) => {
                let warning =
                    Diagnostic::warning("without `aws_access_key_id` the other half of the key does nothing");
                findings.warnings.push(warning.with_origin(origin).label("ignored"));
                Identity::Default
            }
            (None, None) => Identity::Default,
        }
    };
    Connection { identity, role, endpoint_url: None, region: None }
}

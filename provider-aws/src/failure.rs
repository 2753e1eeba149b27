//! Explains why a call to AWS failed: one of the kinds that decide what follows, AWS's own code and words, and a hint.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::Response;
use inventory_core::config::suggest::did_you_mean;
use inventory_core::discovery::{Error, ErrorKind};

use crate::facts::NotUnderstood;
use crate::regions;
use crate::xml::{Malformed, is_html};

/// Error codes of AWS by the kind of failure; a name that ends in `*` is a prefix.
const CODES: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::Auth,
        &[
            "AuthFailure",
            "ExpiredToken*",
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidToken",
            "MissingAuthenticationToken",
            "NotAuthorizedException",
            "OptInRequired",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ],
    ),
    (ErrorKind::Denied, &["AccessDenied*", "UnauthorizedOperation", "UnauthorizedAccess"]),
    (
        ErrorKind::Throttled,
        &[
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "PriorRequestNotComplete",
            "RequestLimitExceeded",
            "RequestThrottled*",
            "SlowDown",
            "Throttl*",
            "TooManyRequestsException",
        ],
    ),
    (ErrorKind::NotFound, &["NoSuchHostedZone", "ParentNotFoundException"]),
    (
        ErrorKind::Config,
        &[
            "AWSOrganizationsNotInUseException",
            "FilterLimitExceeded",
            "Invalid*",
            "Malformed*",
            "MissingParameter",
            "UnknownParameter*",
            "Validation*",
        ],
    ),
];

/// What to do when something answers that is not AWS.
const PORTAL: &str =
    "check `endpoint_url`, HTTPS_PROXY and NO_PROXY, and whether the network asks for a login";

/// Explains a failed call; the scope is the caller's to add.
pub(crate) fn explain<E>(operation: &'static str, region: &str, failure: &SdkError<E, Response>) -> Error
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    if let Some(reason) = find_cause::<CredentialsError>(failure) {
        return no_credentials(operation, reason);
    }
    if let Some(malformed) = find_cause::<Malformed>(failure) {
        return bad_answer(operation, *malformed);
    }
    if let Some(reason) = find_cause::<NotUnderstood>(failure) {
        return Error::new(ErrorKind::BadResponse, operation, not_understood(&reason.to_string()));
    }
    let causes = causes(failure);
    match failure {
        SdkError::TimeoutError(_) => Error::new(ErrorKind::Timeout, operation, causes),
        SdkError::DispatchFailure(_) => unreachable_service(operation, region, causes),
        SdkError::ServiceError(context) => answer(operation, region, failure, context.raw(), &causes),
        SdkError::ResponseError(_) => Error::new(ErrorKind::BadResponse, operation, not_understood(&causes)),
        _ => Error::new(ErrorKind::Config, operation, causes),
    }
}

fn bad_answer(operation: &'static str, malformed: Malformed) -> Error {
    let error = Error::new(ErrorKind::BadResponse, operation, malformed.to_string());
    match malformed {
        Malformed::Html | Malformed::NotXml => error.with_hint(PORTAL),
        _ => error,
    }
}

/// Says what the reader of the answer found.
fn not_understood(causes: &str) -> String {
    format!("the answer cannot be understood: {causes}")
}

/// Returns the kind of failure that an error code of AWS stands for.
pub(crate) fn kind_of(code: &str) -> ErrorKind {
    let matches = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(prefix) => code.starts_with(prefix),
        None => code == *pattern,
    };
    let row = CODES.iter().find(|(_, patterns)| patterns.iter().any(matches));
    row.map_or(ErrorKind::BadResponse, |(kind, _)| *kind)
}

fn answer<E: ProvideErrorMetadata>(
    operation: &'static str,
    region: &str,
    failure: &SdkError<E, Response>,
    raw: &Response,
    causes: &str,
) -> Error {
    let status = raw.status().as_u16();
    let Some(code) = failure.code() else {
        let message = if raw.status().is_success() {
            not_understood(causes)
        } else {
            format!("HTTP status {status} without an error code")
        };
        let error = Error::new(ErrorKind::BadResponse, operation, message);
        let is_page = raw.body().bytes().is_some_and(is_html);
        return if is_page { error.with_hint(PORTAL) } else { error };
    };
    let message = match failure.message() {
        Some(message) => format!("{code}: {message}"),
        None => format!("{code} (HTTP status {status})"),
    };
    let error = Error::new(kind_of(code), operation, message);
    match hint(operation, region, code) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn hint(operation: &'static str, region: &str, code: &str) -> Option<String> {
    Some(match (kind_of(code), code) {
        (_, "AuthFailure" | "OptInRequired" | "UnrecognizedClientException" | "InvalidClientTokenId") => {
            format!(
                "check the credentials; if they work in other regions, `{region}` is not enabled for this account: \
             enable it or leave it out of `regions`"
            )
        }
        (_, "RequestExpired" | "SignatureDoesNotMatch" | "IncompleteSignature") => {
            "check the secret key, and that this machine's clock is right".to_owned()
        }
        (ErrorKind::Auth, _) => {
            "get new temporary credentials, with `aws sso login` or as you got these".to_owned()
        }
        (ErrorKind::Denied, _) => {
            format!("allow `{}` to the user or role of these credentials", permission(operation))
        }
        (ErrorKind::Throttled, _) => {
            "AWS limits calls per account and region: run again later, or raise `--retries`".to_owned()
        }
        _ => return None,
    })
}

/// Returns the IAM action that an operation needs.
pub(crate) fn permission(operation: &str) -> String {
    let service = match operation {
        "AssumeRole" | "GetCallerIdentity" => "sts",
        "GetInventory" => "ssm",
        "ListAccounts" | "ListAccountsForParent" | "ListOrganizationalUnitsForParent" => "organizations",
        "ListHostedZones" | "ListResourceRecordSets" => "route53",
        _ => "ec2",
    };
    format!("{service}:{operation}")
}

fn no_credentials(operation: &'static str, reason: &CredentialsError) -> Error {
    if find_cause::<ConnectorError>(reason).is_some() {
        let message = format!("the source of credentials cannot be reached: {}", causes(reason));
        let hint = format!("check the network, HTTPS_PROXY and NO_PROXY; {LOOKED_AT}");
        return Error::new(ErrorKind::Unreachable, operation, message).with_hint(hint);
    }
    let message = match reason {
        CredentialsError::CredentialsNotLoaded(_) => "no credentials found".to_owned(),
        _ => format!("no credentials: {}", causes(reason)),
    };
    let hint =
        format!("name a profile with AWS_PROFILE or `profile`, or log in with `aws sso login`; {LOOKED_AT}");
    Error::new(ErrorKind::Auth, operation, message).with_hint(hint)
}

/// The sources of credentials.
const LOOKED_AT: &str = "looked at `access_key` and `profile` in the configuration, AWS_* variables, ~/.aws/config and \
                         ~/.aws/credentials, web identity, and the metadata services of containers and instances";

/// What follows when a connection could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connecting {
    /// Trying again may help.
    Again,
    /// Trying again cannot help: the certificate is not trusted, or the proxy refuses.
    Never,
}

/// Returns what follows from a failed attempt; none when the connection was there.
pub(crate) fn connecting(failure: &ConnectorError) -> Option<Connecting> {
    let causes = causes(failure).to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| causes.contains(word));
    if holds(&[NO_PROXY_THERE]) {
        Some(Connecting::Again)
    } else if holds(&[CERTIFICATE, TUNNEL, "invalid uri"]) {
        Some(Connecting::Never)
    } else {
        holds(&["(connect)", "connect timeout", "dns error"]).then_some(Connecting::Again)
    }
}

/// In the words of the TLS library, a certificate that is not trusted.
const CERTIFICATE: &str = "invalid peer certificate";

/// In the words of the HTTP library, a proxy that does not connect to the service.
const TUNNEL: &str = "tunnel error";

/// In the words of the HTTP library, a proxy that is not there.
const NO_PROXY_THERE: &str = "failed to create underlying connection";

/// Explains that a service cannot be reached: a region that does not exist has none, whatever a proxy says of it.
fn unreachable_service(operation: &'static str, region: &str, causes: String) -> Error {
    let error = no_connection(operation, region, causes);
    let hint = error.hint.clone().unwrap_or_default();
    match regions::doubt(region) {
        Some((doubt, Some(meant))) => {
            error.with_hint(format!("{doubt}: {}; else {hint}", did_you_mean(meant)))
        }
        Some((doubt, None)) => error.with_hint(format!("{doubt}; if it is right, {hint}")),
        None => error,
    }
}

fn no_connection(operation: &'static str, region: &str, causes: String) -> Error {
    let lower = causes.to_lowercase();
    if lower.contains(TUNNEL) {
        let is_there = !lower.contains(NO_PROXY_THERE);
        let message =
            if is_there { "the proxy refused the connection" } else { "the proxy cannot be reached" };
        return Error::new(ErrorKind::Unreachable, operation, message)
            .with_hint("check its address and credentials in HTTPS_PROXY");
    }
    let hint = if lower.contains(CERTIFICATE) {
        "set SSL_CERT_FILE or AWS_CA_BUNDLE to the certificates of your proxy or endpoint".to_owned()
    } else if lower.contains("dns") {
        format!("check that `{region}` is the name of a region, and the network, HTTPS_PROXY and NO_PROXY")
    } else {
        "check the network, `endpoint_url`, HTTPS_PROXY and NO_PROXY".to_owned()
    };
    Error::new(ErrorKind::Unreachable, operation, causes).with_hint(hint)
}

/// Returns the error of a type among an error and its causes.
pub(crate) fn find_cause<'a, T: StdError + 'static>(failure: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(failure).find_map(|cause| cause.downcast_ref())
}

fn chain<'a>(failure: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(failure), |&cause| cause.source())
}

/// Returns what each cause adds to the one before; the outermost, which only says that something failed, is left out
/// where there is another.
pub(crate) fn causes(failure: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in chain(failure).skip(usize::from(failure.source().is_some())) {
        // The kind of a connector's error is no news, and a text with braces is a dump of structures.
        let text = cause.to_string();
        if cause.is::<ConnectorError>() || text.contains(" { ") {
            continue;
        }
        if parts.iter().any(|part| part.contains(&text)) {
            continue;
        }
        parts.retain(|part| !text.contains(part.as_str()));
        parts.push(text);
    }
    if parts.is_empty() { "the request cannot be made".to_owned() } else { parts.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_kinds() {
        for (code, kind) in [
            ("UnauthorizedOperation", ErrorKind::Denied),
            ("AccessDeniedException", ErrorKind::Denied),
            ("AuthFailure", ErrorKind::Auth),
            ("ExpiredTokenException", ErrorKind::Auth),
            ("InvalidClientTokenId", ErrorKind::Auth),
            ("RequestLimitExceeded", ErrorKind::Throttled),
            ("ThrottlingException", ErrorKind::Throttled),
            ("InvalidParameterValue", ErrorKind::Config),
            ("ValidationException", ErrorKind::Config),
            ("InternalError", ErrorKind::BadResponse),
            ("Unavailable", ErrorKind::BadResponse),
        ] {
            assert_eq!(kind_of(code), kind, "{code}");
        }
    }

    #[test]
    fn hints_name_the_permission_and_the_region() {
        let denied = hint("GetInventory", "eu-west-1", "AccessDeniedException").unwrap();
        assert!(denied.contains("`ssm:GetInventory`"), "{denied}");
        let disabled = hint("DescribeInstances", "ap-east-1", "AuthFailure").unwrap();
        assert!(disabled.contains("`ap-east-1` is not enabled"), "{disabled}");
        assert_eq!(hint("DescribeInstances", "ap-east-1", "InternalError"), None);
    }
}

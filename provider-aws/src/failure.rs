//! Explains why a call to AWS failed: one of the kinds that decide what follows, AWS's own code and words, and a hint.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::http::Response;
use inventory_core::discovery::{Error, ErrorKind};

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
    (ErrorKind::NotFound, &["NoSuchHostedZone"]),
    (
        ErrorKind::Config,
        &[
            "FilterLimitExceeded",
            "Invalid*",
            "Malformed*",
            "MissingParameter",
            "UnknownParameter*",
            "Validation*",
        ],
    ),
];

/// Explains a failed call; the scope is the caller's to add.
pub(crate) fn explain<E>(operation: &'static str, region: &str, failure: &SdkError<E, Response>) -> Error
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    if let Some(reason) = find_credentials_error(failure) {
        return no_credentials(operation, reason);
    }
    let causes = causes(failure);
    match failure {
        SdkError::TimeoutError(_) => Error::new(ErrorKind::Timeout, operation, causes),
        SdkError::DispatchFailure(_) => unreachable_service(operation, region, causes),
        SdkError::ServiceError(context) => answer(operation, region, failure, context.raw(), &causes),
        SdkError::ResponseError(_) => Error::new(
            ErrorKind::BadResponse,
            operation,
            format!("the answer cannot be understood: {causes}"),
        ),
        _ => Error::new(ErrorKind::Config, operation, causes),
    }
}

/// Returns the kind of failure that an error code of AWS stands for.
fn kind_of(code: &str) -> ErrorKind {
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
            format!("the answer cannot be understood: {causes}")
        } else {
            format!("HTTP status {status} without an error code")
        };
        return Error::new(ErrorKind::BadResponse, operation, message);
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
        "AssumeRole" => "sts",
        "GetInventory" => "ssm",
        "ListHostedZones" | "ListResourceRecordSets" => "route53",
        _ => "ec2",
    };
    format!("{service}:{operation}")
}

fn no_credentials(operation: &'static str, reason: &CredentialsError) -> Error {
    if !matches!(reason, CredentialsError::CredentialsNotLoaded(_)) {
        return Error::new(ErrorKind::Auth, operation, format!("no credentials: {}", causes(reason)));
    }
    Error::new(ErrorKind::Auth, operation, "no credentials found").with_hint(
        "looked at `access_key` and `profile` in the configuration, AWS_* variables, ~/.aws/config and \
         ~/.aws/credentials, web identity, and the metadata services of containers and instances",
    )
}

fn unreachable_service(operation: &'static str, region: &str, causes: String) -> Error {
    let lower = causes.to_lowercase();
    let hint = if lower.contains("certificate") || lower.contains("issuer") {
        "set SSL_CERT_FILE or AWS_CA_BUNDLE to the certificates of your proxy or endpoint".to_owned()
    } else if lower.contains("dns") {
        format!("check that `{region}` is the name of a region, and the network, HTTPS_PROXY and NO_PROXY")
    } else {
        "check the network, `endpoint_url`, HTTPS_PROXY and NO_PROXY".to_owned()
    };
    Error::new(ErrorKind::Unreachable, operation, causes).with_hint(hint)
}

fn find_credentials_error<'a>(failure: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    chain(failure).find_map(|cause| cause.downcast_ref())
}

fn chain<'a>(failure: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(failure), |&cause| cause.source())
}

/// Returns what each cause adds to the one before; the outermost, which only says that something failed, is left out
/// where there is another.
fn causes(failure: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in chain(failure).skip(usize::from(failure.source().is_some())) {
        let text = cause.to_string();
        if parts.iter().any(|part| part.contains(&text)) {
            continue;
        }
        parts.retain(|part| !text.contains(part.as_str()));
        parts.push(text);
    }
    parts.join(": ")
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

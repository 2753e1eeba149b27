//! Which failed calls are made again.

use std::time::Duration;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_ec2::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use inventory_core::discovery::{ErrorKind, Waits};

use super::Failure;
use crate::failure::{find_cause, kind_of};
use crate::xml::Malformed;

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Trying again cannot help.
    GiveUp,
    /// Another attempt may help, after the time that the service asks for.
    Again(Option<Duration>),
}

/// Tells what follows from a failed attempt, as the SDK's standard mode has it.
pub(super) fn after(failure: &Failure) -> Next {
    let may_pass = match failure {
        SdkError::TimeoutError(_) => true,
        SdkError::DispatchFailure(fault) => {
            // The kind of a connection that closed before it answered is told as another's.
            fault.is_io() || fault.is_timeout() || fault.as_other().is_some()
        }
        SdkError::ResponseError(_) => matches!(
            find_cause::<Malformed>(failure),
            Some(Malformed::Empty | Malformed::Cut | Malformed::Broken)
        ),
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or_default();
            matches!(context.raw().status().as_u16(), 429 | 500 | 502 | 503 | 504)
                || kind_of(code) == ErrorKind::Throttled
                || THROTTLING_ERRORS.contains(&code)
                || TRANSIENT_ERRORS.contains(&code)
        }
        _ => false,
    };
    if may_pass { Next::Again(failure.raw_response().and_then(asked)) } else { Next::GiveUp }
}

/// Returns how long a service asks to wait, in milliseconds; no longer than is waited without being asked.
fn asked(answer: &HttpResponse) -> Option<Duration> {
    let text = answer.headers().get("x-amz-retry-after")?;
    let asked = text.trim().parse().ok().map(Duration::from_millis)?;
    Some(asked.min(Waits::default().longest))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::metadata::ErrorMetadata;
    use aws_smithy_types::retry::ErrorKind::TransientError as Transient;

    use super::*;

    fn answer(status: u16, asks: Option<&'static str>) -> HttpResponse {
        let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        if let Some(asks) = asks {
            answer.headers_mut().insert("x-amz-retry-after", asks);
        }
        answer
    }

    fn refusal(status: u16, code: Option<&str>, asks: Option<&'static str>) -> Failure {
        let mut error = ErrorMetadata::builder();
        if let Some(code) = code {
            error = error.code(code);
        }
        SdkError::service_error(error.build(), answer(status, asks))
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let again = Next::Again(None);
        let broken = |malformed: Malformed| SdkError::response_error(malformed, answer(200, None));
        let rows: [(Failure, Next); 18] = [
            (refusal(503, Some("RequestLimitExceeded"), None), again),
            (refusal(400, Some("Throttling"), None), again),
            (refusal(400, Some("RequestTimeout"), None), again),
            (refusal(500, Some("InternalError"), None), again),
            (refusal(502, None, None), again),
            (refusal(429, None, None), again),
            (refusal(503, None, Some("1500")), Next::Again(Some(Duration::from_millis(1500)))),
            (refusal(503, None, Some("99999999")), Next::Again(Some(Duration::from_secs(20)))),
            (refusal(400, Some("LimitExceededException"), None), again),
            (refusal(501, None, None), Next::GiveUp),
            (refusal(403, Some("UnauthorizedOperation"), Some("1")), Next::GiveUp),
            (refusal(400, Some("RequestExpired"), None), Next::GiveUp),
            (broken(Malformed::Cut), again),
            (broken(Malformed::Html), Next::GiveUp),
            (SdkError::dispatch_failure(ConnectorError::io("reset".into())), again),
            (SdkError::dispatch_failure(ConnectorError::other("closed".into(), Some(Transient))), again),
            // As the transport tells a connection that could not be made.
            (SdkError::dispatch_failure(ConnectorError::other("refused".into(), None)), Next::GiveUp),
            (SdkError::construction_failure("no keys"), Next::GiveUp),
        ];
        for (failure, next) in rows {
            assert_eq!(after(&failure), next, "{failure:?}");
        }
    }
}

//! Errors in the formats of AWS.

use serde_json::json;

use super::asked::Service;
use crate::simulator::cloud::Refusal;
use crate::simulator::exchange::Answer;

/// Why a call fails: an error of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: u16,
    code: &'static str,
    message: String,
}

impl Failure {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// Returns the error that a service gives when it refuses what is right.
    pub(super) fn of(refusal: Refusal, service: Service) -> Self {
        let is_json = matches!(service, Service::Organizations | Service::Ssm);
        let (status, code, message) = match (refusal, service) {
            (Refusal::Throttled, Service::Ec2) => (503, "RequestLimitExceeded", "Request limit exceeded."),
            (Refusal::Throttled, Service::Organizations) => {
                (400, "TooManyRequestsException", "Rate exceeded")
            }
            (Refusal::Throttled, Service::Ssm) => (400, "ThrottlingException", "Rate exceeded"),
            (Refusal::Throttled, Service::Sts) => (400, "Throttling", "Rate exceeded"),
            (Refusal::Internal, Service::Ec2) => (500, "InternalError", "An internal error has occurred"),
            (Refusal::Internal, _) => (500, "InternalFailure", "An internal error has occurred"),
            (Refusal::BadGateway, _) => (502, BAD_GATEWAY, ""),
            (Refusal::Unavailable, Service::Ec2) => (503, "Unavailable", "The service is unavailable."),
            (Refusal::Unavailable, _) => (503, "ServiceUnavailable", "The service is unavailable."),
            (Refusal::Denied, Service::Ec2) => {
                (403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
            }
            (Refusal::Denied, _) if is_json => (400, "AccessDeniedException", "You may not do this."),
            (Refusal::Denied, _) => (403, "AccessDenied", "You may not do this."),
            (Refusal::Unknown, Service::Ec2) => (401, "AuthFailure", UNKNOWN_CALLER),
            (Refusal::Unknown, _) if is_json => (400, "UnrecognizedClientException", UNKNOWN_TOKEN),
            (Refusal::Unknown, _) => (403, "InvalidClientTokenId", UNKNOWN_TOKEN),
            (Refusal::Expired, Service::Ec2) => (400, "RequestExpired", "Request has expired."),
            (Refusal::Expired, _) if is_json => (400, "ExpiredTokenException", EXPIRED),
            (Refusal::Expired, _) => (403, "ExpiredToken", EXPIRED),
        };
        Self::new(status, code, message)
    }

    /// Returns the answer in the format of a service.
    pub(super) fn answer(&self, service: Service) -> Answer {
        let Self { status, code, message } = self;
        if *code == BAD_GATEWAY {
            return Answer::html(*status, "<html><body><h1>502 Bad Gateway</h1></body></html>\n");
        }
        match service {
            Service::Ec2 => {
                let error =
                    format!("<Error><Code>{code}</Code><Message>{}</Message></Error>", escape(message));
                let id = REQUEST_ID;
                Answer::xml(
                    *status,
                    format!("{HEAD}<Response><Errors>{error}</Errors><RequestID>{id}</RequestID></Response>"),
                )
            }
            Service::Sts => {
                let kind = if *status < 500 { "Sender" } else { "Receiver" };
                let error =
                    format!("<Type>{kind}</Type><Code>{code}</Code><Message>{}</Message>", escape(message));
                Answer::xml(
                    *status,
                    format!(
                        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>{error}</Error>\
                         <RequestId>{REQUEST_ID}</RequestId></ErrorResponse>\n"
                    ),
                )
            }
            Service::Organizations | Service::Ssm => {
                let body = json!({"__type": code, "message": message});
                Answer::new(*status, JSON, body.to_string()).with_header("x-amzn-requestid", REQUEST_ID)
            }
        }
    }
}

/// The content type of JSON 1.1.
pub(super) const JSON: &str = "application/x-amz-json-1.1";
/// The first line of an answer in XML.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// The id of every request: nobody here looks one up.
pub(super) const REQUEST_ID: &str = "59dbff89-35bd-4eac-99ed-be587ed81825";

/// Marks what no service of AWS says, but what stands in front of it.
const BAD_GATEWAY: &str = "502";
const UNKNOWN_CALLER: &str = "AWS was not able to validate the provided access credentials";
const UNKNOWN_TOKEN: &str = "The security token included in the request is invalid.";
const EXPIRED: &str = "The security token included in the request is expired";

/// Writes a text as the content of an element.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

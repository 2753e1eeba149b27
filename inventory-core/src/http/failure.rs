//! Explains why a request failed: one of the kinds that decide what follows, and a hint.

use std::error::Error as StdError;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;

use super::Answer;
use crate::discovery::{Error, ErrorKind};

/// The most of a service's message that is shown.
const SHOWN: usize = 400;

/// What people are told to look at when a cloud cannot be asked; each is a hint of an error.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// The cloud's name, such as `Azure`.
    pub cloud: &'static str,
    /// When no connection comes about.
    pub network: &'static str,
    /// When something else answers than the cloud.
    pub portal: &'static str,
    /// When the cloud refuses its certificate's check.
    pub certificates: &'static str,
    /// When the cloud asks to slow down until the retries are used up.
    pub throttled: &'static str,
}

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Trying again cannot help.
    Never,
    /// No connection was made: one more attempt may help.
    Reconnect,
    /// Another attempt may help, after the time that the service asks for.
    Later(Option<Duration>),
}

/// A failed attempt.
#[derive(Debug)]
pub struct Failure {
    /// The error when there is no further attempt.
    pub error: Error,
    /// The reason in a few words, such as `429 TooManyRequests`.
    pub label: String,
    /// What follows.
    pub retry: Retry,
}

impl Answer {
    /// Returns what follows from this answer where a success was expected, by its status.
    ///
    /// 408, 429, 500, 502, 503 and 504 may pass; what `Retry-After` asks for in seconds is waited.
    pub fn retry(&self) -> Retry {
        if !matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504) {
            return Retry::Never;
        }
        let asked = self.headers.get(RETRY_AFTER).and_then(|text| text.to_str().ok()?.trim().parse().ok());
        Retry::Later(asked.map(Duration::from_secs))
    }

    /// Returns whether the body is a web page: it begins with a tag, not just with any `<`.
    fn is_html(&self) -> bool {
        let tag = self.body.trim_ascii_start().strip_prefix(b"<").and_then(<[u8]>::first);
        tag.is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'!' | b'?'))
    }
}

impl Advice {
    /// Explains an answer that holds no error of the cloud.
    pub fn unknown(&self, operation: &'static str, answer: &Answer) -> Failure {
        let status = answer.status;
        let is_page = answer.is_html();
        let what = match status {
            _ if is_page => "a web page instead of an answer",
            200 => "an answer that cannot be read",
            _ => "no error code",
        };
        let kind = match status {
            401 => ErrorKind::Auth,
            403 => ErrorKind::Denied,
            429 => ErrorKind::Throttled,
            _ => ErrorKind::BadResponse,
        };
        let mut error = Error::new(kind, operation, format!("HTTP status {status} with {what}"));
        if is_page || status < 400 {
            error = error.with_hint(self.portal);
        }
        // What was cut or garbled on its way may come whole the next time; a portal answers so for ever.
        let retry = if status == 200 && !is_page { Retry::Later(None) } else { answer.retry() };
        Failure { error, label: format!("HTTP status {status}"), retry }
    }

    /// Explains an answer that says all is well and yet is not the JSON that it should be.
    pub fn malformed(&self, operation: &'static str, answer: &Answer, fault: &serde_json::Error) -> Failure {
        if answer.is_html() {
            let cloud = self.cloud;
            let message = format!(
                "a web page came instead of an answer: a proxy or portal answered instead of {cloud}"
            );
            let error = Error::new(ErrorKind::BadResponse, operation, message).with_hint(self.portal);
            return Failure { error, label: "a web page".to_owned(), retry: Retry::Never };
        }
        let (message, label) = if fault.is_eof() {
            ("the answer ends in the middle".to_owned(), "an answer that is cut")
        } else {
            // The words of the reader may quote the answer, its place does not.
            let place = format!("line {} column {}", fault.line(), fault.column());
            (
                format!("the answer is not the JSON of a list or resource, at {place}"),
                "an answer that cannot be read",
            )
        };
        let error = Error::new(ErrorKind::BadResponse, operation, message);
        Failure { error, label: label.to_owned(), retry: Retry::Later(None) }
    }

    /// Explains an exchange that came to no answer.
    pub(super) fn broken(&self, operation: &'static str, fault: &reqwest::Error) -> Failure {
        let causes = causes(fault);
        let lower = causes.to_lowercase();
        let is_tunnel = lower.contains("tunnel") || lower.contains("proxy");
        let is_untrusted = lower.contains("invalid peer certificate");
        let hint = if is_tunnel {
            "check the proxy's address and credentials in HTTPS_PROXY"
        } else if is_untrusted {
            self.certificates
        } else {
            self.network
        };
        let retry = match fault.is_connect() {
            // A proxy that wants other credentials will want them the next time, too; one that is busy may pass.
            true if is_untrusted || lower.contains("authorization required") => Retry::Never,
            true if is_tunnel => Retry::Later(None),
            true => Retry::Reconnect,
            false => Retry::Later(None),
        };
        let error = Error::new(ErrorKind::Unreachable, operation, causes).with_hint(hint);
        let label = if fault.is_connect() { "no connection" } else { "a connection that broke" };
        Failure { error, label: label.to_owned(), retry }
    }
}

/// Returns a text of a service as one line of a length that can be read.
pub fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Returns what each cause adds to the one before, without the outermost, which names the address only.
pub(crate) fn causes(fault: &reqwest::Error) -> String {
    let first = fault.source();
    let chain = std::iter::successors(first, |&cause| cause.source());
    let mut parts: Vec<String> = Vec::new();
    for text in chain.map(ToString::to_string) {
        if parts.iter().any(|part| part.contains(&text)) {
            continue;
        }
        parts.retain(|part| !text.contains(part.as_str()));
        parts.push(text);
    }
    let what = if fault.is_connect() { "no connection" } else { "the connection broke" };
    if parts.is_empty() { what.to_owned() } else { format!("{what}: {}", parts.join(": ")) }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    const ADVICE: Advice = Advice {
        cloud: "Cloud",
        network: "network",
        portal: "portal",
        certificates: "certificates",
        throttled: "throttled",
    };

    /// Returns what follows when a proxy answers CONNECT so, and then hangs up.
    async fn behind_proxy(answer: &'static str) -> Failure {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let _ = connection.read(&mut [0; 4096]).unwrap();
                connection.write_all(answer.as_bytes()).unwrap();
            }
        });
        let tls =
            rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        let proxy = reqwest::Proxy::all(format!("http://{address}")).unwrap();
        let client = reqwest::Client::builder().tls_backend_preconfigured(tls).proxy(proxy).build().unwrap();
        let fault = client.get("https://cloud.example.com/").send().await.unwrap_err();
        ADVICE.broken("list", &fault)
    }

    #[tokio::test]
    async fn a_proxy_that_is_busy_may_pass_and_one_that_wants_credentials_does_not() {
        let rows = [
            ("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Retry::Later(None)),
            ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", Retry::Later(None)),
            ("", Retry::Later(None)),
            ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", Retry::Never),
        ];
        for (answer, retry) in rows {
            let failure = behind_proxy(answer).await;
            assert_eq!(failure.retry, retry, "{answer}: {}", failure.error);
            assert!(failure.error.hint.unwrap().contains("HTTPS_PROXY"), "{answer}");
        }
    }
}

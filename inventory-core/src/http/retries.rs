//! When a request is tried again, and when that ends.

use super::{Answer, Failure, Retry, Transport};
use crate::discovery::{Error, ErrorKind};

/// The attempts of one request.
pub struct Retries<'a> {
    transport: &'a Transport,
    /// The account that is asked about; empty where there is none.
    account: &'a str,
    operation: &'static str,
    sent: u32,
    failed: u32,
    reconnected: bool,
}

impl<'a> Retries<'a> {
    /// Begins with no attempt.
    pub fn new(transport: &'a Transport, operation: &'static str) -> Retries<'a> {
        Retries { transport, account: "", operation, sent: 0, failed: 0, reconnected: false }
    }

    /// Tells which account is asked about.
    #[must_use]
    pub fn about(self, account: &'a str) -> Retries<'a> {
        Retries { account, ..self }
    }

    /// Sends the request once, with a permit, and reads the answer to its end.
    pub async fn exchange(&mut self, request: reqwest::Request) -> Result<Answer, Failure> {
        let Retries { transport, account, operation, .. } = *self;
        let meter = &transport.attempts.meter;
        let is_retry = self.sent > 0;
        let permit = transport.budget.permit().await;
        meter.begin(account, operation, is_retry);
        let exchanged = transport.exchange(request).await;
        meter.end(account, operation);
        drop(permit);
        match &exchanged {
            // Without a connection nothing was sent.
            Err(fault) if fault.is_connect() => meter.take_back(account, is_retry),
            _ => self.sent += 1,
        }
        exchanged.map_err(|fault| transport.advice.broken(operation, &fault))
    }

    /// Waits for the next attempt after one that failed.
    ///
    /// Fails with the error of the last attempt when trying again cannot help, when the retries are used up, or when
    /// the service asks for a longer wait than the deadline leaves.
    pub async fn wait(&mut self, failure: Failure) -> Result<(), Error> {
        self.failed += 1;
        let is_throttle = failure.error.kind == ErrorKind::Throttled;
        if is_throttle {
            self.transport.attempts.meter.throttled(self.account);
        }
        let budget = &self.transport.budget;
        let asked = match failure.retry {
            Retry::Never => return Err(failure.error),
            Retry::Reconnect if self.reconnected => return Err(failure.error),
            Retry::Reconnect => {
                self.reconnected = true;
                None
            }
            Retry::Later(asked) => asked,
        };
        if self.failed > budget.retries() {
            return Err(self.given_up(failure.error));
        }
        if let Some(asked) = asked.filter(|asked| *asked >= budget.left()) {
            let mut error = failure.error;
            let (asked, left) = (asked.as_secs(), budget.left().as_secs());
            error.message =
                format!("{}; it asks to wait {asked} s, but the deadline leaves {left} s", error.message);
            return Err(error.with_hint("run again later, or raise `--deadline`"));
        }
        // Only what is tried again can be what the deadline cut short.
        let label = (failure.label.as_str(), is_throttle);
        self.transport.attempts.note(self.account, self.operation, label, self.failed);
        tokio::time::sleep(self.transport.waits.after(self.failed, asked)).await;
        Ok(())
    }

    /// Notes that the request went well.
    pub fn done(self) {
        if self.failed > 0 {
            self.transport.attempts.clear(self.account, self.operation);
        }
    }

    fn given_up(&self, mut error: Error) -> Error {
        if self.failed > 1 {
            error.message = format!("{} ({} attempts)", error.message, self.failed);
        }
        if error.kind == ErrorKind::Throttled {
            return error.with_hint(self.transport.advice.throttled);
        }
        error
    }
}

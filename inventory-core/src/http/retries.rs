//! When a request is tried again, and when that ends.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use super::{Answer, Failure, Retry, Transport};
use crate::discovery::{Error, ErrorKind};

/// How long is waited between attempts.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The most that is waited before the second attempt; each further one may wait twice as long.
    pub first: Duration,
    /// The most that is waited between two attempts.
    pub longest: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Waits { first: Duration::from_millis(200), longest: Duration::from_secs(20) }
    }
}

impl Waits {
    /// Returns the wait after a number of attempts: random (`chance` is from 0 to 1), so that the lists do not try
    /// again all at once; never less than what the service asks for.
    fn after(self, attempts: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let factor = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let most = self.first.saturating_mul(factor).min(self.longest);
        asked.unwrap_or_default().saturating_add(most.mul_f64(chance))
    }
}

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
        tokio::time::sleep(self.transport.waits.after(self.failed, asked, chance())).await;
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

/// Returns a random number from 0 to 1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness the whole wait is taken.
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_never_fall_short_of_what_is_asked() {
        let waits = Waits { first: Duration::from_millis(200), longest: Duration::from_secs(1) };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (attempts, asked, chance, milliseconds) in [
            (1, None, 1.0, 200),
            (1, None, 0.5, 100),
            (2, None, 1.0, 400),
            (3, None, 1.0, 800),
            (4, None, 1.0, 1000),
            (400, None, 0.0, 0),
            (1, seconds(3), 0.0, 3000),
            (2, seconds(3), 1.0, 3400),
        ] {
            let wait = waits.after(attempts, asked, chance);
            assert_eq!(wait, Duration::from_millis(milliseconds), "{attempts} {asked:?} {chance}");
        }
        assert!((0.0..=1.0).contains(&chance()));
    }
}

//! How much a run may ask of the clouds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// What all scopes of a run share: requests in flight, retries, and the time left.
#[derive(Clone, Debug)]
pub struct Budget {
    requests: Arc<Semaphore>,
    retries: u32,
    length: Duration,
    end: Instant,
}

impl Budget {
    /// Makes the budget of a run that begins now.
    ///
    /// At most `max_in_flight` requests are under way at once over all scopes; each is tried again at most `retries`
    /// times; after `deadline` the run fails.
    pub fn new(max_in_flight: usize, retries: u32, deadline: Duration) -> Budget {
        let requests = Arc::new(Semaphore::new(max_in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        Budget { requests, retries, length: deadline, end: Instant::now() + deadline }
    }

    /// Waits for the right to have one request under way; it lasts until the permit is dropped.
    pub async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there always is a permit in the end.
        self.requests.clone().acquire_owned().await.ok()
    }

    /// Returns how often a request may be tried again.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// Returns the time that the whole run may take.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Returns the instant at which the run fails.
    pub fn end(&self) -> Instant {
        self.end
    }

    /// Returns the time that is left.
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}

//! Slows requests down before the limit of a subscription is used up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inventory_core::discovery::{Error, ErrorKind};
use reqwest::header::HeaderMap;
use tokio::time::{Instant, sleep_until};

/// With fewer requests left than this, further ones keep a distance.
const LOW: u64 = 10;

/// The distance for each request that is missing.
const STEP: Duration = Duration::from_millis(100);

/// The longest distance after a request that was refused.
const MOST_CAUTION: Duration = Duration::from_secs(1);

/// What the headers with the number of requests that are left begin with.
const REMAINING: &str = "x-ms-ratelimit-remaining-";

/// The header with the number of queries that Resource Graph still takes from this user.
const QUOTA: &str = "x-ms-user-quota-remaining";

/// The header with the time until it takes as many again as it did at first, as `hh:mm:ss`.
const QUOTA_RESET: &str = "x-ms-user-quota-resets-after";

/// How many queries can be under way at once: with fewer left, further ones wait until there are more.
const QUERIES: u64 = 3;

/// When the next request may begin.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: Instant,
    distance: Duration,
    /// Before this the service takes no request.
    held_until: Instant,
    /// The distance that requests keep after one that was refused, until others succeed.
    caution: Duration,
}

impl Pace {
    /// Begins without a limit.
    pub(super) fn new() -> Pace {
        let (now, zero) = (Instant::now(), Duration::ZERO);
        Pace { state: Mutex::new(State { next: now, distance: zero, held_until: now, caution: zero }) }
    }

    /// Waits for the turn of a request.
    ///
    /// # Errors
    /// At once, when its turn comes only after `end`.
    pub(super) async fn turn(&self, operation: &'static str, end: Instant) -> Result<(), Error> {
        loop {
            let now = Instant::now();
            let Some(start) = self.reserve(now) else { return Ok(()) };
            check_in_time(operation, (now, start, end))?;
            sleep_until(start).await;
            // Meanwhile the service may have asked for more time.
            if self.lock().held_until <= Instant::now() {
                return Ok(());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(&self, now: Instant) -> Option<Instant> {
        let mut state = self.lock();
        let start = state.next.max(now);
        state.next = start + state.distance.max(state.caution);
        (start > now).then_some(start)
    }

    /// Notes what an answer says about the requests that are left.
    pub(super) fn note(&self, headers: &HeaderMap) {
        if let Some(left) = remaining(headers) {
            let mut state = self.lock();
            state.distance = distance(left);
            state.next = state.next.max(Instant::now() + state.distance);
        }
        if let Some(left) = quota(headers)
            && left < QUERIES
            && let Some(reset) = quota_reset(headers)
        {
            self.pause(reset);
        }
    }

    /// Holds all further requests back until the service takes them again.
    fn pause(&self, length: Duration) {
        let mut state = self.lock();
        let end = Instant::now() + length;
        state.held_until = state.held_until.max(end);
        state.next = state.next.max(end);
    }

    /// Holds all further requests back for a time after one was refused, and lets them go one by one then.
    pub(super) fn back_off(&self, length: Duration) {
        let mut state = self.lock();
        // Requests that were under way together are refused together, which counts once.
        let is_again = state.held_until <= Instant::now();
        state.caution = match state.caution {
            Duration::ZERO => STEP,
            caution if is_again => (caution * 2).min(MOST_CAUTION),
            caution => caution,
        };
        drop(state);
        self.pause(length);
    }

    /// Notes that a request succeeded: after a few of them the others keep no distance any more.
    pub(super) fn relax(&self) {
        let mut state = self.lock();
        state.caution = if state.caution > STEP / 16 { state.caution / 2 } else { Duration::ZERO };
    }
}

/// Fails when a turn comes only after the end of the run.
fn check_in_time(
    operation: &'static str,
    (now, start, end): (Instant, Instant, Instant),
) -> Result<(), Error> {
    if start < end {
        return Ok(());
    }
    let (wait, left) = (start - now, end.saturating_duration_since(now));
    let message = format!(
        "Azure takes no further request for {} s, but the deadline leaves {} s",
        wait.as_secs(),
        left.as_secs()
    );
    Err(Error::new(ErrorKind::Throttled, operation, message)
        .with_hint("run again later, or raise `--deadline`"))
}

fn distance(left: u64) -> Duration {
    STEP * u32::try_from(LOW.saturating_sub(left)).unwrap_or_default()
}

/// Returns the least number of requests that any limit leaves.
///
/// A header holds a number (`...-subscription-reads: 11999`), or limits by name (`...-resource: A/B;46,A/C;387`).
fn remaining(headers: &HeaderMap) -> Option<u64> {
    let limits = headers.iter().filter(|(name, _)| name.as_str().starts_with(REMAINING));
    let texts = limits.filter_map(|(_, text)| text.to_str().ok()).flat_map(|text| text.split(','));
    texts.filter_map(|limit| limit.rsplit(';').next()?.trim().parse().ok()).min()
}

fn quota(headers: &HeaderMap) -> Option<u64> {
    headers.get(QUOTA)?.to_str().ok()?.trim().parse().ok()
}

/// Returns how long it is until Resource Graph takes as many queries again as it did at first.
pub(super) fn quota_reset(headers: &HeaderMap) -> Option<Duration> {
    let mut parts = headers.get(QUOTA_RESET)?.to_str().ok()?.trim().splitn(3, ':').map(str::parse::<u32>);
    let (hours, minutes, seconds) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let minutes = u64::from(hours) * 60 + u64::from(minutes);
    Some(Duration::from_secs(minutes * 60 + u64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, text)| (name.parse().unwrap(), text.parse().unwrap())).collect()
    }

    #[test]
    fn the_least_limit_counts() {
        let reads = "x-ms-ratelimit-remaining-subscription-reads";
        let resource = "x-ms-ratelimit-remaining-resource";
        let rows: [(&[_], _); 5] = [
            (&[], None),
            (&[("x-ms-request-id", "1")], None),
            (&[(reads, "11999")], Some(11_999)),
            (
                &[(reads, "11999"), (resource, "Microsoft.Compute/A3Min;46,Microsoft.Compute/B30Min;7")],
                Some(7),
            ),
            (&[(reads, "many")], None),
        ];
        for (pairs, expected) in rows {
            assert_eq!(remaining(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn requests_keep_a_distance_when_few_are_left() {
        for (left, milliseconds) in [(0, 1000), (9, 100), (10, 0), (12_000, 0)] {
            assert_eq!(distance(left), Duration::from_millis(milliseconds), "{left}");
        }
        let pace = Pace::new();
        let now = Instant::now() + Duration::from_secs(1);
        assert_eq!(pace.reserve(now), None);
        pace.note(&headers(&[("x-ms-ratelimit-remaining-tenant-reads", "0")]));
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(pace.reserve(later), None);
        assert_eq!(pace.reserve(later), Some(later + Duration::from_secs(1)));
        assert_eq!(pace.reserve(later), Some(later + Duration::from_secs(2)));
    }

    #[test]
    fn the_quota_of_resource_graph_is_not_overrun() {
        let rows = [
            ("3", "00:01:05", None),
            ("2", "00:01:05", Some(65)),
            ("0", "01:00:00", Some(3600)),
            ("0", "soon", None),
            ("few", "00:00:05", None),
        ];
        for (left, reset, seconds) in rows {
            let pace = Pace::new();
            let noted = Instant::now();
            pace.note(&headers(&[(QUOTA, left), (QUOTA_RESET, reset)]));
            let start = pace.reserve(noted + Duration::from_millis(1));
            let least = seconds.map(|seconds| noted + Duration::from_secs(seconds));
            assert_eq!(start.is_some(), least.is_some(), "{left} {reset}");
            assert!(start >= least, "{left} {reset}");
        }
    }

    #[test]
    fn after_a_refusal_requests_go_one_by_one_until_some_succeed() {
        let pace = Pace::new();
        for _ in 0..30 {
            pace.back_off(Duration::from_secs(5));
        }
        let now = Instant::now();
        let starts: Vec<Instant> = (0..3).map(|_| pace.reserve(now).unwrap()).collect();
        assert!(starts[0] > now + Duration::from_secs(4));
        assert_eq!((starts[1] - starts[0], starts[2] - starts[1]), (STEP, STEP));
        for _ in 0..5 {
            pace.relax();
        }
        let (first, second) = (pace.reserve(now).unwrap(), pace.reserve(now).unwrap());
        assert_eq!(first, second);
        // Refused again after its time, the service is given more of it.
        for expected in [100, 200, 400, 800, 1000, 1000] {
            pace.lock().held_until = Instant::now();
            pace.back_off(Duration::ZERO);
            assert_eq!(pace.lock().caution, Duration::from_millis(expected));
        }
    }

    #[tokio::test]
    async fn who_waits_is_held_back_by_a_refusal_meanwhile() {
        let pace = Pace::new();
        let begin = Instant::now();
        pace.pause(Duration::from_millis(20));
        let end = begin + Duration::from_secs(60);
        let (turn, ()) =
            tokio::join!(pace.turn("list", end), async { pace.back_off(Duration::from_millis(120)) });
        turn.unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(120), "{:?}", begin.elapsed());
    }

    #[tokio::test]
    async fn a_turn_after_the_deadline_is_an_error_at_once() {
        let pace = Pace::new();
        pace.note(&headers(&[(QUOTA, "0"), (QUOTA_RESET, "01:00:00")]));
        let error = pace.turn("query", Instant::now() + Duration::from_millis(60_500)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Throttled);
        assert!(error.message.contains(" s, but the deadline leaves 60 s"), "{error}");
        assert!(Pace::new().turn("query", Instant::now()).await.is_ok());
    }
}

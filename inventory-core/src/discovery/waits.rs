//! How long is waited before a request is tried again.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

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
    /// Returns the wait after a number of attempts: random, so that the scopes do not try again all at once; never less
    /// than what the service asks for.
    pub fn after(self, attempts: u32, asked: Option<Duration>) -> Duration {
        self.drawn(attempts, asked, chance())
    }

    /// Returns the wait by `chance`, from 0 to 1.
    fn drawn(self, attempts: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let factor = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let most = self.first.saturating_mul(factor).min(self.longest);
        asked.unwrap_or_default().saturating_add(most.mul_f64(chance))
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
            let wait = waits.drawn(attempts, asked, chance);
            assert_eq!(wait, Duration::from_millis(milliseconds), "{attempts} {asked:?} {chance}");
        }
        assert!((0.0..=1.0).contains(&chance()));
    }
}

//! Numbers that look random and are the same for the same seed, on every machine and in every release.

/// A sequence of numbers that a seed and a place in the fleet decide.
#[derive(Debug, Clone)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// Begins the sequence of a place, such as the number of a machine.
    pub fn new(seed: u64, place: u64) -> Self {
        Self { state: mix(seed ^ mix(place.wrapping_add(0x9e37_79b9_7f4a_7c15))) }
    }

    /// Returns the next number (SplitMix64).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Returns the next number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    /// Returns whether something happens that happens in `share` of 1,000 cases.
    pub fn happens(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// Returns one of several.
    pub fn pick<T: Copy, const COUNT: usize>(&mut self, of: [T; COUNT]) -> T {
        let place = self.below(COUNT as u64);
        of[usize::try_from(place).expect("a place in an array is a usize")]
    }
}

/// Stirs the bits of a number, such that no two numbers become the same.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

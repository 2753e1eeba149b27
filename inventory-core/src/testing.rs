//! How the property tests run.

use proptest::test_runner::{Config, RngAlgorithm, RngSeed};

/// Returns a configuration for so many cases, the same ones in every run.
///
/// To search longer, set `PROPTEST_CASES` to another number and `PROPTEST_RNG_SEED` to another seed.
pub(crate) fn properties(cases: u32) -> Config {
    // The defaults are what those variables say.
    let defaults = Config::default();
    let is_set = |name: &str| std::env::var_os(name).is_some();
    Config {
        cases: if is_set("PROPTEST_CASES") { defaults.cases } else { cases },
        rng_seed: if is_set("PROPTEST_RNG_SEED") { defaults.rng_seed } else { RngSeed::Fixed(21_914) },
        rng_algorithm: RngAlgorithm::ChaCha,
        failure_persistence: None,
        ..defaults
    }
}

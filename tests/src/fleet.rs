//! The shared fleet: one moto server for all tests of a process.

use std::sync::LazyLock;

use crate::moto::Moto;

/// Returns the address of the server that holds the fleet, started and filled at the first call.
///
/// # Panics
/// When it cannot be started or filled.
pub fn endpoint() -> &'static str {
    static FLEET: LazyLock<Moto> = LazyLock::new(Moto::with_fleet);
    FLEET.endpoint()
}

//! Keeps facts: between runs in a [`Store`], on disk or at a server, and as one file in a [`snapshot`].
//!
//! What is kept is what the clouds said, never what rules made of it: a changed rule works on kept facts at once. Only a
//! [`Finished`] output holds that, sealed, for as long as nothing changed that it was made of. An
//! [`Entry`] is what was learned of one scope, or which scopes a source has; its [`Key`] is everything that fetching it
//! depends on.
//!
//! A file that is torn, changed, of another key or of another format is never believed: it counts as missing, with a
//! note. Nothing here prints; only a shared store reads the environment, for its credentials, and the clock.

mod address;
mod directory;
mod encoding;
mod entry;
mod error;
mod finished;
mod frame;
mod front;
mod identity;
mod key;
mod local;
mod lock;
mod policy;
mod scrub;
#[cfg(any(feature = "redis", feature = "object-store"))]
mod shared;
pub mod snapshot;
#[cfg(test)]
mod testing;
mod turn;

pub use self::address::{Address, AddressError};
pub use self::entry::{Content, Entry, Vocabulary};
pub use self::error::Error;
pub use self::finished::{Finished, Finishing, Recipe, Stamp, Told, Warning};
pub use self::frame::Summary;
pub use self::front::{Guard, Store};
pub use self::identity::Identity;
pub use self::key::Key;
pub use self::local::{Found, Listed, LocalStore, Removed};
pub use self::lock::Lock;
pub use self::policy::{is_fresh, is_usable_when_stale};
#[cfg(any(feature = "redis", feature = "object-store"))]
pub use self::shared::{Lease, SharedStore, Trouble};
pub use self::turn::Turn;

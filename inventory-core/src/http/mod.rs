//! Requests to clouds that are asked without a library of their own: TLS, proxies, retries, all within the budget.

mod attempts;
mod failure;
mod proxies;
mod retries;
mod transport;

pub use self::attempts::Attempts;
#[cfg(feature = "object-store")]
pub(crate) use self::failure::causes;
pub use self::failure::{Advice, Failure, Retry, shorten};
pub use self::retries::Retries;
#[cfg(feature = "object-store")]
pub(crate) use self::transport::client_builder;
pub use self::transport::{Answer, Transport};

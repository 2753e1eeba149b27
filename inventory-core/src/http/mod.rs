//! Requests to clouds that are asked without a library of their own: TLS, proxies, retries, all within the budget.

mod attempts;
mod failure;
mod proxies;
mod retries;
mod transport;

pub use self::attempts::Attempts;
pub use self::failure::{Advice, Failure, Retry, shorten};
pub use self::retries::{Retries, Waits};
pub use self::transport::{Answer, Transport};

//! Asks the clouds what is there: plans scopes, fetches them at once within a budget, and fails as a whole.

mod budget;
mod error;
mod oddities;
mod owners;
mod provider;
mod run;
mod scope;
mod tokens;

pub use self::budget::Budget;
pub use self::error::{Error, ErrorKind};
pub use self::oddities::Oddities;
pub use self::owners::Owners;
pub use self::provider::{Facts, NamedHost, Note, Provider, Source};
pub use self::run::{Failed, Fetched, ScopeReport, run};
pub use self::scope::Scope;
pub use self::tokens::Tokens;

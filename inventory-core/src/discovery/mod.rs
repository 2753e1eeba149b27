//! Asks the clouds what is there: plans scopes, fetches them at once within a budget, and fails as a whole.

mod answer;
mod budget;
mod error;
mod kept;
mod note;
mod oddities;
mod outcome;
mod owners;
mod policy;
mod provider;
mod recording;
mod run;
mod scope;
mod stamps;
mod tokens;
mod traffic;
mod waits;

pub use self::answer::State;
pub use self::budget::Budget;
pub use self::error::{Error, ErrorKind};
pub use self::note::{Note, joined};
pub use self::oddities::Oddities;
pub use self::outcome::{Failed, Fetched, Outcome, ScopeFacts, ScopeReport, SourceReport};
pub use self::owners::Owners;
pub use self::policy::{Freshness, Keeping, OnError, Policy, Shrink};
pub use self::provider::{Facts, NamedHost, NativeSource, Page, Plan, Provider, Source};
pub use self::recording::Recording;
pub use self::run::{Asked, Task, Watch, run};
pub use self::scope::Scope;
pub use self::stamps::{are_of, stamps};
pub use self::tokens::Tokens;
pub use self::traffic::{Meter, Setback, Traffic};
pub use self::waits::Waits;

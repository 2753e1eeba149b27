//! Many accounts of AWS as one source: profiles, roles, and all accounts of an organization.

mod account;
mod config;
mod organization;
mod plan;
mod settings;
mod source;
#[cfg(test)]
mod tests;

pub use self::config::Config;
pub use self::source::{NativeEc2Source, machines};

//! Discovers the machines of Google Compute Engine, configured as Ansible's `google.cloud.gcp_compute` inventory plugin is.
//!
//! [`GcpSource`] does that; [`NativeGcpSource`] is configured by the program's own file, finds projects in folders and
//! organizations, and makes machines in the shape that all clouds share.

mod build;
mod client;
mod connection;
mod credentials;
mod endpoints;
mod facts;
mod fetch;
mod hostnames;
mod hosts;
mod identity;
mod native;
mod normalize;
mod options;
#[cfg(test)]
mod responder;
mod session;
mod source;
#[cfg(test)]
mod testing;
mod variables;

pub use self::facts::VOCABULARY;
pub use self::native::{Config, NativeGcpSource, machines};
pub use self::options::RULES;
pub use self::source::GcpSource;

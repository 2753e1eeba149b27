//! Discovers the machines of Google Compute Engine, configured as Ansible's `google.cloud.gcp_compute` inventory plugin is.

mod build;
mod client;
mod connection;
mod credentials;
mod endpoints;
mod facts;
mod fetch;
mod hostnames;
mod hosts;
mod options;
#[cfg(test)]
mod responder;
mod session;
mod source;
#[cfg(test)]
mod testing;
mod variables;

pub use self::options::RULES;
pub use self::source::GcpSource;

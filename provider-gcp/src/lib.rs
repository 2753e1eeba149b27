//! Discovers the machines of Google Compute Engine, configured as Ansible's `google.cloud.gcp_compute` inventory plugin is.

mod build;
mod connection;
mod facts;
mod hostnames;
mod hosts;
mod options;
#[cfg(test)]
mod testing;

pub use self::options::RULES;

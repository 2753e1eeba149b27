//! Discovers the machines of Google Compute Engine, configured as Ansible's `google.cloud.gcp_compute` inventory plugin is.

mod connection;
mod facts;
mod options;
#[cfg(test)]
mod testing;

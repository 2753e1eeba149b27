//! Discovers the machines of Azure, configured as Ansible's `azure.azcollection.azure_rm` inventory plugin is.
//!
//! [`AzureSource`] reads the options, finds credentials, fetches what Azure Resource Manager says about the machines as
//! facts, and makes hosts of them, with the names and variables that the plugin gives.

mod build;
mod client;
mod cloud;
mod connection;
mod credentials;
mod facts;
mod fetch;
mod filters;
mod hostnames;
mod hosts;
mod model;
mod options;
mod session;
mod source;
#[cfg(test)]
mod testing;

pub use self::options::RULES;
pub use self::source::AzureSource;

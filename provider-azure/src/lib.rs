//! Discovers the machines of Azure, configured as Ansible's `azure.azcollection.azure_rm` inventory plugin is.
//!
//! [`AzureSource`] reads the options, finds credentials, fetches what Azure Resource Manager says about the machines as
//! facts, and makes hosts of them, with the names and variables that the plugin gives.
//! [`NativeAzureSource`] is configured by the program's own file, asks many subscriptions, and makes machines in the shape
//! that all clouds share.

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
mod identity;
mod model;
mod native;
mod normalize;
mod options;
mod session;
mod source;
#[cfg(test)]
mod testing;
mod variables;

pub use self::facts::VOCABULARY;
pub use self::native::{Config, NativeAzureSource, machines};
pub use self::options::RULES;
pub use self::source::AzureSource;

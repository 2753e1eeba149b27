//! Discovers the machines of AWS EC2, configured as Ansible's `amazon.aws.aws_ec2` inventory plugin is.
//!
//! [`Ec2Source`] reads the options, plans a scope per region, fetches what the API says about the instances as facts,
//! and makes hosts of them, with the names and variables that the plugin gives. [`NativeEc2Source`] does the same for the
//! program's own configuration: many accounts as one source, and machines in the shape that all clouds share.

mod attempts;
mod build;
mod connection;
mod facts;
mod failure;
mod fetch;
mod hostnames;
mod identity;
mod native;
mod normalize;
mod options;
mod regions;
mod route53;
mod session;
mod snake_case;
mod source;
mod ssm;
mod sweep;
#[cfg(test)]
mod testing;
mod transport;
mod walk;
mod xml;

pub use self::facts::VOCABULARY;
pub use self::native::{Config, NativeEc2Source, machines};
pub use self::source::Ec2Source;

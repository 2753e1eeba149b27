//! Discovers the machines of AWS EC2, configured as Ansible's `amazon.aws.aws_ec2` inventory plugin is.
//!
//! [`Ec2Source`] reads the options, plans a scope per region, fetches what the API says about the instances as facts,
//! and makes hosts of them, with the names and variables that the plugin gives. [`Ec2IniSource`] does the same for the
//! `ec2.ini` of the inventory script that came before the plugin. [`NativeEc2Source`] does the same for the
//! program's own configuration: many accounts as one source, and machines in the shape that all clouds share.

mod attempts;
mod build;
mod connection;
mod discovery;
mod ec2;
mod facts;
mod failure;
mod fetch;
mod hostnames;
mod identity;
mod legacy;
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
mod task;
#[cfg(test)]
mod testing;
mod transport;
mod walk;
mod xml;

pub use self::facts::VOCABULARY;
pub use self::legacy::Ec2IniSource;
pub use self::native::{Config, NativeEc2Source, machines};
pub use self::source::Ec2Source;

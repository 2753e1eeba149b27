//! The file `ec2.ini` of the inventory script `ec2.py`, which came with Ansible up to 2.9.
//!
//! The script asked EC2 with boto, whose objects are what its variables are made of: [`instance`] makes them of the facts.

mod build;
mod connection;
mod filters;
mod groups;
mod instance;
mod keys;
mod names;
mod settings;
mod source;
#[cfg(test)]
mod tests;

pub use self::source::Ec2IniSource;

//! Discovers the machines of AWS EC2.

mod connection;
mod facts;
mod failure;
mod fetch;
mod regions;
mod route53;
mod session;
mod snake_case;
mod ssm;
mod sweep;
mod transport;

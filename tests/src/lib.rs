//! Runs cloud-inventory beside the tools that it replaces, on fake clouds, and compares what Ansible sees.
//!
//! Everything here is a test's helper: what goes wrong in it is the failure of the test that called it, so it panics
//! with the reason.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

pub mod ansible;
pub mod binary;
pub mod cells;
pub mod collection;
pub mod compare;
pub mod configs;
pub mod contract;
pub mod differential;
pub mod ec2;
pub mod ec2_script;
pub mod examples;
pub mod fleet;
pub mod http;
pub mod moto;
pub mod organisation;
pub mod python;
pub mod redis;
pub mod shared_store;
pub mod simulator;
pub mod stage;
pub mod workplace;

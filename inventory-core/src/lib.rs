//! Turns what clouds say about their machines into an Ansible inventory.
//!
//! The stages run in one direction: configuration is read ([`config`]), scopes are planned and fetched
//! ([`discovery`]), hosts are named and grouped ([`build`], [`grouping`]) into an [`inventory`], and that is rendered
//! ([`render`]). Only discovery touches a network; everything after it is pure.

pub mod build;
pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod discovery;
pub mod expression;
mod glob;
pub mod grouping;
pub mod host;
#[cfg(feature = "http")]
pub mod http;
pub mod ini;
pub mod inventory;
pub mod name;
pub mod native;
pub mod render;
pub mod store;
#[cfg(test)]
mod testing;
pub mod value;
pub mod yaml;

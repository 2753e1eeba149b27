//! A client of Azure Resource Manager: pages and resources, with retries, within the budget.

mod failure;
mod pace;
mod page;
mod proxies;
mod resource_graph;
mod resource_manager;
mod retries;
mod transport;

pub(crate) use self::failure::{Failure, PORTAL, Retry, shorten, unknown as unknown_answer};
pub(crate) use self::page::Page;
pub(crate) use self::resource_manager::{Call, Client};
pub(crate) use self::retries::{Retries, Waits};
pub(crate) use self::transport::{Answer, Transport};

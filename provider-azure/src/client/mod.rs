//! A client of Azure Resource Manager: pages and resources, with retries, within the budget.

mod failure;
mod pace;
mod page;
mod resource_graph;
mod resource_manager;

pub(crate) use self::failure::ADVICE;
pub(crate) use self::page::Page;
pub(crate) use self::resource_manager::{Call, Client};

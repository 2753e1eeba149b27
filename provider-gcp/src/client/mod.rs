//! A client of Google's services: lists, with retries, within the budget.

mod failure;
mod requests;

pub(crate) use self::failure::ADVICE;
pub(crate) use self::requests::{Call, Client, Disabled, Refused, quota_project};

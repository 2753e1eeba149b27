//! Credentials: where they are found, and the tokens that they give.

mod bridge;
mod certificate;
mod command_line;
mod failure;
mod identity;
mod password;
mod profile;
mod select;
mod tokens;

pub(crate) use self::command_line::{Account, account};
pub(crate) use self::identity::{Assertion, Identity};
pub(crate) use self::select::{Login, Selected, select, with_what_is_set};
pub(crate) use self::tokens::{Token, Tokens};

/// What is done, for errors.
const OPERATION: &str = "get token";

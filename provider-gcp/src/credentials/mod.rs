//! Credentials: where they are found, and the tokens that they give.

mod answer;
mod identity;
mod impersonation;
mod library;
mod login;
mod machine;
mod select;
mod tokens;

pub(crate) use self::identity::Identity;
pub(crate) use self::select::select;
pub(crate) use self::tokens::{Token, Tokens};

/// The scope of all that Google Cloud has, which Resource Manager wants.
pub(crate) const PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What is done, for errors.
const OPERATION: &str = "get token";

//! Reads what the user configured: the plugins' files, the program's own file, the environment, and flags.

pub mod ansible;
pub mod cache;
pub mod decode;
pub mod document;
pub mod environment;
pub mod native;
pub mod options;
pub mod patterns;
pub mod plugin_cache;
mod script;
pub mod secret;
pub mod settings;
pub mod suggest;
pub mod template;

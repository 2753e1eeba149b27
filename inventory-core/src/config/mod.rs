//! Reads what the user configured: the plugins' files, the program's own file, the environment, and flags.

pub mod document;
pub mod environment;
pub mod native;
pub mod options;
pub mod secret;
pub mod settings;
pub mod suggest;
pub mod template;

//! `schema`: what a native configuration may say, for editors.

use inventory_core::config::native;

use crate::exit::Failure;
use crate::{output, registry};

/// Prints the JSON Schema of native configurations.
pub(crate) fn run() -> Result<(), Failure> {
    let schema = native::schema(registry::schemas);
    output::write(None, |out| writeln!(out, "{:#}", schema.as_value()))
}

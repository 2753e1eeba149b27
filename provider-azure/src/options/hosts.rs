//! The options of hosts' names and filters.

use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::expression::Environment;

/// How hosts are named and which of them count.
#[derive(Debug)]
pub(crate) struct HostSettings;

impl HostSettings {
    /// Reads the options.
    pub(crate) fn read(
        _: &mut Options<'_>,
        _: &Environment,
    ) -> Result<(HostSettings, Vec<Diagnostic>), Vec<Diagnostic>> {
        Ok((HostSettings, Vec::new()))
    }
}

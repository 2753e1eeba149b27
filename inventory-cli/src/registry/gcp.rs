//! Opens a `gcp.yml`.

use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use provider_gcp::{GcpSource, RULES};

use super::{About, Context, Opened, assemble};
use crate::sources;

/// Reads the options of a source, without credentials or network.
pub(super) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let read = GcpSource::read(&mut options, context.budget.clone());
    let read = read.map(|(opened, warnings)| {
        let about = About {
            sanitizer: opened.sanitizer(),
            known_variables: opened.known_variables(),
            permissions: opened.permissions(),
            cache_options: opened.cache_options().to_vec(),
        };
        (opened, about, warnings)
    });
    assemble(source, context, options, RULES, read)
}

//! Opens an `azure_rm.yml`.

use std::sync::Arc;

use inventory_core::config::options::Options;
use inventory_core::diagnostic::Diagnostic;
use provider_azure::{AzureSource, RULES};

use super::{About, Context, Opened, assemble};
use crate::sources;

/// Reads the options of a source, without credentials or network.
pub(super) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let expressions = Arc::clone(&context.expressions);
    let read = AzureSource::read(&mut options, expressions, context.escapes, context.budget.clone());
    let read = read.map(|(mut opened, warnings)| {
        opened.set_backend(source.backend);
        opened.set_extra_variables(context.extra_variables.clone());
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

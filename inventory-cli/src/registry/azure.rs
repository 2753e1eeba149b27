//! Opens an `azure_rm.yml`.

use std::sync::Arc;

use inventory_core::config::decode::decode;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::yaml::Node;
use provider_azure::{AzureSource, Config, NativeAzureSource, RULES};

use super::native_file::Opening;
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
        };
        (opened, about, warnings)
    });
    assemble(source, context, options, RULES, read)
}

/// Reads the options of a native source, without credentials or network.
pub(super) fn open_native(
    source: &Arc<Source>,
    node: &Node,
    context: &Context<'_>,
) -> Result<Opening, Vec<Diagnostic>> {
    let config: Config = decode(source, node).map_err(|error| vec![error])?;
    let (opened, warnings) =
        NativeAzureSource::new(&config, source, context.environment, context.budget.clone())?;
    let permissions = opened.permissions();
    Ok(Opening { source: Arc::new(opened), permissions, warnings })
}

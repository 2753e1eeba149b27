//! Opens a `gcp.yml`.

use std::sync::Arc;

use inventory_core::config::decode::decode;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::yaml::Node;
use provider_gcp::{Config, GcpSource, NativeGcpSource, RULES};

use super::native_file::Opening;
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
        NativeGcpSource::new(&config, source, context.environment, context.budget.clone())?;
    let permissions = opened.permissions();
    Ok(Opening { source: Arc::new(opened), permissions, warnings })
}

//! Opens an `aws_ec2.yml`, or an `ec2.ini`.

use std::sync::Arc;

use inventory_core::config::decode::decode;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Source};
use inventory_core::grouping::{Dialect, Rules};
use inventory_core::yaml::Node;
use provider_aws::{Config, Ec2IniSource, Ec2Source, NativeEc2Source};

use super::native_file::Opening;
use super::{About, Context, Maker, Opened, assemble, notes};
use crate::sources;

/// Reads the options of a source, without credentials or network.
pub(super) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let read = Ec2Source::read(&mut options, Arc::clone(&context.expressions), context.budget.clone());
    let read = read.map(|(opened, warnings)| {
        let about = About {
            sanitizer: opened.sanitizer(),
            known_variables: opened.known_variables(),
            permissions: opened.permissions(),
        };
        (opened, about, warnings)
    });
    assemble(source, context, options, Dialect::CONSTRUCTED, read)
}

/// Reads an `ec2.ini`, without credentials or network.
pub(super) fn open_ini(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let read = Ec2IniSource::read(&source.document, context.environment, context.budget.clone());
    let (opened, warnings) = read?;
    let (policy, directory) = (opened.policy(), opened.directory());
    let mut notes = notes(source, &opened.permissions());
    notes.extend(opened.remarks().iter().map(|remark| format!("{}: {remark}", source.path.display())));
    let maker = Maker::Plugin(Arc::new(opened), Box::new(Rules::none()), policy);
    Ok(Opened { path: source.path.clone(), maker, directory, warnings, notes })
}

/// Reads the options of a native source, without credentials or network.
pub(super) fn open_native(
    source: &Arc<Source>,
    node: &Node,
    context: &Context<'_>,
) -> Result<Opening, Vec<Diagnostic>> {
    let config: Config = decode(source, node).map_err(|error| vec![error])?;
    let (opened, warnings) = NativeEc2Source::new(config, source, context.budget.clone())?;
    let permissions = opened.permissions();
    Ok(Opening { source: Arc::new(opened), permissions, warnings })
}

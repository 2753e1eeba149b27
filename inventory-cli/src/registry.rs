//! The clouds that this build knows.

use std::path::PathBuf;
use std::sync::Arc;

use inventory_core::config::document::Dialect;
use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Source};
use inventory_core::expression::{self, Escapes};
use inventory_core::grouping::Rules;
use inventory_core::value::Map;

use crate::sources;

/// A source whose options are read and known to be right.
pub(crate) struct Opened {
    /// The file that configures it.
    pub(crate) path: PathBuf,
    /// What can be asked.
    pub(crate) source: Arc<dyn Source>,
    /// What is made of the answers.
    pub(crate) rules: Rules,
    /// What was read, but probably does not say what its author meant.
    pub(crate) warnings: Vec<Diagnostic>,
    /// What `-v` tells.
    pub(crate) notes: Vec<String>,
}

/// What all sources are opened with.
pub(crate) struct Context<'a> {
    /// Where options are looked up that the file does not give.
    pub(crate) environment: &'a Environment,
    /// What expressions see of the world.
    pub(crate) expressions: Arc<expression::Environment>,
    /// What discovery may cost.
    pub(crate) budget: Budget,
    /// How backslashes in expressions are read.
    pub(crate) escapes: Escapes,
    /// The extra variables of the command line.
    pub(crate) extra_variables: Map,
}

/// Reads the options of a source, without credentials or network.
pub(crate) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    match source.dialect {
        Dialect::AwsEc2 => open_aws(source, context),
        Dialect::AzureRm => Err(missing(source, "Azure")),
        Dialect::GcpCompute => Err(missing(source, "Google Cloud")),
    }
}

/// The error of a cloud whose discovery is not written yet.
fn missing(source: &sources::Source, cloud: &str) -> Vec<Diagnostic> {
    let message = format!("this version of cloud-inventory cannot discover {cloud}");
    vec![refuse(source, &message, "only `amazon.aws.aws_ec2` works in this version")]
}

fn refuse(source: &sources::Source, message: &str, help: &str) -> Diagnostic {
    let document = &source.document;
    let plugin = document.root.get("plugin").unwrap_or(&document.root);
    Diagnostic::error(message).at(&document.source, plugin.span).help(help)
}

#[cfg(feature = "aws")]
fn open_aws(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    use inventory_core::config::options::Options;
    use inventory_core::diagnostic::Severity;
    use inventory_core::grouping::{Dialect, Settings};
    use provider_aws::Ec2Source;

    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let opened = Ec2Source::read(&mut options, Arc::clone(&context.expressions), context.budget.clone());
    let sanitizer = opened.as_ref().map(|(source, _)| source.sanitizer()).unwrap_or_default();
    let extra_variables = context.extra_variables.clone();
    let settings = Settings { dialect: Dialect::CONSTRUCTED, sanitizer, escapes: context.escapes, extra_variables };
    // Both are read whatever becomes of the other, so that the user sees all errors at once.
    let rules = Rules::from_options(&mut options, settings);
    match (opened, rules) {
        (Ok((ec2, mut warnings)), Ok((rules, more))) => {
            warnings.extend(more);
            warnings.extend(options.finish(Severity::Warning));
            let name = source.path.display();
            let mut notes = vec![format!("{name}: needs {}", ec2.permissions().join(", "))];
            if !ec2.cache_options().is_empty() {
                let names = ec2.cache_options().join("`, `");
                notes.push(format!("{name}: `{names}` have no effect: this version has no cache"));
            }
            Ok(Opened { path: source.path.clone(), source: Arc::new(ec2), rules, warnings, notes })
        }
        (opened, rules) => {
            let mut errors = opened.err().unwrap_or_default();
            errors.extend(rules.err());
            Err(errors)
        }
    }
}

#[cfg(not(feature = "aws"))]
fn open_aws(source: &sources::Source, _: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let help = "build it with `--features aws`, or with the default features";
    Err(vec![refuse(source, "this build of cloud-inventory lacks the feature `aws`", help)])
}

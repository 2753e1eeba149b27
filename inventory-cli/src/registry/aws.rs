//! Opens an `aws_ec2.yml`.

use std::sync::Arc;

use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::grouping::{Dialect, Rules, Settings};
use provider_aws::Ec2Source;

use super::{Context, Opened, notes};
use crate::sources;

/// Reads the options of a source, without credentials or network.
pub(super) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let opened = Ec2Source::read(&mut options, Arc::clone(&context.expressions), context.budget.clone());
    let sanitizer = opened.as_ref().map(|(source, _)| source.sanitizer()).unwrap_or_default();
    let extra_variables = context.extra_variables.clone();
    let dialect = Dialect::CONSTRUCTED;
    let settings = Settings { dialect, sanitizer, escapes: context.escapes, extra_variables };
    // Both are read whatever becomes of the other, so that the user sees all errors at once.
    let rules = Rules::from_options(&mut options, settings);
    match (opened, rules) {
        (Ok((ec2, mut warnings)), Ok((rules, more))) => {
            warnings.extend(more);
            warnings.extend(rules.unknown_variables(&ec2.known_variables()));
            warnings.extend(options.finish(Severity::Warning));
            let notes = notes(source, &ec2.permissions(), ec2.cache_options());
            Ok(Opened { path: source.path.clone(), source: Arc::new(ec2), rules, warnings, notes })
        }
        (opened, rules) => {
            let mut findings = opened.err().unwrap_or_default();
            match rules {
                Ok((_, warnings)) => {
                    findings.extend(warnings);
                    findings.extend(options.finish(Severity::Warning));
                }
                // It ends the reading of rules: which options are not known cannot be told.
                Err(error) => findings.push(error),
            }
            Err(findings)
        }
    }
}

//! Opens an `azure_rm.yml`.

use std::sync::Arc;

use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::grouping::{Rules, Settings};
use provider_azure::{AzureSource, RULES};

use super::{Context, Opened, notes};
use crate::sources;

/// Reads the options of a source, without credentials or network.
pub(super) fn open(source: &sources::Source, context: &Context<'_>) -> Result<Opened, Vec<Diagnostic>> {
    let mut options = Options::new(&source.document, context.environment).map_err(|error| vec![error])?;
    let expressions = Arc::clone(&context.expressions);
    let opened = AzureSource::read(&mut options, expressions, context.escapes, context.budget.clone());
    let sanitizer = opened.as_ref().map(|(source, _)| source.sanitizer()).unwrap_or_default();
    let extra_variables = context.extra_variables.clone();
    let settings = Settings { dialect: RULES, sanitizer, escapes: context.escapes, extra_variables };
    // Both are read whatever becomes of the other, so that the user sees all errors at once.
    let rules = Rules::from_options(&mut options, settings);
    match (opened, rules) {
        (Ok((mut azure, mut warnings)), Ok((rules, more))) => {
            azure.set_backend(source.backend);
            azure.set_extra_variables(context.extra_variables.clone());
            warnings.extend(more);
            warnings.extend(options.finish(Severity::Warning));
            let notes = notes(source, &azure.permissions(), azure.cache_options());
            Ok(Opened { path: source.path.clone(), source: Arc::new(azure), rules, warnings, notes })
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

//! What a native configuration says of a source of Google Cloud.

use std::collections::BTreeMap;
use std::sync::Arc;

use inventory_core::config::decode::{Placed, TextOrNumber};
use inventory_core::config::patterns::Patterns;
use inventory_core::diagnostic::{Diagnostic, Source, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::connection::AuthKind;
use crate::options::{Query, Zones, distinct, join};

/// What a source asks Google Cloud for, and as whom.
///
/// Secrets are in no file: keys are in files of their own, tokens in the environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Gcp")]
pub struct Config {
    /// Ids of projects, which are asked in any case, and patterns that choose among those of `folders` and `organization`.
    pub(super) projects: Vec<Placed<String>>,
    /// Numbers of folders whose projects are asked, and those of the folders in them.
    #[schemars(with = "Vec<TextOrNumber>")]
    pub(super) folders: Vec<Placed<String>>,
    /// The number of the organization whose projects are asked, and those of all its folders.
    #[schemars(with = "Option<TextOrNumber>")]
    pub(super) organization: Option<Placed<String>>,
    /// Labels, by name, that projects of `folders` and `organization` must have to count.
    pub(super) project_labels: Option<Placed<BTreeMap<String, String>>>,
    /// Patterns over the names of zones whose instances count; all unless given.
    pub(super) zones: Option<Placed<Patterns>>,
    /// Patterns over the names of regions whose instances count; all unless given.
    pub(super) regions: Option<Placed<Patterns>>,
    /// Conditions in the language of Compute Engine that all must hold for an instance, such as `status = RUNNING`.
    pub(super) filters: Vec<Placed<String>>,
    /// Whether disks are asked for, to tell the images that instances started from.
    pub(super) images: bool,
    /// The kind of credentials; `application` unless `GCP_AUTH_KIND` says otherwise.
    pub(super) auth_kind: Option<AuthKind>,
    /// The file with the key of a service account, for `auth_kind: serviceaccount`; `GCP_SERVICE_ACCOUNT_FILE` unless given.
    pub(super) service_account_file: Option<Placed<String>>,
    /// The service account of the machine that this runs on, for `auth_kind: machineaccount`; `GCP_SERVICE_ACCOUNT_EMAIL` unless given.
    pub(super) service_account_email: Option<Placed<String>>,
    /// The OAuth scopes that a token is asked for; `GCP_SCOPES`, or that of Compute Engine, unless given.
    pub(super) scopes: Vec<String>,
}

impl Config {
    /// Returns what is asked for: the projects that are named, and the full names of what others are found in.
    pub(super) fn query(&self) -> Query {
        let projects = self.projects.iter().map(|project| project.value.clone());
        let folders = self.folders.iter().map(|folder| full_name("folders/", &folder.value));
        let organization = self.organization.iter().map(|number| full_name("organizations/", &number.value));
        Query {
            projects: distinct(projects.filter(|text| !is_pattern(text))),
            folders: distinct(folders.chain(organization)),
            zones: Zones::Chosen { zones: patterns_of(&self.zones), regions: patterns_of(&self.regions) },
            filter: join(self.filters.iter().map(|filter| filter.value.clone()).collect()),
            images: self.images,
        }
    }

    /// Returns what chooses among the projects that are found.
    pub(super) fn patterns(&self) -> Patterns {
        let texts = self.projects.iter().map(|project| &project.value).filter(|text| is_pattern(text));
        Patterns::from(texts.cloned().collect::<Vec<_>>())
    }

    /// Returns what is odd about the names of zones and regions.
    pub(super) fn doubts(&self, source: &Arc<Source>) -> Vec<Diagnostic> {
        let mut doubts = Vec::new();
        let names = |patterns: &Option<Placed<Patterns>>| {
            let placed = patterns
                .iter()
                .flat_map(|placed| placed.value.texts().iter().map(|text| (placed.span, text)));
            placed
                .filter(|(_, text)| !is_pattern(text))
                .map(|(span, text)| (span, text.clone()))
                .collect::<Vec<_>>()
        };
        for (span, name) in names(&self.zones) {
            doubts.extend(match place(&name) {
                Some(Place::Zone) => None,
                Some(Place::Region) => Some((
                    span,
                    format!("`{name}` is a region, not a zone"),
                    format!("write `{name}-*`, or `regions: [{name}]`"),
                )),
                None => Some((
                    span,
                    format!("`{name}` is not like the name of a zone"),
                    "expected one such as `europe-west1-b`".to_owned(),
                )),
            });
        }
        for (span, name) in names(&self.regions) {
            doubts.extend(match place(&name) {
                Some(Place::Region) => None,
                Some(Place::Zone) => Some((
                    span,
                    format!("`{name}` is a zone, not a region"),
                    format!("write `zones: [{name}]`"),
                )),
                None => Some((
                    span,
                    format!("`{name}` is not like the name of a region"),
                    "expected one such as `europe-west1`".to_owned(),
                )),
            });
        }
        let warn = |(span, message, help): (Span, String, String)| {
            Diagnostic::warning(message).at(source, span).help(help)
        };
        doubts.into_iter().map(warn).collect()
    }

    /// Returns what is wrong with the choice of projects.
    pub(super) fn check(&self, source: &Arc<Source>) -> Vec<Diagnostic> {
        let finds = !self.folders.is_empty() || self.organization.is_some();
        let mut errors = Vec::new();
        let mut refuse = |place: &Placed<String>, message: String, expected: &str| {
            errors.push(place.error(source, message).label(expected));
        };
        for project in &self.projects {
            let text = project.value.as_str();
            if is_pattern(text) && !finds {
                let message = format!("`{text}` chooses among no projects");
                refuse(project, message, "expected the id of a project, or `folders` or `organization`, too");
            } else if matches!(text.trim(), "" | "." | "..") || text.contains('/') {
                refuse(
                    project,
                    format!("`{text}` is not the id of a project"),
                    "expected the id of a project",
                );
            }
        }
        for (parents, prefix) in [
            (self.folders.iter().collect::<Vec<_>>(), "folders/"),
            (self.organization.iter().collect(), "organizations/"),
        ] {
            for parent in parents {
                let text = parent.value.as_str();
                let number = text.strip_prefix(prefix).unwrap_or(text);
                if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                    refuse(
                        parent,
                        format!("`{text}` is not a number"),
                        &format!("expected a number, such as `{prefix}123`"),
                    );
                }
            }
        }
        for filter in self.filters.iter().filter(|filter| filter.value.trim().is_empty()) {
            refuse(
                filter,
                "a filter is empty".to_owned(),
                "expected a condition, such as `status = RUNNING`",
            );
        }
        if let Some(labels) = self.project_labels.as_ref().filter(|_| !finds) {
            let error = labels.error(source, "`project_labels` chooses among no projects");
            errors.push(error.label("expected `folders` or `organization`, too"));
        }
        errors
    }
}

fn patterns_of(given: &Option<Placed<Patterns>>) -> Patterns {
    given.as_ref().map(|placed| placed.value.clone()).unwrap_or_default()
}

/// What the name of a place is that of.
enum Place {
    Region,
    Zone,
}

/// Tells regions (`europe-west1`) from zones (`europe-west1-b`, `us-central1-ai1a`); none for what is neither.
fn place(name: &str) -> Option<Place> {
    let mut parts = name.split('-');
    let area = parts.next()?;
    let side = parts.next()?.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_lowercase());
    let is_numbered = name.split('-').nth(1)?.len() > side.len();
    if !is_word(area) || !is_word(side) || !is_numbered {
        return None;
    }
    match (parts.next(), parts.next()) {
        (None, _) => Some(Place::Region),
        (Some(zone), None) if zone.ends_with(|letter: char| letter.is_ascii_lowercase()) => Some(Place::Zone),
        _ => None,
    }
}

fn full_name(prefix: &str, number: &str) -> String {
    format!("{prefix}{}", number.strip_prefix(prefix).unwrap_or(number))
}

/// Tells whether a text chooses among projects, and names none.
fn is_pattern(text: &str) -> bool {
    text.starts_with('!') || text.contains(['*', '?', '['])
}

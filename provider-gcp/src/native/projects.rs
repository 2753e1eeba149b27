//! Finds the projects of a source.

use std::collections::{BTreeMap, HashSet};

use futures::future::try_join_all;
use inventory_core::config::patterns::Patterns;
use inventory_core::discovery::{Error, Note};
use inventory_core::value::Text;

use super::Config;
use crate::client::Client;
use crate::fetch::{Found, Projects, search};
use crate::options::Query;

/// Chooses among the projects that are found in folders and the organization.
#[derive(Debug)]
pub(super) struct Choice {
    patterns: Patterns,
    labels: BTreeMap<String, String>,
}

impl Choice {
    /// Reads what a configuration chooses.
    pub(super) fn new(config: &Config) -> Choice {
        let labels = config.project_labels.as_ref().map(|labels| labels.value.clone());
        Choice { patterns: config.patterns(), labels: labels.unwrap_or_default() }
    }

    /// Returns the projects, each once: those that the query names, then those that are found and chosen.
    ///
    /// The second part is what people should know about the choice. Without anything to search there is no request.
    ///
    /// # Errors
    /// A folder or organization that cannot be searched.
    pub(super) async fn make(&self, client: &Client, query: &Query) -> Result<(Projects, Vec<Note>), Error> {
        let listed = try_join_all(query.folders.iter().map(|parent| search(client, parent))).await?;
        let mut notes = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        for (parent, (projects, warning)) in query.folders.iter().zip(listed) {
            notes.extend(warning.map(Note::of_loss));
            if projects.is_empty() {
                notes.push(Note::of_loss(format!("no active project is in `{parent}`")));
            }
            found.extend(projects);
        }
        let names: Vec<&str> = found.iter().map(|project| project.id.as_str()).collect();
        for pattern in self.patterns.unmatched(&names) {
            let message =
                format!("`{pattern}` in `projects` matches no project of the folders or organization");
            notes.push(Note::of_loss(message));
        }
        let mut ids: Vec<Text> = query.projects.iter().map(|id| Text::from(id.as_str())).collect();
        ids.extend(found.iter().filter(|project| self.counts(project)).map(|project| project.id.clone()));
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        let numbers = found.into_iter().filter_map(Found::numbered).collect();
        if ids.is_empty() {
            notes.push(Note::of_loss("there are no hosts, because no project is chosen"));
        }
        Ok((Projects { ids, numbers, warnings: Vec::new() }, notes))
    }

    fn counts(&self, project: &Found) -> bool {
        self.patterns.choose(&[&project.id])
            && self.labels.iter().all(|(name, value)| project.labels.get(name) == Some(value))
    }
}

//! Reads which projects are asked for what.

use inventory_core::config::options::{Located, OptionName, Options};
use inventory_core::config::patterns::Patterns;
use inventory_core::name::looks_like_template;
use inventory_core::store::Identity;
use inventory_core::yaml::{Node, NodeValue};

use super::Findings;

const PROJECTS: OptionName = OptionName::new("projects");
const FOLDERS: OptionName = OptionName::new("folders");
const ZONES: OptionName = OptionName::new("zones");
const FILTERS: OptionName = OptionName::new("filters");
const IMAGES: OptionName = OptionName::new("retrieve_image_info");

/// What Google Cloud is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// The projects, by id, in the order of the configuration; each once.
    pub(crate) projects: Vec<String>,
    /// The folders whose projects are asked too, by number; each once. A native configuration has their full names
    /// here, and that of its organization.
    pub(crate) folders: Vec<String>,
    /// The zones whose instances count.
    pub(crate) zones: Zones,
    /// The condition that Compute Engine filters instances by; none for all. It is not for disks.
    pub(crate) filter: Option<String>,
    /// Whether disks are asked for, to name the images that machines started from.
    pub(crate) images: bool,
}

/// Which zones count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zones {
    /// All there are.
    #[default]
    All,
    /// Those with these names.
    Named(Vec<String>),
    /// Those whose names, and whose regions' names, are chosen.
    Chosen {
        /// Chooses by the name of the zone.
        zones: Patterns,
        /// Chooses by the name of its region.
        regions: Patterns,
    },
}

impl Zones {
    /// Tells whether a part of an aggregated list counts, by its key such as `zones/us-east1-b` or `regions/us-east1`.
    ///
    /// What is in a region counts where one of its zones may: a disk of a region is in two of them.
    pub(crate) fn wants(&self, key: &str) -> bool {
        let region_of = |zone: &str| zone.rsplit_once('-').map(|(region, _)| region.to_owned());
        match (self, key.strip_prefix("regions/")) {
            (Zones::All, _) => true,
            (Zones::Named(zones), Some(region)) => {
                zones.iter().any(|zone| region_of(zone).is_some_and(|of_zone| of_zone == region))
            }
            (Zones::Named(zones), None) => zones.iter().any(|wanted| wanted == zone_of(key)),
            (Zones::Chosen { regions, .. }, Some(region)) => regions.choose(&[region]),
            (Zones::Chosen { zones, regions }, None) => {
                let zone = zone_of(key);
                zones.choose(&[zone]) && regions.choose(&[&region_of(zone).unwrap_or_default()])
            }
        }
    }
}

fn zone_of(key: &str) -> &str {
    key.strip_prefix("zones/").unwrap_or(key)
}

impl Query {
    /// Adds to a key what the facts of a project depend on.
    pub(crate) fn key(&self, identity: Identity) -> Identity {
        identity.part("zones", &self.zones).part("filter", &self.filter).part("images", &self.images)
    }

    /// Returns the permissions that a role must grant.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        let wanted = [
            ("compute.instances.list", true),
            ("compute.disks.list", self.images),
            ("resourcemanager.folders.list", !self.folders.is_empty()),
            ("resourcemanager.projects.list", !self.folders.is_empty()),
        ];
        wanted.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(permission, _)| permission).collect()
    }
}

/// Reads the options of the query.
pub(super) fn read(options: &mut Options<'_>, findings: &mut Findings) -> Query {
    let mut list = |name: &OptionName, expected: &str| {
        let found = findings.take(options.list(name));
        distinct(found.map(|list| findings.texts(name, &list, expected)).unwrap_or_default())
    };
    let projects = list(&PROJECTS, "the id of a project");
    let folders = list(&FOLDERS, "the number of a folder");
    let zones = match list(&ZONES, "the name of a zone") {
        names if names.is_empty() => Zones::All,
        names => Zones::Named(names),
    };
    let filter = filter(options, findings);
    let images = findings.take(options.boolean(&IMAGES)).is_some_and(|found| found.value);
    if projects.is_empty() && folders.is_empty() && findings.errors.is_empty() {
        let message = "neither `projects` nor `folders` names anything: there will be no hosts";
        findings.warnings.push(inventory_core::diagnostic::Diagnostic::warning(message));
    }
    Query { projects, folders, zones, filter, images }
}

/// Reads `filters`, each of which must hold.
fn filter(options: &mut Options<'_>, findings: &mut Findings) -> Option<String> {
    let list = findings.take(options.list(&FILTERS))?;
    if let [only] = list.value.as_slice()
        && (only.value == NodeValue::Null || only.as_str() == Some(""))
    {
        return None;
    }
    let filters = findings.texts(&FILTERS, &list, "a condition, such as `status = RUNNING`");
    join(filters)
}

/// Joins conditions as the plugin documents it: all must hold; none without any.
///
/// The plugin puts parentheses only around some of several, so that `OR` in the others reaches beyond them.
pub(crate) fn join(filters: Vec<String>) -> Option<String> {
    match filters.len() {
        0 | 1 => filters.into_iter().next(),
        _ => {
            let wrap = |filter: &String| match filter.trim() {
                text if is_wrapped(text) => text.to_owned(),
                text => format!("({text})"),
            };
            Some(filters.iter().map(wrap).collect::<Vec<_>>().join(" "))
        }
    }
}

/// Tells whether the first parenthesis is closed by the last character; quoted ones do not count.
fn is_wrapped(filter: &str) -> bool {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (place, character) in filter.char_indices() {
        match (quote, character) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth > 0 => depth -= 1,
            (None, ')') => return false,
            (None, _) => {}
        }
        if depth == 0 && quote.is_none() {
            // Before the end, what was open is closed; a text that begins otherwise never was open.
            return place + character.len_utf8() == filter.len() && character == ')';
        }
    }
    false
}

/// Returns the texts in their order, each once.
pub(crate) fn distinct(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut distinct = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct
}

impl Findings {
    /// Returns the items of a list as texts, as Python writes them, and notes an error for each that cannot be meant.
    pub(super) fn texts(
        &mut self,
        name: &OptionName,
        list: &Located<Vec<Node>>,
        expected: &str,
    ) -> Vec<String> {
        let mut texts = Vec::with_capacity(list.value.len());
        for item in &list.value {
            let text = match &item.value {
                NodeValue::String(text) => text.text.clone(),
                NodeValue::Bool(_) | NodeValue::Int(_) | NodeValue::BigInt(_) | NodeValue::Float(_) => {
                    item.to_value().to_string()
                }
                // A name is written into the address of a request, as Python writes it.
                NodeValue::Null if name.name != FILTERS.name => {
                    let message = format!("`{}` holds nothing, which is sent as `None`", name.name);
                    self.warn(message, list.origin_of(item), &format!("expected {expected}"));
                    "None".to_owned()
                }
                other => {
                    let message = format!("`{}` holds {}", name.name, other.kind());
                    self.refuse(message, list.origin_of(item), &format!("expected {expected}"));
                    continue;
                }
            };
            if text.trim().is_empty() {
                let message = format!("`{}` holds an empty text", name.name);
                self.refuse(message, list.origin_of(item), &format!("expected {expected}"));
                continue;
            }
            if looks_like_template(&text) {
                let message = format!("`{}` is not evaluated as a template, and is sent as it is", name.name);
                self.warn(message, list.origin_of(item), &format!("expected {expected}"));
            }
            texts.push(text);
        }
        texts
    }
}

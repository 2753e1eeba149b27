//! The projects of the simulated organization, and the folders that they are in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::simulator::fleet::Fleet;

/// The organization, if a description names no other one.
pub const ORGANIZATION: &str = "900000000001";
/// The folder that all projects of a fleet out of a seed are in, or in a folder of it.
pub const FOLDER: &str = "100000000001";
/// The folder in it.
const SUBFOLDER: &str = "100000000002";
/// The folder in that one.
const INNERMOST: &str = "100000000003";

/// What is beside the machines.
#[derive(Debug)]
pub(super) struct Estate {
    pub(super) organization: String,
    pub(super) folders: Vec<Folder>,
    pub(super) projects: Vec<Project>,
    /// The zones that cannot be reached.
    pub(super) unreachable: Vec<String>,
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) id: String,
    pub(super) name: String,
    /// `folders/ID` or `organizations/ID`.
    pub(super) parent: String,
    pub(super) is_deleted: bool,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) name: String,
    /// `folders/ID` or `organizations/ID`.
    pub(super) parent: String,
    pub(super) is_deleted: bool,
    /// Whether Compute Engine is switched on.
    pub(super) has_compute: bool,
    /// Whether the caller may not list its machines.
    pub(super) is_denied: bool,
    pub(super) labels: Map<String, Value>,
}

/// The field `extra` of Google's part of a description.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Extra {
    organization: Option<String>,
    folders: BTreeMap<String, FolderExtra>,
    projects: BTreeMap<String, ProjectExtra>,
    unreachable: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FolderExtra {
    name: Option<String>,
    /// The id of the folder that it is in; none is in the organization itself.
    folder: Option<String>,
    deleted: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProjectExtra {
    name: Option<String>,
    number: Option<u64>,
    folder: Option<String>,
    deleted: bool,
    disabled: bool,
    denied: bool,
    labels: Map<String, Value>,
}

impl Estate {
    /// Returns what a fleet has.
    ///
    /// # Errors
    /// When the description of the fleet says what Google does not have.
    pub(super) fn of(fleet: &Fleet) -> Result<Self, String> {
        let accounts = &fleet.geography().accounts;
        if fleet.extra().is_null() {
            return Ok(Self::seeded(accounts));
        }
        let extra = Extra::deserialize(fleet.extra()).map_err(|error| format!("`gcp.extra`: {error}"))?;
        Ok(Self::described(accounts, extra))
    }

    /// Spreads the projects over a folder, a folder in it, and a folder in that one.
    fn seeded(accounts: &[String]) -> Self {
        let organization = format!("organizations/{ORGANIZATION}");
        let folder = |id: &str, name: &str, parent: String| Folder {
            id: id.to_owned(),
            name: name.to_owned(),
            parent,
            is_deleted: false,
        };
        let folders = vec![
            folder(FOLDER, "Everything", organization.clone()),
            folder(SUBFOLDER, "Products", format!("folders/{FOLDER}")),
            folder(INNERMOST, "Experiments", format!("folders/{SUBFOLDER}")),
        ];
        let parents = [FOLDER, SUBFOLDER, INNERMOST].into_iter().cycle();
        let projects =
            accounts.iter().zip(parents).map(|(id, parent)| Project::new(id, format!("folders/{parent}")));
        let projects = projects.collect();
        Self { organization, folders, projects, unreachable: Vec::new() }
    }

    fn described(accounts: &[String], mut extra: Extra) -> Self {
        let organization = format!("organizations/{}", extra.organization.as_deref().unwrap_or(ORGANIZATION));
        let parent = |folder: Option<String>| {
            folder.map_or_else(|| organization.clone(), |id| format!("folders/{id}"))
        };
        let mut ids = accounts.to_vec();
        ids.extend(extra.projects.keys().filter(|id| !accounts.contains(id)).cloned());
        let projects = ids.iter().map(|id| {
            let more = extra.projects.remove(id).unwrap_or_default();
            let usual = Project::new(id, parent(more.folder));
            Project {
                number: more.number.unwrap_or(usual.number),
                name: more.name.unwrap_or(usual.name),
                is_deleted: more.deleted,
                has_compute: !more.disabled,
                is_denied: more.denied,
                labels: more.labels,
                ..usual
            }
        });
        let projects = projects.collect();
        let folders = extra.folders.into_iter().map(|(id, more)| Folder {
            name: more.name.unwrap_or_else(|| format!("Folder {id}")),
            parent: parent(more.folder),
            is_deleted: more.deleted,
            id,
        });
        let folders = folders.collect();
        Self { organization, folders, projects, unreachable: extra.unreachable }
    }

    /// Finds a project by its id or number.
    pub(super) fn project(&self, name: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == name || project.number.to_string() == name)
    }

    /// Returns whether there is a folder or organization of this name, such as `folders/1`.
    pub(super) fn has_parent(&self, name: &str) -> bool {
        self.organization == name
            || self.folders.iter().any(|folder| format!("folders/{}", folder.id) == name)
    }
}

impl Project {
    fn new(id: &str, parent: String) -> Self {
        Self {
            id: id.to_owned(),
            number: number_of(id),
            name: id.rsplit(':').next().unwrap_or(id).to_owned(),
            parent,
            is_deleted: false,
            has_compute: true,
            is_denied: false,
            labels: Map::new(),
        }
    }
}

/// Returns a number of twelve digits that the id of a project decides.
fn number_of(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    100_000_000_000 + number % 900_000_000_000
}

//! Finds the projects that are in folders.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::future::{BoxFuture, FutureExt, try_join, try_join_all};
use inventory_core::discovery::{Error, ErrorKind, Tokens};
use inventory_core::value::Text;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Call, Client};
use crate::options::Query;

const PROJECTS: Call = Call {
    operation: "list projects of a folder",
    permission: "resourcemanager.projects.list",
    role: "roles/browser",
    service: "cloudresourcemanager.googleapis.com",
    place: "folder",
    option: "the numbers in `folders`",
};

const FOLDERS: Call = Call {
    operation: "list folders of a folder",
    permission: "resourcemanager.folders.list",
    role: "roles/resourcemanager.folderViewer",
    ..PROJECTS
};

/// The version of Resource Manager's API that tells folders, and refuses what the caller may not list.
const VERSION: &str = "v3";

/// The version that the plugin asks. It knows no folders in a folder, and says nothing of what the caller may not see.
const OLD_VERSION: &str = "v1";

/// The most items that are asked for at once.
const PAGE_SIZE: &str = "500";

/// The state of what is not about to be deleted.
const ACTIVE: &str = "ACTIVE";

/// What the names of organizations begin with.
const ORGANIZATION: &str = "organizations/";

/// The deepest that folders are in each other; Google allows ten.
const DEEPEST: usize = 20;

/// The projects that a query is about.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    /// Their ids, each once.
    pub(crate) ids: Vec<Text>,
    /// The numbers of those that are in folders, by their ids.
    pub(crate) numbers: HashMap<String, String>,
    /// What people should know, one line each.
    pub(crate) warnings: Vec<String>,
}

/// Returns the projects that a query is about: those that it names, then those of its folders and of the folders in
/// these.
pub(crate) async fn projects(client: &Client, query: &Query) -> Result<Projects, Error> {
    let parents: Vec<String> = query
        .folders
        .iter()
        .map(|folder| format!("folders/{}", folder.strip_prefix("folders/").unwrap_or(folder)))
        .collect();
    let found = try_join_all(parents.iter().map(|parent| search(client, parent))).await?;
    let (mut numbers, mut warnings) = (HashMap::new(), Vec::new());
    let mut ids: Vec<Text> = query.projects.iter().map(|project| Text::from(project.as_str())).collect();
    for (folder, (found, warning)) in query.folders.iter().zip(found) {
        warnings.extend(warning);
        if found.is_empty() {
            warnings.push(format!("no active project is in the folder `{folder}`"));
        }
        for project in found {
            ids.push(project.id.clone());
            numbers.extend(project.numbered());
        }
    }
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(Projects { ids, numbers, warnings })
}

/// A project that was found in a folder or an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its id.
    pub(crate) id: Text,
    /// Its number, where it is told.
    pub(crate) number: Option<String>,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
}

impl Found {
    /// Returns the id and the number.
    pub(crate) fn numbered(self) -> Option<(String, String)> {
        Some((self.id.to_string(), self.number?))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Project {
    project_id: String,
    #[serde(alias = "lifecycleState")]
    state: String,
    /// Such as `projects/5`; in the old version what people call the project.
    #[serde(default)]
    name: String,
    /// The number in the old version.
    #[serde(default)]
    project_number: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Folder {
    name: String,
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectPage {
    #[serde(default)]
    projects: Vec<Project>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FolderPage {
    #[serde(default)]
    folders: Vec<Folder>,
    #[serde(default)]
    next_page_token: Option<String>,
}

/// Returns the active projects of a parent such as `folders/1` or `organizations/1` and of the folders in it; with a
/// warning those of the parent only, where a substitute for Google's endpoint speaks the old version of the interface
/// only.
pub(crate) async fn search(client: &Client, parent: &str) -> Result<(Vec<Found>, Option<String>), Error> {
    match walk(client, parent.to_owned(), 1).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            let (kind, number) = parent.split_once('/').unwrap_or(("folders", parent));
            let kind = kind.trim_end_matches('s');
            let filter = format!("parent.type:{kind} parent.id:{number}");
            let read = |page: ProjectPage| (page.projects, page.next_page_token);
            let parameter = ("filter", filter.as_str());
            // The first answer is the one of Google's own service.
            let old = list(client, PROJECTS, [OLD_VERSION, "projects"], parameter, read).await;
            let projects = match old {
                Ok(projects) if !projects.is_empty() => projects,
                _ => return Err(error),
            };
            let warning = format!(
                "folders in the {kind} `{number}` cannot be asked for: its Resource Manager knows only {OLD_VERSION}"
            );
            Ok((active(projects), Some(warning)))
        }
        walked => Ok((walked?, None)),
    }
}

/// Returns the projects that are not about to be deleted.
fn active(projects: Vec<Project>) -> Vec<Found> {
    let found = |Project { project_id, project_number, name, labels, .. }| {
        let number = project_number.or_else(|| Some(name.strip_prefix("projects/")?.to_owned()));
        Found { id: Text::from(project_id), number, labels }
    };
    projects.into_iter().filter(|project| project.state == ACTIVE).map(found).collect()
}

/// Returns the active projects of a parent, then those of the folders in it.
fn walk(client: &Client, folder: String, depth: usize) -> BoxFuture<'_, Result<Vec<Found>, Error>> {
    async move {
        if depth > DEEPEST {
            let message =
                format!("`{folder}` is more than {DEEPEST} folders deep: the answers go in a circle");
            return Err(Error::new(ErrorKind::BadResponse, FOLDERS.operation, message));
        }
        let parent = ("parent", folder.as_str());
        let call = |call: Call| match folder.starts_with(ORGANIZATION) {
            true => Call { place: "organization", option: "the number in `organization`", ..call },
            false => call,
        };
        let projects = list(client, call(PROJECTS), [VERSION, "projects"], parent, |page: ProjectPage| {
            (page.projects, page.next_page_token)
        });
        let folders = list(client, call(FOLDERS), [VERSION, "folders"], parent, |page: FolderPage| {
            (page.folders, page.next_page_token)
        });
        let (projects, folders) = try_join(projects, folders).await?;
        let mut found = active(projects);
        let inner = folders.into_iter().filter(|folder| folder.state == ACTIVE);
        let inner = try_join_all(inner.map(|folder| walk(client, folder.name, depth + 1))).await;
        // A folder that was listed a moment ago is there: not to be mistaken for one of an older interface.
        let inner = inner.map_err(|error| Error { kind: ErrorKind::BadResponse, ..error })?;
        found.extend(inner.into_iter().flatten());
        Ok(found)
    }
    .boxed()
}

/// Returns all items of a list of what is in a folder.
async fn list<P: DeserializeOwned, T>(
    client: &Client,
    call: Call,
    path: [&str; 2],
    parent: (&str, &str),
    read: impl Fn(P) -> (Vec<T>, Option<String>),
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    let mut tokens = Tokens::default();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = vec![parent, ("pageSize", PAGE_SIZE)];
        parameters.extend(token.as_deref().map(|token| ("pageToken", token)));
        let url = client.url(path, &parameters);
        let page =
            client.get::<P>(call, "", &url).await.map_err(|refused| about(call, refused.error, parent.1))?;
        let (more, next) = read(page);
        items.extend(more);
        token = tokens.next(call.operation, next).map_err(|error| about(call, error, parent.1))?;
        if token.is_none() {
            return Ok(items);
        }
    }
}

/// Names the folder that an error is about; that there is no token is about none.
fn about(call: Call, mut error: Error, folder: &str) -> Error {
    if error.operation == call.operation {
        error.message = format!("`{folder}`: {}", error.message);
    }
    error
}

//! Finds the projects that are in folders.

use std::collections::HashSet;

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

/// The version of Resource Manager's API.
const VERSION: &str = "v3";

/// The most items that are asked for at once.
const PAGE_SIZE: &str = "500";

/// The state of what is not about to be deleted.
const ACTIVE: &str = "ACTIVE";

/// The deepest that folders are in each other; Google allows ten.
const DEEPEST: usize = 20;

/// Returns the projects that a query is about, each once: those that it names, then those of its folders and of the
/// folders in these.
///
/// The second part are warnings for people, one line each.
pub(crate) async fn projects(client: &Client, query: &Query) -> Result<(Vec<Text>, Vec<String>), Error> {
    let found = try_join_all(query.folders.iter().map(|folder| {
        let number = folder.strip_prefix("folders/").unwrap_or(folder);
        walk(client, format!("folders/{number}"), 1)
    }))
    .await?;
    let mut warnings = Vec::new();
    let mut projects: Vec<Text> = query.projects.iter().map(|project| Text::from(project.as_str())).collect();
    for (folder, found) in query.folders.iter().zip(found) {
        if found.is_empty() {
            warnings.push(format!("no active project is in the folder `{folder}`"));
        }
        projects.extend(found);
    }
    let mut seen = HashSet::new();
    projects.retain(|project| seen.insert(project.clone()));
    Ok((projects, warnings))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Project {
    project_id: String,
    state: String,
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

/// Returns the active projects of a folder, then those of the folders in it.
fn walk(client: &Client, folder: String, depth: usize) -> BoxFuture<'_, Result<Vec<Text>, Error>> {
    async move {
        if depth > DEEPEST {
            let message =
                format!("`{folder}` is more than {DEEPEST} folders deep: the answers go in a circle");
            return Err(Error::new(ErrorKind::BadResponse, FOLDERS.operation, message));
        }
        let projects = list(client, PROJECTS, "projects", &folder, |page: ProjectPage| {
            (page.projects, page.next_page_token)
        });
        let folders = list(client, FOLDERS, "folders", &folder, |page: FolderPage| {
            (page.folders, page.next_page_token)
        });
        let (projects, folders) = try_join(projects, folders).await?;
        let active = projects.into_iter().filter(|project| project.state == ACTIVE);
        let mut found: Vec<Text> = active.map(|project| Text::from(project.project_id)).collect();
        let inner = folders.into_iter().filter(|folder| folder.state == ACTIVE);
        let inner = try_join_all(inner.map(|folder| walk(client, folder.name, depth + 1))).await?;
        found.extend(inner.into_iter().flatten());
        Ok(found)
    }
    .boxed()
}

/// Returns all items of a list of what is in a folder.
async fn list<P: DeserializeOwned, T>(
    client: &Client,
    call: Call,
    collection: &str,
    folder: &str,
    read: impl Fn(P) -> (Vec<T>, Option<String>),
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    let mut tokens = Tokens::default();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = vec![("parent", folder), ("pageSize", PAGE_SIZE)];
        parameters.extend(token.as_deref().map(|token| ("pageToken", token)));
        let url = client.url([VERSION, collection], &parameters);
        let page = client.get::<P>(call, &url).await.map_err(|refused| about(refused.error, folder))?;
        let (more, next) = read(page);
        items.extend(more);
        token = tokens.next(call.operation, next).map_err(|error| about(error, folder))?;
        if token.is_none() {
            return Ok(items);
        }
    }
}

/// Names the folder that an error is about.
fn about(mut error: Error, folder: &str) -> Error {
    error.message = format!("`{folder}`: {}", error.message);
    error
}

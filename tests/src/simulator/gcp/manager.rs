//! Cloud Resource Manager: projects and folders.

use serde_json::{Value, json};

use super::estate::{Estate, Folder, Project};
use super::failure::{Failure, Outcome};
use super::filter::Filter;
use super::parameters::{self, is_true};
use super::route::Target;
use super::time::universal;
use crate::simulator::cloud::{Twist, World};
use crate::simulator::exchange::Request;

/// The most items on a page.
const SIZE: usize = 500;
/// When everything was created.
const CREATED: u64 = 1_700_000_000;

/// One request to Cloud Resource Manager.
pub(super) struct Manager<'a> {
    pub(super) world: &'a World,
    pub(super) estate: &'a Estate,
    pub(super) request: &'a Request,
    pub(super) twist: Option<Twist>,
}

impl Manager<'_> {
    /// Answers a request whose caller is known.
    pub(super) fn answer(&self, target: &Target) -> Outcome {
        let projects = self.estate.projects.iter();
        match target.name {
            "Projects" => {
                parameters::check(self.request, &["filter", "pageSize", "pageToken"])?;
                let filter = self.filter("filter")?;
                let projects = projects.map(first_version).filter(|project| filter.holds(project));
                self.page("projects", projects.collect())
            }
            "ChildProjects" => {
                parameters::check(self.request, &["parent", "pageSize", "pageToken", "showDeleted"])?;
                let parent = self.parent()?;
                let shows = |project: &&Project| !project.is_deleted || is_true(self.request, "showDeleted");
                let children = projects.filter(|project| project.parent == parent).filter(shows);
                self.page("projects", children.map(third_version).collect())
            }
            "SearchedProjects" => {
                parameters::check(self.request, &["query", "pageSize", "pageToken"])?;
                let query = self.filter("query")?.with_any();
                let projects = projects.map(third_version);
                let found = projects.filter(|project| query.holds(&searched(project)));
                self.page("projects", found.collect())
            }
            _ => {
                parameters::check(self.request, &["parent", "pageSize", "pageToken", "showDeleted"])?;
                let parent = self.parent()?;
                let shows = |folder: &&Folder| !folder.is_deleted || is_true(self.request, "showDeleted");
                let children =
                    self.estate.folders.iter().filter(|folder| folder.parent == parent).filter(shows);
                self.page("folders", children.map(folder).collect())
            }
        }
    }

    fn filter(&self, name: &str) -> Outcome<Filter> {
        let text = self.request.parameter(name).unwrap_or_default();
        Filter::parse(text, &[])
            .ok_or_else(|| invalid(&format!("field [{name}] has issue [invalid expression: {text}]")))
    }

    /// Returns the parent that is asked for, which the caller may only see if it is there.
    fn parent(&self) -> Outcome<&str> {
        let parent = self.request.parameter("parent").unwrap_or_default();
        if !parent.starts_with("folders/") && !parent.starts_with("organizations/") {
            return Err(invalid(&format!(
                "field [parent] has issue [must be of the form folders/ID or organizations/ID: {parent}]"
            )));
        }
        if self.estate.has_parent(parent) { Ok(parent) } else { Err(denied()) }
    }

    fn page(&self, word: &str, items: Vec<Value>) -> Outcome {
        let asked = parameters::page_size(self.request, "pageSize", SIZE, usize::MAX)?.min(SIZE);
        let size = self.world.limits.page(asked);
        let purpose = parameters::purpose(self.request);
        let token = self.request.parameter("pageToken").filter(|token| !token.is_empty());
        let start = match token {
            None => 0,
            Some(token) => {
                let place = self.world.seal.open(&purpose, token).and_then(|content| content.parse().ok());
                place.ok_or_else(|| invalid("field [page_token] has issue [invalid page token]"))?
            }
        };
        let rest = items.len() > start + size;
        let items: Vec<_> = items.into_iter().skip(start).take(size).collect();
        // Empty lists are left out.
        let mut body = if items.is_empty() { json!({}) } else { json!({word: items}) };
        let next =
            if self.twist == Some(Twist::RepeatedToken) { Some(start) } else { rest.then_some(start + size) };
        if let (Some(next), Value::Object(fields)) = (next, &mut body) {
            fields.insert(
                "nextPageToken".to_owned(),
                json!(self.world.seal.close(&purpose, &next.to_string())),
            );
        }
        Ok(body)
    }
}

/// Returns the error of a caller who may not, or of what is not there.
pub(super) fn denied() -> Failure {
    Failure::new(403, "The caller does not have permission", "PERMISSION_DENIED")
}

fn invalid(what: &str) -> Failure {
    Failure::new(400, &format!("Request contains an invalid argument: {what}."), "INVALID_ARGUMENT")
}

fn state(is_deleted: bool) -> &'static str {
    if is_deleted { "DELETE_REQUESTED" } else { "ACTIVE" }
}

fn first_version(project: &Project) -> Value {
    let (kind, id) = project.parent.split_once('/').unwrap_or_default();
    let mut value = json!({
        "projectNumber": project.number.to_string(), "projectId": project.id,
        "lifecycleState": state(project.is_deleted), "name": project.name,
    });
    let Value::Object(fields) = &mut value else { return value };
    if !project.labels.is_empty() {
        fields.insert("labels".to_owned(), Value::Object(project.labels.clone()));
    }
    fields.insert("createTime".to_owned(), json!(universal(CREATED, project.number)));
    fields.insert("parent".to_owned(), json!({"type": kind.trim_end_matches('s'), "id": id}));
    value
}

fn third_version(project: &Project) -> Value {
    let mut value = json!({
        "name": format!("projects/{}", project.number), "parent": project.parent, "projectId": project.id,
        "state": state(project.is_deleted), "displayName": project.name,
        "createTime": universal(CREATED, project.number), "updateTime": universal(CREATED, project.number),
        "etag": format!("W/\"{:016x}\"", project.number),
    });
    if let (Value::Object(fields), false) = (&mut value, project.labels.is_empty()) {
        fields.insert("labels".to_owned(), Value::Object(project.labels.clone()));
    }
    value
}

/// Returns a project with the other names that a search has for its fields.
fn searched(project: &Value) -> Value {
    let mut project = project.clone();
    if let Value::Object(fields) = &mut project {
        for (other, name) in [("id", "projectId"), ("lifecycleState", "state")] {
            if let Some(value) = fields.get(name).cloned() {
                fields.insert(other.to_owned(), value);
            }
        }
    }
    project
}

fn folder(folder: &Folder) -> Value {
    json!({
        "name": format!("folders/{}", folder.id), "parent": folder.parent, "displayName": folder.name,
        "state": state(folder.is_deleted), "createTime": universal(CREATED, 77), "updateTime": universal(CREATED, 77),
        "etag": "W/\"0000000000000001\"",
    })
}

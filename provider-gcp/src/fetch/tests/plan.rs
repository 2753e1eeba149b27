//! Which projects are fetched.

use super::*;
use inventory_core::discovery::Page;

fn asking(projects: &[&str], folders: &[&str]) -> Query {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Query { projects: texts(projects), folders: texts(folders), ..Query::default() }
}

async fn plan(server: &Server, query: &Query) -> Result<(Vec<String>, Vec<String>), Error> {
    let Projects { ids, warnings, .. } = session(server, 0).projects(query).await?;
    Ok((ids.iter().map(ToString::to_string).collect(), warnings))
}

/// Folder 1 has projects on two pages and the folders 2, which is in the configuration too, and 3, which is deleted.
fn folders(request: &Request) -> (u16, Json) {
    let project = |id: &str, state: &str| json!({"name": "projects/1", "projectId": id, "state": state});
    let folder = |id: &str, state: &str| json!({"name": format!("folders/{id}"), "state": state});
    let parent = request.parameter("parent").unwrap();
    let body = match (request.path(), parent.as_str(), request.parameter("pageToken").as_deref()) {
        ("/v3/projects", "folders/1", None) => {
            json!({"projects": [project("a", "ACTIVE"), project("gone", "DELETE_REQUESTED")], "nextPageToken": "2"})
        }
        ("/v3/projects", "folders/1", Some("2")) => json!({"projects": [project("b", "ACTIVE")]}),
        ("/v3/folders", "folders/1", _) => {
            json!({"folders": [folder("2", "ACTIVE"), folder("3", "DELETE_REQUESTED")]})
        }
        ("/v3/projects", "folders/2", _) => {
            json!({"projects": [project("c", "ACTIVE"), project("named", "ACTIVE")]})
        }
        (_, "folders/2" | "folders/4", _) => json!({}),
        (_, "folders/7", _) if request.path() == "/v3/folders" => json!({"folders": [folder("7", "ACTIVE")]}),
        (_, "folders/7", _) => json!({"projects": []}),
        _ => return (403, json!({"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}})),
    };
    (200, body)
}

#[tokio::test]
async fn folders_are_searched_to_their_depth_and_each_project_counts_once() {
    let server = serve(folders);
    let (projects, warnings) =
        plan(&server, &asking(&["named", "x", "named"], &["1", "folders/2"])).await.unwrap();
    assert_eq!(projects, ["named", "x", "a", "b", "c"]);
    assert_eq!(warnings, Vec::<String>::new());
    let (projects, warnings) = plan(&server, &asking(&[], &["4"])).await.unwrap();
    assert_eq!(projects, Vec::<String>::new());
    assert_eq!(warnings, ["no active project is in the folder `4`"]);
    let before = server.requests().len();
    assert_eq!(plan(&server, &asking(&["x"], &[])).await.unwrap().0, ["x"]);
    assert_eq!(server.requests().len(), before);
}

#[tokio::test]
async fn the_numbers_of_projects_in_folders_are_known() {
    let server = serve(folders);
    let numbers = session(&server, 0).projects(&asking(&["x"], &["1"])).await.unwrap().numbers;
    let numbers: std::collections::BTreeMap<_, _> = numbers.into_iter().collect();
    let expected = ["a", "b", "c", "named"].map(|id| (id.to_owned(), "1".to_owned()));
    assert!(numbers.into_iter().eq(expected));
}

#[tokio::test]
async fn an_endpoint_without_the_new_version_knows_a_folders_own_projects() {
    let server = serve(|request| {
        let filter = request.parameter("filter").unwrap_or_default();
        match (request.path(), filter.as_str()) {
            ("/v1/projects", "parent.type:folder parent.id:5") => {
                let project = |id: &str, state: &str| json!({"projectId": id, "lifecycleState": state});
                (200, json!({"projects": [project("a", "ACTIVE"), project("gone", "DELETE_REQUESTED")]}))
            }
            _ => (404, json!({"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}})),
        }
    });
    let (projects, warnings) = plan(&server, &asking(&[], &["5"])).await.unwrap();
    assert_eq!(projects, ["a"]);
    assert!(warnings[0].starts_with("folders in the folder `5` cannot be asked for"), "{warnings:?}");
    let error = plan(&server, &asking(&[], &["6"])).await.unwrap_err();
    assert_eq!(error.message, "`folders/6`: NOT_FOUND: no");
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_an_error() {
    let server = serve(folders);
    let error = plan(&server, &asking(&["x"], &["1", "9"])).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
    assert_eq!(error.message, "`folders/9`: PERMISSION_DENIED: no");
    let hint = error.hint.unwrap();
    assert!(hint.contains("`resourcemanager.") && hint.ends_with("on the folder that is named"), "{hint}");
    let error = plan(&server, &asking(&[], &["7"])).await.unwrap_err();
    assert!(error.message.ends_with("the answers go in a circle"), "{error}");
}

#[tokio::test]
async fn a_folder_in_a_folder_that_is_not_found_is_an_error() {
    let server = serve(|request| {
        let parent = request.parameter("parent").unwrap_or_default();
        match (request.path(), parent.as_str()) {
            ("/v3/projects", "folders/1") => {
                (200, json!({"projects": [{"projectId": "top", "state": "ACTIVE"}]}))
            }
            ("/v3/folders", "folders/1") => {
                (200, json!({"folders": [{"name": "folders/2", "state": "ACTIVE"}]}))
            }
            ("/v1/projects", _) => {
                (200, json!({"projects": [{"projectId": "top", "lifecycleState": "ACTIVE"}]}))
            }
            _ => (404, json!({"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}})),
        }
    });
    let error = plan(&server, &asking(&[], &["1"])).await.unwrap_err();
    assert_eq!(error.message, "`folders/2`: NOT_FOUND: no");
}

#[tokio::test]
async fn a_project_of_a_folder_without_the_api_is_named_and_left_out() {
    let error = json!({"code": 403, "message": "Compute Engine API has not been used in project 1 before",
        "errors": [{"reason": "accessNotConfigured"}]});
    let server = serve(move |_| (403, json!({"error": error})));
    let session = session(&server, 3);
    let images = Query { images: true, ..asking(&["other"], &["1"]) };
    let pages: Vec<_> = project(session.client(), "p", None, &images).collect().await;
    let [Ok(Page { facts, notes: warnings })] = pages.as_slice() else { panic!("{pages:?}") };
    assert!(facts.is_empty(), "{facts:?}");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].is_loss, "it must be told under Ansible, too");
    assert!(warnings[0].message.starts_with(
        "the project `p`, which is in a folder or organization, is left out: accessNotConfigured: "
    ));
    let error = project(session.client(), "other", None, &images).next().await.unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied);
}

//! Fetches the aggregated lists of a project, page by page.

use std::borrow::Cow;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::discovery::{self, Error, ErrorKind, Facts, Tokens};
use inventory_core::value::{JsonReader, Map, Text};
use serde::Deserialize;
use tokio::task::JoinSet;

use super::model;
use super::notes::Notes;
use super::page::{Page, Warning};
use crate::client::{Call, Client, Disabled, Refused};
use crate::facts::{DISK, INSTANCE};
use crate::options::Query;

const INSTANCES: List = List {
    kind: INSTANCE,
    collection: "instances",
    call: Call {
        operation: "list instances",
        permission: "compute.instances.list",
        role: "roles/compute.viewer",
        service: "compute.googleapis.com",
        place: "project",
        option: "the ids in `projects`",
    },
};

const DISKS: List = List {
    kind: DISK,
    collection: "disks",
    call: Call { operation: "list disks", permission: "compute.disks.list", ..INSTANCES.call },
};

/// The most items that a page may have.
const PAGE_SIZE: &str = "500";

/// The code of a zone or region that has nothing on a page.
const NO_RESULTS: &str = "NO_RESULTS_ON_PAGE";

/// The code of what could not be asked.
const UNREACHABLE: &str = "UNREACHABLE";

/// The codes of a list that lacks something.
const INCOMPLETE: [&str; 3] = [UNREACHABLE, "PARTIAL_SUCCESS", "LIST_OVERHEAD_QUOTA_EXCEED"];

/// One of the lists.
#[derive(Clone, Copy)]
struct List {
    kind: &'static str,
    collection: &'static str,
    call: Call,
}

/// Fetches the instances of a project, and its disks where images are asked for; each item is a page.
///
/// A project that is not named by the query itself, but was found in a folder or organization, may have Compute Engine
/// switched off: that is a warning. By its `number` it is told from the project that is charged for the requests.
pub(crate) fn project<'a>(
    client: &'a Client,
    project: &'a str,
    number: Option<&'a str>,
    query: &'a Query,
) -> BoxStream<'a, Result<discovery::Page, Error>> {
    if let Err(error) = check(project) {
        return stream::iter([Err(error)]).boxed();
    }
    let notes = Arc::new(Notes::default());
    let list = |list| Pages::new(list, client, (project, number), query, Arc::clone(&notes)).into_stream();
    let instances = list(INSTANCES);
    let facts = if query.images { stream::select(instances, list(DISKS)).boxed() } else { instances.boxed() };
    let noted = stream::once(async move { discovery::Page::of_notes(notes.take()) })
        .filter_map(async |page| page.map(Ok));
    facts.map(|page| page.map(discovery::Page::from)).chain(noted).boxed()
}

/// Refuses what would be another path than that of a project.
fn check(project: &str) -> Result<(), Error> {
    if !matches!(project, "" | "." | "..") {
        return Ok(());
    }
    let message = format!("`{project}` is not the id of a project");
    Err(Error::new(ErrorKind::Config, INSTANCES.call.operation, message)
        .with_hint(format!("check {}", INSTANCES.call.option)))
}

/// The pages of a list.
struct Pages<'a> {
    list: List,
    client: &'a Client,
    project: &'a str,
    /// The project's number, if it is known.
    project_number: Option<&'a str>,
    query: &'a Query,
    notes: Arc<Notes>,
    /// A task of its own asks for the next page while this one makes facts of the last; dropping the set ends it.
    requests: JoinSet<Result<Page, Refused>>,
    tokens: Tokens,
    reader: JsonReader,
    /// The number of the page that was read last.
    number: usize,
    is_begun: bool,
}

impl<'a> Pages<'a> {
    fn new(
        list: List,
        client: &'a Client,
        (project, project_number): (&'a str, Option<&'a str>),
        query: &'a Query,
        notes: Arc<Notes>,
    ) -> Pages<'a> {
        let (requests, tokens, reader) = (JoinSet::new(), Tokens::default(), JsonReader::default());
        let (number, is_begun) = (0, false);
        Pages {
            list,
            client,
            project,
            project_number,
            query,
            notes,
            requests,
            tokens,
            reader,
            number,
            is_begun,
        }
    }

    fn into_stream(self) -> impl stream::Stream<Item = Result<Vec<Facts>, Error>> + use<'a> {
        stream::unfold(self, async |mut pages| pages.next().await.map(|page| (page, pages)))
    }

    /// Returns the next page; none after the last, and after an error.
    async fn next(&mut self) -> Option<Result<Vec<Facts>, Error>> {
        if !self.is_begun {
            self.is_begun = true;
            self.request(None);
        }
        let answered = self.requests.join_next().await?;
        self.number += 1;
        let page = match answered {
            Ok(Ok(page)) => page,
            Ok(Err(refused)) if self.is_off(refused.disabled.as_ref()) && !self.is_named() => {
                let Refused { error, .. } = refused;
                let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                self.notes.lose(format!(
                    "the project `{}`, which is in a folder or organization, is left out: {}{hint}",
                    self.project, error.message
                ));
                return None;
            }
            Ok(Err(refused)) => return Some(Err(self.in_page(refused.error))),
            Err(fault) => {
                let error = Error::new(ErrorKind::BadResponse, self.list.call.operation, fault.to_string());
                return Some(Err(self.in_page(error)));
            }
        };
        Some(self.read(page))
    }

    /// Asks for a page, the first one without a token.
    fn request(&mut self, token: Option<&str>) {
        let path = ["projects", self.project, "aggregated", self.list.collection];
        let mut parameters =
            vec![("maxResults", PAGE_SIZE), ("returnPartialSuccess", "true"), ("prettyPrint", "false")];
        if let Some(filter) = self.query.filter.as_deref().filter(|_| self.list.kind == INSTANCE) {
            parameters.push(("filter", filter));
        }
        parameters.extend(token.map(|token| ("pageToken", token)));
        let url = self.client.url(path, &parameters);
        let (client, call, project) = (self.client.clone(), self.list.call, self.project.to_owned());
        self.requests.spawn(async move { client.get(call, &project, &url).await });
    }

    /// Returns whether it is this project in which the service is not switched on.
    fn is_off(&self, disabled: Option<&Disabled>) -> bool {
        let Some(Disabled { consumer }) = disabled else { return false };
        let Some(consumer) = consumer else { return true };
        let consumer = consumer.strip_prefix("projects/").unwrap_or(consumer);
        consumer == self.project || Some(consumer) == self.project_number
    }

    /// Returns whether the query names the project itself.
    fn is_named(&self) -> bool {
        self.query.projects.iter().any(|named| named == self.project)
    }

    fn read(&mut self, mut page: Page) -> Result<Vec<Facts>, Error> {
        self.check_reached(&page)?;
        let next = self.tokens.next(self.list.call.operation, page.next.take());
        if let Some(token) = next.map_err(|error| self.in_page(error))? {
            self.request(Some(&token));
        }
        let mut facts = Vec::new();
        for (key, part) in &page.parts {
            if !self.query.zones.wants(key) {
                continue;
            }
            for (place, item) in part.items().enumerate() {
                let fact = match self.list.kind {
                    DISK => self.disk(key, item.get()),
                    _ => self.instance(key, place + 1, item.get()),
                };
                match fact {
                    Some(fact) => facts.push(fact),
                    None => self.leave_out(key, place + 1, item.get()),
                }
            }
        }
        Ok(facts)
    }

    /// Fails when something that counts could not be asked, for its hosts would be missing.
    fn check_reached(&self, page: &Page) -> Result<(), Error> {
        let mut missing: Vec<(&str, &str)> = Vec::new();
        for place in &page.unreachables {
            missing.push((key_of(place), UNREACHABLE));
        }
        for (key, part) in &page.parts {
            if let Some(Warning { code, message }) = &part.warning
                && code != NO_RESULTS
            {
                missing.retain(|(earlier, _)| earlier != key);
                missing.push((key, if message.is_empty() { code } else { message }));
            }
        }
        let is_explained = !missing.is_empty();
        missing.retain(|(key, _)| self.query.zones.wants(key));
        if let Some((_, reason)) = missing.first() {
            let keys: Vec<String> = missing.iter().map(|(key, _)| format!("`{key}`")).collect();
            let message = format!("nothing is known about {}: {reason}", keys.join(", "));
            let error = Error::new(ErrorKind::Unreachable, self.list.call.operation, message);
            return Err(
                self.in_page(error.with_hint("run again later, or name the zones that you need in `zones`"))
            );
        }
        match &page.warning {
            Some(Warning { code, message })
                if INCOMPLETE.contains(&code.as_str()) && !(code == UNREACHABLE && is_explained) =>
            {
                let message = format!("the list is not complete: {code}: {message}");
                Err(self.in_page(Error::new(ErrorKind::Unreachable, self.list.call.operation, message)))
            }
            Some(Warning { code, message }) if code != NO_RESULTS && code != UNREACHABLE => {
                self.notes.warn(format!("{}: {}: {code}: {message}", self.project, self.list.call.operation));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn instance(&mut self, key: &str, place: usize, text: &str) -> Option<Facts> {
        let record = self.reader.read(text).ok()?;
        let map = record.as_map()?;
        let unnamed = format!("{}.{place}", self.number);
        let name = map_text(map, "name").or_else(|| map_text(map, "id")).unwrap_or(&unnamed);
        model::check(text, name, &self.notes);
        let id = self.id(key, map_text(map, "selfLink"), name);
        Some(Facts { kind: INSTANCE, id, record })
    }

    /// Makes a fact of a disk, of which only what leads to its image is kept.
    fn disk(&self, key: &str, text: &str) -> Option<Facts> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Disk<'a> {
            #[serde(borrow)]
            name: Cow<'a, str>,
            #[serde(borrow, default)]
            self_link: Option<Cow<'a, str>>,
            #[serde(borrow, default)]
            source_image: Option<Cow<'a, str>>,
        }
        let disk: Disk<'_> = serde_json::from_str(text).ok()?;
        if disk.name.is_empty() {
            return None;
        }
        let mut record = Map::new();
        for (key, value) in [
            ("selfLink", disk.self_link.as_deref()),
            ("name", Some(&*disk.name)),
            ("sourceImage", disk.source_image.as_deref()),
        ] {
            if let Some(value) = value {
                record.push(key, Text::from(value));
            }
        }
        let id = self.id(key, disk.self_link.as_deref(), &disk.name);
        Some(Facts { kind: DISK, id, record: record.into() })
    }

    fn id(&self, key: &str, link: Option<&str>, name: &str) -> Text {
        match link {
            // An odd link may be that of several, and does not tell the project.
            Some(link) if ["projects/", "/zones/", "/instances/"].iter().all(|part| link.contains(part)) => {
                Text::from(link)
            }
            _ => Text::from(format!("{}/{key}/{name}", self.project)),
        }
    }

    /// Says that an item cannot be a fact.
    fn leave_out(&self, key: &str, place: usize, item: &str) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Linked {
            self_link: String,
        }
        let link = serde_json::from_str(item).map(|linked: Linked| format!(", `{}`,", linked.self_link));
        let (operation, page) = (self.list.call.operation, self.number);
        self.notes.lose(format!(
            "{operation}: item {place} of `{key}` on page {page} of the project `{}`{} is left out: it cannot be \
             read",
            self.project,
            link.unwrap_or_default()
        ));
    }

    fn in_page(&self, mut error: Error) -> Error {
        if error.kind == ErrorKind::BadResponse
            && self.number > 0
            && error.operation == self.list.call.operation
        {
            error.message = format!("page {}: {}", self.number, error.message);
        }
        error
    }
}

fn map_text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Returns the key of a zone or region of an address such as `projects/p/zones/us-east1-b`.
fn key_of(place: &str) -> &str {
    let start = ["zones/", "regions/"].iter().find_map(|word| place.find(word));
    start.and_then(|start| place.get(start..)).unwrap_or(place)
}

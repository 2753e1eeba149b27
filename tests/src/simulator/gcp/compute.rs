//! Compute Engine: lists over all zones, and the zones.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::disk;
use super::estate::{Estate, Project};
use super::failure::{Failure, Outcome, deleted, disabled};
use super::filter::Filter;
use super::host::{Host, project_link};
use super::instance;
use super::parameters::{self, is_true};
use super::route::Target;
use super::twist::spoil;
use super::zones;
use crate::simulator::cloud::{Twist, World};
use crate::simulator::exchange::Request;

/// The most items on a page, and how many there are on one if the client does not say.
const SIZE: usize = 500;
const PARAMETERS: [&str; 7] = [
    "filter",
    "includeAllScopes",
    "maxResults",
    "orderBy",
    "pageToken",
    "returnPartialSuccess",
    "serviceProjectNumber",
];

/// One request to Compute Engine.
pub(super) struct Compute<'a> {
    pub(super) world: &'a World,
    pub(super) estate: &'a Estate,
    /// The e-mail address of the service account of machines.
    pub(super) account: &'a str,
    pub(super) request: &'a Request,
    pub(super) twist: Option<Twist>,
}

/// What a list over all zones is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Instances,
    Disks,
}

/// A place in a list: how many machines, and how many disks of the next one, come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Cursor {
    machines: usize,
    items: usize,
}

/// Some items of a list, and where the next ones begin.
struct Slice {
    items: Vec<(String, Value)>,
    next: Option<Cursor>,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Disks => "disks",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Instances => &instance::FIELDS,
            Self::Disks => &disk::FIELDS,
        }
    }
}

impl Compute<'_> {
    /// Answers a request whose caller is known.
    pub(super) fn answer(&self, target: &Target) -> Outcome {
        let project = self.project(&target.scope)?;
        match target.name {
            "AggregatedInstances" => self.aggregated(Kind::Instances, project),
            "AggregatedDisks" => self.aggregated(Kind::Disks, project),
            _ => self.zones(project),
        }
    }

    /// Finds a project whose machines the caller may list.
    fn project(&self, name: &str) -> Outcome<&Project> {
        let project = self.estate.project(name).ok_or_else(|| {
            Failure::old(404, &format!("The resource 'projects/{name}' was not found"), "global", "notFound")
        })?;
        if project.is_deleted {
            return Err(deleted(project.number));
        }
        if !project.has_compute {
            return Err(disabled(project.number));
        }
        if project.is_denied {
            return Err(denied(&project.id));
        }
        Ok(project)
    }

    fn aggregated(&self, kind: Kind, project: &Project) -> Outcome {
        parameters::check(self.request, &PARAMETERS)?;
        let filter = self.filter(kind.fields())?;
        let size = self.world.limits.page(parameters::page_size(self.request, "maxResults", SIZE, SIZE)?);
        let order = self.order(project)?;
        let from = self.cursor()?;
        let unreachable = self.unreachable(&order, from);
        if !unreachable.is_empty() && !is_true(self.request, "returnPartialSuccess") {
            let zone = unreachable.first().map_or("", String::as_str);
            let message = format!("The zone 'projects/{}/zones/{zone}' could not be reached.", project.id);
            return Err(Failure::old(503, &message, "global", "backendError").with_status("UNAVAILABLE"));
        }
        let mut slice = self.slice(kind, &filter, &order, from, size, &unreachable);
        if self.twist == Some(Twist::RepeatedToken) {
            slice.next = Some(from);
        }
        spoil(&mut slice.items, self.twist);
        Ok(self.page(kind, project, slice, &unreachable))
    }

    fn filter(&self, fields: &[&str]) -> Outcome<Filter> {
        let text = self.request.parameter("filter").unwrap_or_default();
        Filter::parse(text, fields)
            .ok_or_else(|| Failure::invalid("filter", text, "Invalid list filter expression."))
    }

    /// Returns the numbers of the project's machines in the order of the list.
    fn order(&self, project: &Project) -> Outcome<Order> {
        let range = self.world.fleet.in_account(&project.id);
        let machine = |index: u64| self.world.fleet.machine(index);
        match self.request.parameter("orderBy").unwrap_or_default() {
            "" => Ok(Order::Fleet(range)),
            "name" => {
                let mut sorted: Vec<_> =
                    range.filter_map(|index| Some((machine(index)?.name.to_lowercase(), index))).collect();
                sorted.sort();
                Ok(Order::Sorted(sorted.into_iter().map(|(_, index)| index).collect()))
            }
            "creationTimestamp desc" => {
                let mut sorted: Vec<_> =
                    range.filter_map(|index| Some((machine(index)?.launched, index))).collect();
                sorted.sort_by(|one, other| other.cmp(one));
                Ok(Order::Sorted(sorted.into_iter().map(|(_, index)| index).collect()))
            }
            other => Err(Failure::invalid(
                "orderBy",
                other,
                "Only `name` and `creationTimestamp desc` are supported.",
            )),
        }
    }

    /// Reads the page token, which must have been handed out for this list.
    fn cursor(&self) -> Outcome<Cursor> {
        let Some(token) = self.request.parameter("pageToken").filter(|token| !token.is_empty()) else {
            return Ok(Cursor::default());
        };
        let content = self.world.seal.open(&parameters::purpose(self.request), token);
        let cursor = content.as_deref().and_then(|content| {
            let (machines, items) = content.split_once('.')?;
            Some(Cursor { machines: machines.parse().ok()?, items: items.parse().ok()? })
        });
        cursor.ok_or_else(|| {
            Failure::invalid("pageToken", token, "The page token is not valid for this request.")
        })
    }

    /// Returns the zones that cannot be reached now.
    fn unreachable(&self, order: &Order, from: Cursor) -> BTreeSet<String> {
        let mut zones: BTreeSet<_> = self.estate.unreachable.iter().cloned().collect();
        if self.twist == Some(Twist::UnreachableZone) {
            let first = order.get(from.machines).and_then(|index| Host::of(&self.world.fleet, index));
            zones.extend(first.map(|host| host.zone));
        }
        zones
    }

    /// Collects up to `size` items from a place on.
    fn slice(
        &self,
        kind: Kind,
        filter: &Filter,
        order: &Order,
        from: Cursor,
        size: usize,
        unreachable: &BTreeSet<String>,
    ) -> Slice {
        let mut found = Vec::new();
        let mut skip = from.items;
        for place in from.machines..order.len() {
            let Some(host) = order.get(place).and_then(|index| Host::of(&self.world.fleet, index)) else {
                continue;
            };
            if unreachable.contains(&host.zone) {
                continue;
            }
            let items = match kind {
                Kind::Instances => {
                    vec![(format!("zones/{}", host.zone), instance::instance(&host, self.account))]
                }
                Kind::Disks => disk::disks(&host),
            };
            for (number, (scope, item)) in items.into_iter().enumerate().skip(skip) {
                if !filter.holds(&item) {
                    continue;
                }
                if found.len() == size {
                    return Slice { items: found, next: Some(Cursor { machines: place, items: number }) };
                }
                found.push((scope, item));
            }
            skip = 0;
        }
        Slice { items: found, next: None }
    }

    /// Writes a page: every scope is on it, those without items with a warning.
    fn page(&self, kind: Kind, project: &Project, slice: Slice, unreachable: &BTreeSet<String>) -> Value {
        let word = kind.word();
        let mut scopes = Map::new();
        if is_true(self.request, "includeAllScopes") {
            scopes.insert("global".to_owned(), Value::Null);
        }
        if kind == Kind::Disks || is_true(self.request, "includeAllScopes") {
            scopes.extend(zones::regions().map(|region| (format!("regions/{region}"), Value::Null)));
        }
        scopes.extend(zones::zones().map(|zone| (format!("zones/{zone}"), Value::Null)));
        for (scope, item) in slice.items {
            let entry = scopes.entry(scope).or_insert(Value::Null);
            if entry.is_null() {
                *entry = json!({word: []});
            }
            if let Some(Value::Array(items)) = entry.get_mut(word) {
                items.push(item);
            }
        }
        scopes.extend(unreachable.iter().map(|zone| (format!("zones/{zone}"), unreachable_scope(zone))));
        for (scope, entry) in &mut scopes {
            if entry.is_null() {
                *entry = empty_scope(scope);
            }
        }
        let id = format!("projects/{}/aggregated/{word}", project.id);
        let singular = word.trim_end_matches('s');
        let mut body =
            json!({"kind": format!("compute#{singular}AggregatedList"), "id": id, "items": scopes});
        let Value::Object(fields) = &mut body else { return body };
        if let Some(next) = slice.next {
            let content = format!("{}.{}", next.machines, next.items);
            let token = self.world.seal.close(&parameters::purpose(self.request), &content);
            fields.insert("nextPageToken".to_owned(), json!(token));
        }
        let link = format!("{}/aggregated/{word}", project_link(&project.id));
        fields.insert("selfLink".to_owned(), json!(link));
        if !unreachable.is_empty() {
            let names = unreachable.iter().map(|zone| format!("projects/{}/zones/{zone}", project.id));
            fields.insert("unreachables".to_owned(), names.collect());
        }
        body
    }

    /// Lists the zones, which are on one page unless the client wants fewer.
    fn zones(&self, project: &Project) -> Outcome {
        parameters::check(
            self.request,
            &["filter", "maxResults", "orderBy", "pageToken", "returnPartialSuccess"],
        )?;
        let filter = self.filter(&["id", "kind", "name", "description", "status", "region", "selfLink"])?;
        let size = self.world.limits.page(parameters::page_size(self.request, "maxResults", SIZE, SIZE)?);
        let link = project_link(&project.id);
        let zone = |(number, name): (usize, String)| {
            json!({
                "kind": "compute#zone", "id": (2000 + number).to_string(), "creationTimestamp": "1969-12-31T16:00:00.000-08:00",
                "name": name, "description": name, "status": "UP",
                "region": format!("{link}/regions/{}", zones::region_of(&name)), "selfLink": format!("{link}/zones/{name}"),
                "availableCpuPlatforms": ["Intel Cascade Lake", "AMD Rome"], "supportsPzs": false,
            })
        };
        let all: Vec<_> = zones::zones().enumerate().map(zone).filter(|zone| filter.holds(zone)).collect();
        let from = self.cursor()?;
        let next = from.machines + size;
        let items: Vec<_> = all.iter().skip(from.machines).take(size).cloned().collect();
        let mut body = json!({"kind": "compute#zoneList", "id": format!("projects/{}/zones", project.id), "items": items});
        let Value::Object(fields) = &mut body else { return Ok(body) };
        if self.twist == Some(Twist::RepeatedToken) || next < all.len() {
            let place = if self.twist == Some(Twist::RepeatedToken) { from.machines } else { next };
            let token = self.world.seal.close(&parameters::purpose(self.request), &format!("{place}.0"));
            fields.insert("nextPageToken".to_owned(), json!(token));
        }
        fields.insert("selfLink".to_owned(), json!(format!("{link}/zones")));
        Ok(body)
    }
}

/// The numbers of machines in the order of a list.
enum Order {
    /// As the fleet has them.
    Fleet(std::ops::Range<u64>),
    /// As the client wants them.
    Sorted(Vec<u64>),
}

impl Order {
    fn len(&self) -> usize {
        match self {
            Self::Fleet(range) => usize::try_from(range.end - range.start).unwrap_or_default(),
            Self::Sorted(numbers) => numbers.len(),
        }
    }

    fn get(&self, place: usize) -> Option<u64> {
        match self {
            Self::Fleet(range) => Some(range.start + place as u64).filter(|index| *index < range.end),
            Self::Sorted(numbers) => numbers.get(place).copied(),
        }
    }
}

/// Returns the error of a caller who may not list the machines of a project.
pub(super) fn denied(project: &str) -> Failure {
    let message = format!("Required 'compute.instances.list' permission for 'projects/{project}'");
    Failure::old(403, &message, "global", "forbidden")
}

fn empty_scope(scope: &str) -> Value {
    warning("NO_RESULTS_ON_PAGE", &format!("There are no results for scope '{scope}' on this page."), scope)
}

fn unreachable_scope(zone: &str) -> Value {
    let scope = format!("zones/{zone}");
    warning("UNREACHABLE", &format!("The scope '{scope}' could not be reached."), &scope)
}

fn warning(code: &str, message: &str, scope: &str) -> Value {
    json!({"warning": {"code": code, "message": message, "data": [{"key": "scope", "value": scope}]}})
}

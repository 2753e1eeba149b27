//! Finds the subscriptions of a source.

use std::collections::HashSet;

use futures::future::{try_join, try_join_all};
use inventory_core::config::patterns::Patterns;
use inventory_core::discovery::{Error, ErrorKind, Note};
use inventory_core::value::{Map, Text, record};

use super::config::{Config, Subscriptions};
use crate::client::{Call, Client};
use crate::fetch::{Fetched, list};
use crate::session::{SUBSCRIPTIONS, SUBSCRIPTIONS_VERSION, check_subscription};

const DESCENDANTS: Call = Call {
    operation: "list subscriptions of a management group",
    permission: "Microsoft.Management/managementGroups/descendants/read",
};
const DESCENDANTS_VERSION: &str = "2020-05-01";

/// The states of a subscription whose machines run; one that is past due still is as good as any.
const ACTIVE: [&str; 2] = ["Enabled", "PastDue"];

/// What is asked, and chosen from the answers.
#[derive(Debug)]
pub(super) struct Choice {
    /// The subscriptions that are named by id, in small letters.
    ids: Vec<Text>,
    /// What chooses among those that are listed; none where nothing is listed but for the groups.
    patterns: Option<Patterns>,
    /// The management groups whose subscriptions are listed; none for all that are visible.
    groups: Vec<String>,
}

/// A subscription of a list.
#[derive(Clone, Debug)]
struct Subscription {
    id: Text,
    name: Option<Text>,
    state: Option<Text>,
}

impl Subscription {
    fn read(id: &Text, record: &Map, name: &[&str]) -> Option<Subscription> {
        let id = id.strip_prefix("/subscriptions/").filter(|id| !id.is_empty() && !id.contains('/'))?;
        let state = record::text(record, &["state"]).map(Text::from);
        Some(Subscription { id: id.into(), name: record::text(record, name).map(Text::from), state })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.name.as_deref())
    }

    /// Tells whether the patterns name the subscription, not only match it.
    fn is_named(&self, patterns: &Patterns) -> bool {
        self.names().any(|name| patterns.texts().iter().any(|text| text == name))
    }
}

impl Choice {
    /// Reads what a configuration chooses.
    pub(super) fn new(config: &Config) -> Choice {
        let groups: Vec<String> = config.management_groups.iter().map(|name| name.value.clone()).collect();
        let Subscriptions::Chosen(patterns) = &config.subscriptions else {
            return Choice { ids: Vec::new(), patterns: Some(Patterns::default()), groups };
        };
        let (ids, others): (Vec<&String>, Vec<&String>) =
            patterns.texts().iter().partition(|text| is_id(text));
        // An id that is taken out is compared with those of lists, which are in small letters.
        let lower = |text: &&String| match text.strip_prefix('!').is_some_and(is_id) {
            true => text.to_lowercase(),
            false => (*text).clone(),
        };
        let patterns = Patterns::from(others.iter().map(lower).collect::<Vec<_>>());
        let adds = others.iter().any(|text| !text.starts_with('!'));
        let lists = adds || ids.is_empty() || !groups.is_empty();
        Choice {
            ids: ids.into_iter().map(|id| Text::from(id.to_lowercase())).collect(),
            patterns: lists.then_some(patterns),
            groups,
        }
    }

    /// Returns the actions that a role must allow to make the choice.
    pub(super) fn permissions(&self) -> Vec<&'static str> {
        let calls = [(SUBSCRIPTIONS, self.patterns.is_some()), (DESCENDANTS, !self.groups.is_empty())];
        calls.into_iter().filter(|(_, is_made)| *is_made).map(|(call, _)| call.permission).collect()
    }

    /// Returns the ids of the subscriptions, each once, and what people should know about the choice.
    ///
    /// # Errors
    /// A list that cannot be had, and an identity that sees nothing at all.
    pub(super) async fn make(&self, client: &Client) -> Result<(Vec<Text>, Vec<Note>), Error> {
        let mut chosen = self.ids.clone();
        let mut notes = Vec::new();
        if let Some(patterns) = &self.patterns {
            client.authorize().await?;
            let candidates = self.candidates(client, &mut notes).await?;
            chosen.extend(choose(&candidates, patterns, &mut notes));
        }
        let mut seen = HashSet::new();
        chosen.retain(|id| seen.insert(id.clone()));
        chosen.iter().try_for_each(|id| check_subscription(id))?;
        if chosen.is_empty() {
            notes.push(Note::of_loss("there are no hosts, because no enabled subscription is chosen"));
        }
        Ok((chosen, notes))
    }

    /// Returns the subscriptions that are chosen from.
    async fn candidates(&self, client: &Client, notes: &mut Vec<Note>) -> Result<Vec<Subscription>, Error> {
        let (visible, grouped) =
            try_join(visible(client), try_join_all(self.groups.iter().map(|name| in_group(client, name))))
                .await?;
        note_warnings(&visible, notes);
        let visible = read(&visible, &["displayName"]);
        if self.groups.is_empty() {
            return match visible.is_empty() && self.ids.is_empty() {
                true => Err(sees_nothing()),
                false => Ok(visible),
            };
        }
        let mut candidates = Vec::new();
        for (name, listed) in self.groups.iter().zip(&grouped) {
            note_warnings(listed, notes);
            let found = read(listed, &["properties", "displayName"]);
            if found.is_empty() {
                notes.push(Note::of_loss(format!("no subscription is in the management group `{name}`")));
            }
            candidates.extend(found);
        }
        // Only the list of all tells states; what it does not hold is asked all the same, so that its refusal is told.
        for candidate in &mut candidates {
            if let Some(known) = visible.iter().find(|known| known.id == candidate.id) {
                *candidate = known.clone();
            }
        }
        Ok(candidates)
    }
}

/// Returns the ids of those that the patterns choose; what is not active counts only where it is named.
fn choose<'a>(
    candidates: &'a [Subscription],
    patterns: &'a Patterns,
    notes: &mut Vec<Note>,
) -> impl Iterator<Item = Text> + 'a {
    let names: Vec<&str> = candidates.iter().flat_map(Subscription::names).collect();
    for pattern in patterns.unmatched(&names) {
        notes.push(Note::of_loss(format!("`{pattern}` in `subscriptions` matches no subscription")));
    }
    let counts = |candidate: &&Subscription| {
        let names: Vec<&str> = candidate.names().collect();
        let is_active = candidate.state.as_deref().is_none_or(|state| ACTIVE.contains(&state));
        patterns.choose(&names) && (is_active || candidate.is_named(patterns))
    };
    candidates.iter().filter(counts).map(|candidate| candidate.id.clone())
}

async fn visible(client: &Client) -> Result<Fetched, Error> {
    let url = client.url(["subscriptions"], SUBSCRIPTIONS_VERSION, &[]);
    list(client, SUBSCRIPTIONS, "subscription", url).await
}

/// Lists what is in a management group, however deep.
async fn in_group(client: &Client, name: &str) -> Result<Fetched, Error> {
    let path = ["providers", "Microsoft.Management", "managementGroups", name, "descendants"];
    let url = client.url(path, DESCENDANTS_VERSION, &[]);
    list(client, DESCENDANTS, "descendant", url).await.map_err(|mut error| {
        error.message = format!("`{name}`: {}", error.message);
        error
    })
}

/// Returns the subscriptions of a list; a list of a management group also holds groups.
fn read(listed: &Fetched, name: &[&str]) -> Vec<Subscription> {
    listed.facts().filter_map(|fact| Subscription::read(&fact.id, fact.record.as_map()?, name)).collect()
}

fn note_warnings(listed: &Fetched, notes: &mut Vec<Note>) {
    notes.extend(listed.warnings.iter().cloned());
}

fn sees_nothing() -> Error {
    Error::new(ErrorKind::Denied, SUBSCRIPTIONS.operation, "the identity sees no subscription")
        .with_hint("give it the role Reader on the subscriptions, or name them by id in `subscriptions`")
}

/// Tells whether a text is the id of a subscription: a UUID.
fn is_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

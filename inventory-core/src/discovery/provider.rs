//! What a cloud must offer.

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::{Error, Scope};
use crate::value::{Map, Text, Value};

/// What a cloud said about one resource, before any rule of the user.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The kind of resource, in the provider's words, such as `instance`.
    pub kind: &'static str,
    /// The cloud's identifier of the resource.
    pub id: Text,
    /// The resource.
    pub record: Value,
}

/// A cloud that can be asked which resources exist.
pub trait Provider: Send + Sync {
    /// Returns the cloud, as scopes name it, for errors from before scopes are known.
    fn cloud(&self) -> &'static str;

    /// Returns the scopes to fetch, by cheap calls only.
    fn plan(&self) -> BoxFuture<'_, Result<Vec<Scope>, Error>>;

    /// Fetches a scope; each item of the stream is a page.
    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Vec<Facts>, Error>>;

    /// Returns how the last failed attempt ended while a scope was fetched, or without a scope while scopes were
    /// planned, such as `RequestLimitExceeded (attempt 4)`; none when no call is being tried again.
    fn last_failure(&self, scope: Option<&Scope>) -> Option<String> {
        let _ = scope;
        None
    }
}

/// A host as a source names it, with the variables that it has before any rule.
#[derive(Clone, Debug)]
pub struct NamedHost {
    /// The inventory name.
    pub name: Text,
    /// The hostvars.
    pub variables: Arc<Map>,
    /// What rules see of the source where the hostvars do not tell it under the same names; none where they do.
    pub raw: Option<Arc<Map>>,
    /// Variables of the host that composed variables do not see; conditions and keyed groups do.
    pub unseen: Vec<(Text, Value)>,
}

/// What a source found odd, for people: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line.
    pub message: String,
    /// Whether machines that were found are missing in the inventory, or their addresses: left out, or one host with others.
    pub is_loss: bool,
}

impl Note {
    /// Makes the note of machines that are missing.
    pub fn of_loss(message: impl Into<String>) -> Note {
        Note { message: message.into(), is_loss: true }
    }
}

impl From<String> for Note {
    /// Makes the note of what is only odd.
    fn from(message: String) -> Note {
        Note { message, is_loss: false }
    }
}

/// One source of an inventory: a provider, and how its facts become hosts.
pub trait Source: Provider {
    /// Returns the group that holds every host of the source, where its plugin makes one.
    fn group(&self) -> Option<&str>;

    /// Makes hosts of the facts of all scopes, in inventory order. Pure: the same facts give the same hosts.
    ///
    /// The second part is what is odd about them.
    fn build(&self, facts: Vec<Facts>) -> Result<(Vec<NamedHost>, Vec<Note>), Error>;
}

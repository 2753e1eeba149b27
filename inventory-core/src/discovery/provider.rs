//! What a cloud must offer.

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::{Error, Note, Scope, Setback, Traffic};
use crate::host::Machine;
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

/// The scopes of a source, each once.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The scopes to fetch, in inventory order.
    pub scopes: Vec<Scope>,
    /// What people should know about the choice.
    pub notes: Vec<Note>,
    /// The parts of the source whose scopes are not known, such as an account whose regions cannot be listed, and why:
    /// each fails as a scope does. A plan with such parts is never kept.
    pub unknown: Vec<(Scope, Error)>,
}

impl From<Vec<Scope>> for Plan {
    fn from(scopes: Vec<Scope>) -> Plan {
        Plan { scopes, ..Plan::default() }
    }
}

/// A part of what a cloud said about a scope.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What is there.
    pub facts: Vec<Facts>,
    /// What people should know about it.
    pub notes: Vec<Note>,
}

impl Page {
    /// Makes a page of nothing but notes; none without any.
    pub fn of_notes(notes: Vec<Note>) -> Option<Page> {
        (!notes.is_empty()).then(|| Page { facts: Vec::new(), notes })
    }
}

impl From<Vec<Facts>> for Page {
    fn from(facts: Vec<Facts>) -> Page {
        Page { facts, notes: Vec::new() }
    }
}

/// A cloud that can be asked which resources exist.
pub trait Provider: Send + Sync {
    /// Returns the cloud, as scopes name it, for errors from before scopes are known.
    fn cloud(&self) -> &'static str;

    /// Returns the scopes to fetch, by cheap calls only.
    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>>;

    /// Fetches a scope; each item of the stream is a page.
    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>>;

    /// Returns the kinds of facts that there are.
    fn kinds(&self) -> &'static [&'static str];

    /// Returns the kinds of facts that are machines.
    fn host_kinds(&self) -> &'static [&'static str];

    /// Returns what the facts of a scope depend on besides the scope, or, without one, what the scopes depend on: who
    /// asks, where, and for what; none where nothing must be kept.
    ///
    /// Two sources with the same text get the same facts. The text is stored and shown: it never holds a secret. Needs
    /// no network.
    fn key(&self, scope: Option<&Scope>) -> Option<String>;

    /// Returns how the last failed attempt ended while a scope was fetched, or without a scope while scopes were
    /// planned; none when no call is being tried again.
    fn last_failure(&self, scope: Option<&Scope>) -> Option<Setback> {
        let _ = scope;
        None
    }

    /// Returns what was sent for a scope so far, or without one for all: what serves several scopes, such as a token or
    /// the list of scopes, is in no scope's part.
    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        let _ = scope;
        Traffic::default()
    }

    /// Returns the operations that are under way for a scope, or without one while scopes are planned.
    fn under_way(&self, scope: Option<&Scope>) -> Vec<String> {
        let _ = scope;
        Vec::new()
    }
}

/// A host as a source names it, with the variables that it has before any rule.
#[derive(Clone, Debug, Default)]
pub struct NamedHost {
    /// The inventory name.
    pub name: Text,
    /// The hostvars.
    pub variables: Arc<Map>,
    /// What rules see of the source where the hostvars do not tell it under the same names; none where they do.
    pub raw: Option<Arc<Map>>,
    /// Variables of the host that composed variables do not see; conditions and keyed groups do.
    pub unseen: Vec<(Text, Value)>,
    /// The groups that the source itself puts the host into, before any rule.
    pub groups: Vec<Text>,
    /// Groups, each with one that the source puts below it: the parent first.
    pub relations: Vec<(Text, Text)>,
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

/// A source of a native configuration: a provider whose facts become machines in the shape that all clouds share.
pub trait NativeSource: Provider {
    /// Makes machines of the facts of all scopes, in inventory order. Pure: the same facts give the same machines.
    ///
    /// The second part is what is odd about them.
    fn machines(&self, facts: Vec<Facts>) -> (Vec<Machine>, Vec<Note>);
}

//! What is kept.

use std::time::SystemTime;

use crate::discovery::{Page, Plan, Scope};

/// What was learned of a scope, or of a source, at one time.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The scope; of a plan, that of the whole source: its cloud, and the account where the source has only one.
    pub scope: Scope,
    /// When the fetch began: the facts are at least as new as this. A store keeps it to the nanosecond; a time before
    /// 1970 becomes 1970.
    pub fetched_at: SystemTime,
    /// What was learned.
    pub content: Content,
}

/// What an entry holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// The scopes of a source.
    Plan(Plan),
    /// The facts of a scope, of all its pages together, and the notes of the pages.
    Facts(Page),
}

impl Content {
    /// Returns the number of scopes or facts.
    pub fn len(&self) -> usize {
        match self {
            Content::Plan(plan) => plan.scopes.len(),
            Content::Facts(page) => page.facts.len(),
        }
    }

    /// Tells whether there are no scopes or facts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of notes.
    pub(super) fn notes(&self) -> usize {
        match self {
            Content::Plan(plan) => plan.notes.len(),
            Content::Facts(page) => page.notes.len(),
        }
    }
}

/// The words of a provider that scopes and facts name; an entry with any other word is not usable.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// The cloud, as scopes name it.
    pub cloud: &'static str,
    /// All kinds of facts that the provider makes.
    pub kinds: &'static [&'static str],
    /// The kinds of facts that are machines.
    pub host_kinds: &'static [&'static str],
}

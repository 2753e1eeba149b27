//! One page of an aggregated list, split into its items but not read any further.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A page: what each zone or region has on it, and where the next page is.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Fields")]
pub(super) struct Page {
    /// The parts, by keys such as `zones/us-east1-b`, in order.
    pub(super) parts: Vec<(String, Part)>,
    /// The token of the next page; empty or none on the last.
    pub(super) next: Option<String>,
    /// What could not be asked.
    pub(super) unreachables: Vec<String>,
    /// What else Google has to say about the page.
    pub(super) warning: Option<Warning>,
}

/// What one zone or region has on a page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    instances: Vec<Box<RawValue>>,
    disks: Vec<Box<RawValue>>,
    /// Why it has nothing.
    pub(super) warning: Option<Warning>,
}

/// A warning of Google.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Warning {
    pub(super) code: String,
    pub(super) message: String,
}

impl Part {
    /// Returns the items; a part has those of one kind.
    pub(super) fn items(&self) -> impl Iterator<Item = &RawValue> {
        self.instances.iter().chain(&self.disks).map(AsRef::as_ref)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Fields {
    kind: Option<String>,
    items: Option<Parts>,
    next_page_token: Option<String>,
    unreachables: Vec<String>,
    warning: Option<Warning>,
}

impl TryFrom<Fields> for Page {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Page, &'static str> {
        // A list without items still says that it is one.
        if fields.kind.is_none() && fields.items.is_none() {
            return Err("neither `kind` nor `items`");
        }
        let parts = fields.items.unwrap_or_default().0;
        let Fields { next_page_token: next, unreachables, warning, .. } = fields;
        Ok(Page { parts, next, unreachables, warning })
    }
}

#[derive(Default)]
struct Parts(Vec<(String, Part)>);

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what zones and regions have")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Parts, A::Error> {
        let mut parts = Vec::with_capacity(entries.size_hint().unwrap_or_default());
        while let Some(entry) = entries.next_entry()? {
            parts.push(entry);
        }
        Ok(Parts(parts))
    }
}

//! The groups that there are without a rule: by cloud, place, type and tags.

use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::host::Host;
use crate::inventory::{self, GroupId, HostId, Inventory};
use crate::name::Sanitizer;
use crate::value::{Text, Value};

/// Which groups are made of every host, each on unless it is turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, remote = "Self")]
#[schemars(extend("type" = ["object", "boolean"]))]
pub struct DefaultGroups {
    /// `provider_aws`, `provider_azure`, `provider_gcp`.
    pub provider: bool,
    /// `account_ID`, by account, subscription or project.
    pub account: bool,
    /// `region_NAME`.
    pub region: bool,
    /// `zone_NAME`.
    pub zone: bool,
    /// `type_NAME`, by the type of machine.
    pub r#type: bool,
    /// `os_linux`, `os_windows`.
    pub os: bool,
    /// `state_running`, `state_stopped` and so on.
    pub state: bool,
    /// `tag_KEY_VALUE`, or `tag_KEY` for a tag without a value.
    pub tags: bool,
}

impl DefaultGroups {
    /// No groups but those of rules.
    pub const NONE: DefaultGroups = DefaultGroups {
        provider: false,
        account: false,
        region: false,
        zone: false,
        r#type: false,
        os: false,
        state: false,
        tags: false,
    };

    /// Starts to make groups, whose names the sanitizer cleans.
    pub(super) fn maker(self, sanitizer: Sanitizer) -> Maker {
        Maker { wanted: self, sanitizer, groups: HashMap::new() }
    }
}

impl<'de> Deserialize<'de> for DefaultGroups {
    /// Reads a mapping, or a boolean for all groups or none.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DefaultGroups, D::Error> {
        struct Choice;
        impl<'de> Visitor<'de> for Choice {
            type Value = DefaultGroups;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean, or a mapping such as `{tags: false}`")
            }

            fn visit_bool<E>(self, all: bool) -> Result<DefaultGroups, E> {
                Ok(if all { DefaultGroups::default() } else { DefaultGroups::NONE })
            }

            fn visit_map<A: MapAccess<'de>>(self, choices: A) -> Result<DefaultGroups, A::Error> {
                DefaultGroups::deserialize(MapAccessDeserializer::new(choices))
            }
        }
        deserializer.deserialize_any(Choice)
    }
}

impl Default for DefaultGroups {
    fn default() -> DefaultGroups {
        DefaultGroups {
            provider: true,
            account: true,
            region: true,
            zone: true,
            r#type: true,
            os: true,
            state: true,
            tags: true,
        }
    }
}

/// Makes the groups of one host after the other.
pub(super) struct Maker {
    wanted: DefaultGroups,
    sanitizer: Sanitizer,
    /// The groups by what they are made of, for few names are new.
    groups: HashMap<(Text, Text), GroupId>,
}

impl Maker {
    pub(super) fn apply(
        &mut self,
        inventory: &mut Inventory,
        host: HostId,
        facts: &Host,
    ) -> Result<(), inventory::Error> {
        let wanted = self.wanted;
        let provider = Some(Text::from(facts.provider));
        let fields = [
            (wanted.provider, "provider", &provider),
            (wanted.account, "account", &facts.account),
            (wanted.region, "region", &facts.region),
            (wanted.zone, "zone", &facts.zone),
            (wanted.r#type, "type", &facts.r#type),
            (wanted.os, "os", &facts.os),
            (wanted.state, "state", &facts.state),
        ];
        for (is_wanted, field, value) in fields {
            if let Some(value) = value.as_ref().filter(|value| is_wanted && !value.is_empty()) {
                self.add(inventory, host, (field.into(), value.clone()))?;
            }
        }
        if wanted.tags {
            for (key, value) in facts.tags.iter() {
                let value = match value {
                    Value::Text(text) => text.clone(),
                    Value::Null => Text::default(),
                    other => other.to_string().into(),
                };
                self.add(inventory, host, (format!("tag_{key}").into(), value))?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        inventory: &mut Inventory,
        host: HostId,
        parts: (Text, Text),
    ) -> Result<(), inventory::Error> {
        let group = match self.groups.get(&parts) {
            Some(group) => *group,
            None => {
                let (field, value) = &parts;
                let name = if value.is_empty() { field.to_string() } else { format!("{field}_{value}") };
                let group = inventory.add_group(&self.sanitizer.clean(&name))?;
                self.groups.insert(parts, group);
                group
            }
        };
        inventory.add_member(group, host);
        Ok(())
    }
}

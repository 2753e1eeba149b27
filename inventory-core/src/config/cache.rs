//! What a configuration says of facts that are kept, and of scopes that fail.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::decode::Placed;
use super::secret::Secret;
use super::settings::parse_duration;
use crate::discovery::Shrink;

/// How facts are kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheOptions {
    /// How long kept facts are as good as new ones; without it all is fetched in every run.
    #[serde(default)]
    pub ttl: Lasting,
    /// How old kept facts may be that stand in for a scope that cannot be fetched, where `on_error` is `stale`.
    #[serde(default)]
    pub stale: Lasting,
    /// The directory in which facts are kept, relative to this file, with `~` for the home; a folder of the user's cache unless given.
    pub directory: Option<Placed<String>>,
    /// The store that machines share, in the place of a directory: `redis://`, `rediss://`, `s3://`, `gs://` or `az://`.
    #[schemars(with = "Option<String>", regex(pattern = "^(rediss?|s3|gs|az)://"))]
    pub store: Option<Placed<Secret>>,
}

/// A length of time, written as `90s`, `10m`, `1h30m` or `1d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lasting(pub Duration);

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lasting, D::Error> {
        let text = String::deserialize(deserializer)?;
        let length = if text == "0" || text == "0s" { Some(Duration::ZERO) } else { parse_duration(&text) };
        length.map(Lasting).ok_or_else(|| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let cure = if is_number { format!(": write `{text}s` or `{text}m`") } else { String::new() };
            serde::de::Error::custom(format!(
                "expected a duration such as `90s`, `10m` or `1d`, found `{text}`{cure}"
            ))
        })
    }
}

impl JsonSchema for Lasting {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lasting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let written = "^(0|(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$";
        json_schema!({ "anyOf": [{ "type": "string", "pattern": written }, { "const": 0 }],
                       "examples": ["90s", "10m", "1h30m", "1d"] })
    }
}

/// How many hosts a scope may lose since its facts were last kept: `false` for any number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShrinkGuard(pub Option<Shrink>);

impl Default for ShrinkGuard {
    fn default() -> ShrinkGuard {
        ShrinkGuard(Some(Shrink::default()))
    }
}

/// The loss that is accepted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Limits {
    /// The largest share of a scope's hosts that may be gone, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    share: Option<f64>,
    /// A loss of fewer hosts is always accepted.
    least: Option<usize>,
}

impl<'de> Deserialize<'de> for ShrinkGuard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ShrinkGuard, D::Error> {
        struct Choice;
        impl<'de> Visitor<'de> for Choice {
            type Value = ShrinkGuard;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean, or a mapping such as `{share: 0.5, least: 10}`")
            }

            fn visit_bool<E>(self, is_on: bool) -> Result<ShrinkGuard, E> {
                Ok(if is_on { ShrinkGuard::default() } else { ShrinkGuard(None) })
            }

            fn visit_map<A: MapAccess<'de>>(self, limits: A) -> Result<ShrinkGuard, A::Error> {
                let Limits { share, least } = Limits::deserialize(MapAccessDeserializer::new(limits))?;
                let Shrink { share: usual, least: fewest } = Shrink::default();
                let share = share.unwrap_or(usual);
                if !(0.0..=1.0).contains(&share) {
                    return Err(serde::de::Error::custom(format!(
                        "expected a share from 0 to 1, found {share}"
                    )));
                }
                Ok(ShrinkGuard(Some(Shrink { share, least: least.unwrap_or(fewest) })))
            }
        }
        deserializer.deserialize_any(Choice)
    }
}

impl JsonSchema for ShrinkGuard {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ShrinkGuard".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limits = generator.subschema_for::<Limits>();
        json_schema!({ "anyOf": [{ "type": "boolean" }, limits] })
    }
}

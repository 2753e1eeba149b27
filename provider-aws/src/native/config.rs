//! What the native file says about AWS.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use inventory_core::config::decode::Placed;
use inventory_core::config::patterns::Patterns;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A list of names, each with its place.
pub(super) type Names = Placed<Vec<Placed<String>>>;

/// The accounts of AWS to ask, and what to ask them for; without `profiles`, `roles` and `organization`, the account of
/// the default credentials.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Aws")]
pub struct Config {
    /// Profiles of `~/.aws/config` and `~/.aws/credentials`, each of which is asked.
    pub(super) profiles: Option<Names>,
    /// The profile of the credentials with which roles are assumed and the organization is listed; without it, the default credentials.
    pub(super) profile: Option<Placed<String>>,
    /// ARNs of roles to assume, one for each account.
    pub(super) roles: Option<Names>,
    /// The external id that the trust policies of the roles ask for.
    pub(super) external_id: Option<Placed<Hidden>>,
    /// The accounts of an organization.
    pub(super) organization: Option<Organization>,
    /// The regions to ask, such as `["*", "!me-south-1"]`; without it, all that are enabled for an account.
    pub(super) regions: Option<Placed<Patterns>>,
    /// Filters of EC2's `DescribeInstances`, such as `tag:Role: web`; all must match, each by any of its values.
    #[serde(default)]
    pub(super) filters: BTreeMap<String, Placed<FilterValues>>,
    /// Whether Systems Manager is asked what it knows about the instances.
    #[serde(default)]
    pub(super) ssm: bool,
    /// The URL of another endpoint for all services.
    pub(super) endpoint_url: Option<Placed<Hidden>>,
}

/// The accounts of an organization, which are asked with a role that each of them has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    /// The name of the role, or its ARN with `{account}` in the place of the account's number.
    pub(super) role: Placed<String>,
    /// The organizational units whose accounts are asked, with all units inside them; without it, the whole organization.
    pub(super) units: Option<Names>,
    /// The accounts to ask, by number or name, such as `["*", "!sandbox-*"]`; without it, all that are active.
    pub(super) accounts: Option<Placed<Patterns>>,
}

/// A text that is not shown: it may hold a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Hidden(pub(super) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

impl JsonSchema for Hidden {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Hidden")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// The values of a filter: one, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilterValues(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for FilterValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FilterValues, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = FilterValues;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, text: &str) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![text.to_owned()]))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![truth.to_string()]))
            }

            fn visit_i64<E>(self, number: i64) -> Result<FilterValues, E> {
                Ok(FilterValues(vec![number.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<FilterValues, A::Error> {
                let mut values = Vec::new();
                while let Some(FilterValues(value)) = items.next_element()? {
                    values.extend(value);
                }
                Ok(FilterValues(values))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl JsonSchema for FilterValues {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("FilterValues")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = ["string", "integer", "boolean"];
        json_schema!({"type": ["string", "integer", "boolean", "array"], "items": {"type": one}, "minItems": 1})
    }
}

//! What a native configuration says of a source of Azure.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use inventory_core::config::decode::Placed;
use inventory_core::config::native::Backend;
use inventory_core::config::patterns::Patterns;
use inventory_core::diagnostic::{Diagnostic, Source};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::connection::AuthSource;
use crate::fetch::{Group, Query};

/// What a source asks Azure for, and as whom.
///
/// Secrets are in no file: they are in the environment, in a profile, or with the Azure CLI.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Azure")]
pub struct Config {
    /// The subscriptions: `all` that are visible and enabled, or patterns over their ids and display names; an id adds its subscription in any case.
    pub(super) subscriptions: Subscriptions,
    /// Names of management groups whose subscriptions are asked, and those of the groups in them; patterns in `subscriptions` then choose among these.
    pub(super) management_groups: Vec<Placed<String>>,
    /// Names of the resource groups whose machines count; all unless given.
    pub(super) resource_groups: Vec<Placed<String>>,
    /// Whether the instances of uniform scale sets count, too; those of flexible ones always do.
    pub(super) scale_sets: bool,
    /// Whether machines of Azure Arc count, too.
    pub(super) arc: bool,
    /// Whether virtual machines on Azure Stack HCI (Azure Local) count, too.
    pub(super) hci: bool,
    /// The service that is asked for machines, interfaces and public addresses.
    pub(super) backend: Backend,
    /// Where credentials are looked for; `auto` unless `ANSIBLE_AZURE_AUTH_SOURCE` says otherwise.
    pub(super) auth_source: Option<AuthSource>,
    /// The profile of `~/.azure/credentials` that holds the credentials.
    pub(super) profile: Option<Placed<String>>,
    /// The directory's id or domain; `AZURE_TENANT` unless given.
    pub(super) tenant: Option<String>,
    /// The application's id, or that of a managed identity, whose secret is in the environment; `AZURE_CLIENT_ID` unless given.
    pub(super) client_id: Option<String>,
    /// The user's name, whose password is in `AZURE_PASSWORD`; `AZURE_AD_USER` unless given.
    pub(super) ad_user: Option<String>,
    /// The cloud: `AzureCloud`, `AzureChinaCloud`, `AzureUSGovernment`, or the URL of another's Resource Manager; `AZURE_CLOUD_ENVIRONMENT` unless given.
    pub(super) cloud_environment: Option<String>,
    /// The authority that gives tokens, where that is a server of ADFS; `AZURE_ADFS_AUTHORITY_URL` unless given.
    pub(super) adfs_authority_url: Option<String>,
    /// The PEM file with the application's certificate and key; `AZURE_X509_CERTIFICATE_PATH` unless given.
    pub(super) x509_certificate_path: Option<String>,
    /// The certificate's thumbprint; `AZURE_THUMBPRINT` unless given.
    pub(super) thumbprint: Option<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            subscriptions: Subscriptions::All,
            management_groups: Vec::new(),
            resource_groups: Vec::new(),
            scale_sets: true,
            arc: false,
            hci: false,
            backend: Backend::default(),
            auth_source: None,
            profile: None,
            tenant: None,
            client_id: None,
            ad_user: None,
            cloud_environment: None,
            adfs_authority_url: None,
            x509_certificate_path: None,
            thumbprint: None,
        }
    }
}

impl Config {
    /// Returns what each subscription is asked for.
    pub(super) fn query(&self) -> Query {
        let mut groups: Vec<Group> = Vec::new();
        for name in &self.resource_groups {
            let group = Group::named(&name.value);
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        if groups.is_empty() {
            groups.push(Group::All);
        }
        let wanted = |is_wanted: bool| if is_wanted { groups.clone() } else { Vec::new() };
        Query {
            backend: self.backend,
            scale_sets: wanted(self.scale_sets),
            hci: wanted(self.hci),
            arc: wanted(self.arc),
            machines: groups,
            may_lack_groups: true,
        }
    }

    /// Returns what is wrong with names that go into the addresses of requests.
    pub(super) fn check(&self, source: &Arc<Source>) -> Vec<Diagnostic> {
        let kinds =
            [(&self.management_groups, "a management group"), (&self.resource_groups, "a resource group")];
        let mut errors = Vec::new();
        for (names, what) in kinds {
            for name in names.iter().filter(|name| !is_name(&name.value)) {
                let message = format!("`{}` is not the name of {what}", name.value);
                errors.push(name.error(source, message).label("expected a name; there are no patterns here"));
            }
        }
        errors
    }
}

/// Tells whether a text can be a name: no pattern, and no other path.
fn is_name(text: &str) -> bool {
    !matches!(text.trim(), "" | "." | "..") && !text.contains(['*', '?', '/', '\\', '%', '!'])
}

/// Which subscriptions are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Subscriptions {
    /// All there are.
    #[default]
    All,
    /// Those that patterns choose by id or display name.
    Chosen(Patterns),
}

impl<'de> Deserialize<'de> for Subscriptions {
    /// Reads `all`, or a list of patterns.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Subscriptions, D::Error> {
        struct AllOrList;

        impl<'de> Visitor<'de> for AllOrList {
            type Value = Subscriptions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all` or a list of ids, names and patterns")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Subscriptions, E> {
                match text {
                    "all" => Ok(Subscriptions::All),
                    _ => Err(E::custom(format!("expected `all` or a list, such as `[{text}]`"))),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Subscriptions, A::Error> {
                let texts = Vec::<String>::deserialize(SeqAccessDeserializer::new(items))?;
                if texts.is_empty() {
                    return Err(A::Error::custom(
                        "the list is empty: expected `all`, ids, names or patterns",
                    ));
                }
                Ok(Subscriptions::Chosen(Patterns::from(texts)))
            }
        }

        deserializer.deserialize_any(AllOrList)
    }
}

impl JsonSchema for Subscriptions {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Subscriptions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<String>>();
        json_schema!({"anyOf": [{"const": "all"}, list]})
    }
}

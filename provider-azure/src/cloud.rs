//! The clouds of Azure: where Resource Manager and the directory are.

use inventory_core::discovery::{Error, ErrorKind};
use serde::Deserialize;
use url::{Host, Url};

use crate::client::ADVICE;
use inventory_core::http::Transport;

const OPERATION: &str = "read cloud metadata";

/// The clouds that are known by name: name, Resource Manager, directory.
const KNOWN: [(&str, &str, &str); 4] = [
    ("AzureCloud", "https://management.azure.com", "https://login.microsoftonline.com"),
    ("AzureChinaCloud", "https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    ("AzureUSGovernment", "https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
    ("AzureGermanCloud", "https://management.microsoftazure.de", "https://login.microsoftonline.de"),
];

/// The path and version under which Resource Manager describes its cloud.
const METADATA_PATH: &str = "metadata/endpoints";
const METADATA_VERSION: &str = "2022-09-01";

/// Where a cloud's services are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// Resource Manager.
    pub(crate) resource_manager: Url,
    /// The directory that gives tokens.
    pub(crate) authority: Url,
}

impl Cloud {
    /// Finds the cloud of a name, or of the URL of its Resource Manager; the public cloud without either.
    ///
    /// A URL is looked up in the list that `ARM_CLOUD_METADATA_URL` names, else among the known clouds, and else asked
    /// for its own description.
    pub(crate) async fn find(
        named: Option<&str>,
        metadata_url: Option<&str>,
        transport: &Transport,
    ) -> Result<Cloud, Error> {
        let named = named.unwrap_or("AzureCloud");
        if let Some((_, manager, authority)) = KNOWN.iter().find(|(name, _, _)| *name == named) {
            return Cloud::new(manager, authority);
        }
        let Ok(url) = Url::parse(named) else {
            // An address may hold a password.
            let shown = if named.contains('@') { "an address with `@`" } else { named };
            let message = format!(
                "the cloud of the credentials is `{shown}`, which is neither a known cloud nor a URL"
            );
            let names: Vec<&str> = KNOWN.iter().map(|(name, _, _)| *name).collect();
            return Err(Error::new(ErrorKind::Config, OPERATION, message).with_hint(format!(
                "expected one of {}, or the URL of a Resource Manager, in `cloud_environment`, \
                 AZURE_CLOUD_ENVIRONMENT, the profile or `az cloud set`",
                names.join(", ")
            )));
        };
        check(&url)?;
        let known = KNOWN.iter().find(|(_, manager, _)| is_same(manager, named));
        match (metadata_url, known) {
            (Some(list), _) => from_list(list, named, transport).await,
            (None, Some((_, manager, authority))) => Cloud::new(manager, authority),
            (None, None) => from_itself(&url, transport).await,
        }
    }

    /// Refuses credentials of another cloud than the one that the options name, which does not count beside them.
    pub(crate) fn check_meant(meant: Option<&str>, used: Option<&str>) -> Result<(), Error> {
        let address = |name: &str| {
            let known = KNOWN.iter().find(|(known, _, _)| *known == name);
            known.map_or_else(|| name.to_owned(), |(_, manager, _)| (*manager).to_owned())
        };
        let used = used.unwrap_or("AzureCloud");
        let Some(meant) = meant.filter(|meant| !is_same(&address(meant), &address(used))) else {
            return Ok(());
        };
        let shown =
            |name: &str| if name.contains('@') { "an address with `@`".to_owned() } else { name.to_owned() };
        let message = format!(
            "`cloud_environment` is `{}`, but the credentials are of `{}`",
            shown(meant),
            shown(used)
        );
        Err(Error::new(ErrorKind::Config, "connect", message).with_hint(
            "the option counts only beside `client_id` or `ad_user`: name the cloud where the credentials are, in \
             AZURE_CLOUD_ENVIRONMENT, in the profile as `cloud_environment`, or with `az cloud set`",
        ))
    }

    fn new(resource_manager: &str, authority: &str) -> Result<Cloud, Error> {
        let read = |text: &str| {
            let url = Url::parse(text).map_err(|_| not_an_endpoint(text))?;
            check(&url).map(|()| url)
        };
        Ok(Cloud { resource_manager: read(resource_manager)?, authority: read(authority)? })
    }

    /// Returns the scope of tokens for Resource Manager.
    pub(crate) fn token_scope(&self) -> String {
        format!("{}/.default", self.resource_manager.as_str().trim_end_matches('/'))
    }
}

/// Returns whether a URL is that of this machine, where plain HTTP shows nothing to others.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Refuses an endpoint to which a token must not be sent.
pub(crate) fn check(url: &Url) -> Result<(), Error> {
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    let is_plain = url.username().is_empty() && url.password().is_none();
    if is_safe && is_plain && url.host().is_some() { Ok(()) } else { Err(not_an_endpoint(url.as_str())) }
}

fn not_an_endpoint(text: &str) -> Error {
    // The text may hold a password.
    let shown = if text.contains('@') { "the address" } else { text };
    Error::new(ErrorKind::Config, OPERATION, format!("`{shown}` is not an endpoint"))
        .with_hint("expected `https://` and a host; plain `http://` only for this machine")
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

/// One cloud as Resource Manager describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    #[serde(default)]
    resource_manager: Option<String>,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    login_endpoint: String,
}

async fn from_list(list: &str, named: &str, transport: &Transport) -> Result<Cloud, Error> {
    let url = Url::parse(list).map_err(|_| not_an_endpoint(list))?;
    let manager = |description: &Description| description.resource_manager.clone().unwrap_or_default();
    let clouds = describe(url, transport).await?;
    match clouds.iter().find(|description| is_same(&manager(description), named)) {
        Some(found) => Cloud::new(&manager(found), &found.authentication.login_endpoint),
        None => {
            let message = format!("`{named}` is not among the clouds of `ARM_CLOUD_METADATA_URL`");
            let names: Vec<String> = clouds.iter().map(manager).collect();
            Err(Error::new(ErrorKind::Config, OPERATION, message)
                .with_hint(format!("its Resource Managers are {}", names.join(", "))))
        }
    }
}

async fn from_itself(manager: &Url, transport: &Transport) -> Result<Cloud, Error> {
    let mut url = manager.clone();
    url.set_path(METADATA_PATH);
    url.query_pairs_mut().clear().append_pair("api-version", METADATA_VERSION);
    let clouds = describe(url, transport).await?;
    // Older versions describe one cloud, and do not name their own address.
    let of_manager = |description: &&Description| {
        description.resource_manager.as_deref().is_none_or(|named| is_same(named, manager.as_str()))
    };
    let found = clouds.iter().find(of_manager).ok_or_else(|| {
        let message = format!("`{manager}` does not describe its own cloud");
        Error::new(ErrorKind::BadResponse, OPERATION, message)
            .with_hint("set ARM_CLOUD_METADATA_URL to the address of the description of your clouds")
    })?;
    Cloud::new(manager.as_str(), &found.authentication.login_endpoint)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Descriptions {
    Several(Vec<Description>),
    One(Description),
}

async fn describe(url: Url, transport: &Transport) -> Result<Vec<Description>, Error> {
    check(&url)?;
    let body = transport.get_plain(OPERATION, url).await?;
    match serde_json::from_slice(&body) {
        Ok(Descriptions::Several(clouds)) => Ok(clouds),
        Ok(Descriptions::One(cloud)) => Ok(vec![cloud]),
        Err(_) => {
            let message = "the answer does not describe clouds";
            Err(Error::new(ErrorKind::BadResponse, OPERATION, message).with_hint(ADVICE.portal))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_another_cloud_than_the_named_one_are_refused() {
        let rows = [
            (None, Some("AzureChinaCloud"), true),
            (Some("AzureCloud"), None, true),
            (Some("https://management.azure.com/"), None, true),
            (Some("AzureChinaCloud"), Some("https://management.chinacloudapi.cn"), true),
            (Some("AzureUSGovernment"), None, false),
            (Some("https://a@stack.example.com"), Some("AzureCloud"), false),
            (Some("AzureCloud"), Some("https://stack.example.com"), false),
        ];
        for (meant, used, is_same) in rows {
            match Cloud::check_meant(meant, used) {
                Ok(()) => assert!(is_same, "{meant:?} {used:?}"),
                Err(error) => {
                    assert!(!is_same && error.kind == ErrorKind::Config, "{meant:?} {used:?}: {error}");
                    assert!(!error.message.contains("a@"), "{error}");
                }
            }
        }
    }
}

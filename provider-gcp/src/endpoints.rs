//! Where Google's services are.

use inventory_core::discovery::{Error, ErrorKind};
use url::{Host, Url};

const OPERATION: &str = "connect";

/// Compute Engine, where the plugin asks; the variable is that of `gcloud`.
const COMPUTE: Service = Service {
    variable: "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE",
    url: "https://www.googleapis.com/compute/v1/",
};

/// Resource Manager.
const RESOURCE_MANAGER: Service = Service {
    variable: "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER",
    url: "https://cloudresourcemanager.googleapis.com/",
};

struct Service {
    variable: &'static str,
    url: &'static str,
}

/// Where the services are that are asked for resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// Compute Engine, with the version of its API.
    pub(crate) compute: Url,
    /// Resource Manager, without one.
    pub(crate) resource_manager: Url,
}

impl Endpoints {
    /// Finds the services: where `gcloud`'s variables say, else where Google has them.
    pub(crate) fn find(variable: impl Fn(&str) -> Option<String>) -> Result<Endpoints, Error> {
        let find = |service: Service| {
            let set = variable(service.variable).filter(|text| !text.is_empty());
            let named = set.as_ref().map_or("the endpoint", |_| service.variable);
            parse(set.as_deref().unwrap_or(service.url), named)
        };
        Ok(Endpoints { compute: find(COMPUTE)?, resource_manager: find(RESOURCE_MANAGER)? })
    }
}

/// Reads an address to which secrets are sent; `named` says where it comes from.
pub(crate) fn parse(text: &str, named: &str) -> Result<Url, Error> {
    Url::parse(text).ok().filter(is_safe).ok_or_else(|| {
        // The text may hold a password.
        let shown = if text.contains('@') { "an address with `@`" } else { text };
        Error::new(ErrorKind::Config, OPERATION, format!("`{named}` is not an endpoint: `{shown}`"))
            .with_hint("expected `https://` and a host; plain `http://` only for this machine")
    })
}

fn is_safe(url: &Url) -> bool {
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    is_private && url.username().is_empty() && url.password().is_none() && url.host().is_some()
}

/// Returns whether an address is that of this machine, where plain HTTP shows nothing to others.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_gcloud_lead_elsewhere() {
        let found = Endpoints::find(|_| None).unwrap();
        assert_eq!(found.compute.as_str(), "https://www.googleapis.com/compute/v1/");
        assert_eq!(found.resource_manager.as_str(), "https://cloudresourcemanager.googleapis.com/");
        let set =
            |name: &str| name.ends_with("_COMPUTE").then(|| "http://127.0.0.1:8088/compute/v1".to_owned());
        let found = Endpoints::find(set).unwrap();
        assert_eq!(found.compute.as_str(), "http://127.0.0.1:8088/compute/v1");
        let empty = Endpoints::find(|_| Some(String::new())).unwrap();
        assert_eq!(empty.compute.as_str(), "https://www.googleapis.com/compute/v1/");
    }

    #[test]
    fn tokens_go_over_plain_http_to_this_machine_only() {
        for (text, fits) in [
            ("https://compute.example.com/v1", true),
            ("http://localhost:1", true),
            ("http://[::1]:1", true),
            ("http://compute.example.com", false),
            ("https://user:planted@example.com", false),
            ("compute.example.com", false),
        ] {
            let parsed = parse(text, "X");
            assert_eq!(parsed.is_ok(), fits, "{text}");
            if let Err(error) = parsed {
                assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            }
        }
    }
}

//! Which service and which of its methods a request is for.

use super::failure::{Failure, Outcome};
use crate::simulator::exchange::Request;

/// One of Google's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// Compute Engine.
    Compute,
    /// Cloud Resource Manager.
    Manager,
    /// The token endpoint.
    Login,
    /// The Security Token Service.
    Exchange,
    /// IAM Service Account Credentials.
    Credentials,
    /// The metadata server of a machine.
    Metadata,
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) service: Service,
    /// The name under which it is counted.
    pub(super) name: &'static str,
    /// The project, parent or account that it is about.
    pub(super) scope: String,
}

/// Returns the services that a host has; none when Google does not speak for it.
pub(super) fn services(host: &str) -> &'static [Service] {
    match host {
        "www.googleapis.com" => &[Service::Compute, Service::Login],
        "compute.googleapis.com" => &[Service::Compute],
        "oauth2.googleapis.com" | "accounts.google.com" => &[Service::Login],
        "sts.googleapis.com" => &[Service::Exchange],
        "iamcredentials.googleapis.com" => &[Service::Credentials],
        "cloudresourcemanager.googleapis.com" => &[Service::Manager],
        "metadata.google.internal" | "metadata" | "169.254.169.254" => &[Service::Metadata],
        _ => &[],
    }
}

impl Target {
    /// Finds the target of a request: at the plain endpoint its path alone decides.
    ///
    /// # Errors
    /// With a page for people, when there is nothing at this place.
    pub(super) fn of(request: &Request) -> Outcome<Self> {
        let segments = request.segments();
        let words: Vec<_> = segments.iter().map(String::as_str).collect();
        let services = services(&request.host);
        let found = by_path(request, &words);
        let is_here = |target: &Self| services.is_empty() || services.contains(&target.service);
        found
            .filter(is_here)
            .filter(|target| request.method == target.method())
            .ok_or_else(|| Failure::nothing_at(&request.path))
    }

    fn method(&self) -> &'static str {
        match self.service {
            Service::Login | Service::Exchange => "POST",
            Service::Credentials if self.name == "ImpersonatedToken" => "POST",
            _ => "GET",
        }
    }

    /// Returns whether the answer is a page of a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.service, Service::Compute | Service::Manager)
    }
}

fn by_path(request: &Request, words: &[&str]) -> Option<Target> {
    let target = |service, name, scope: &str| Some(Target { service, name, scope: scope.to_owned() });
    let parent = || request.parameter("parent").unwrap_or_default();
    match words {
        ["compute", "v1", "projects", project, "aggregated", "instances"] => {
            target(Service::Compute, "AggregatedInstances", project)
        }
        ["compute", "v1", "projects", project, "aggregated", "disks"] => {
            target(Service::Compute, "AggregatedDisks", project)
        }
        ["compute", "v1", "projects", project, "zones"] => target(Service::Compute, "Zones", project),
        ["v1", "projects"] => {
            let filter = request.parameter("filter").unwrap_or_default();
            let numbers = filter.split(|letter: char| !letter.is_ascii_digit());
            target(
                Service::Manager,
                "Projects",
                numbers.max_by_key(|number| number.len()).unwrap_or_default(),
            )
        }
        ["v3", "projects"] => target(Service::Manager, "ChildProjects", parent()),
        ["v3", "projects:search"] => target(Service::Manager, "SearchedProjects", ""),
        ["v3", "folders"] => target(Service::Manager, "Folders", parent()),
        ["token"] | ["o", "oauth2", "token"] | ["oauth2", "v4", "token"] => {
            target(Service::Login, "Token", "")
        }
        ["v1", "token"] => target(Service::Exchange, "ExchangedToken", ""),
        ["v1", "projects", "-", "serviceAccounts", account] => {
            let account = account.strip_suffix(":generateAccessToken")?;
            target(Service::Credentials, "ImpersonatedToken", account)
        }
        ["v1", .., scope, "allowedLocations"] => target(Service::Credentials, "AllowedLocations", scope),
        ["computeMetadata", "v1", "instance", "service-accounts", account, "token"] => {
            target(Service::Metadata, "MachineToken", account)
        }
        [] | ["computeMetadata", ..] => target(Service::Metadata, "MachineMetadata", ""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_their_own_paths() {
        let table = [
            (
                "www.googleapis.com",
                "/compute/v1/projects/p/aggregated/instances",
                Some("AggregatedInstances"),
            ),
            ("compute.googleapis.com", "/compute/v1/projects/a.b%3Ac/zones", Some("Zones")),
            ("127.0.0.1", "/v3/folders", Some("Folders")),
            ("cloudresourcemanager.googleapis.com", "/v1/projects", Some("Projects")),
            ("metadata.google.internal", "/", Some("MachineMetadata")),
            ("cloudresourcemanager.googleapis.com", "/compute/v1/projects/p/zones", None),
            ("compute.googleapis.com", "/compute/v2/projects/p/zones", None),
            ("www.googleapis.com", "/projects/p/zones", None),
        ];
        for (host, path, expected) in table {
            let request = Request {
                method: "GET".to_owned(),
                host: host.to_owned(),
                path: path.to_owned(),
                ..Request::default()
            };
            assert_eq!(Target::of(&request).ok().map(|target| target.name), expected, "{host}{path}");
        }
    }
}

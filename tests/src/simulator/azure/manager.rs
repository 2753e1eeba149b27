//! Resource Manager: who may ask what, and in which version.

use serde_json::json;

use super::answer::{Answer, Outcome, no_group, no_subscription};
use super::batch;
use super::clock::american;
use super::clouds::{CLOUDS, Cloud};
use super::directory::TENANT;
use super::estate::Estate;
use super::graph;
use super::page::parameter;
use super::path::{Operation, Target};
use super::resources;
use super::token::Claims;
use crate::simulator::cloud::{Twist, World};
use crate::simulator::exchange::Request;

/// One request to Resource Manager, with what it takes to answer it.
pub(super) struct Manager<'a> {
    pub(super) world: &'a World,
    pub(super) estate: Estate<'a>,
    pub(super) cloud: &'static Cloud,
    pub(super) batches: &'a batch::Batches,
    pub(super) request: &'a Request,
    pub(super) twist: Option<Twist>,
    /// Whether a query gives its first page only.
    pub(super) truncates_queries: bool,
}

/// Returns what a request asks for, if there is such a thing.
pub(super) fn target(request: &Request) -> Option<Target> {
    let segments = request.segments();
    let words: Vec<_> = segments.iter().map(String::as_str).collect();
    let is_status = parameter(request, "statusOnly").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    Target::of(&words, is_status)
}

impl Manager<'_> {
    /// Answers the request.
    pub(super) fn answer(&self) -> Answer {
        self.outcome().unwrap_or_else(|refusal| refusal)
    }

    fn outcome(&self) -> Outcome {
        let target = target(self.request);
        if let Some(target) = target.as_ref().filter(|target| target.operation.name == "CloudMetadata") {
            self.check_version(target)?;
            return Ok(self.clouds());
        }
        self.check_token()?;
        let Some(target) = target else {
            let text =
                format!("The request path '{}' names no resource type that exists.", self.request.path);
            return Err(Answer::refuse(404, "InvalidResourceType", text));
        };
        self.check_method(&target.operation)?;
        self.check_version(&target)?;
        self.check_parameters(&target.operation)?;
        self.check_states(&target)?;
        self.check_place(&target)?;
        match target.operation.name {
            "Batch" => batch::post(self),
            "BatchResult" => batch::result(self, target.name(0)),
            "ResourceGraph" => graph::query(self),
            _ => resources::answer(self, &target),
        }
    }

    /// Checks who asks: a token for this cloud's Resource Manager that is still good.
    fn check_token(&self) -> Outcome<()> {
        let Some(header) = self.request.header("authorization") else {
            let text = "Authentication failed. The 'Authorization' header is missing.";
            return Err(self.unauthorized("AuthenticationFailed", text));
        };
        let now = self.world.clock.now();
        let token = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some(claims) = token.and_then(|(_, token)| Claims::read(&self.world.seal, token)) else {
            return Err(self.unauthorized("InvalidAuthenticationToken", "The access token is invalid."));
        };
        if !self.cloud.takes(&claims.audience, &self.request.origin) {
            let text = format!(
                "The access token has been obtained for wrong audience or resource '{}'. It should exactly match with one of \
                 the allowed audiences '{}'.",
                claims.audience,
                self.cloud.audiences().join("','")
            );
            return Err(self.unauthorized("InvalidAuthenticationTokenAudience", &text));
        }
        if claims.expires <= now {
            return Err(self.expired(claims.expires));
        }
        Ok(())
    }

    /// Returns the refusal of a token that ended at some time.
    pub(super) fn expired(&self, end: u64) -> Answer {
        let now = american(self.world.clock.now());
        let text = format!(
            "The access token expiry UTC time '{}' is earlier than current UTC time '{now}'.",
            american(end)
        );
        self.unauthorized("ExpiredAuthenticationToken", &text)
    }

    /// Returns the refusal of a caller who is not known.
    pub(super) fn unauthorized(&self, code: &str, text: &str) -> Answer {
        let login = self.cloud.login.first().unwrap_or(&"login.microsoftonline.com");
        let challenge = format!(
            "Bearer authorization_uri=\"https://{login}/{TENANT}\", error=\"invalid_token\", error_description=\"{text}\""
        );
        Answer::refuse(401, code, text).with("www-authenticate", challenge)
    }

    fn check_method(&self, operation: &Operation) -> Outcome<()> {
        if self.request.method == operation.method {
            return Ok(());
        }
        let text = format!(
            "The HTTP method '{}' is not supported at scope '{}'.",
            self.request.method, self.request.path
        );
        Err(Answer::refuse(405, "HttpMethodNotSupported", text))
    }

    fn check_version(&self, target: &Target) -> Outcome<()> {
        let Some(version) = parameter(self.request, "api-version").filter(|version| !version.is_empty())
        else {
            let text = "The api-version query parameter (?api-version=) is required for all requests.";
            return Err(Answer::refuse(400, "MissingApiVersionParameter", text));
        };
        let operation = &target.operation;
        if operation.versions.contains(&version) {
            return Ok(());
        }
        let supported = operation.versions.join(", ");
        let Some((_, kind)) = operation.kind.split_once('/') else {
            let text =
                format!("The api-version '{version}' is invalid. The supported versions are '{supported}'.");
            return Err(Answer::refuse(400, "InvalidApiVersionParameter", text));
        };
        let text = format!(
            "No registered resource provider found for location 'westeurope' and API version '{version}' for type '{kind}'. \
             The supported api-versions are '{supported}'."
        );
        Err(Answer::refuse(400, "NoRegisteredProviderFound", text))
    }

    fn check_parameters(&self, operation: &Operation) -> Outcome<()> {
        let mut known = vec!["api-version"];
        known.extend(operation.parameters);
        if operation.is_list && operation.method == "GET" {
            known.push("$skiptoken");
        }
        let is_known = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        match self.request.query.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let text = format!("The query parameter '{name}' is not supported by '{}'.", operation.kind);
                Err(Answer::refuse(400, "InvalidQueryParameter", text))
            }
        }
    }

    /// Checks how the list of machines is asked for states: of a subscription only, or of machines that a filter names.
    fn check_states(&self, target: &Target) -> Outcome<()> {
        if !["VirtualMachines", "VirtualMachineStates"].contains(&target.operation.name) {
            return Ok(());
        }
        let status = parameter(self.request, "statusOnly").map(str::to_lowercase);
        let is_filtered = parameter(self.request, "$filter").is_some_and(|filter| !filter.is_empty());
        let wrong = match status.as_deref() {
            Some("true" | "false") if target.group.is_some() => "statusOnly",
            None | Some("true" | "false") if is_filtered || parameter(self.request, "$expand").is_none() => {
                return Ok(());
            }
            None | Some("true" | "false") => "$expand",
            Some(_) => "statusOnly",
        };
        let text = format!("The value of the query parameter '{wrong}' is invalid here.");
        Err(Answer::refuse(400, "InvalidParameter", text))
    }

    /// Checks that the subscription and the group are there.
    fn check_place(&self, target: &Target) -> Outcome<()> {
        let Some(name) = &target.subscription else { return Ok(()) };
        let Some(subscription) = self.estate.subscription(name) else { return Err(no_subscription(name)) };
        let Some(group) = &target.group else { return Ok(()) };
        let groups = self.estate.groups(subscription);
        if groups.is_some_and(|groups| groups.contains_key(&group.to_lowercase())) {
            return Ok(());
        }
        Err(no_group(group))
    }

    /// Describes the clouds; at a plain endpoint, one cloud that is there.
    fn clouds(&self) -> Answer {
        let origin = &self.request.origin;
        let describe = |cloud: &Cloud, manager: String, login: String, name: &str| {
            json!({
                "name": name, "portal": format!("https://{}", cloud.portal), "resourceManager": manager,
                "graph": format!("https://{}/", cloud.graph), "microsoftGraphResourceId": format!("https://{}/", cloud.graph),
                "graphAudience": format!("https://{}/", cloud.graph), "media": "https://rest.media.azure.net",
                "batch": format!("https://batch.{}/", cloud.storage), "activeDirectoryDataLake": format!("https://datalake.azure.net/"),
                "sqlManagement": format!("https://{}:8443/", cloud.classic),
                "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json",
                "authentication": {"loginEndpoint": login, "tenant": "common", "identityProvider": "AAD",
                    "audiences": [format!("https://{}/", cloud.classic), format!("https://{}/", cloud.manager)]},
                "suffixes": {"storage": cloud.storage, "keyVaultDns": "vault.azure.net", "sqlServerHostname": "database.windows.net",
                    "acrLoginServer": "azurecr.io", "mhsmDns": "managedhsm.azure.net"},
            })
        };
        if origin.starts_with("http://") {
            let own = describe(self.cloud, format!("{origin}/"), origin.clone(), "SimulatedCloud");
            return Answer::ok(json!([own]));
        }
        let all = CLOUDS.iter().map(|cloud| {
            let login = cloud.login.first().copied().unwrap_or_default();
            describe(cloud, format!("https://{}/", cloud.manager), format!("https://{login}"), cloud.name)
        });
        Answer::ok(all.collect())
    }
}

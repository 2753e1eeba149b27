//! A request as AWS understands it: who asks which service in which region to do what.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::failure::Failure;
use super::{Aws, HOME_REGION, names};
use crate::simulator::cloud::Refusal;
use crate::simulator::exchange::Request;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Ec2,
    Sts,
    Organizations,
    Ssm,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The id of the account.
    pub(super) account: String,
    /// The ARN.
    pub(super) arn: String,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) service: Service,
    pub(super) region: String,
    pub(super) caller: Caller,
    pub(super) action: String,
    /// The parameters of the Query protocol but `Action` and `Version`.
    pub(super) parameters: BTreeMap<String, String>,
    /// The parameters of JSON 1.1.
    pub(super) document: Map<String, Value>,
}

/// What a signature says of itself.
struct Signature {
    key: String,
    day: String,
    region: String,
    service: String,
}

impl Service {
    /// Returns the service of a name in a host name or a signature.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "ec2" => Some(Self::Ec2),
            "sts" => Some(Self::Sts),
            "organizations" => Some(Self::Organizations),
            "ssm" => Some(Self::Ssm),
            _ => None,
        }
    }

    /// Returns the service that a request is for, which decides the format of errors; EC2 when nothing tells.
    pub(super) fn of(request: &Request) -> Self {
        let of_host = names::service_of(&request.host).map(|(service, _)| service);
        let of_signature = || Self::named(&Signature::read(request)?.service);
        of_host.or_else(of_signature).unwrap_or(Self::Ec2)
    }

    /// Returns the version of the Query protocol's API, or the prefix of targets of JSON 1.1.
    fn interface(self) -> &'static str {
        match self {
            Self::Ec2 => "2016-11-15",
            Self::Sts => "2011-06-15",
            Self::Organizations => "AWSOrganizationsV20161128",
            Self::Ssm => "AmazonSSM",
        }
    }
}

impl Signature {
    /// Reads `AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=...`.
    fn read(request: &Request) -> Option<Self> {
        let parts = request.header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part =
            |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let digits = part("Signature")?;
        let is_signature = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let signs_host = part("SignedHeaders")?.split(';').any(|name| name == "host");
        let scope: Vec<_> = part("Credential")?.split('/').collect();
        match scope.as_slice() {
            [key, day, region, service, "aws4_request"] if is_signature && signs_host => Some(Self {
                key: (*key).to_owned(),
                day: (*day).to_owned(),
                region: (*region).to_owned(),
                service: (*service).to_owned(),
            }),
            _ => None,
        }
    }

    /// Checks that the signature is for the service and region of the host, and made on the day of the request.
    fn check(&self, request: &Request) -> Result<(Service, String), Failure> {
        let wrong = |what: String| Failure::new(403, "SignatureDoesNotMatch", what);
        let Some(service) = Service::named(&self.service) else {
            return Err(wrong(format!("cloud-sim has no service `{}`", self.service)));
        };
        let (host_service, region) =
            names::service_of(&request.host).unwrap_or_else(|| (service, self.region.clone()));
        if host_service != service {
            return Err(wrong(format!(
                "Credential should be scoped to correct service, not '{}'.",
                self.service
            )));
        }
        let is_global = service == Service::Organizations;
        if region != self.region || (is_global && region != HOME_REGION) {
            return Err(wrong(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                self.region
            )));
        }
        let date = request.header("x-amz-date").unwrap_or_default();
        if !date.starts_with(&self.day) || date.len() != "20260102T030405Z".len() {
            return Err(wrong(format!(
                "Date in Credential scope does not match X-Amz-Date: {} {date}",
                self.day
            )));
        }
        Ok((service, region))
    }
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    /// When it is not signed, or signed for something else, by somebody unknown, or too long ago; or names no action.
    pub(super) fn read(aws: &Aws, request: &Request) -> Result<Self, Failure> {
        let signature = Signature::read(request).ok_or_else(|| {
            let text = "Request is missing Authentication Token";
            Failure::new(403, "MissingAuthenticationToken", text)
        })?;
        let (service, region) = signature.check(request)?;
        let caller = Caller::of(aws, request, &signature, service)?;
        if !aws.regions().contains(&region.as_str()) {
            return Err(Failure::of(Refusal::Unknown, service));
        }
        let (action, parameters, document) = match service {
            Service::Ec2 | Service::Sts => {
                let (action, parameters) = read_query(request, service)?;
                (action, parameters, Map::new())
            }
            Service::Organizations | Service::Ssm => {
                let (action, document) = read_json(request, service)?;
                (action, BTreeMap::new(), document)
            }
        };
        Ok(Self { service, region, caller, action, parameters, document })
    }

    /// Checks that every parameter of the Query protocol is known: by its name, or by the part before its first number.
    pub(super) fn allow(&self, known: &[&str]) -> Result<(), Failure> {
        let is_known = |name: &str| known.contains(&name.split('.').next().unwrap_or(name));
        match self.parameters.keys().find(|name| !is_known(name)) {
            None => Ok(()),
            Some(name) => {
                Err(Failure::new(400, "UnknownParameter", format!("The parameter {name} is not recognized")))
            }
        }
    }

    /// Checks that every member of the JSON document is known.
    pub(super) fn allow_members(&self, known: &[&str]) -> Result<(), Failure> {
        match self.document.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(Failure::new(
                400,
                "ValidationException",
                format!("cloud-sim does not know the member {name}"),
            )),
        }
    }

    /// Returns the failure of an action that the service does not have.
    pub(super) fn unknown_action(&self) -> Failure {
        let action = &self.action;
        match self.service {
            Service::Ec2 | Service::Sts => Failure::new(
                400,
                "InvalidAction",
                format!("The action {action} is not valid for this web service."),
            ),
            Service::Organizations | Service::Ssm => {
                Failure::new(400, "UnknownOperationException", format!("cloud-sim does not know {action}"))
            }
        }
    }

    /// Returns the values of `NAME.1`, `NAME.2`, ...
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let numbered = (1..).map_while(|number| self.parameters.get(&format!("{name}.{number}")));
        numbered.map(String::as_str).collect()
    }
}

impl Caller {
    fn of(aws: &Aws, request: &Request, signature: &Signature, service: Service) -> Result<Self, Failure> {
        let unknown = || Failure::of(Refusal::Unknown, service);
        match request.header("x-amz-security-token") {
            None if signature.key.starts_with("AKIA") => {
                let account = aws.home_account().to_owned();
                Ok(Self { arn: format!("arn:aws:iam::{account}:user/cloud-sim"), account })
            }
            None => Err(unknown()),
            Some(token) => {
                let session = aws.world.seal.open(&signature.key, token).ok_or_else(unknown)?;
                let mut parts = session.splitn(3, ' ');
                let (Some(end), Some(account), Some(arn)) = (parts.next(), parts.next(), parts.next()) else {
                    return Err(unknown());
                };
                if end.parse().is_ok_and(|end: u64| end <= aws.world.clock.now()) {
                    return Err(Failure::of(Refusal::Expired, service));
                }
                Ok(Self { account: account.to_owned(), arn: arn.to_owned() })
            }
        }
    }

    /// Makes the session token that goes with a temporary key until `end`, in seconds since 1970.
    pub(super) fn session(&self, aws: &Aws, key: &str, end: u64) -> String {
        aws.world.seal.close(key, &format!("{end} {} {}", self.account, self.arn))
    }
}

fn read_query(request: &Request, service: Service) -> Result<(String, BTreeMap<String, String>), Failure> {
    let pairs = if request.method == "POST" { request.form() } else { request.query.clone() };
    let mut parameters: BTreeMap<_, _> = pairs.into_iter().collect();
    let Some(action) = parameters.remove("Action") else {
        return Err(Failure::new(400, "MissingAction", "No action was supplied with this request."));
    };
    let version = parameters.remove("Version").unwrap_or_default();
    if version != service.interface() {
        let text = format!("The action {action} is not valid for version '{version}'.");
        return Err(Failure::new(400, "InvalidAction", text));
    }
    Ok((action, parameters))
}

fn read_json(request: &Request, service: Service) -> Result<(String, Map<String, Value>), Failure> {
    let target = request.header("x-amz-target").unwrap_or_default();
    let Some((_, action)) = target.split_once('.').filter(|(prefix, _)| *prefix == service.interface())
    else {
        return Err(Failure::new(400, "UnknownOperationException", format!("no target `{target}` here")));
    };
    if request.method != "POST" {
        return Err(Failure::new(400, "UnknownOperationException", "JSON 1.1 is sent with POST"));
    }
    match request.json() {
        Some(Value::Object(document)) => Ok((action.to_owned(), document)),
        _ => Err(Failure::new(400, "SerializationException", "the body is no JSON object")),
    }
}

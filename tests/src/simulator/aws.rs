//! AWS: EC2 and STS of the Query protocol, Organizations and Systems Manager of JSON 1.1.
//!
//! Signatures are read but not verified: any long-lived key (`AKIA...`) is one of the first account, whatever its secret.
//! Temporary keys must be ones that `AssumeRole` handed out.

mod asked;
mod ec2;
mod failure;
mod filters;
mod instance;
mod names;
mod organizations;
mod pages;
mod ssm;
mod sts;

use std::path::Path;

use self::asked::{Asked, Service};
use self::failure::Failure;
pub use self::names::{geography, instance_id};
pub use self::organizations::unit_id;
use super::cloud::{Call, Cloud, Refusal, Twist, World};
use super::exchange::{Answer, Request};

/// The region that is there without being asked for: the global services are in it, and clients ask it for the others.
const HOME_REGION: &str = "us-east-1";

/// The actions whose answers are pages.
const LISTS: [&str; 7] = [
    "DescribeInstances",
    "DescribeTags",
    "ListAccounts",
    "ListAccountsForParent",
    "ListOrganizationalUnitsForParent",
    "ListRoots",
    "GetInventory",
];

/// The simulated AWS.
#[derive(Debug)]
pub struct Aws {
    world: World,
}

impl Aws {
    /// Makes an AWS of the machines and limits of `world`.
    pub fn new(world: World) -> Self {
        Self { world }
    }

    /// Returns the id of the account that long-lived keys belong to, and that manages the organization.
    fn home_account(&self) -> &str {
        self.world.fleet.geography().accounts.first().map_or("000000000000", String::as_str)
    }

    /// Returns the names of the enabled regions.
    fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<_> = self.world.fleet.geography().regions.iter().map(String::as_str).collect();
        if !regions.contains(&HOME_REGION) {
            regions.push(HOME_REGION);
        }
        regions
    }

    fn act(&self, request: &Request, twist: Option<Twist>) -> Result<Answer, Failure> {
        let asked = Asked::read(self, request)?;
        match asked.service {
            Service::Ec2 => ec2::answer(self, &asked, twist),
            Service::Sts => sts::answer(self, &asked),
            Service::Organizations => organizations::answer(self, &asked, twist),
            Service::Ssm => ssm::answer(self, &asked, twist),
        }
    }
}

impl Cloud for Aws {
    fn name(&self) -> &'static str {
        "aws"
    }

    fn owns(&self, host: &str, _path: &str) -> bool {
        names::service_of(host).is_some()
    }

    fn classify(&self, request: &Request) -> Call {
        let Ok(asked) = Asked::read(self, request) else {
            return Call { name: "unknown".to_owned(), scope: String::new(), is_page: false };
        };
        let is_page = LISTS.contains(&asked.action.as_str());
        Call { scope: format!("{}/{}", asked.caller.account, asked.region), name: asked.action, is_page }
    }

    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        self.act(request, twist).unwrap_or_else(|failure| failure.answer(Service::of(request)))
    }

    fn refuse(&self, request: &Request, refusal: Refusal) -> Answer {
        let service = Service::of(request);
        Failure::of(refusal, service).answer(service)
    }

    fn environment(&self, endpoint: Option<&str>, _folder: &Path) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ACCESS_KEY_ID", "AKIASIMULATEDKEY0000".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
            ("AWS_DEFAULT_REGION", HOME_REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        variables.extend(endpoint.map(|endpoint| ("AWS_ENDPOINT_URL", endpoint.to_owned())));
        variables
    }
}

#[cfg(test)]
mod tests;

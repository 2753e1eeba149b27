//! AWS: EC2, STS, Organizations and Systems Manager.

use super::cloud::{Call, Cloud, Refusal, Twist, World};
use super::exchange::{Answer, Request};
use super::fleet::Geography;

/// The simulated AWS.
#[derive(Debug)]
pub struct Aws {
    world: World,
}

/// Returns account ids that a seed decides, and names of regions.
pub fn geography(seed: u64, accounts: usize, regions: usize) -> Geography {
    let account = |place| {
        format!("{:012}", 100_000_000_000 + super::fleet::Draw::new(seed, place).below(800_000_000_000))
    };
    Geography {
        accounts: (0..accounts as u64).map(account).collect(),
        regions: ["us-east-1", "eu-west-1", "us-west-2"]
            .iter()
            .take(regions)
            .map(|&region| region.to_owned())
            .collect(),
    }
}

impl Aws {
    /// Makes it.
    pub fn new(world: World) -> Self {
        Self { world }
    }
}

impl Cloud for Aws {
    fn name(&self) -> &'static str {
        "aws"
    }

    fn owns(&self, host: &str, _path: &str) -> bool {
        host.ends_with(".amazonaws.com")
    }

    fn classify(&self, request: &Request) -> Call {
        Call { name: request.path.clone(), scope: String::new(), is_page: false }
    }

    fn answer(&self, _request: &Request, _twist: Option<Twist>) -> Answer {
        Answer::xml(200, format!("<size>{}</size>", self.world.fleet.size()))
    }

    fn refuse(&self, _request: &Request, _refusal: Refusal) -> Answer {
        Answer::xml(503, "")
    }

    fn environment(&self, endpoint: &str) -> Vec<(&'static str, String)> {
        vec![("AWS_ENDPOINT_URL", endpoint.to_owned())]
    }
}

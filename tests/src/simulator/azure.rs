//! Azure: Entra, the metadata service of machines, Resource Manager and its providers.

mod answer;
mod batch;
mod clock;
mod clouds;
mod compute;
pub mod directory;
mod estate;
mod graph;
mod host;
mod hybrid;
mod login;
mod manager;
mod metadata;
mod network;
mod page;
mod path;
mod refusal;
mod resources;
mod shape;
mod token;
mod twist;
mod versions;

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use self::batch::Batches;
use self::clouds::{CLOUDS, Service};
use self::estate::{Estate, Survey};
use self::login::Login;
use self::manager::Manager;
pub use self::resources::MANAGEMENT_GROUP;
pub use self::shape::geography;
use super::cloud::{Call, Cloud, Refusal, Twist, World};
use super::exchange::{Answer, Request};

/// What only Azure has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether a batch is answered with 202 and the place of its result instead of the result.
    pub defers_batches: bool,
    /// How many reads a subscription has left at the start, as every answer tells; nothing tells of a full quota always.
    pub reads: Option<u64>,
    /// Whether Resource Graph gives the first page of a result only, and says that it is truncated.
    pub truncates_queries: bool,
}

/// The simulated Azure.
#[derive(Debug)]
pub struct Azure {
    world: World,
    survey: OnceLock<Survey>,
    batches: Batches,
    reads: Option<AtomicU64>,
    answers: AtomicU64,
    truncates_queries: bool,
}

/// What a quota is when it is full.
const FULL: u64 = 11_999;

impl Azure {
    /// Makes it.
    pub fn new(world: World, options: Options) -> Self {
        Self {
            world,
            survey: OnceLock::new(),
            batches: Batches::new(options.defers_batches),
            reads: options.reads.map(AtomicU64::new),
            answers: AtomicU64::new(0),
            truncates_queries: options.truncates_queries,
        }
    }

    /// Returns what a request is to be answered by: by its host, or at a plain endpoint by its path.
    fn service(request: &Request, segments: &[&str]) -> Service {
        let [public, ..] = &CLOUDS;
        Service::of(&request.host).unwrap_or_else(|| match segments {
            _ if metadata::classify(segments) != "unknown" => Service::Metadata,
            _ if login::classify(segments) != "unknown" => Service::Login(public),
            _ => Service::Manager(public),
        })
    }

    fn manager<'a>(
        &'a self,
        cloud: &'static clouds::Cloud,
        request: &'a Request,
        twist: Option<Twist>,
    ) -> Manager<'a> {
        Manager {
            world: &self.world,
            estate: Estate::new(&self.world.fleet, &self.survey),
            cloud,
            batches: &self.batches,
            request,
            twist,
            truncates_queries: self.truncates_queries,
        }
    }

    /// Writes an answer of Resource Manager, with the headers that all of them have.
    fn write(&self, request: &Request, answer: answer::Answer) -> Answer {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let id = host::uuid(&format!("answer {number}"));
        let has_quota = answer.headers.iter().any(|(name, _)| name.starts_with("x-ms-ratelimit"));
        let mut written = Answer::json(answer.status, &answer.body)
            .with_header("cache-control", "no-cache")
            .with_header("x-ms-routing-request-id", format!("WESTEUROPE:20260102T030405Z:{id}"))
            .with_header("x-ms-correlation-request-id", id.clone())
            .with_header("x-ms-request-id", id);
        if !has_quota {
            let left = self.reads.as_ref().map_or(FULL, take_one);
            written = written.with_header("x-ms-ratelimit-remaining-subscription-reads", left.to_string());
            if request.path.to_ascii_lowercase().contains("/microsoft.compute/") {
                let quota = "Microsoft.Compute/HighCostGet3Min;133,Microsoft.Compute/HighCostGet30Min;657";
                written = written.with_header("x-ms-ratelimit-remaining-resource", quota);
            }
        }
        written.headers.extend(answer.headers);
        if answer.body.is_null() {
            written.body.clear();
        }
        written
    }
}

/// Takes one from a quota, and returns what is left.
fn take_one(quota: &AtomicU64) -> u64 {
    let less = |left: u64| Some(left.saturating_sub(1));
    quota.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).unwrap_or_default().saturating_sub(1)
}

fn plain(answer: answer::Answer) -> Answer {
    let mut written =
        Answer::json(answer.status, &answer.body).with_header("cache-control", "no-store, no-cache");
    written.headers.extend(answer.headers);
    written
}

impl Cloud for Azure {
    fn name(&self) -> &'static str {
        "azure"
    }

    fn owns(&self, host: &str, path: &str) -> bool {
        match Service::of(host) {
            Some(Service::Metadata) => path.starts_with("/metadata/"),
            found => found.is_some(),
        }
    }

    fn classify(&self, request: &Request) -> Call {
        let segments = request.segments();
        let words: Vec<_> = segments.iter().map(String::as_str).collect();
        let simple = |name: &str| Call { name: name.to_owned(), scope: String::new(), is_page: false };
        match Self::service(request, &words) {
            Service::Metadata => simple(metadata::classify(&words)),
            Service::Login(_) => simple(login::classify(&words)),
            Service::Manager(_) => manager::target(request).map_or_else(
                || simple("unknown"),
                |target| Call {
                    name: target.operation.name.to_owned(),
                    scope: target.scope(),
                    is_page: target.operation.is_list,
                },
            ),
        }
    }

    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        let segments = request.segments();
        let words: Vec<_> = segments.iter().map(String::as_str).collect();
        match Self::service(request, &words) {
            Service::Metadata => plain(metadata::answer(&self.world, request, &words)),
            Service::Login(cloud) => plain(Login { world: &self.world, cloud, request }.answer(&words)),
            Service::Manager(cloud) => self.write(request, self.manager(cloud, request, twist).answer()),
        }
    }

    fn refuse(&self, request: &Request, refusal: Refusal) -> Answer {
        if refusal == Refusal::BadGateway {
            return Answer::html(
                502,
                "<html><head><title>502 Bad Gateway</title></head><body></body></html>\n",
            );
        }
        let segments = request.segments();
        let words: Vec<_> = segments.iter().map(String::as_str).collect();
        let refused = match Self::service(request, &words) {
            Service::Metadata => return plain(refusal::identity(refusal)),
            Service::Login(cloud) => {
                return plain(refusal::login(&Login { world: &self.world, cloud, request }, refusal));
            }
            Service::Manager(cloud) => refusal::manager(&self.manager(cloud, request, None), refusal),
        };
        self.write(request, refused)
    }

    fn environment(&self, endpoint: Option<&str>, _folder: &Path) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AZURE_TENANT", directory::TENANT.to_owned()),
            ("AZURE_CLIENT_ID", directory::CLIENT.to_owned()),
            ("AZURE_SECRET", directory::SECRET.to_owned()),
        ];
        let own = self.world.fleet.geography().accounts.first();
        variables.extend(own.map(|subscription| ("AZURE_SUBSCRIPTION_ID", subscription.clone())));
        if let Some(endpoint) = endpoint {
            let metadata = format!("{endpoint}/metadata/endpoints?api-version=2022-09-01");
            variables.push(("AZURE_CLOUD_ENVIRONMENT", endpoint.to_owned()));
            variables.push(("ARM_CLOUD_METADATA_URL", metadata));
        }
        variables
    }
}

#[cfg(test)]
mod tests;

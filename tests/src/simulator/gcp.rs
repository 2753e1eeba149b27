//! Google Cloud: its token endpoints, the metadata server of machines, Compute Engine and Cloud Resource Manager.

mod compute;
pub mod directory;
mod disk;
mod estate;
mod failure;
pub mod files;
mod filter;
mod host;
mod instance;
mod key;
mod login;
mod manager;
mod metadata;
mod parameters;
mod refusal;
mod route;
mod time;
mod token;
mod twist;
mod zones;

use std::path::Path;

use serde_json::Value;

use self::compute::Compute;
use self::directory::{Accounts, PLATFORM};
use self::estate::Estate;
pub use self::estate::{FOLDER, ORGANIZATION};
use self::failure::{Body, Failure, Outcome};
pub use self::host::geography;
use self::login::Login;
use self::manager::Manager;
use self::metadata::Place;
use self::refusal::{Stranger, name_of, stranger};
use self::route::{Service, Target};
use self::token::Bearer;
use super::cloud::{Call, Cloud, Refusal, Twist, World};
use super::exchange::{Answer, Request};

/// What only Google has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether Compute Engine answers too many requests with 429, as newer services do, instead of with 403.
    pub throttles_with_429: bool,
    /// Whether refusals of Compute Engine have the form of newer services: without a list of errors.
    pub lists_no_errors: bool,
}

/// The simulated Google Cloud.
#[derive(Debug)]
pub struct Gcp {
    world: World,
    estate: Estate,
    /// The project of the caller, with its number and service accounts.
    project: String,
    number: u64,
    accounts: Accounts,
    options: Options,
}

const READ_ONLY: &str = "https://www.googleapis.com/auth/cloud-platform.read-only";
/// The scopes that Compute Engine takes for reading.
const COMPUTE_SCOPES: [&str; 4] = [
    PLATFORM,
    READ_ONLY,
    "https://www.googleapis.com/auth/compute",
    "https://www.googleapis.com/auth/compute.readonly",
];
/// The scopes that Cloud Resource Manager takes for reading projects.
const PROJECT_SCOPES: [&str; 4] = [
    PLATFORM,
    READ_ONLY,
    "https://www.googleapis.com/auth/cloudplatformprojects",
    "https://www.googleapis.com/auth/cloudplatformprojects.readonly",
];
/// Those for folders.
const FOLDER_SCOPES: [&str; 4] = [
    PLATFORM,
    READ_ONLY,
    "https://www.googleapis.com/auth/cloudplatformfolders",
    "https://www.googleapis.com/auth/cloudplatformfolders.readonly",
];

impl Gcp {
    /// Makes it.
    ///
    /// # Errors
    /// When the description of the fleet says what Google does not have.
    pub fn new(world: World, options: Options) -> Result<Self, String> {
        host::check(&world.fleet)?;
        let estate = Estate::of(&world.fleet)?;
        let first = estate.projects.first();
        let (project, number) = first.map_or_else(Default::default, |first| (first.id.clone(), first.number));
        let accounts = Accounts::of(&project, number);
        Ok(Self { world, estate, project, number, accounts, options })
    }

    /// Returns the service accounts of the caller's project.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    fn outcome(&self, request: &Request, target: &Target, twist: Option<Twist>) -> Outcome {
        let login = Login { world: &self.world, accounts: &self.accounts, request };
        match (target.service, target.name) {
            (Service::Login, _) => login.token(),
            (Service::Exchange, _) => login.exchange(),
            (_, "ImpersonatedToken") => login.impersonate(&target.scope),
            (Service::Credentials | Service::Metadata, _) => login.locations(),
            (Service::Compute, _) => {
                self.admit(request, target, &COMPUTE_SCOPES)?;
                let (world, estate, account) = (&self.world, &self.estate, self.accounts.machine.as_str());
                Compute { world, estate, account, request, twist }.answer(target)
            }
            (Service::Manager, name) => {
                let scopes = if name == "Folders" { &FOLDER_SCOPES } else { &PROJECT_SCOPES };
                self.admit(request, target, scopes)?;
                Manager { world: &self.world, estate: &self.estate, request, twist }.answer(target)
            }
        }
    }

    /// Checks who asks, and on whose account.
    fn admit(&self, request: &Request, target: &Target, scopes: &[&str]) -> Outcome<()> {
        match Bearer::of(&self.world, &self.accounts.emails(), request) {
            Bearer::Missing => return Err(stranger(target, Stranger::Missing)),
            Bearer::Unknown => return Err(stranger(target, Stranger::Unknown)),
            Bearer::Expired => return Err(stranger(target, Stranger::Expired)),
            Bearer::Good(grant) if !grant.fits(name_of(target.service), scopes) => {
                return Err(stranger(target, Stranger::Narrow));
            }
            Bearer::Good(_) => {}
        }
        match request.header("x-goog-user-project") {
            Some(payer) if self.estate.project(payer).is_none_or(|project| project.is_deleted) => {
                let message = format!(
                    "Caller does not have required permission to use project {payer}. Grant the caller the \
                     roles/serviceusage.serviceUsageConsumer role."
                );
                Err(Failure::old(403, &message, "global", "forbidden").with_status("PERMISSION_DENIED"))
            }
            _ => Ok(()),
        }
    }
}

/// Writes an answer with the headers that all services have.
fn write(request: &Request, outcome: Outcome) -> Answer {
    const JSON: &str = "application/json; charset=UTF-8";
    let write = |status: u16, body: Value| Answer::new(status, JSON, parameters::write(request, body));
    let answer = match outcome {
        Ok(body) => write(200, body),
        Err(Failure { status, body: Body::Json(body) }) => write(status, body),
        Err(Failure { status, body: Body::Html(page) }) => {
            Answer::new(status, "text/html; charset=UTF-8", page)
        }
    };
    answer
        .with_header("vary", "Origin, X-Origin, Referer")
        .with_header("server", "ESF")
        .with_header("cache-control", "private")
        .with_header("x-content-type-options", "nosniff")
}

impl Cloud for Gcp {
    fn name(&self) -> &'static str {
        "gcp"
    }

    fn owns(&self, host: &str, path: &str) -> bool {
        match route::services(host) {
            // The address of the metadata services is that of several clouds.
            [Service::Metadata] if host.starts_with("169.") => {
                path == "/" || path.starts_with("/computeMetadata")
            }
            services => !services.is_empty(),
        }
    }

    fn classify(&self, request: &Request) -> Call {
        match Target::of(request) {
            Ok(target) => {
                Call { name: target.name.to_owned(), is_page: target.is_list(), scope: target.scope }
            }
            Err(_) => Call { name: "unknown".to_owned(), scope: String::new(), is_page: false },
        }
    }

    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        match Target::of(request) {
            Ok(target) if target.service == Service::Metadata => {
                let place = Place { project: &self.project, number: self.number, accounts: &self.accounts };
                metadata::answer(&self.world, place, request)
            }
            Ok(target) => write(request, self.outcome(request, &target, twist)),
            Err(failure) => write(request, Err(failure)),
        }
    }

    fn refuse(&self, request: &Request, refusal: Refusal) -> Answer {
        let target = match Target::of(request) {
            Ok(target) => target,
            Err(failure) => return write(request, Err(failure)),
        };
        if refusal == Refusal::BadGateway {
            let text = "The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.";
            return write(request, Err(Failure::html(502, "Server Error", text)));
        }
        if target.service == Service::Metadata {
            return refusal::metadata(refusal);
        }
        let throttles_with = if self.options.throttles_with_429 { 429 } else { 403 };
        let mut failure = refusal::refuse(&target, refusal, throttles_with);
        if self.options.lists_no_errors {
            failure = failure.without_list();
        }
        write(request, Err(failure))
    }

    fn environment(&self, endpoint: Option<&str>, folder: &Path) -> Vec<(&'static str, String)> {
        let prefix = if endpoint.is_some() { files::ENDPOINT } else { "" };
        let file = folder.join(format!("{prefix}{}", files::SERVICE_ACCOUNT));
        let mut variables = vec![
            ("GOOGLE_APPLICATION_CREDENTIALS", file.display().to_string()),
            ("GOOGLE_CLOUD_PROJECT", self.project.clone()),
        ];
        if let Some(endpoint) = endpoint {
            let address = endpoint.trim_start_matches("http://").to_owned();
            variables.push(("GCE_METADATA_IP", address.clone()));
            variables.push(("GCE_METADATA_HOST", address));
            variables.push(("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", format!("{endpoint}/compute/v1/")));
            variables.push(("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", format!("{endpoint}/")));
        }
        variables
    }

    fn files(&self, endpoint: &str, folder: &Path) -> Vec<(String, String)> {
        files::all(&self.world, &self.accounts, &self.project, endpoint, folder)
    }

    fn compresses(&self, request: &Request) -> bool {
        // Documented for all of Google's interfaces: the client must take gzip, and say so in its name, too.
        request.header("user-agent").is_some_and(|agent| agent.contains("gzip"))
    }
}

#[cfg(test)]
mod tests;

//! A simulator of clouds: one process that speaks their wire protocols, for clients that know nothing of it.
//!
//! It is reached at plain HTTP endpoints, one per cloud, and as an HTTPS proxy with a certificate authority of its own,
//! which speaks for the clouds' real host names.

mod authority;
pub mod aws;
pub mod azure;
pub mod clock;
pub mod cloud;
mod control;
pub mod exchange;
pub mod faults;
pub mod fleet;
pub mod gcp;
mod memory;
mod merge;
pub mod seal;
mod server;
pub mod statistics;
mod transport;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use self::authority::Authority;
use self::clock::Clock;
use self::cloud::{Cloud, Limits, World};
use self::faults::{Faults, Rule};
use self::fleet::{Description, Fleet, Geography};
use self::memory::Memory;
use self::server::Shared;
use self::statistics::{Counter, Exchange, Statistics};

/// What is simulated, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The machines.
    pub source: Source,
    /// How long each answer is held back.
    pub latency: Duration,
    /// The most items on a page; nothing keeps each service's own limit.
    pub page_size: Option<usize>,
    /// How long the access tokens and temporary keys that are handed out are good.
    pub token_lifetime: Duration,
    /// What goes wrong from the start.
    pub faults: Vec<Rule>,
    /// The ports on loopback: for the proxy under `proxy`, for a cloud's endpoint under its name; others are free ones.
    pub ports: Vec<(String, u16)>,
    /// The file for a line of JSON per exchange.
    pub log: Option<PathBuf>,
    /// Whether exchanges are kept in memory for [`Simulator::exchanges`].
    pub keeps_exchanges: bool,
    /// Whether each page is made only once, for those who ask again and again; whoever asks for it again need not be
    /// allowed to.
    pub remembers_pages: bool,
    /// What only Azure has.
    pub azure: azure::Options,
    /// What only Google has.
    pub gcp: gcp::Options,
}

/// Where the machines come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A seed decides them.
    Seeded {
        /// The seed.
        seed: u64,
        /// How many machines each cloud has.
        size: u64,
        /// How many accounts, subscriptions or projects they are in.
        accounts: usize,
        /// How many regions they are in.
        regions: usize,
    },
    /// They are written down.
    Described(Description),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source: Source::Seeded { seed: 1, size: 100, accounts: 1, regions: 3 },
            latency: Duration::ZERO,
            page_size: None,
            token_lifetime: Duration::from_secs(3600),
            faults: Vec::new(),
            ports: Vec::new(),
            log: None,
            keeps_exchanges: false,
            remembers_pages: false,
            azure: azure::Options::default(),
            gcp: gcp::Options::default(),
        }
    }
}

impl Settings {
    /// Returns the usual settings with a fleet of `size` machines of one account.
    pub fn seeded(seed: u64, size: u64) -> Self {
        Self { source: Source::Seeded { seed, size, accounts: 1, regions: 3 }, ..Self::default() }
    }

    /// Checks that every name of a cloud is that of one: a misspelt one would do nothing.
    fn check(&self, clouds: &[Arc<dyn Cloud>]) -> io::Result<()> {
        let described = match &self.source {
            Source::Described(description) => description.clouds().collect(),
            Source::Seeded { .. } => Vec::new(),
        };
        let faulty = self.faults.iter().map(|rule| rule.cloud.as_str());
        let ports = self.ports.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "proxy");
        let mut named = described.into_iter().chain(faulty).chain(ports);
        match named.find(|name| !clouds.iter().any(|cloud| cloud.name() == *name)) {
            Some(name) => Err(invalid(format!("no cloud is named `{name}`"))),
            None => Ok(()),
        }
    }

    fn port(&self, name: &str) -> u16 {
        self.ports.iter().find(|(known, _)| known == name).map_or(0, |(_, port)| *port)
    }

    /// Returns what a cloud knows; `geography` makes its accounts and regions from a seed and their counts.
    fn world(
        &self,
        cloud: &str,
        clock: &Clock,
        faults: &Arc<Faults>,
        geography: impl Fn(u64, usize, usize) -> Geography,
    ) -> World {
        let fleet = match &self.source {
            Source::Seeded { seed, size, accounts, regions } => {
                Fleet::seeded(*seed, *size, geography(*seed, *accounts, *regions))
            }
            Source::Described(description) => description.fleet(cloud, &geography(1, 1, 1)),
        };
        let limits = Limits { page_size: self.page_size, token_lifetime: self.token_lifetime };
        World { fleet, limits, clock: clock.clone(), seal: seal::Seal::default(), faults: Arc::clone(faults) }
    }
}

/// A running simulator; it ends with this value.
pub struct Simulator {
    shared: Arc<Shared>,
    endpoints: Vec<(&'static str, SocketAddr)>,
    proxy: SocketAddr,
    folder: TempDir,
    clock: Clock,
    _runtime: Runtime,
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { endpoints, proxy, .. } = self;
        formatter.debug_struct("Simulator").field("endpoints", endpoints).field("proxy", proxy).finish()
    }
}

impl Simulator {
    /// Starts a simulator on threads of its own.
    ///
    /// # Errors
    /// When a fault, a port or a description is for a cloud that is not there, a port is taken, the log cannot be written,
    /// or the system has no folder for temporary files.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let clock = Clock::default();
        let faults = Arc::new(Faults::default());
        let azure = settings.world("azure", &clock, &faults, azure::geography);
        let gcp = settings.world("gcp", &clock, &faults, gcp::geography);
        let gcp = gcp::Gcp::new(gcp, settings.gcp).map_err(invalid)?;
        let clouds: Vec<Arc<dyn Cloud>> = vec![
            Arc::new(aws::Aws::new(settings.world("aws", &clock, &faults, aws::geography))),
            Arc::new(azure::Azure::new(azure, settings.azure)),
            Arc::new(gcp),
        ];
        settings.check(&clouds)?;
        let authority = Authority::new().map_err(io::Error::other)?;
        let folder = TempDir::with_prefix("cloud-sim-")?;
        std::fs::write(folder.path().join(CERTIFICATE), authority.certificate())?;
        let counter = Counter::new(settings.log.as_deref(), settings.keeps_exchanges)?;
        let memory = settings.remembers_pages.then(Memory::default);
        let shared =
            Arc::new(Shared { clouds, authority, faults, counter, latency: settings.latency, memory });
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (endpoints, proxy) = runtime.block_on(listen(&shared, &settings))?;
        for (cloud, (_, address)) in shared.clouds.iter().zip(&endpoints) {
            for (name, content) in cloud.files(&format!("http://{address}"), folder.path()) {
                std::fs::write(folder.path().join(name), content)?;
            }
        }
        settings.faults.into_iter().for_each(|rule| shared.faults.add(rule));
        Ok(Self { shared, endpoints, proxy, folder, clock, _runtime: runtime })
    }

    /// Returns the address of a cloud's plain endpoint, such as `http://127.0.0.1:35001`.
    ///
    /// # Panics
    /// When no cloud has this name.
    pub fn endpoint(&self, cloud: &str) -> String {
        format!("http://127.0.0.1:{}", self.port(cloud))
    }

    /// Returns the address of the same endpoint for clients that want TLS, such as `https://localhost:35001`; they must
    /// trust [`Simulator::certificate_file`].
    ///
    /// # Panics
    /// When no cloud has this name.
    pub fn secure_endpoint(&self, cloud: &str) -> String {
        format!("https://localhost:{}", self.port(cloud))
    }

    fn port(&self, cloud: &str) -> u16 {
        let found = self.endpoints.iter().find(|(name, _)| *name == cloud);
        let (_, address) = found.unwrap_or_else(|| panic!("no cloud is named `{cloud}`"));
        address.port()
    }

    /// Returns the address of the proxy, such as `http://127.0.0.1:35002`.
    pub fn proxy(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// Returns the file with the certificate that clients of the proxy must trust.
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.path().join(CERTIFICATE)
    }

    /// Returns a file with credentials that are good here, such as [`gcp::files::SERVICE_ACCOUNT`].
    pub fn credential_file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies all files with credentials into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn copy_credentials(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for cloud in &self.shared.clouds {
            for (name, content) in cloud.files(&self.endpoint(cloud.name()), folder) {
                std::fs::write(folder.join(name), content)?;
            }
        }
        Ok(())
    }

    /// Returns the environment variables that lead clients here, by the proxy or by the clouds' endpoints, with
    /// credentials that are good here.
    pub fn environment(&self, by_proxy: bool) -> Vec<(&'static str, String)> {
        let clouds = self.shared.clouds.iter();
        let mut variables: Vec<_> = clouds
            .flat_map(|cloud| {
                let endpoint = (!by_proxy).then(|| self.endpoint(cloud.name()));
                cloud.environment(endpoint.as_deref(), self.folder.path())
            })
            .collect();
        if by_proxy {
            let certificate = self.certificate_file().display().to_string();
            variables.push(("NO_PROXY", "localhost,127.0.0.1".to_owned()));
            let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"];
            variables.extend(proxies.map(|name| (name, self.proxy())));
            let trusted = ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];
            variables.extend(trusted.map(|name| (name, certificate.clone())));
        }
        variables
    }

    /// Returns what was counted since the start or the last reset.
    pub fn statistics(&self) -> Statistics {
        self.shared.counter.statistics()
    }

    /// Returns the exchanges since the start or the last reset, if the settings keep them.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.counter.exchanges()
    }

    /// Puts a fault in force.
    pub fn add_fault(&self, rule: Rule) {
        self.shared.faults.add(rule);
    }

    /// Takes all faults away, and begins to count anew.
    pub fn reset(&self) {
        self.shared.faults.clear();
        self.shared.counter.reset();
    }

    /// Puts the clouds' clock forward, for tokens to expire.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

fn invalid(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

const CERTIFICATE: &str = "certificate.pem";

type Addresses = (Vec<(&'static str, SocketAddr)>, SocketAddr);

async fn listen(shared: &Arc<Shared>, settings: &Settings) -> io::Result<Addresses> {
    let mut endpoints = Vec::new();
    for cloud in &shared.clouds {
        let listener = TcpListener::bind(("127.0.0.1", settings.port(cloud.name()))).await?;
        let address = listener.local_addr()?;
        endpoints.push((cloud.name(), address));
        tokio::spawn(server::serve_endpoint(Arc::clone(shared), listener, Arc::clone(cloud), address));
    }
    let listener = TcpListener::bind(("127.0.0.1", settings.port("proxy"))).await?;
    let proxy = listener.local_addr()?;
    tokio::spawn(server::serve_proxy(Arc::clone(shared), listener));
    Ok((endpoints, proxy))
}

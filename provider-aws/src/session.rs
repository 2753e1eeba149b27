//! A session with AWS: the credentials are found once, and all clients share them and their connections.

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{self, ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, ConfigLoader, FrameworkMetadata, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::os_shim_internal::{Env, Fs};
use inventory_core::config::suggest::{closest, did_you_mean};
use inventory_core::discovery::{Budget, Error, ErrorKind, Waits};

use crate::attempts::{Attempts, GLOBAL, HOME};
use crate::connection::{Connection, Identity, Role};
use crate::ec2::{Ec2, Keys, Service};
use crate::failure::explain;
use crate::task::elsewhere;
use crate::transport::{self, Http};
use crate::xml::WholeXml;

/// The region of calls that need one when the configuration has none.
const FALLBACK_REGION: &str = "us-east-1";

/// A session with AWS; it holds credentials and has no `Debug` for that reason. A clone shares them.
#[derive(Clone)]
pub(crate) struct Session {
    config: SdkConfig,
    http: Http,
    attempts: Attempts,
    /// The same for all accounts.
    ec2: Arc<Service>,
    keys: Keys,
    /// The most attempts that a call makes.
    most: u32,
}

impl Session {
    /// Opens a session: reads profiles and, where the configuration asks for it, assumes the role, once.
    ///
    /// `first_region` is the first that the configuration lists: the place for a role when no other region is known.
    /// `http` is the client of [`transport::client`], which sessions may share.
    pub(crate) async fn open(
        connection: &Connection,
        first_region: Option<&str>,
        http: Http,
        budget: &Budget,
        attempts: &Attempts,
    ) -> Result<Session, Error> {
        if let Identity::Profile(name) = &connection.identity {
            check_profile(name).await?;
        }
        // What the SDK asks to get credentials is no region's.
        let counted = http.counted_for(attempts, HOME);
        let provider = ProviderConfig::without_region().with_http_client(counted.clone());
        let region = find_region(connection, &provider).await.or_else(|| first_region.map(region_of));
        let region = region.unwrap_or_else(|| region_of(FALLBACK_REGION));
        let config = loader(connection, &provider.with_region(Some(region.clone())), budget);
        let config = config.http_client(counted).region(region).load().await;
        let (config, keys) = with_keys(config)?;
        let ec2 = Arc::new(Service::new(&config));
        let most = budget.retries().saturating_add(1);
        let session = Session { config, http, attempts: attempts.clone(), ec2, keys, most };
        match &connection.role {
            Some(role) => session.with_role(role, attempts).await,
            None => Ok(session),
        }
    }

    /// Returns a session with the same credentials whose calls are noted in `attempts`.
    pub(crate) fn noted_in(&self, attempts: &Attempts) -> Session {
        Session { attempts: attempts.clone(), ..self.clone() }
    }

    /// Assumes a role; the calls of the new session, and this one, are noted in `attempts`.
    pub(crate) async fn with_role(&self, role: &Role, attempts: &Attempts) -> Result<Session, Error> {
        let keys = self.noted_in(attempts).assume(role).await?;
        let config = self.config.to_builder().credentials_provider(keys.into_provider()).build();
        let (config, keys) = with_keys(config)?;
        Ok(Session { config, keys, ..self.noted_in(attempts) })
    }

    /// Forgets the calls for a region that are given up, and how they failed.
    pub(crate) fn give_up(&self, region: &str) {
        self.attempts.give_up(region);
    }

    /// Returns EC2 in a region.
    pub(crate) fn ec2(&self, region: &str) -> Ec2 {
        self.ec2_noted(region, region)
    }

    /// Returns EC2 for calls that are not about one region.
    pub(crate) fn home_ec2(&self) -> Ec2 {
        self.ec2_noted(self.home_region(), HOME)
    }

    fn ec2_noted(&self, region: &str, noted_as: &str) -> Ec2 {
        Ec2 {
            service: Arc::clone(&self.ec2),
            keys: self.keys.clone(),
            http: self.http.paced_for(&self.attempts, noted_as),
            attempts: self.attempts.clone(),
            most: self.most,
            region: region.to_owned(),
            noted_as: noted_as.to_owned(),
        }
    }

    /// Returns a client of Systems Manager in a region.
    pub(crate) fn ssm(&self, region: &str) -> aws_sdk_ssm::Client {
        let config = aws_sdk_ssm::config::Builder::from(&self.config)
            .region(region_of(region))
            .retry_partition(retry_quota())
            .http_client(self.http.counted_for(&self.attempts, region))
            .interceptor(self.attempts.note_for(region));
        aws_sdk_ssm::Client::from_conf(config.build())
    }

    /// Returns a client of Route 53; the region only chooses the partition.
    pub(crate) fn route53(&self, region: &str) -> aws_sdk_route53::Client {
        let config = aws_sdk_route53::config::Builder::from(&self.config)
            .region(region_of(region))
            .retry_partition(retry_quota())
            .http_client(self.http.counted_for(&self.attempts, GLOBAL))
            .interceptor(self.attempts.note_for(GLOBAL))
            .interceptor(WholeXml)
            .retry_classifier(WholeXml);
        aws_sdk_route53::Client::from_conf(config.build())
    }

    /// Returns the region of calls that are not about one region.
    pub(crate) fn home_region(&self) -> &str {
        self.config.region().map_or(FALLBACK_REGION, AsRef::as_ref)
    }

    /// Returns a client of Organizations, which is one per partition.
    pub(crate) fn organizations(&self) -> aws_sdk_organizations::Client {
        let config = aws_sdk_organizations::config::Builder::from(&self.config)
            .retry_partition(retry_quota())
            .http_client(self.http.counted_for(&self.attempts, HOME))
            .interceptor(self.attempts.note_for(HOME));
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    /// Returns a client of the Security Token Service.
    pub(crate) fn sts(&self) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .retry_partition(retry_quota())
            .http_client(self.http.counted_for(&self.attempts, HOME))
            .interceptor(self.attempts.note_for(HOME))
            .interceptor(WholeXml)
            .retry_classifier(WholeXml);
        aws_sdk_sts::Client::from_conf(config.build())
    }

    async fn assume(&self, Role { arn, session, external_id }: &Role) -> Result<RoleKeys, Error> {
        let external_id = external_id.as_ref().map(|id| id.reveal().to_owned());
        let request = self.sts().assume_role().role_arn(arn).role_session_name(*session);
        let request = request.set_external_id(external_id);
        let answer = elsewhere("AssumeRole", request.send()).await?.map_err(|error| {
            let mut error = explain("AssumeRole", self.home_region(), &error);
            error.message = format!("cannot assume the role `{arn}`: {}", error.message);
            error
        })?;
        let keys = answer.credentials.ok_or_else(|| {
            Error::new(ErrorKind::BadResponse, "AssumeRole", "the answer holds no credentials")
        })?;
        Ok(RoleKeys(keys))
    }
}

/// Has the keys of a configuration found once for all that is made of it.
fn with_keys(config: SdkConfig) -> Result<(SdkConfig, Keys), Error> {
    let provider = config.credentials_provider();
    let provider = provider.ok_or_else(|| Error::new(ErrorKind::Auth, "connect", "no credentials found"))?;
    let keys = Keys::new(provider);
    let provider = SharedCredentialsProvider::new(keys.clone());
    Ok((config.into_builder().credentials_provider(provider).build(), keys))
}

/// Returns a quota of retries without an end: how often a request is tried again is the budget's to say. The SDK's own
/// quota would give up early where many requests to a region are throttled.
fn retry_quota() -> RetryPartition {
    RetryPartition::custom("cloud-inventory").token_bucket(TokenBucket::unlimited()).build()
}

fn region_of(name: &str) -> Region {
    Region::new(name.to_owned())
}

/// The keys of a role.
struct RoleKeys(aws_sdk_sts::types::Credentials);

impl RoleKeys {
    fn into_provider(self) -> SharedCredentialsProvider {
        let RoleKeys(keys) = self;
        let end = SystemTime::try_from(keys.expiration).ok();
        let keys = Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            end,
            "AssumeRole",
        );
        SharedCredentialsProvider::new(keys)
    }
}

/// Refuses a profile that does not exist: the SDK would go on to the metadata service, and so to another account.
async fn check_profile(name: &str) -> Result<(), Error> {
    let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await;
    let profiles = profiles.map_err(|fault| {
        Error::new(ErrorKind::Config, "read profiles", format!("cannot read the profile `{name}`: {fault}"))
    })?;
    if profiles.get_profile(name).is_some() {
        return Ok(());
    }
    let message = format!("the profile `{name}` is neither in ~/.aws/config nor in ~/.aws/credentials");
    let error = Error::new(ErrorKind::Config, "read profiles", message);
    Err(match closest(name, profiles.profiles()) {
        Some(suggestion) => error.with_hint(did_you_mean(suggestion)),
        None => error.with_hint("AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files"),
    })
}

/// Finds the region of the session: as configured, of the environment, or of the profile.
///
/// Not the SDK's own chain: that asks the metadata service last, which takes seconds wherever there is none.
async fn find_region(connection: &Connection, provider: &ProviderConfig) -> Option<Region> {
    let mut profile = ProfileFileRegionProvider::builder().configure(provider);
    if let Identity::Profile(name) = &connection.identity {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(connection.region.as_deref().map(region_of))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .region()
        .await
}

fn loader(connection: &Connection, provider: &ProviderConfig, budget: &Budget) -> ConfigLoader {
    let waits = Waits::default();
    let retries = RetryConfig::standard()
        .with_max_attempts(budget.retries().saturating_add(1))
        .with_initial_backoff(waits.first)
        .with_max_backoff(waits.longest);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(transport::CONNECT_TIMEOUT)
        .read_timeout(transport::READ_TIMEOUT);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(retries)
        .timeout_config(timeouts.build())
        // The transport reads the answers, and a request may wait there for its turn.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Ok(metadata) = FrameworkMetadata::new("cloud-inventory", Some(env!("CARGO_PKG_VERSION"))) {
        loader = loader.framework_metadata(metadata);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    match &connection.identity {
        Identity::Default => loader,
        Identity::Profile(name) => {
            loader.profile_name(name).credentials_provider(profile_chain(name, provider))
        }
        Identity::Keys { access_key, secret_key, session_token } => {
            let token = session_token.as_ref().map(|token| token.reveal().to_owned());
            let keys =
                Credentials::new(access_key.reveal(), secret_key.reveal(), token, None, "configuration");
            loader.credentials_provider(keys)
        }
    }
}

/// Returns the sources of credentials of a named profile, as botocore has them: not the environment.
fn profile_chain(name: &str, provider: &ProviderConfig) -> CredentialsProviderChain {
    let profile = ProfileFileCredentialsProvider::builder().configure(provider).profile_name(name).build();
    CredentialsProviderChain::first_try("Profile", profile)
        .or_else("Container", EcsCredentialsProvider::builder().configure(provider).build())
        .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(provider).build())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::credential_fn::provide_credentials_fn;
    use aws_credential_types::provider::ProvideCredentials;

    use super::*;

    /// A program that gives keys may ask a person for each.
    #[tokio::test]
    async fn keys_are_found_once_for_all_services() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let provider = provide_credentials_fn(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(Credentials::new("a", "b", None, None, "test")) }
        });
        let config = SdkConfig::builder().credentials_provider(SharedCredentialsProvider::new(provider));
        let (config, keys) = with_keys(config.build()).unwrap();
        ProvideCredentials::provide_credentials(&keys).await.unwrap();
        config.credentials_provider().unwrap().provide_credentials().await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let error = with_keys(SdkConfig::builder().build()).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Auth);
    }
}

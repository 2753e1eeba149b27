//! A session with AWS: the credentials are found once, and all clients share them and their connections.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, FrameworkMetadata, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use inventory_core::discovery::{Budget, Error, ErrorKind};
use std::time::{Duration, SystemTime};

use crate::connection::{Connection, Identity};
use crate::failure::explain;
use crate::transport;

/// The region of calls that need one when the configuration has none.
const FALLBACK_REGION: &str = "us-east-1";

/// The name under which a role is assumed, the same as the plugin's, so that audits and trust policies still match.
const ROLE_SESSION: &str = "ansible_aws_amazon.aws.aws_ec2_dynamic_inventory";

/// A session with AWS; it holds credentials and has no `Debug` for that reason.
pub(crate) struct Session {
    config: SdkConfig,
}

impl Session {
    /// Opens a session: reads profiles and, where the configuration asks for it, assumes the role, once.
    ///
    /// `first_region` is the first that the configuration lists, for a role when no other region is known.
    pub(crate) async fn open(
        connection: &Connection,
        first_region: Option<&str>,
        budget: &Budget,
    ) -> Result<Session, Error> {
        let config = loader(connection, budget)?.load().await;
        let session = Session { config };
        let Some(role) = &connection.role else { return Ok(session) };
        let keys = session.assume(role, first_region).await?;
        let config = session.config.to_builder().credentials_provider(keys.into_provider()).build();
        Ok(Session { config })
    }

    /// Returns a client of EC2 in a region.
    pub(crate) fn ec2(&self, region: &str) -> aws_sdk_ec2::Client {
        let config = aws_sdk_ec2::config::Builder::from(&self.config).region(region_of(region));
        aws_sdk_ec2::Client::from_conf(config.build())
    }

    /// Returns a client of Systems Manager in a region.
    pub(crate) fn ssm(&self, region: &str) -> aws_sdk_ssm::Client {
        let config = aws_sdk_ssm::config::Builder::from(&self.config).region(region_of(region));
        aws_sdk_ssm::Client::from_conf(config.build())
    }

    /// Returns a client of Route 53; the region only chooses the partition.
    pub(crate) fn route53(&self, region: &str) -> aws_sdk_route53::Client {
        let config = aws_sdk_route53::config::Builder::from(&self.config).region(region_of(region));
        aws_sdk_route53::Client::from_conf(config.build())
    }

    /// Returns the region of calls that are not about one region.
    pub(crate) fn home_region(&self) -> &str {
        self.config.region().map_or(FALLBACK_REGION, AsRef::as_ref)
    }

    async fn assume(&self, role: &str, first_region: Option<&str>) -> Result<Keys, Error> {
        let region = self.config.region().map(AsRef::as_ref).or(first_region).unwrap_or(FALLBACK_REGION);
        let config = aws_sdk_sts::config::Builder::from(&self.config).region(region_of(region));
        let client = aws_sdk_sts::Client::from_conf(config.build());
        let request = client.assume_role().role_arn(role).role_session_name(ROLE_SESSION);
        let answer = request.send().await.map_err(|error| {
            let mut error = explain("AssumeRole", region, &error);
            error.message = format!("cannot assume the role `{role}`: {}", error.message);
            error
        })?;
        let keys = answer.credentials.ok_or_else(|| {
            Error::new(ErrorKind::BadResponse, "AssumeRole", "the answer holds no credentials")
        })?;
        Ok(Keys(keys))
    }
}

fn region_of(name: &str) -> Region {
    Region::new(name.to_owned())
}

/// The keys of a role.
struct Keys(aws_sdk_sts::types::Credentials);

impl Keys {
    fn into_provider(self) -> aws_credential_types::provider::SharedCredentialsProvider {
        let Keys(keys) = self;
        let end = SystemTime::try_from(keys.expiration).ok();
        let keys = Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            end,
            "AssumeRole",
        );
        aws_credential_types::provider::SharedCredentialsProvider::new(keys)
    }
}

fn loader(connection: &Connection, budget: &Budget) -> Result<ConfigLoader, Error> {
    let http = transport::client()?;
    let provider = ProviderConfig::without_region().with_http_client(http.clone());
    let retries = RetryConfig::adaptive().with_max_attempts(budget.retries().saturating_add(1));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(retries)
        .timeout_config(timeouts.build());
    if let Ok(metadata) = FrameworkMetadata::new("cloud-inventory", Some(env!("CARGO_PKG_VERSION"))) {
        loader = loader.framework_metadata(metadata);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let mut profile_region = ProfileFileRegionProvider::builder().configure(&provider);
    match &connection.identity {
        Identity::Default => {}
        Identity::Profile(name) => {
            profile_region = profile_region.profile_name(name);
            loader = loader.profile_name(name).credentials_provider(profile_chain(name, &provider));
        }
        Identity::Keys { access_key, secret_key, session_token } => {
            let token = session_token.as_ref().map(|token| token.reveal().to_owned());
            let keys =
                Credentials::new(access_key.reveal(), secret_key.reveal(), token, None, "configuration");
            loader = loader.credentials_provider(keys);
        }
    }
    // Not the SDK's own chain: that asks the metadata service last, which takes seconds wherever there is none.
    let region = RegionProviderChain::first_try(connection.region.as_deref().map(region_of))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile_region.build());
    Ok(loader.region(region))
}

/// Returns the sources of credentials of a named profile, as botocore has them: not the environment.
fn profile_chain(name: &str, provider: &ProviderConfig) -> CredentialsProviderChain {
    let profile = ProfileFileCredentialsProvider::builder().configure(provider).profile_name(name).build();
    CredentialsProviderChain::first_try("Profile", profile)
        .or_else("Container", EcsCredentialsProvider::builder().configure(provider).build())
        .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(provider).build())
}

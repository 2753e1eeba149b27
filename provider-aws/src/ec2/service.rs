//! Where EC2 is, and what every request to it says of the program: the same for all accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_runtime::user_agent::{ApiMetadata, AwsUserAgent};
use aws_sdk_ec2::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::os_shim_internal::Env;
use aws_types::service_config::ServiceConfigKey;

const ID: &str = "EC2";

/// EC2, as the configuration has it. It has no `Debug`: an address may hold a password.
pub(crate) struct Service {
    resolver: DefaultResolver,
    /// What decides on the address, but for the region.
    url: Option<String>,
    use_fips: Option<bool>,
    use_dual_stack: Option<bool>,
    /// The addresses by the region.
    addresses: Mutex<HashMap<String, Arc<str>>>,
    /// The values of `user-agent` and `x-amz-user-agent`.
    agent: [String; 2],
}

impl Service {
    /// Reads what the configuration of the SDK says of EC2.
    pub(crate) fn new(config: &SdkConfig) -> Service {
        let agent = AwsUserAgent::new_from_environment(
            Env::real(),
            ApiMetadata::new("ec2", aws_sdk_ec2::meta::PKG_VERSION),
        );
        let agent =
            config.framework_metadata().iter().cloned().fold(agent, AwsUserAgent::with_framework_metadata);
        let agent = match config.app_name() {
            Some(name) => agent.with_app_name(name.clone()),
            None => agent,
        };
        Service {
            resolver: DefaultResolver::new(),
            url: url(config),
            use_fips: config.use_fips(),
            use_dual_stack: config.use_dual_stack(),
            addresses: Mutex::default(),
            agent: [agent.ua_header(), agent.aws_ua_header()],
        }
    }

    /// Makes a request one to a region.
    pub(super) async fn address(&self, request: &mut HttpRequest, region: &str) -> Result<(), BoxError> {
        request.uri_mut().set_endpoint(&self.endpoint(region).await?)?;
        let [agent, amz_agent] = &self.agent;
        request.headers_mut().try_insert("user-agent", agent.clone())?;
        request.headers_mut().try_insert("x-amz-user-agent", amz_agent.clone())?;
        Ok(())
    }

    /// Returns the address of EC2 in a region, by the rules of the SDK.
    async fn endpoint(&self, region: &str) -> Result<Arc<str>, BoxError> {
        let known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).get(region).cloned();
        if let Some(address) = known {
            return Ok(address);
        }
        let params = Params::builder()
            .region(region)
            .set_use_fips(self.use_fips)
            .set_use_dual_stack(self.use_dual_stack)
            .set_endpoint(self.url.clone());
        let endpoint = self.resolver.resolve_endpoint(&params.build()?).await?;
        let address: Arc<str> = endpoint.url().into();
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.insert(region.to_owned(), Arc::clone(&address));
        Ok(address)
    }
}

/// Returns the address that is configured: by the file before those of variables and profiles, and of these EC2's own
/// before that of all services.
fn url(config: &SdkConfig) -> Option<String> {
    let of_all = || config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return of_all();
    }
    let key =
        ServiceConfigKey::builder().service_id(ID).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = config.service_config().and_then(|settings| settings.load_config(key.ok()?));
    own.or_else(of_all)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::{BehaviorVersion, FrameworkMetadata};
    use aws_types::app_name::AppName;
    use aws_types::service_config::LoadServiceConfig;
    use inventory_core::discovery::Budget;

    use super::*;
    use crate::attempts::Attempts;
    use crate::transport;

    /// The variables and profiles: EC2 has an address of its own.
    #[derive(Debug)]
    struct OwnAddress;

    impl LoadServiceConfig for OwnAddress {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            let wanted = ("EC2", "AWS_ENDPOINT_URL", "endpoint_url");
            ((key.service_id(), key.env(), key.profile()) == wanted)
                .then(|| "https://own.example.com/ec2".to_owned())
        }
    }

    fn config() -> aws_types::sdk_config::Builder {
        SdkConfig::builder().behavior_version(BehaviorVersion::latest())
    }

    #[tokio::test]
    async fn regions_have_the_addresses_of_the_sdk() {
        let all = || config().endpoint_url("https://all.example.com");
        let rows = [
            (config(), "eu-west-1", "https://ec2.eu-west-1.amazonaws.com"),
            (config(), "cn-north-1", "https://ec2.cn-north-1.amazonaws.com.cn"),
            (config(), "us-gov-west-1", "https://ec2.us-gov-west-1.amazonaws.com"),
            (config().use_fips(true), "us-east-1", "https://ec2-fips.us-east-1.amazonaws.com"),
            (config().use_dual_stack(true), "us-east-1", "https://ec2.us-east-1.api.aws"),
            (all(), "us-east-1", "https://all.example.com"),
            (config().service_config(OwnAddress), "us-east-1", "https://own.example.com/ec2"),
            (all().service_config(OwnAddress), "us-east-1", "https://own.example.com/ec2"),
        ];
        for (config, region, expected) in rows {
            let service = Service::new(&config.build());
            for _ in 0..2 {
                assert_eq!(&*service.endpoint(region).await.unwrap(), expected);
            }
        }
    }

    /// What the file of the inventory says goes before variables and profiles.
    #[tokio::test]
    async fn the_address_of_the_configuration_goes_first() {
        let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url("https://file.example.com");
        let budget = Budget::new(1, 0, Duration::from_secs(1));
        let http = transport::client(&budget).await.unwrap().counted_for(&Attempts::default(), "");
        let config = config.region("us-east-1").http_client(http).load().await;
        let config = config.into_builder().service_config(OwnAddress).build();
        assert_eq!(url(&config).as_deref(), Some("https://file.example.com"));
    }

    #[tokio::test]
    async fn requests_name_the_program_and_keep_the_path_of_the_address() {
        let program = FrameworkMetadata::new("cloud-inventory", Some("1.2.3")).unwrap();
        let config = config().service_config(OwnAddress).framework_metadata(program);
        let config = config.app_name(AppName::new("fleet-team").unwrap()).build();
        let mut request = HttpRequest::empty();
        request.set_uri("/").unwrap();
        Service::new(&config).address(&mut request, "us-east-1").await.unwrap();
        assert_eq!(request.uri(), "https://own.example.com/ec2/");
        for name in ["user-agent", "x-amz-user-agent"] {
            let agent = request.headers().get(name).unwrap();
            assert!(agent.contains("aws-sdk-rust/"), "{agent}");
        }
        let agent = request.headers().get("x-amz-user-agent").unwrap();
        assert!(agent.contains("lib/cloud-inventory/1.2.3") && agent.contains("app/fleet-team"), "{agent}");
    }
}

//! The keys of a session, and the signatures made with them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The name of EC2 in signatures.
const SERVICE: &str = "ec2";

/// How long before their end keys are fetched anew, as in the SDK.
const MARGIN: Duration = Duration::from_secs(10);

/// How long keys count that do not say when they end, as in the SDK: a file or program may give others by then.
const ENDLESS: Duration = Duration::from_secs(15 * 60);

/// The longest that is waited for keys; a program that gives them may ask a person.
const LONGEST: Duration = Duration::from_secs(120);

/// The keys of a session, found when they are first needed. A clone shares them.
#[derive(Clone)]
pub(crate) struct Keys {
    provider: SharedCredentialsProvider,
    /// The longest that is waited for them.
    limit: Duration,
    /// With the time until which they count.
    found: Arc<Mutex<Option<(Identity, SystemTime)>>>,
}

impl Keys {
    /// Makes keys that a provider will give.
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Keys {
        Keys { provider, limit: LONGEST, found: Arc::default() }
    }

    /// Returns the keys; who asks while they are fetched waits for the same.
    pub(super) async fn get(&self) -> Result<Identity, CredentialsError> {
        let found = timeout(self.limit, self.find()).await;
        found.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(self.limit)))
    }

    async fn find(&self) -> Result<Identity, CredentialsError> {
        let mut found = self.found.lock().await;
        let now = SystemTime::now();
        if let Some((keys, _)) = found.as_ref().filter(|(_, end)| *end > now + MARGIN) {
            return Ok(keys.clone());
        }
        let keys = Identity::from(self.provider.provide_credentials().await?);
        *found = Some((keys.clone(), keys.expiration().unwrap_or(now + ENDLESS)));
        Ok(keys)
    }
}

/// Shows nothing of the keys.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The clients of the other services get the keys here, too: who gives them is asked once.
impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let keys = self.get().await?;
            keys.data::<Credentials>().cloned().ok_or_else(|| CredentialsError::unhandled("no keys of AWS"))
        })
    }
}

/// Signs a request to EC2 in a region at a time.
pub(super) fn sign_request(
    request: &mut HttpRequest,
    region: &str,
    keys: &Identity,
    time: SystemTime,
) -> Result<(), BoxError> {
    let params = SigningParams::builder()
        .identity(keys)
        .region(region)
        .name(SERVICE)
        .time(time)
        .settings(SigningSettings::default())
        .build()?;
    let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
    let signable = SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body)?;
    let (headers, _) = sign(signable, &params.into())?.into_parts().0.into_parts();
    for header in headers {
        let mut value = HeaderValue::from_str(header.value())?;
        value.set_sensitive(header.sensitive());
        request.headers_mut().insert(header.name(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_smithy_types::body::SdkBody;
    use futures::future::join_all;

    use super::*;

    /// Gives keys that end after a time, and counts how often.
    #[derive(Debug)]
    struct Counting {
        given: Arc<AtomicUsize>,
        lasts: Option<Duration>,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let (given, lasts) = (Arc::clone(&self.given), self.lasts);
            future::ProvideCredentials::new(async move {
                tokio::task::yield_now().await;
                match given.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(CredentialsError::not_loaded("not yet")),
                    _ => Ok(Credentials::new(
                        "a",
                        "b",
                        None,
                        lasts.map(|lasts| SystemTime::now() + lasts),
                        "test",
                    )),
                }
            })
        }
    }

    #[tokio::test]
    async fn keys_are_found_once_until_they_end() {
        for (lasts, expected) in [(None, 2), (Some(Duration::from_secs(3600)), 2), (Some(MARGIN), 4)] {
            let given = Arc::new(AtomicUsize::new(0));
            let provider = Counting { given: Arc::clone(&given), lasts };
            let keys = Keys::new(SharedCredentialsProvider::new(provider));
            // What failed is tried again by the next.
            keys.get().await.unwrap_err();
            let found = join_all((0..3).map(|_| keys.get())).await;
            assert!(found.iter().all(Result::is_ok), "{found:?}");
            assert_eq!(given.load(Ordering::SeqCst), expected, "{lasts:?}");
            // The clients of the SDK are given the same.
            let lent = SharedCredentialsProvider::new(keys.clone()).provide_credentials().await.unwrap();
            assert_eq!(lent.access_key_id(), "a");
            assert_eq!(
                given.load(Ordering::SeqCst),
                expected + usize::from(lasts == Some(MARGIN)),
                "{lasts:?}"
            );
        }
    }

    /// A program that gives keys can hang.
    #[tokio::test]
    async fn keys_are_not_waited_for_without_end() {
        #[derive(Debug)]
        struct Hanging;
        impl ProvideCredentials for Hanging {
            fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
            where
                Self: 'a,
            {
                future::ProvideCredentials::new(std::future::pending())
            }
        }
        let keys = Keys { limit: Duration::ZERO, ..Keys::new(SharedCredentialsProvider::new(Hanging)) };
        let (first, second) = futures::future::join(keys.get(), keys.get()).await;
        for error in [first.unwrap_err(), second.unwrap_err()] {
            assert!(matches!(error, CredentialsError::ProviderTimedOut(_)), "{error:?}");
        }
        assert_eq!(format!("{keys:?}"), "Keys(..)");
    }

    /// The signature is botocore's of the same request.
    #[test]
    fn requests_are_signed_as_botocore_signs_them() {
        let mut request = HttpRequest::new(SdkBody::from("Action=DescribeInstances&Version=2016-11-15"));
        request.set_method("POST").unwrap();
        request.set_uri("https://ec2.eu-west-1.amazonaws.com/").unwrap();
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
        request.headers_mut().insert("user-agent", "any");
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let keys =
            Identity::from(Credentials::new("AKIDEXAMPLE", secret, Some("token".into()), None, "test"));
        // 2026-01-02T03:04:05Z
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        sign_request(&mut request, "eu-west-1", &keys, time).unwrap();
        let header = |name| request.headers().get(name).unwrap();
        assert_eq!(header("x-amz-date"), "20260102T030405Z");
        assert_eq!(header("x-amz-security-token"), "token");
        assert_eq!(
            header("authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/ec2/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, \
             Signature=5fd7d88b06794efe182ba573204f4eaaf85414824c460329b4753d015e339699"
        );
        let shown = format!("{:?}", request.headers().iter().collect::<Vec<_>>());
        assert!(!shown.contains(secret));
    }
}

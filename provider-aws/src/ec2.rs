//! EC2 in a region.
//!
//! The SDK writes the requests and reads the refusals, and knows where EC2 is and how it is signed for; between its parts
//! stands this module instead of its orchestrator, which takes most of the time of a call.

mod keys;
mod operation;
mod retry;
mod service;

use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_ec2::error::SdkError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::metadata::ErrorMetadata;
use inventory_core::discovery::Waits;
use tokio::time::sleep;

pub(crate) use self::keys::Keys;
pub(crate) use self::operation::Operation;
pub(crate) use self::service::Service;
use crate::attempts::{Attempts, is_throttle};
use crate::transport::{Paced, number};

/// A call that failed.
pub(crate) type Failure = SdkError<ErrorMetadata, HttpResponse>;

/// EC2 in a region, asked with the keys of an account. A clone shares them.
#[derive(Clone)]
pub(crate) struct Ec2 {
    pub(crate) service: Arc<Service>,
    pub(crate) keys: Keys,
    pub(crate) http: Paced,
    pub(crate) attempts: Attempts,
    /// The most attempts that a call makes.
    pub(crate) most: u32,
    pub(crate) region: String,
    /// The region that the calls are counted for.
    pub(crate) noted_as: String,
}

impl Ec2 {
    /// Takes the first failure of a call for the last.
    pub(crate) fn without_retries(self) -> Ec2 {
        Ec2 { most: 1, ..self }
    }

    /// Makes a call; `read` makes of an answer that says that all is well what the call gives. An answer that is not whole
    /// is asked for again, and so is what the service could not do for now.
    pub(crate) async fn call<T>(
        &self,
        operation: &Operation,
        input: Input,
        mut read: impl FnMut(&HttpResponse) -> Result<T, BoxError>,
    ) -> Result<T, Failure> {
        let mut request = operation.write(input).map_err(Failure::construction_failure)?;
        self.service.address(&mut request, &self.region).await.map_err(not_sent)?;
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(&request, attempt, operation, &mut read).await {
                Ok(result) => {
                    // Another call for the region may still be trying: only one that failed before takes its note back.
                    if attempt > 1 {
                        self.attempts.clear(&self.noted_as);
                    }
                    return Ok(result);
                }
                Err(failure) => failure,
            };
            self.attempts.note(&self.noted_as, attempt, &failure, failure.raw_response());
            match retry::after(&failure) {
                retry::Next::Again(asked) if attempt < self.most => {
                    sleep(Waits::default().after(attempt, asked)).await;
                }
                _ => return Err(failure),
            }
            attempt += 1;
        }
    }

    async fn attempt<T>(
        &self,
        request: &HttpRequest,
        attempt: u32,
        operation: &Operation,
        read: &mut impl FnMut(&HttpResponse) -> Result<T, BoxError>,
    ) -> Result<T, Failure> {
        let mut request = self.signed(request, attempt).await.map_err(not_sent)?;
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        let answer = self.http.send(request).await.map_err(Failure::dispatch_failure)?;
        if !answer.status().is_success() {
            if answer.status().is_server_error() && !is_throttle(&answer) {
                // What answers there may be broken: the next attempt takes another connection.
                connection.get().inspect(ConnectionMetadata::poison);
            }
            return Err(operation.refusal(answer));
        }
        read(&answer).map_err(|fault| Failure::response_error(fault, answer))
    }

    /// Signs a copy of a request.
    async fn signed(&self, request: &HttpRequest, attempt: u32) -> Result<HttpRequest, BoxError> {
        let keys = self.keys.get().await?;
        let mut request = request.try_clone().ok_or("the request cannot be sent twice")?;
        keys::sign_request(&mut request, &self.region, &keys, SystemTime::now())?;
        // It is not signed: a proxy may change it.
        number(&mut request, attempt, self.most)?;
        Ok(request)
    }
}

/// A request that could not be sent: there are no keys, or no such address.
fn not_sent(fault: BoxError) -> Failure {
    Failure::dispatch_failure(ConnectorError::other(fault, None))
}

//! An operation of EC2: the SDK writes its requests and reads its refusals.

use std::error::Error as StdError;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{Input, OutputOrError};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};
use aws_smithy_types::error::metadata::ErrorMetadata;

use super::Failure;

/// An operation of EC2.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Holds what writes and reads; where it does not, the call fails.
    parts: Option<FrozenLayer>,
    metadata: fn(&OutputOrError) -> Option<&ErrorMetadata>,
}

impl Operation {
    /// Makes an operation of the SDK's; `E` is the type of its refusals.
    pub(crate) fn of<E>(plugin: &impl RuntimePlugin) -> Operation
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Operation { parts: plugin.config(), metadata: metadata::<E> }
    }

    /// Writes a request, which has no address and no signature.
    pub(super) fn write(&self, input: Input) -> Result<HttpRequest, BoxError> {
        let writer = self.parts.as_ref().and_then(|parts| parts.load::<SharedRequestSerializer>());
        let writer = writer.ok_or("the SDK does not write this request")?;
        writer.serialize_input(input, &mut ConfigBag::base())
    }

    /// Reads an answer into what the operation gives, as the SDK does.
    pub(crate) fn read<T: Send + Sync + std::fmt::Debug + 'static>(
        &self,
        answer: &HttpResponse,
    ) -> Result<T, BoxError> {
        let output = self.read_any(answer).ok_or("the SDK does not read this answer")??;
        output.downcast::<T>().map_err(|_| "the SDK reads something else".into())
    }

    /// Reads an answer that says what is wrong.
    pub(super) fn refusal(&self, answer: HttpResponse) -> Failure {
        let read = self.read_any(&answer);
        let metadata = read.as_ref().and_then(self.metadata).cloned().unwrap_or_default();
        SdkError::service_error(metadata, answer)
    }

    fn read_any(&self, answer: &HttpResponse) -> Option<OutputOrError> {
        let reader = self.parts.as_ref()?.load::<SharedResponseDeserializer>()?;
        Some(reader.deserialize_nonstreaming_with_config(answer, &ConfigBag::base()))
    }
}

fn metadata<E>(read: &OutputOrError) -> Option<&ErrorMetadata>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    Some(read.as_ref().err()?.as_operation_error()?.downcast_ref::<E>()?.meta())
}

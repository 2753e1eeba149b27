//! Makes of answers of the EC2 API the variables that Ansible's `aws_ec2` plugin makes of them.

mod reader;
mod schema;
mod timestamp;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use inventory_core::discovery::Facts;
use inventory_core::store::Vocabulary;
use inventory_core::value::Interner;

pub(crate) use self::reader::NotUnderstood;

/// The kind of the facts that are instances.
pub(crate) const INSTANCE: &str = "instance";

/// The kinds of all facts.
pub(crate) const KINDS: [&str; 3] = [INSTANCE, crate::ssm::KIND, crate::route53::KIND];

/// What a store needs to know of them.
pub const VOCABULARY: Vocabulary = Vocabulary { cloud: "aws", kinds: &KINDS, host_kinds: &[INSTANCE] };

/// What is left of an answer for the SDK to read.
const NOTHING: &str = "<DescribeInstancesResponse/>";

/// Returns the names of all members that the record of an instance may have.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let members = schema::INSTANCE.members.iter().map(|member| member.key.as_str());
    members.chain(["owner_id", "requester_id", "reservation_id"])
}

/// A page of instances.
///
/// The record of one is what the plugin makes hostvars of: every member of the API's shape that is present, by its
/// snake_case name; the ids of the reservation; `tags` as a dict; `placement.region`. An instance without an id,
/// which the API does not promise to avoid, is left to the caller to refuse: its id is empty.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) instances: Vec<Facts>,
    /// The token of the next page.
    pub(crate) next: Option<String>,
}

/// Reads the answers of `DescribeInstances` in the place of the SDK, one after the other. A clone reads for the
/// original.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageReader {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Texts repeat from page to page.
    interner: Interner,
    page: Option<Page>,
}

impl PageReader {
    /// Returns the page of the last answer; none when there was no answer or it was a refusal.
    pub(crate) fn take(&self) -> Option<Page> {
        self.lock().page.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for PageReader {
    fn name(&self) -> &'static str {
        "PageReader"
    }

    /// Fails with what [`reader::read`] fails with: the attempt has failed then.
    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut state = self.lock();
        // What an attempt before this one left behind.
        state.page = None;
        let response = context.response_mut();
        if response.status().is_success() {
            // The transport has read the whole body; a body that is not there counts as empty.
            let body = response.body().bytes().unwrap_or_default();
            state.page = Some(reader::read(body, &mut state.interner)?);
            *response.body_mut() = SdkBody::from(NOTHING);
        }
        Ok(())
    }
}

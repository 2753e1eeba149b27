//! Makes of answers of the EC2 API the variables that Ansible's `aws_ec2` plugin makes of them.

mod reader;
mod schema;
mod timestamp;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
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

/// Reads the answers of `DescribeInstances`, one after the other. A clone reads for the original.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageReader {
    /// Texts repeat from page to page.
    interner: Arc<Mutex<Interner>>,
}

impl PageReader {
    /// Reads an answer; fails with what [`reader::read`] fails with.
    pub(crate) fn read(&self, answer: &HttpResponse) -> Result<Page, BoxError> {
        let mut interner = self.interner.lock().unwrap_or_else(PoisonError::into_inner);
        // The transport has read the whole body; a body that is not there counts as empty.
        reader::read(answer.body().bytes().unwrap_or_default(), &mut interner)
    }
}

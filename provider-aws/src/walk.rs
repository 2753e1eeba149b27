//! The pages of one search for instances, one after another.

use std::sync::LazyLock;

use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::operation::describe_instances::{
    DescribeInstances, DescribeInstancesError, DescribeInstancesInput,
};
use aws_sdk_ec2::types;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};

use crate::ec2::{self, Ec2, Operation};
use crate::facts::{Page, PageReader};
use crate::failure::explain;
use crate::sweep::Sweep;
use crate::task::elsewhere;

const OPERATION: &str = "DescribeInstances";

static DESCRIBE_INSTANCES: LazyLock<Operation> =
    LazyLock::new(|| Operation::of::<DescribeInstancesError>(&DescribeInstances::new()));

/// The most reservations that one answer may hold.
const PAGE_SIZE: i32 = 1000;

/// A walk over the pages of a search.
pub(crate) struct Walk {
    ec2: Ec2,
    filters: Vec<types::Filter>,
    reader: PageReader,
    tokens: Tokens,
    next: Next,
    /// The pages so far.
    pub(crate) pages: Vec<Vec<Facts>>,
}

/// The page that comes next.
enum Next {
    First,
    Token(String),
    /// There is none.
    Nothing,
}

/// Why a page is missing.
pub(crate) enum Failure {
    /// The call failed.
    Call(Box<ec2::Failure>),
    /// The answer is not what it must be.
    Answer(Error),
}

impl Walk {
    /// Makes a walk that has not begun.
    pub(crate) fn new(ec2: Ec2, sweep: &Sweep) -> Walk {
        Walk {
            ec2,
            filters: sweep.to_api(),
            reader: PageReader::default(),
            tokens: Tokens::default(),
            next: Next::First,
            pages: Vec::new(),
        }
    }

    /// Tells whether there is no further page.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// Goes on until there is no further page, or there are this many.
    pub(crate) async fn go(&mut self, most: usize) -> Result<(), Failure> {
        while self.pages.len() < most {
            let token = match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::First => None,
                Next::Token(token) => Some(token),
                Next::Nothing => break,
            };
            let Page { instances, next } = self.page(token).await?;
            if let Some(token) = self.tokens.next(OPERATION, next).map_err(Failure::Answer)? {
                self.next = Next::Token(token);
            }
            self.pages.push(instances);
        }
        Ok(())
    }

    async fn page(&self, token: Option<String>) -> Result<Page, Failure> {
        let input = DescribeInstancesInput::builder().set_filters(Some(self.filters.clone()));
        let input = input.max_results(PAGE_SIZE).set_next_token(token).build();
        let input = input.map_err(|fault| bad(fault.to_string()))?;
        let (ec2, reader) = (self.ec2.clone(), self.reader.clone());
        let call = async move {
            ec2.call(&DESCRIBE_INSTANCES, Input::erase(input), |answer| reader.read(answer)).await
        };
        let answer = elsewhere(OPERATION, call).await.map_err(Failure::Answer)?;
        let page = answer.map_err(|failure| Failure::Call(Box::new(failure)))?;
        if page.instances.iter().any(|facts| facts.id.is_empty()) {
            return Err(bad("the answer holds an instance without an id".to_owned()));
        }
        Ok(page)
    }
}

impl Failure {
    /// Tells whether the call is not allowed.
    pub(crate) fn is_denial(&self) -> bool {
        matches!(self, Failure::Call(error) if error.code() == Some("UnauthorizedOperation"))
    }

    /// Says which page of a region is missing, and why.
    pub(crate) fn explain(self, region: &str, page: usize) -> Error {
        let mut error = match self {
            Failure::Call(error) => explain(OPERATION, region, &*error),
            Failure::Answer(error) => error,
        };
        if error.kind == ErrorKind::BadResponse {
            error.message = format!("page {page}: {}", error.message);
        }
        error
    }
}

fn bad(message: String) -> Failure {
    Failure::Answer(Error::new(ErrorKind::BadResponse, OPERATION, message))
}

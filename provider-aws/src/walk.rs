//! The pages of one search for instances, one after another.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::describe_instances::DescribeInstancesError;
use aws_sdk_ec2::types;
use aws_smithy_types::retry::RetryConfig;
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};

use crate::facts::{Page, PageReader};
use crate::failure::explain;
use crate::session::Ec2;
use crate::sweep::Sweep;
use crate::task::elsewhere;

const OPERATION: &str = "DescribeInstances";

/// The most reservations that one answer may hold.
const PAGE_SIZE: i32 = 1000;

/// A walk over the pages of a search.
pub(crate) struct Walk<'a> {
    ec2: &'a Ec2,
    filters: Vec<types::Filter>,
    reader: PageReader,
    tokens: Tokens,
    next: Next,
    /// Whether a call that fails is tried again.
    has_retries: bool,
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
    Call(Box<SdkError<DescribeInstancesError>>),
    /// The answer is not what it must be.
    Answer(Error),
}

impl<'a> Walk<'a> {
    /// Makes a walk that has not begun.
    pub(crate) fn new(ec2: &'a Ec2, sweep: &Sweep) -> Walk<'a> {
        Walk {
            ec2,
            filters: sweep.to_api(),
            reader: PageReader::default(),
            tokens: Tokens::default(),
            next: Next::First,
            has_retries: true,
            pages: Vec::new(),
        }
    }

    /// Takes the first failure of a call for the last.
    pub(crate) fn without_retries(self) -> Walk<'a> {
        Walk { has_retries: false, ..self }
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
        let call = self.ec2.client.describe_instances().set_filters(Some(self.filters.clone()));
        let call = call.max_results(PAGE_SIZE).set_next_token(token);
        let mut settings = self.ec2.settings();
        if !self.has_retries {
            settings = settings.retry_config(RetryConfig::disabled());
        }
        let call = call.customize().config_override(settings).interceptor(self.reader.clone());
        let answer = elsewhere(OPERATION, call.send()).await.map_err(Failure::Answer)?;
        answer.map_err(|error| Failure::Call(Box::new(error)))?;
        match self.reader.take() {
            None => Err(bad("the answer was not read".to_owned())),
            Some(page) if page.instances.iter().any(|facts| facts.id.is_empty()) => {
                Err(bad("the answer holds an instance without an id".to_owned()))
            }
            Some(page) => Ok(page),
        }
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

//! Fetches the instances of a region.

use std::collections::HashSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::operation::describe_instances::{DescribeInstancesError, DescribeInstancesOutput};
use aws_sdk_ec2::types;
use futures::future::{try_join, try_join_all};
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};
use inventory_core::value::{Interner, Text};
use tokio::task::JoinSet;

use crate::facts::{self, LateMembers};
use crate::failure::explain;
use crate::session::Session;
use crate::ssm;
use crate::sweep::Sweep;

const OPERATION: &str = "DescribeInstances";

/// The most reservations that one answer may hold.
const PAGE_SIZE: i32 = 1000;

/// What is asked of every region.
#[derive(Debug)]
pub(crate) struct Query {
    /// Instances that any of these finds.
    pub(crate) include: Vec<Sweep>,
    /// But none that any of these finds.
    pub(crate) exclude: Vec<Sweep>,
    /// Whether a region that may not be read is an error; else it counts as empty.
    pub(crate) strict_permissions: bool,
    /// Whether Systems Manager is asked about the instances.
    pub(crate) ssm: bool,
}

/// What a region holds.
#[derive(Default)]
pub(crate) struct Region {
    /// The pages, without what is excluded and without what an earlier page holds.
    pub(crate) pages: Vec<Vec<Facts>>,
    /// What people should know, one line each.
    pub(crate) warnings: Vec<String>,
}

/// Fetches all instances of a region that the query asks for.
///
/// All searches run at once. An instance that gets a tag between two of them can be missed or found by both, as with
/// any order of the searches.
pub(crate) async fn region(session: &Session, region: &str, query: &Query) -> Result<Region, Error> {
    let client = session.ec2(region);
    let search = |sweep| pages(&client, region, sweep, query.strict_permissions);
    let (excluded, included) = try_join(
        try_join_all(query.exclude.iter().map(search)),
        try_join_all(query.include.iter().map(search)),
    )
    .await?;
    let mut result = Region::default();
    if excluded.iter().chain(&included).any(Option::is_none) {
        result.warnings.push(format!(
            "`{region}` counts as empty: `ec2:DescribeInstances` is not allowed there, and `strict_permissions` is false"
        ));
    }
    let mut seen: HashSet<Text> =
        excluded.into_iter().flatten().flatten().flatten().map(|facts| facts.id).collect();
    for mut page in included.into_iter().flatten().flatten() {
        page.retain(|facts| seen.insert(facts.id.clone()));
        result.pages.push(page);
    }
    if query.ssm {
        let ids: Vec<Text> = result.pages.iter().flatten().map(|facts| facts.id.clone()).collect();
        result.pages.push(ssm::fetch(session, region, &ids).await?);
    }
    Ok(result)
}

/// Fetches the pages of one search; none when it is not allowed and need not be.
async fn pages(
    client: &Client,
    region: &str,
    sweep: &Sweep,
    strict_permissions: bool,
) -> Result<Option<Vec<Vec<Facts>>>, Error> {
    let filters = sweep.to_api();
    let mut pages = Vec::new();
    let mut tokens = Tokens::default();
    let mut interner = Interner::default();
    // A task of its own asks for the next page while this one makes facts of the last; dropping the set ends it.
    let mut request = JoinSet::new();
    request.spawn(describe(client.clone(), filters.clone(), None));
    while let Some(answered) = request.join_next().await {
        let page = pages.len() + 1;
        let (answer, late) = answered.map_err(|fault| {
            Error::new(ErrorKind::BadResponse, OPERATION, format!("page {page}: {fault}"))
        })?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if !strict_permissions && error.code() == Some("UnauthorizedOperation") => {
                return Ok(None);
            }
            Err(error) => return Err(in_page(explain(OPERATION, region, &error), page)),
        };
        let next = tokens.next(OPERATION, answer.next_token.clone()).map_err(|error| in_page(error, page))?;
        if next.is_some() {
            request.spawn(describe(client.clone(), filters.clone(), next));
        }
        pages.push(read(&answer, &late, &mut interner).map_err(|error| in_page(error, page))?);
    }
    Ok(Some(pages))
}

type Answer = Result<DescribeInstancesOutput, aws_sdk_ec2::error::SdkError<DescribeInstancesError>>;

/// Asks for one page.
async fn describe(
    client: Client,
    filters: Vec<types::Filter>,
    token: Option<String>,
) -> (Answer, LateMembers) {
    let late = LateMembers::default();
    let request =
        client.describe_instances().set_filters(Some(filters)).max_results(PAGE_SIZE).set_next_token(token);
    let answer = request.customize().interceptor(late.clone()).send().await;
    (answer, late)
}

fn read(
    answer: &DescribeInstancesOutput,
    late: &LateMembers,
    interner: &mut Interner,
) -> Result<Vec<Facts>, Error> {
    let reservations = answer.reservations.as_deref().unwrap_or_default();
    let mut page: Vec<Facts> = Vec::new();
    for reservation in reservations {
        page.extend(facts::instances(reservation, interner));
    }
    if page.iter().any(|facts| facts.id.is_empty()) {
        return Err(Error::new(
            ErrorKind::BadResponse,
            OPERATION,
            "the answer holds an instance without an id",
        ));
    }
    late.add_to(&mut page);
    Ok(page)
}

fn in_page(mut error: Error, page: usize) -> Error {
    if error.kind == ErrorKind::BadResponse {
        error.message = format!("page {page}: {}", error.message);
    }
    error
}

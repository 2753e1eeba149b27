//! Fetches the instances of a region.

use std::collections::HashSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::operation::describe_instances::{DescribeInstancesError, DescribeInstancesOutput};
use aws_sdk_ec2::types;
use futures::future::{try_join, try_join_all};
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};
use inventory_core::value::Text;
use tokio::task::JoinSet;

use crate::facts::{Page, PageReader};
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
    let reader = PageReader::default();
    // Requests are made and answers read in a task of their own, which may run elsewhere; dropping the set ends it.
    let mut request = JoinSet::new();
    request.spawn(describe(client.clone(), filters.clone(), None, reader.clone()));
    while let Some(answered) = request.join_next().await {
        let page = pages.len() + 1;
        let answer = answered.map_err(|fault| {
            Error::new(ErrorKind::BadResponse, OPERATION, format!("page {page}: {fault}"))
        })?;
        match answer {
            Ok(_) => {}
            Err(error) if !strict_permissions && error.code() == Some("UnauthorizedOperation") => {
                return Ok(None);
            }
            Err(error) => return Err(in_page(explain(OPERATION, region, &error), page)),
        }
        let Page { instances, next } = read(&reader).map_err(|error| in_page(error, page))?;
        let next = tokens.next(OPERATION, next).map_err(|error| in_page(error, page))?;
        if next.is_some() {
            request.spawn(describe(client.clone(), filters.clone(), next, reader.clone()));
        }
        pages.push(instances);
    }
    Ok(Some(pages))
}

type Answer = Result<DescribeInstancesOutput, aws_sdk_ec2::error::SdkError<DescribeInstancesError>>;

/// Asks for one page, which `reader` reads.
async fn describe(
    client: Client,
    filters: Vec<types::Filter>,
    token: Option<String>,
    reader: PageReader,
) -> Answer {
    let request =
        client.describe_instances().set_filters(Some(filters)).max_results(PAGE_SIZE).set_next_token(token);
    request.customize().interceptor(reader).send().await
}

/// Returns the page that was read, in which every instance has an id.
fn read(reader: &PageReader) -> Result<Page, Error> {
    let fail = |message| Err(Error::new(ErrorKind::BadResponse, OPERATION, message));
    match reader.take() {
        None => fail("the answer was not read"),
        Some(page) if page.instances.iter().any(|facts| facts.id.is_empty()) => {
            fail("the answer holds an instance without an id")
        }
        Some(page) => Ok(page),
    }
}

fn in_page(mut error: Error, page: usize) -> Error {
    if error.kind == ErrorKind::BadResponse {
        error.message = format!("page {page}: {}", error.message);
    }
    error
}

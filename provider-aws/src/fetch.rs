//! Fetches the instances of a region.

use std::collections::HashSet;

use aws_sdk_ec2::Client;
use futures::future::{try_join, try_join_all};
use inventory_core::discovery::{Error, Facts};
use inventory_core::value::Text;

use crate::session::Session;
use crate::ssm;
use crate::sweep::{Part, Sweep};
use crate::walk::Walk;

/// The pages of a search before it is made in parts: with fewer in all, the parts would not come sooner.
const PAGES_BEFORE_PARTS: usize = 3;

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
    let search = |sweep| search(&client, region, sweep, query.strict_permissions);
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
///
/// A page names the next one, so they come one after another; a long search is made in parts at once instead.
async fn search(
    client: &Client,
    region: &str,
    sweep: &Sweep,
    strict_permissions: bool,
) -> Result<Option<Vec<Vec<Facts>>>, Error> {
    let mut walk = Walk::new(client, sweep);
    let mut walked = walk.go(PAGES_BEFORE_PARTS).await;
    if walked.is_ok() && !walk.is_done() {
        if let Some(pages) = search_in_parts(client, sweep, &walk.pages).await {
            return Ok(Some(pages));
        }
        walked = walk.go(usize::MAX).await;
    }
    match walked {
        Ok(()) => Ok(Some(walk.pages)),
        Err(failure) if !strict_permissions && failure.is_denial() => Ok(None),
        Err(failure) => Err(failure.explain(region, walk.pages.len() + 1)),
    }
}

/// Makes a search in parts, all at once.
///
/// None where there are no parts or one fails, and where a service does not take them as they are meant: each must find
/// only its own instances, and together they must find those of the first pages, of which there must be some.
async fn search_in_parts(client: &Client, sweep: &Sweep, first: &[Vec<Facts>]) -> Option<Vec<Vec<Facts>>> {
    let fetch = async |part: Part| {
        let mut walk = Walk::new(client, &part.sweep);
        walk.go(usize::MAX).await.map_err(|_| ())?;
        let is_own = |facts: &Facts| facts.id.ends_with(part.last);
        if walk.pages.iter().flatten().all(is_own) { Ok(walk.pages) } else { Err(()) }
    };
    let parts = sweep.parts();
    if parts.is_empty() || first.iter().all(Vec::is_empty) {
        return None;
    }
    let parts = try_join_all(parts.into_iter().map(fetch)).await.ok()?;
    let pages: Vec<_> = parts.into_iter().flatten().collect();
    let ids: HashSet<&Text> = pages.iter().flatten().map(|facts| &facts.id).collect();
    first.iter().flatten().all(|facts| ids.contains(&facts.id)).then_some(pages)
}

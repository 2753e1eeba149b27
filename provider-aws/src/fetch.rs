//! Fetches the instances of a region.

use std::collections::HashSet;

use futures::future::{try_join, try_join_all};
use inventory_core::discovery::{Error, Facts};
use inventory_core::value::Text;

use crate::ec2::Ec2;
use crate::session::Session;
use crate::ssm;
use crate::sweep::{Part, Sweep};
use crate::walk::Walk;

/// The pages of a search before it is made in parts: with fewer in all, the parts would not come sooner.
const PAGES_BEFORE_PARTS: usize = 3;

/// Why parts are no use.
const OTHERWISE: &str = "the service does not filter by the ends of instance ids as EC2 does";

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
    /// Whether a long search may be made in parts, which loses the order in which EC2 lists the instances.
    pub(crate) in_parts: bool,
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
    let ec2 = session.ec2(region);
    let place = Place { session, ec2: &ec2, region };
    let search = |sweep| place.search(sweep, query);
    let (excluded, included) = try_join(
        try_join_all(query.exclude.iter().map(search)),
        try_join_all(query.include.iter().map(search)),
    )
    .await?;
    let mut result = Region::default();
    if excluded.iter().chain(&included).any(|found| found.is_denied) {
        result.warnings.push(format!(
            "`{region}` counts as empty: `ec2:DescribeInstances` is not allowed there, and `strict_permissions` is false"
        ));
    }
    result.warnings.extend(excluded.iter().chain(&included).find_map(|found| found.warning.clone()));
    let pages = |found: Found| found.pages;
    let mut seen: HashSet<Text> =
        excluded.into_iter().flat_map(pages).flatten().map(|facts| facts.id).collect();
    for mut page in included.into_iter().flat_map(pages) {
        page.retain(|facts| seen.insert(facts.id.clone()));
        result.pages.push(page);
    }
    if query.ssm {
        let ids: Vec<Text> = result.pages.iter().flatten().map(|facts| facts.id.clone()).collect();
        result.pages.push(ssm::fetch(session, region, &ids).await?);
    }
    Ok(result)
}

/// Where searches are made.
#[derive(Clone, Copy)]
struct Place<'a> {
    session: &'a Session,
    ec2: &'a Ec2,
    region: &'a str,
}

/// What a search found.
#[derive(Default)]
struct Found {
    pages: Vec<Vec<Facts>>,
    /// Whether it was not allowed, and need not be.
    is_denied: bool,
    warning: Option<String>,
}

impl Place<'_> {
    /// Fetches the pages of one search.
    ///
    /// A page names the next one, so they come one after another; a long search is made in parts at once instead.
    async fn search(self, sweep: &Sweep, query: &Query) -> Result<Found, Error> {
        let mut walk = Walk::new(self.ec2.clone(), sweep);
        let mut walked = walk.go(PAGES_BEFORE_PARTS).await;
        let mut warning = None;
        if walked.is_ok() && !walk.is_done() {
            let parts = if query.in_parts { sweep.parts() } else { Vec::new() };
            match self.search_parts(parts, &walk.pages).await {
                Some(Ok(pages)) => return Ok(Found { pages, ..Found::default() }),
                Some(Err(reason)) => {
                    self.session.give_up(self.region);
                    let region = self.region;
                    warning = Some(format!(
                        "`{region}` was listed page by page, which takes longer than in parts: {reason}"
                    ));
                }
                None => {}
            }
            walked = walk.go(usize::MAX).await;
        }
        match walked {
            Ok(()) => Ok(Found { pages: walk.pages, warning, is_denied: false }),
            Err(failure) if !query.strict_permissions && failure.is_denial() => {
                Ok(Found { is_denied: true, ..Found::default() })
            }
            Err(failure) => Err(failure.explain(self.region, walk.pages.len() + 1)),
        }
    }

    /// Makes a search in parts, all at once; none where there are none, or nothing to tell by whether they are right.
    ///
    /// Fails at the first call that fails, which is not tried again, and where a service does not take the parts as they
    /// are meant: each must find only its own instances, and together they must find those of the first pages.
    async fn search_parts(
        self,
        parts: Vec<Part>,
        first: &[Vec<Facts>],
    ) -> Option<Result<Vec<Vec<Facts>>, String>> {
        let largest = first.iter().map(Vec::len).max().unwrap_or_default();
        if parts.is_empty() || largest == 0 {
            return None;
        }
        let fetched = try_join_all(parts.into_iter().map(|part| self.fetch_part(part, largest))).await;
        Some(fetched.and_then(|parts| {
            let pages: Vec<_> = parts.into_iter().flatten().collect();
            let ids: HashSet<&Text> = pages.iter().flatten().map(|facts| &facts.id).collect();
            let is_whole = first.iter().flatten().all(|facts| ids.contains(&facts.id));
            if is_whole { Ok(pages) } else { Err(OTHERWISE.to_owned()) }
        }))
    }

    /// Fetches the instances of one part; `largest` is the size of a page that is full.
    async fn fetch_part(self, part: Part, largest: usize) -> Result<Vec<Vec<Facts>>, String> {
        let mut walk = Walk::new(self.ec2.clone().without_retries(), &part.sweep);
        while !walk.is_done() {
            let number = walk.pages.len() + 1;
            walk.go(number).await.map_err(|failure| failure.explain(self.region, number).message)?;
            let page = walk.pages.last().map(Vec::as_slice).unwrap_or_default();
            // Where the service filters what is on a page already, each part has as many pages as the whole.
            let is_sparse = !walk.is_done() && page.len() < largest / 2;
            if is_sparse || !page.iter().all(|facts| facts.id.ends_with(part.last)) {
                return Err(OTHERWISE.to_owned());
            }
        }
        Ok(walk.pages)
    }
}

//! The accounts of an organization.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account, AccountState, AccountStatus};
use futures::future::try_join;
use futures::stream::{self, StreamExt, TryStreamExt};
use inventory_core::discovery::{Error, ErrorKind, Tokens};

use crate::failure::{explain, permission};
use crate::session::Session;

const ACCOUNTS: &str = "ListAccounts";
const ACCOUNTS_OF_UNIT: &str = "ListAccountsForParent";
const UNITS_OF_UNIT: &str = "ListOrganizationalUnitsForParent";

/// The most accounts or units that one answer may hold.
const PAGE_SIZE: i32 = 20;

/// The units that are read at once; AWS allows few such calls per second.
const AT_ONCE: usize = 4;

/// An active account of the organization.
#[derive(Debug)]
pub(super) struct Member {
    /// The number.
    pub(super) id: String,
    /// The name; empty where there is none.
    pub(super) name: String,
    /// The partition of AWS, such as `aws`.
    pub(super) partition: String,
}

/// Returns the operations that list the accounts of these units, or of the whole organization without any.
pub(super) fn operations(units: &[String]) -> &'static [&'static str] {
    if units.is_empty() { &[ACCOUNTS] } else { &[ACCOUNTS_OF_UNIT, UNITS_OF_UNIT] }
}

/// Returns the account of the session's credentials.
pub(super) async fn caller(session: &Session) -> Result<Option<String>, Error> {
    const OPERATION: &str = "GetCallerIdentity";
    let answer = session.sts().get_caller_identity().send().await;
    let answer = answer.map_err(|error| explain(OPERATION, session.home_region(), &error))?;
    Ok(answer.account)
}

/// Lists the active accounts of units and all units inside them, or of the whole organization without any, in the order
/// of their numbers.
pub(super) async fn members(session: &Session, units: &[String]) -> Result<Vec<Member>, Error> {
    let listing = Listing { client: session.organizations(), region: session.home_region() };
    let accounts =
        if units.is_empty() { listing.accounts().await? } else { listing.accounts_in(units).await? };
    let mut members = BTreeMap::new();
    for account in accounts.into_iter().filter(is_active) {
        let Some(id) = account.id.filter(|id| !id.is_empty()) else {
            let message = "the answer holds an account without a number";
            return Err(Error::new(ErrorKind::BadResponse, ACCOUNTS, message));
        };
        let partition =
            account.arn.as_deref().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned();
        members.insert(id.clone(), Member { id, name: account.name.unwrap_or_default(), partition });
    }
    Ok(members.into_values().collect())
}

/// Tells whether an account is active; one that does not say it counts as active, for nothing may be missing.
fn is_active(account: &Account) -> bool {
    // Services that know no `State` yet give the older `Status`.
    match (&account.state, &account.status) {
        (Some(state), _) => *state == AccountState::Active,
        (None, Some(status)) => *status == AccountStatus::Active,
        (None, None) => true,
    }
}

/// Asks for lists, page by page.
struct Listing<'a> {
    client: Client,
    region: &'a str,
}

impl Listing<'_> {
    async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let mut accounts = Vec::new();
        let (mut tokens, mut token) = (Tokens::default(), None);
        loop {
            let request = self.client.list_accounts().max_results(PAGE_SIZE).set_next_token(token);
            let answer =
                request.send().await.map_err(|error| told(explain(ACCOUNTS, self.region, &error), None))?;
            accounts.extend(answer.accounts.unwrap_or_default());
            token = tokens.next(ACCOUNTS, answer.next_token)?;
            if token.is_none() {
                return Ok(accounts);
            }
        }
    }

    /// Lists the accounts of units, level by level; a unit that is reached twice is read once.
    async fn accounts_in(&self, units: &[String]) -> Result<Vec<Account>, Error> {
        let mut seen = HashSet::new();
        let mut accounts = Vec::new();
        let mut level = units.to_vec();
        while !level.is_empty() {
            level.retain(|unit| seen.insert(unit.clone()));
            let requests: Vec<_> =
                level.iter().map(|unit| try_join(self.accounts_of(unit), self.units_of(unit))).collect();
            let found: Vec<_> = stream::iter(requests).buffered(AT_ONCE).try_collect().await?;
            level = Vec::new();
            for (inside, units) in found {
                accounts.extend(inside);
                level.extend(units);
            }
        }
        Ok(accounts)
    }

    async fn accounts_of(&self, unit: &str) -> Result<Vec<Account>, Error> {
        let mut accounts = Vec::new();
        let (mut tokens, mut token) = (Tokens::default(), None);
        loop {
            let request = self.client.list_accounts_for_parent().parent_id(unit).max_results(PAGE_SIZE);
            let answer = request.set_next_token(token).send().await;
            let answer =
                answer.map_err(|error| told(explain(ACCOUNTS_OF_UNIT, self.region, &error), Some(unit)))?;
            accounts.extend(answer.accounts.unwrap_or_default());
            token = tokens.next(ACCOUNTS_OF_UNIT, answer.next_token)?;
            if token.is_none() {
                return Ok(accounts);
            }
        }
    }

    async fn units_of(&self, unit: &str) -> Result<Vec<String>, Error> {
        let mut units = Vec::new();
        let (mut tokens, mut token) = (Tokens::default(), None);
        loop {
            let request =
                self.client.list_organizational_units_for_parent().parent_id(unit).max_results(PAGE_SIZE);
            let answer = request.set_next_token(token).send().await;
            let answer =
                answer.map_err(|error| told(explain(UNITS_OF_UNIT, self.region, &error), Some(unit)))?;
            units.extend(
                answer.organizational_units.unwrap_or_default().into_iter().filter_map(|unit| unit.id),
            );
            token = tokens.next(UNITS_OF_UNIT, answer.next_token)?;
            if token.is_none() {
                return Ok(units);
            }
        }
    }
}

/// Names the unit, and who may list.
fn told(mut error: Error, unit: Option<&str>) -> Error {
    if let Some(unit) = unit {
        error.message = format!("unit `{unit}`: {}", error.message);
    }
    if error.kind != ErrorKind::Denied {
        return error;
    }
    let hint = format!(
        "the base credentials (`profile`) must be of the management account or a delegated administrator, and be allowed \
         `{}`",
        permission(error.operation)
    );
    error.with_hint(hint)
}

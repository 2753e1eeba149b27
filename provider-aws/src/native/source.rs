//! The accounts of AWS in a native configuration, as a source of machines.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use inventory_core::config::secret::Secret;
use inventory_core::diagnostic::{self, Diagnostic};
use inventory_core::discovery::{
    Budget, Error, ErrorKind, Facts, NativeSource, Note, Page, Plan, Provider, Scope, Setback, Traffic,
};
use inventory_core::host::Machine;
use inventory_core::value::{Map, Text, Value};
use tokio::sync::OnceCell;

use super::account::{Account, Sessions};
use super::config::Config;
use super::organization;
use super::plan::Estate;
use super::settings::{self, Settings};
use crate::attempts::HOME;
use crate::facts::INSTANCE;
use crate::failure::permission;
use crate::options::VariableNames;
use crate::{build, facts, fetch, identity, normalize, ssm};

/// A source of machines: the accounts of AWS that a native configuration names.
pub struct NativeEc2Source {
    settings: Settings,
    sessions: Sessions,
    estate: OnceCell<Estate>,
}

impl NativeEc2Source {
    /// Checks a configuration that was read from `source` and returns what it asks for, and what is odd about it.
    ///
    /// Needs no network and no credentials.
    ///
    /// # Errors
    /// All that is wrong with the configuration, each with its place.
    pub fn new(
        config: Config,
        source: &Arc<diagnostic::Source>,
        budget: Budget,
    ) -> Result<(NativeEc2Source, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (settings, warnings) = settings::read(config, source)?;
        Ok((NativeEc2Source::of(settings, budget), warnings))
    }

    pub(super) fn of(settings: Settings, budget: Budget) -> NativeEc2Source {
        let sessions = Sessions::new(&settings, budget);
        NativeEc2Source { settings, sessions, estate: OnceCell::new() }
    }

    /// Returns the IAM actions that the configuration needs, the least there are.
    pub fn permissions(&self) -> Vec<String> {
        let settings = &self.settings;
        let mut operations = Vec::new();
        if let Some(accounts) = &settings.organization {
            operations.extend(organization::operations(&accounts.units));
        }
        if !settings.roles.is_empty() || settings.organization.is_some() {
            operations.push("AssumeRole");
        }
        if settings.regions.exact().is_none() {
            operations.push("DescribeRegions");
        }
        operations.push("DescribeInstances");
        if settings.query.ssm {
            operations.push("GetInventory");
        }
        operations.into_iter().map(permission).collect()
    }

    /// Returns the role with which a scope is asked, as the configuration writes it: what one role may see, another may not.
    fn role(&self, scope: &Scope) -> Option<&str> {
        let account = scope.account.as_deref()?;
        let own = self.settings.roles.iter().find(|(number, _)| number == account);
        let of_members = || self.settings.organization.as_ref().map(|accounts| accounts.role.as_str());
        own.map(|(_, role)| role.arn.as_str()).or_else(of_members)
    }

    async fn estate(&self) -> Result<&Estate, Error> {
        self.estate.get_or_try_init(|| Estate::find(&self.settings, &self.sessions)).await
    }

    async fn pages(&self, scope: &Scope) -> Result<Vec<Page>, Error> {
        let unknown =
            || Error::new(ErrorKind::NotFound, "fetch", "the source has no such account and region");
        let account = self.estate().await?.account(scope.account.as_ref()).ok_or_else(unknown)?;
        let region = scope.region.as_ref().ok_or_else(unknown)?;
        let session = account.session(&self.sessions).await?;
        let region = fetch::region(session, region, &self.settings.query).await?;
        let notes = Page::of_notes(region.warnings.into_iter().map(Note::from).collect());
        Ok(region.pages.into_iter().map(Page::from).chain(notes).collect())
    }
}

impl fmt::Debug for NativeEc2Source {
    /// Writes the settings, in which secrets hide themselves, and nothing of the sessions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeEc2Source").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider for NativeEc2Source {
    fn cloud(&self) -> &'static str {
        "aws"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &facts::KINDS
    }

    fn host_kinds(&self) -> &'static [&'static str] {
        &[INSTANCE]
    }

    fn key(&self, scope: Option<&Scope>) -> Option<String> {
        let settings = &self.settings;
        let identity = identity::of(None).part("base", &settings.base).part("query", &settings.query);
        let identity = identity.part("endpoint", &settings.endpoint_url.as_ref().map(Secret::reveal));
        // A scope is named by the number of its account, but by a profile where nothing tells that.
        let identity = match scope {
            None => identity.part("settings", settings),
            Some(scope) => identity.part("role", &self.role(scope)),
        };
        Some(identity.into_text())
    }

    fn plan(&self) -> BoxFuture<'_, Result<Plan, Error>> {
        Box::pin(async { self.estate().await?.plan(&self.settings, &self.sessions).await })
    }

    fn fetch<'a>(&'a self, scope: &'a Scope) -> BoxStream<'a, Result<Page, Error>> {
        stream::once(self.pages(scope))
            .flat_map(|pages| match pages {
                Ok(pages) => stream::iter(pages.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            })
            .boxed()
    }

    fn last_failure(&self, scope: Option<&Scope>) -> Option<Setback> {
        let home = |account: &Account| account.attempts().last_failure(HOME);
        let Some(scope) = scope else {
            let of_base = self.sessions.attempts().last_failure(HOME);
            return of_base.or_else(|| self.estate.get()?.accounts().find_map(home));
        };
        let account = self.estate.get()?.account(scope.account.as_ref())?;
        let of_region = scope.region.as_deref().and_then(|region| account.attempts().last_failure(region));
        of_region.or_else(|| home(account))
    }

    fn traffic(&self, scope: Option<&Scope>) -> Traffic {
        let Some(scope) = scope else {
            let accounts = self.estate.get().into_iter().flat_map(Estate::accounts);
            let of_accounts: Traffic = accounts.map(|account| account.attempts().traffic(None)).sum();
            return self.sessions.attempts().traffic(None) + of_accounts;
        };
        let account = self.estate.get().and_then(|estate| estate.account(scope.account.as_ref()));
        // The role and the list of regions are those of the account, not of a region.
        let of_region = |region| account.map(|account| account.attempts().traffic(Some(region)));
        scope.region.as_deref().and_then(of_region).unwrap_or_default()
    }

    fn under_way(&self, scope: Option<&Scope>) -> Vec<String> {
        let Some(scope) = scope else {
            let mut names = self.sessions.attempts().meter.under_way(HOME);
            let accounts = self.estate.get().into_iter().flat_map(Estate::accounts);
            names.extend(accounts.flat_map(|account| account.attempts().meter.under_way(HOME)));
            names.sort();
            names.dedup();
            return names;
        };
        let account = self.estate.get().and_then(|estate| estate.account(scope.account.as_ref()));
        let region = scope.region.as_deref().unwrap_or(HOME);
        let of = |region| account.map(|account| account.attempts().meter.under_way(region));
        of(region).filter(|names| !names.is_empty()).or_else(|| of(HOME)).unwrap_or_default()
    }
}

impl NativeSource for NativeEc2Source {
    fn machines(&self, facts: Vec<Facts>) -> (Vec<Machine>, Vec<Note>) {
        machines(facts)
    }
}

/// Makes machines of facts, whatever configuration they were fetched for.
pub fn machines(facts: Vec<Facts>) -> (Vec<Machine>, Vec<Note>) {
    let mut instances: BTreeMap<(Text, Option<Text>), Arc<Map>> = BTreeMap::new();
    let mut known: HashMap<Text, Value> = HashMap::new();
    for Facts { kind, id, record } in facts {
        match (kind, record) {
            (INSTANCE, Value::Map(record)) => {
                // An account that is asked twice, as two profiles, gives each instance twice.
                let owner = record.get("owner_id").and_then(Value::as_str).map(Text::from);
                instances.entry((id, owner)).or_insert(record);
            }
            (ssm::KIND, record) => {
                known.insert(id, record);
            }
            _ => {}
        }
    }
    let names = VariableNames::default();
    let machine = |((id, _), record): ((Text, _), Arc<Map>)| {
        let host = normalize::host(&record);
        Machine { host, record: build::variables(&names, record, known.remove(&id)) }
    };
    (instances.into_iter().map(machine).collect(), Vec::new())
}

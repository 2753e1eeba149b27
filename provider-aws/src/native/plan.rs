//! Which accounts are asked, and in which regions.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join_all, try_join};
use inventory_core::discovery::{Error, ErrorKind, Note, Plan, Scope};
use inventory_core::value::Text;

use super::account::{Access, Account, Sessions};
use super::organization::{self, Member};
use super::settings::{Accounts, Settings};

/// The accounts that a note names; the others are counted.
const EXAMPLES: usize = 3;

/// The accounts of a source by the name that they have in scopes: the number where it is known, else the profile, and
/// none for the only account of default credentials.
#[derive(Default)]
pub(super) struct Estate {
    accounts: BTreeMap<Option<Text>, Account>,
    notes: Vec<Note>,
}

impl Estate {
    /// Finds the accounts; asks only for those of an organization.
    pub(super) async fn find(settings: &Settings, sessions: &Sessions) -> Result<Estate, Error> {
        let mut estate = Estate::default();
        if settings.asks_base_only() {
            let name = sessions.base_name();
            estate.accounts.insert(name, Account::new(Access::Base));
            return Ok(estate);
        }
        for (account, role) in &settings.roles {
            estate.add(account, Access::Role(role.clone()));
        }
        for profile in &settings.profiles {
            estate.add(profile, Access::Profile(profile.clone()));
        }
        if let Some(chosen) = &settings.organization {
            estate.add_members(chosen, sessions).await?;
        }
        Ok(estate)
    }

    /// Returns an account by its name.
    pub(super) fn account(&self, name: Option<&Text>) -> Option<&Account> {
        self.accounts.get(&name.cloned())
    }

    /// Returns all accounts.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// Adds an account, unless there is one of that name.
    fn add(&mut self, name: &str, access: Access) {
        let words = |access: &Access| match access {
            Access::Role(role) | Access::Member(_, role) => format!("`{}`", role.arn),
            Access::Profile(name) => format!("the profile `{name}`"),
            Access::Base => "the base credentials".to_owned(),
        };
        match self.accounts.get(&Some(Text::from(name))) {
            Some(other) => self.notes.push(Note::from(format!(
                "account `{name}` is asked with {}, and not with {} again",
                words(other.access()),
                words(&access)
            ))),
            None => {
                self.accounts.insert(Some(Text::from(name)), Account::new(access));
            }
        }
    }

    /// Adds the accounts of the organization that have no role of their own in the configuration. The account of the base
    /// credentials is asked with these: the role of the others is seldom in it.
    async fn add_members(&mut self, chosen: &Accounts, sessions: &Sessions) -> Result<(), Error> {
        let base = sessions.base().await?;
        let (members, caller) =
            try_join(organization::members(base, &chosen.units), organization::caller(base)).await?;
        self.notes.extend(unmatched_accounts(chosen, &members));
        let active = members.len();
        let (asked, _): (Vec<Member>, Vec<Member>) =
            members.into_iter().partition(|member| chosen.chosen.choose(&[&member.id, &member.name]));
        if asked.is_empty() && active > 0 {
            let message =
                format!("`accounts` chooses none of the {active} active accounts of the organization");
            return Err(Error::new(ErrorKind::Config, "ListAccounts", message));
        }
        if active == 0 {
            self.notes.push(Note::from("the organizational units hold no active account".to_owned()));
        }
        for Member { id, partition, .. } in asked {
            let name = Some(Text::from(id.as_str()));
            if matches!(self.accounts.get(&name).map(Account::access), Some(Access::Role(_))) {
                continue;
            }
            let is_base = caller.as_deref() == Some(id.as_str());
            let access =
                if is_base { Access::Base } else { Access::Member(id.clone(), chosen.role(&id, &partition)) };
            self.add(&id, access);
        }
        Ok(())
    }

    /// Plans a scope for each account and region.
    ///
    /// An account whose regions cannot be listed is unknown: the others are asked all the same, and all that fail are
    /// told.
    pub(super) async fn plan(&self, settings: &Settings, sessions: &Sessions) -> Result<Plan, Error> {
        let scope = |account: &Option<Text>, region: Option<&str>| Scope {
            cloud: "aws",
            account: account.clone(),
            region: region.map(Text::from),
        };
        let mut notes = self.notes.clone();
        if let Some(regions) = settings.regions.exact() {
            let regions: BTreeSet<&str> = regions.iter().map(String::as_str).collect();
            let of_account =
                |account| regions.iter().map(move |region| scope(account, Some(*region))).collect::<Vec<_>>();
            let scopes = self.accounts.keys().flat_map(of_account).collect();
            return Ok(Plan { scopes, notes, ..Plan::default() });
        }
        let enabled = join_all(self.accounts.values().map(|account| account.enabled(sessions))).await;
        let (mut scopes, mut unknown) = (Vec::new(), Vec::new());
        let mut all = BTreeSet::new();
        let mut guesses: BTreeMap<&str, Vec<&Option<Text>>> = BTreeMap::new();
        for (account, enabled) in self.accounts.keys().zip(enabled) {
            let enabled = match enabled {
                Ok(enabled) => enabled,
                Err(error) => {
                    unknown.push((scope(account, None), error.clone()));
                    continue;
                }
            };
            let chosen = enabled.regions.iter().filter(|region| settings.regions.choose(&[region]));
            scopes.extend(chosen.map(|region| scope(account, Some(region.as_str()))));
            all.extend(enabled.regions.iter().map(String::as_str));
            if let Some(warning) = &enabled.warning {
                guesses.entry(warning).or_default().push(account);
            }
        }
        let all: Vec<&str> = all.into_iter().collect();
        if scopes.is_empty() && unknown.is_empty() && !self.accounts.is_empty() {
            let message = format!("`regions` chooses none of the {} regions that are enabled", all.len());
            return Err(Error::new(ErrorKind::Config, "DescribeRegions", message));
        }
        let unmatched = if all.is_empty() { Vec::new() } else { settings.regions.unmatched(&all) };
        notes.extend(unmatched.into_iter().map(|pattern| {
            Note::of_loss(format!("`{pattern}` in `regions` matches no region that is enabled"))
        }));
        notes.extend(guesses.into_iter().map(|(warning, accounts)| guess(warning, &accounts)));
        Ok(Plan { scopes, notes, unknown })
    }
}

fn unmatched_accounts(chosen: &Accounts, members: &[Member]) -> Vec<Note> {
    let names: Vec<&str> =
        members.iter().flat_map(|member| [member.id.as_str(), member.name.as_str()]).collect();
    let unmatched = chosen.chosen.unmatched(&names).into_iter();
    unmatched
        .map(|pattern| Note::of_loss(format!("`{pattern}` in `accounts` matches no active account")))
        .collect()
}

/// Says of which accounts the regions are guessed.
fn guess(warning: &str, accounts: &[&Option<Text>]) -> Note {
    let names: Vec<&str> = accounts.iter().filter_map(|name| name.as_deref()).collect();
    let shown = names.iter().take(EXAMPLES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Note::from(match names.len().checked_sub(EXAMPLES) {
        _ if names.is_empty() => warning.to_owned(),
        Some(more @ 1..) => format!("{shown} and {more} more: {warning}"),
        _ => format!("{shown}: {warning}"),
    })
}

//! One account: with which credentials it is asked, and where.

use inventory_core::discovery::{Budget, Error, ErrorKind};
use inventory_core::value::Text;
use tokio::sync::OnceCell;

use super::settings::Settings;
use crate::attempts::Attempts;
use crate::connection::{Connection, Identity, Role};
use crate::regions;
use crate::session::Session;
use crate::transport::{self, Http};

/// With which credentials an account is asked.
#[derive(Debug)]
pub(super) enum Access {
    /// Those with which roles are assumed.
    Base,
    /// Those of a profile.
    Profile(String),
    /// Those of a role that the configuration names.
    Role(Role),
    /// Those of the role that each account of the organization has, in the account of that number.
    Member(String, Role),
}

/// Opens sessions; they share one HTTP client, and roles are assumed with one base.
pub(super) struct Sessions {
    connection: Connection,
    first_region: Option<String>,
    budget: Budget,
    attempts: Attempts,
    http: OnceCell<Http>,
    base: OnceCell<Result<Session, Error>>,
}

impl Sessions {
    /// Makes the sessions of a source; opens none.
    pub(super) fn new(settings: &Settings, budget: Budget) -> Sessions {
        Sessions {
            connection: Connection {
                identity: settings.base.clone(),
                endpoint_url: settings.endpoint_url.as_ref().map(|url| url.reveal().to_owned()),
                ..Connection::default()
            },
            first_region: settings.regions.exact().and_then(|regions| regions.first()).cloned(),
            budget,
            attempts: Attempts::default(),
            http: OnceCell::new(),
            base: OnceCell::new(),
        }
    }

    /// Returns how the configuration calls the account of the base.
    pub(super) fn base_name(&self) -> Option<Text> {
        self.connection.account().map(Text::from)
    }

    /// Returns where the calls of the base are noted.
    pub(super) fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Returns the session of the base credentials.
    pub(super) async fn base(&self) -> Result<&Session, Error> {
        let base =
            self.base.get_or_init(|| self.with_identity(self.connection.identity.clone(), &self.attempts));
        base.await.as_ref().map_err(Clone::clone)
    }

    async fn with_identity(&self, identity: Identity, attempts: &Attempts) -> Result<Session, Error> {
        let connection = Connection { identity, ..self.connection.clone() };
        let http = self.http.get_or_try_init(|| transport::client(&self.budget)).await?.clone();
        Session::open(&connection, self.first_region.as_deref(), http, &self.budget, attempts).await
    }

    async fn open(&self, access: &Access, attempts: &Attempts) -> Result<Session, Error> {
        match access {
            Access::Base => Ok(self.base().await?.noted_in(attempts)),
            Access::Profile(name) => self.with_identity(Identity::Profile(name.clone()), attempts).await,
            Access::Role(role) => self.assume(role, attempts, TRUST.to_owned()).await,
            Access::Member(account, role) => {
                let hint = format!("{TRUST}; `accounts: [\"!{account}\"]` in `organization` leaves it out");
                self.assume(role, attempts, hint).await
            }
        }
    }

    async fn assume(&self, role: &Role, attempts: &Attempts, hint: String) -> Result<Session, Error> {
        let session = self.base().await?.with_role(role, attempts).await;
        session.map_err(|error| if error.kind == ErrorKind::Denied { error.with_hint(hint) } else { error })
    }
}

/// What to do when a role cannot be assumed.
const TRUST: &str = "the role must exist, its trust policy must name these credentials (and `external_id`, if it asks \
                     for one), and they must be allowed `sts:AssumeRole` on it";

/// The regions that are enabled for an account.
#[derive(Clone, Debug)]
pub(super) struct Enabled {
    /// Their names.
    pub(super) regions: Vec<String>,
    /// What is odd where they are guessed.
    pub(super) warning: Option<String>,
}

/// An account. Its session is opened once, for all its regions, and a failure to open it is not tried again.
pub(super) struct Account {
    access: Access,
    attempts: Attempts,
    session: OnceCell<Result<Session, Error>>,
    enabled: OnceCell<Result<Enabled, Error>>,
}

impl Account {
    pub(super) fn new(access: Access) -> Account {
        let attempts = Attempts::default();
        Account { access, attempts, session: OnceCell::new(), enabled: OnceCell::new() }
    }

    /// Returns with which credentials the account is asked.
    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    /// Returns where the calls for the account are noted.
    pub(super) fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Returns the session.
    pub(super) async fn session(&self, sessions: &Sessions) -> Result<&Session, Error> {
        let session = self.session.get_or_init(|| sessions.open(&self.access, &self.attempts));
        session.await.as_ref().map_err(Clone::clone)
    }

    /// Returns the regions that are enabled, which are asked for once.
    pub(super) async fn enabled(&self, sessions: &Sessions) -> &Result<Enabled, Error> {
        let ask = || async {
            let (regions, warning) = regions::discover(self.session(sessions).await?).await?;
            Ok(Enabled { regions, warning })
        };
        self.enabled.get_or_init(ask).await
    }
}

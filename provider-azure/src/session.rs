//! A session with Azure: the credentials are found once, and all requests share them and their connections.

use inventory_core::discovery::{Budget, Error, ErrorKind};
use inventory_core::http::{Attempts, Transport};
use serde::Deserialize;
use url::Url;

use crate::client::{ADVICE, Call, Client};
use crate::cloud::{self, Cloud};
use crate::connection::Connection;
use crate::credentials::{Account, Identity, Login, Selected, Tokens, account, select, with_what_is_set};

/// Lists the subscriptions that the identity sees.
pub(crate) const SUBSCRIPTIONS: Call =
    Call { operation: "list subscriptions", permission: "Microsoft.Resources/subscriptions/read" };
/// The version of that list.
pub(crate) const SUBSCRIPTIONS_VERSION: &str = "2022-12-01";

/// A session with Azure; it holds credentials and has no `Debug` for that reason.
pub(crate) struct Session {
    client: Client,
    subscription: String,
}

impl Session {
    /// Opens a session: finds credentials, cloud and subscription. A token is only asked for when it is needed for that.
    pub(crate) async fn open(
        connection: &Connection,
        budget: &Budget,
        attempts: &Attempts,
    ) -> Result<Session, Error> {
        let transport = Transport::new(budget, attempts, &ADVICE)?;
        Session::open_with(connection, transport).await
    }

    /// Opens a session with a transport.
    pub(crate) async fn open_with(connection: &Connection, transport: Transport) -> Result<Session, Error> {
        let (client, subscription) = connect(connection, transport).await?;
        let subscription = match subscription {
            Some(subscription) => subscription,
            None => first_subscription(&client).await?,
        };
        check_subscription(&subscription)?;
        Ok(Session { client, subscription })
    }

    /// Returns the client of Resource Manager.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the id of the subscription.
    pub(crate) fn subscription(&self) -> &str {
        &self.subscription
    }
}

/// Finds credentials and cloud, and returns a client and the subscription that comes with the credentials.
pub(crate) async fn connect(
    connection: &Connection,
    transport: Transport,
) -> Result<(Client, Option<String>), Error> {
    let login = match select(connection)? {
        Selected::Login(login) => login,
        Selected::CommandLine { subscription, is_last_resort } => {
            let found = account(subscription, is_last_resort).await;
            let Account { subscription, cloud } = found.map_err(|error| match is_last_resort {
                true => with_what_is_set(error, connection),
                false => error,
            })?;
            Login {
                identity: Identity::CommandLine,
                subscription: Some(subscription),
                cloud: Some(cloud),
                authority: None,
            }
        }
    };
    Cloud::check_meant(connection.given.cloud_environment.as_deref(), login.cloud.as_deref())?;
    let metadata_url = connection.metadata_url.as_deref();
    let cloud = Cloud::find(login.cloud.as_deref(), metadata_url, &transport).await?;
    let authority = match &login.authority {
        Some(text) => authority(text)?,
        None => cloud.authority.clone(),
    };
    let tokens = Tokens::new(login.identity, authority, cloud.token_scope(), transport.clone());
    Ok((Client::new(transport, tokens, cloud.resource_manager), login.subscription))
}

fn authority(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).ok().filter(|url| cloud::check(url).is_ok());
    url.ok_or_else(|| {
        Error::new(ErrorKind::Config, "connect", "`adfs_authority_url` is not an `https://` address")
    })
}

/// Refuses what would be another path than that of a subscription.
pub(crate) fn check_subscription(subscription: &str) -> Result<(), Error> {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if !subscription.is_empty() && subscription.chars().all(fits) {
        return Ok(());
    }
    let message = format!("`{subscription}` is not the id of a subscription");
    Err(Error::new(ErrorKind::Config, "connect", message)
        .with_hint("expected an id such as `11111111-2222-3333-4444-555555555555` in `subscription_id`"))
}

/// Returns the first subscription that the identity sees, as the plugin does for a managed identity.
async fn first_subscription(client: &Client) -> Result<String, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Subscription {
        subscription_id: String,
    }
    let url = client.url(["subscriptions"], SUBSCRIPTIONS_VERSION, &[]);
    let page = client.page(SUBSCRIPTIONS, &url).await?;
    let first = page.items.iter().find_map(|item| serde_json::from_str::<Subscription>(item.get()).ok());
    first.map(|found| found.subscription_id).ok_or_else(|| {
        Error::new(ErrorKind::Denied, SUBSCRIPTIONS.operation, "the identity sees no subscription").with_hint(
            "give the managed identity the role Reader on the subscription, or set `subscription_id`",
        )
    })
}

//! Asks the Azure CLI which account it is logged in to.

use std::ffi::OsStr;

use inventory_core::discovery::{Error, ErrorKind};

use super::OPERATION;
use super::select::nothing_found;
use inventory_core::http::shorten;

/// What the Azure CLI is logged in to.
#[derive(Debug)]
pub(crate) struct Account {
    /// The subscription.
    pub(crate) subscription: String,
    /// The cloud's name.
    pub(crate) cloud: String,
}

/// Returns the account of the Azure CLI; its subscription counts where none is given.
pub(crate) async fn account(subscription: Option<String>, is_last_resort: bool) -> Result<Account, Error> {
    let cloud = match ask(&["cloud", "show", "--query", "name", "-o", "json"]).await {
        // The last place to look holds nothing: no place does.
        Err(_) if is_last_resort => return Err(nothing_found()),
        cloud => cloud?,
    };
    let subscription = match subscription {
        Some(subscription) => subscription,
        None => match ask(&["account", "show", "--query", "id", "-o", "json"]).await {
            Err(_) if is_last_resort => return Err(nothing_found()),
            subscription => subscription?,
        },
    };
    Ok(Account { subscription, cloud })
}

async fn ask(arguments: &[&str]) -> Result<String, Error> {
    let fail = |message: String| {
        Error::new(ErrorKind::Auth, OPERATION, message)
            .with_hint("log in with `az login`, or choose another `auth_source`")
    };
    let words: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let output = azure_identity::new_executor().run(OsStr::new("az"), &words).await;
    let output = output.map_err(|fault| fail(format!("cannot run the Azure CLI, `az`: {fault}")))?;
    if !output.status.success() {
        let words = shorten(&String::from_utf8_lossy(&output.stderr));
        return Err(fail(format!("`az {}` failed: {words}", arguments.join(" "))));
    }
    let text = String::from_utf8_lossy(&output.stdout).trim().trim_matches('"').to_owned();
    if text.is_empty() { Err(fail(format!("`az {}` says nothing", arguments.join(" ")))) } else { Ok(text) }
}

//! Finds the credentials, in the places and the order of the plugin and of Google's libraries.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use inventory_core::config::secret::Secret;
use inventory_core::discovery::{Error, ErrorKind};
use serde_json::Value;
use url::Url;

use super::identity::{Impersonation, Key, KeyKind, Login, Machine};
use super::{Identity, OPERATION};
use crate::connection::{AuthKind, Connection};
use crate::endpoints;

const ADC_VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const ADC_FILE: &str = "application_default_credentials.json";

/// The variables that name the metadata server, in the order in which they count, and its usual name.
const METADATA_VARIABLES: [&str; 2] = ["GCE_METADATA_HOST", "GCE_METADATA_ROOT"];
const METADATA_SERVER: &str = "metadata.google.internal";

const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
const WORKFORCE_TOKEN_URL: &str = "https://sts.googleapis.com/v1/oauthtoken";

/// The only universe whose services are known.
const UNIVERSE: &str = "googleapis.com";

/// Credentials, and what comes with them.
pub(crate) struct Selected {
    /// Who asks for tokens.
    pub(crate) identity: Identity,
    /// The project that is charged for requests.
    pub(crate) quota_project: Option<String>,
}

/// Finds the credentials; reads the files that they are in.
pub(crate) fn select(
    connection: &Connection,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Selected, Error> {
    let variable = |name: &str| variable(name).filter(|text| !text.is_empty());
    let plain = |identity| Ok(Selected { identity, quota_project: None });
    match connection.auth_kind {
        AuthKind::AccessToken => match &connection.access_token {
            Some(token) => plain(Identity::Given(token.clone())),
            None => Err(fail("`auth_kind: accesstoken` needs `access_token`")),
        },
        AuthKind::MachineAccount => {
            let account = connection.service_account_email.as_deref().unwrap_or("default");
            plain(Identity::Machine(machine(account, variable, false)?))
        }
        AuthKind::ServiceAccount => {
            let (text, what) = match (&connection.service_account_file, &connection.service_account_contents)
            {
                (Some(path), _) => (read(path, "service_account_file")?, path.display().to_string()),
                (None, Some(text)) => (text.clone(), "service_account_contents".to_owned()),
                (None, None) => {
                    return Err(fail("`auth_kind: serviceaccount` needs a key of a service account"));
                }
            };
            let document = Document::parse(&text, &what)?;
            plain(Identity::Library(document.service_account()?))
        }
        AuthKind::Application => application(variable),
    }
}

/// Finds application default credentials.
fn application(variable: impl Fn(&str) -> Option<String>) -> Result<Selected, Error> {
    let found = match variable(ADC_VARIABLE) {
        Some(path) => Some((read(Path::new(&path), ADC_VARIABLE)?, path)),
        None => match well_known(&variable).filter(|path| path.is_file()) {
            Some(path) => Some((read(&path, "gcloud")?, path.display().to_string())),
            None => None,
        },
    };
    let charged = variable("GOOGLE_CLOUD_QUOTA_PROJECT");
    let Some((text, what)) = found else {
        if variable("NO_GCE_CHECK").as_deref() == Some("true") {
            return Err(missing());
        }
        let identity = Identity::Machine(machine("default", variable, true)?);
        return Ok(Selected { identity, quota_project: charged });
    };
    let document = Document::parse(&text, &what)?;
    let quota_project = charged.or_else(|| document.text("quota_project_id").map(str::to_owned));
    Ok(Selected { identity: document.identity()?, quota_project })
}

/// Returns where `gcloud auth application-default login` leaves what it gets.
fn well_known(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = match variable("CLOUDSDK_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(windows) => Path::new(&variable("APPDATA")?).join("gcloud"),
        None => Path::new(&variable("HOME")?).join(".config/gcloud"),
    };
    Some(folder.join(ADC_FILE))
}

fn machine(
    account: &str,
    variable: impl Fn(&str) -> Option<String>,
    is_application: bool,
) -> Result<Machine, Error> {
    let named = METADATA_VARIABLES.iter().find_map(|name| variable(name));
    let is_last_resort = is_application && named.is_none();
    let host = named.as_deref().unwrap_or(METADATA_SERVER);
    let server = Url::parse(&format!("http://{host}/")).map_err(|_| {
        fail("the metadata server that is named is not a host").with_hint("check GCE_METADATA_HOST")
    })?;
    Ok(Machine { server, account: account.to_owned(), asks_scopes: is_application, is_last_resort })
}

/// Returns the error of there being no credentials at all.
pub(super) fn missing() -> Error {
    Error::new(ErrorKind::Auth, OPERATION, "there are no application default credentials").with_hint(
        "run `gcloud auth application-default login`, or name a file of credentials by GOOGLE_APPLICATION_CREDENTIALS; \
         without both only a machine of Google Cloud has some",
    )
}

fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, OPERATION, message)
}

fn read(path: &Path, from: &str) -> Result<Secret, Error> {
    // Credentials in the place of their path must not be shown.
    let shown = path.to_string_lossy();
    if ["{", "\n", "PRIVATE KEY"].iter().any(|part| shown.contains(part)) {
        return Err(fail(format!("`{from}` holds credentials, and not the path of a file with them"))
            .with_hint("write them to a file, or hand a key over as `service_account_contents`"));
    }
    let text = std::fs::read_to_string(path).map_err(|fault| {
        let message = format!("cannot read `{}`, which `{from}` names: {fault}", path.display());
        Error::new(ErrorKind::Auth, OPERATION, message)
    })?;
    Ok(Secret::new(text))
}

/// A document with credentials; nothing of it is shown but its type.
struct Document<'a> {
    value: Value,
    /// Where it comes from.
    what: &'a str,
}

impl<'a> Document<'a> {
    fn parse(text: &Secret, what: &'a str) -> Result<Document<'a>, Error> {
        match serde_json::from_str::<Value>(text.reveal()) {
            Ok(value @ Value::Object(_)) => Document { value, what }.checked(),
            Ok(_) => Err(fail(format!("`{what}` holds JSON, but no object"))),
            Err(fault) => {
                let place = format!("line {} column {}", fault.line(), fault.column());
                Err(fail(format!("`{what}` is not JSON: see {place}"))
                    .with_hint("expected the file of credentials as Google gave it"))
            }
        }
    }

    /// Refuses what would send secrets where they do not belong.
    fn checked(self) -> Result<Document<'a>, Error> {
        match self.text("universe_domain") {
            Some(domain) if domain != UNIVERSE => {
                return Err(
                    self.fail(format_args!("is for the universe `{domain}`; only `{UNIVERSE}` is supported"))
                );
            }
            _ => {}
        }
        for key in ["token_uri", "token_url", "service_account_impersonation_url"] {
            if self.text(key).is_some() {
                self.url(key, "")?;
            }
        }
        Ok(self)
    }

    fn fail(&self, what: impl Display) -> Error {
        fail(format!("`{}` {what}", self.what))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn required(&self, key: &str) -> Result<&str, Error> {
        self.text(key).ok_or_else(|| self.fail(format_args!("lacks `{key}`")))
    }

    fn url(&self, key: &str, usual: &str) -> Result<Url, Error> {
        endpoints::parse(self.text(key).unwrap_or(usual), key)
    }

    fn identity(self) -> Result<Identity, Error> {
        match self.required("type")? {
            "authorized_user" => self.login(false).map(Identity::Login),
            "external_account_authorized_user" => self.login(true).map(Identity::Login),
            "service_account" => self.service_account().map(Identity::Library),
            "external_account" => {
                Ok(Identity::Library(Key { kind: KeyKind::ExternalAccount, document: self.value }))
            }
            "impersonated_service_account" => self.impersonated(),
            other => Err(self
                .fail(format_args!("holds credentials of the type `{other}`, which is not known"))
                .with_hint(
                    "expected `authorized_user`, `service_account`, `external_account`, \
                     `external_account_authorized_user` or `impersonated_service_account`",
                )),
        }
    }

    fn login(self, is_workforce: bool) -> Result<Login, Error> {
        let token_url = match is_workforce {
            true => self.url("token_url", WORKFORCE_TOKEN_URL)?,
            false => self.url("token_uri", TOKEN_URL)?,
        };
        Ok(Login {
            token_url,
            client_id: self.required("client_id")?.to_owned(),
            client_secret: Secret::new(self.required("client_secret")?),
            refresh_token: Secret::new(self.required("refresh_token")?),
            is_workforce,
        })
    }

    fn service_account(mut self) -> Result<Key, Error> {
        if let Some(other) = self.text("type").filter(|found| *found != "service_account") {
            let error = self.fail(format_args!(
                "holds credentials of the type `{other}`, not the key of a service account"
            ));
            return Err(error.with_hint(
                "`auth_kind: application` takes those that GOOGLE_APPLICATION_CREDENTIALS names",
            ));
        }
        for key in ["client_email", "private_key"] {
            self.required(key)?;
        }
        // The library wants what it does not need.
        if let Value::Object(document) = &mut self.value {
            for key in ["project_id", "private_key_id"] {
                document.entry(key).or_insert_with(|| Value::from(""));
            }
        }
        Ok(Key { kind: KeyKind::ServiceAccount, document: self.value })
    }

    fn impersonated(mut self) -> Result<Identity, Error> {
        self.required("service_account_impersonation_url")?;
        let url = self.url("service_account_impersonation_url", "")?;
        let delegates = self.value.get("delegates").and_then(Value::as_array).into_iter().flatten();
        let delegates = delegates.filter_map(|delegate| delegate.as_str().map(str::to_owned)).collect();
        let source = self.value.get_mut("source_credentials").map(Value::take).unwrap_or_default();
        let source = Document { value: source, what: self.what }.checked()?;
        if source.text("type") == Some("impersonated_service_account") {
            return Err(self.fail("impersonates a service account by another: name it in `delegates`"));
        }
        let source = Box::new(source.identity()?);
        Ok(Identity::Impersonated(Impersonation { source, url, delegates }))
    }
}

#[cfg(test)]
mod tests;

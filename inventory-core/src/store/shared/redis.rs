//! Redis and Valkey: lease and time to live are the server's.
//!
//! An entry is one string: its stamp, then the bytes of a file. What must be whole is done by scripts.

use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisError, cmd,
};
use tokio::sync::OnceCell;

use super::{Address, Engine, FRONT, Fault, Stamp};
use crate::config::secret::Secret;

/// What the names of entries and leases begin with.
const ENTRIES: &str = "cloud-inventory:facts:";
const LEASES: &str = "cloud-inventory:lock:";

/// The variables that give what the address does not.
const USERNAME: &str = "CLOUD_INVENTORY_REDIS_USERNAME";
const PASSWORD: &str = "CLOUD_INVENTORY_REDIS_PASSWORD";

/// The most of a message that is shown.
const SHOWN: usize = 300;

/// `KEYS[1]`: the entry; `ARGV`: stamp, bytes, the time now, milliseconds to live or nothing.
const WRITE: &str = "local old = redis.call('GETRANGE', KEYS[1], 0, 19) \
    if #old == 20 and old > ARGV[1] and old <= ARGV[3] then return 0 end \
    if ARGV[4] == '' then redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2]) \
    else redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[4]) end return 1";

/// `KEYS[1]`: the lease; `ARGV`: token, milliseconds.
const RENEW: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end \
    return 0";

/// `KEYS[1]`: the lease; `ARGV`: token.
const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// A server of Redis or Valkey.
#[derive(Debug)]
pub(super) struct Redis {
    client: Client,
    shown: String,
    /// What is taken out of every message.
    secrets: Vec<Secret>,
    connection: OnceCell<MultiplexedConnection>,
}

/// Tells whether the library can read an address.
pub(in crate::store) fn check(address: &Address) -> Result<(), String> {
    let info = address.reveal().into_connection_info();
    info.map(drop).map_err(|error| {
        if error.to_string().contains("atabase") {
            "the database is no number".to_owned()
        } else {
            "it is no address of a server".to_owned()
        }
    })
}

/// Makes the client; nothing is asked yet.
pub(super) fn open(address: &Address) -> Result<Redis, String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    with_credentials(address, variable(USERNAME), variable(PASSWORD))
}

fn with_credentials(
    address: &Address,
    username: Option<String>,
    password: Option<String>,
) -> Result<Redis, String> {
    let unreadable = |_: RedisError| "it is no address of a server".to_owned();
    let info = address.reveal().into_connection_info().map_err(unreadable)?;
    let mut settings = info.redis_settings().clone();
    if let Some(username) = username.filter(|_| settings.username().is_none()) {
        settings = settings.set_username(username);
    }
    if let Some(password) = password.filter(|_| settings.password().is_none()) {
        settings = settings.set_password(password);
    }
    let written = address.reveal().rsplit_once('@').and_then(|(before, _)| before.split("://").nth(1));
    let written = written.and_then(|user| user.split_once(':')).map(|(_, password)| password.to_owned());
    let secrets = settings.password().map(str::to_owned).into_iter().chain(written);
    let secrets = secrets.filter(|secret| !secret.is_empty()).map(Secret::new).collect();
    let client = Client::open(info.set_redis_settings(settings)).map_err(unreadable)?;
    Ok(Redis { client, shown: address.to_string(), secrets, connection: OnceCell::new() })
}

impl Redis {
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let connect = async {
            // How long anything may take is up to the store.
            let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
            self.client.get_multiplexed_async_connection_with_config(&config).await
        };
        let connection = self.connection.get_or_try_init(|| connect).await;
        let mut connection = connection.map_err(|error| self.fault(&error))?.clone();
        command.query_async(&mut connection).await.map_err(|error| self.fault(&error))
    }

    /// Returns the words of an error, without credentials.
    fn fault(&self, error: &RedisError) -> Fault {
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Fault("the server does not take the username and password".to_owned());
        }
        let mut text = error.to_string().replace(['\r', '\n'], " ");
        for secret in &self.secrets {
            text = text.replace(secret.reveal(), "***");
        }
        let text = text.split(" (os error").next().unwrap_or_default();
        Fault(text.chars().take(SHOWN).collect())
    }
}

fn milliseconds(length: Duration) -> u64 {
    // A server takes a signed number, and adds the time now to it.
    u64::try_from(length.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).clamp(1, 1 << 52)
}

#[async_trait]
impl Engine for Redis {
    fn place(&self, name: &str) -> String {
        format!("{} {ENTRIES}{name}", self.shown)
    }

    fn pauses(&self) -> [Duration; 2] {
        [Duration::from_millis(5), Duration::from_millis(100)]
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, Fault> {
        let front: Vec<u8> =
            self.ask(cmd("GETRANGE").arg(format!("{ENTRIES}{name}")).arg(0).arg(Stamp::LENGTH - 1)).await?;
        // What is damaged there is as old as nothing.
        Ok(std::str::from_utf8(&front).ok().and_then(Stamp::parse))
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let value: Option<Vec<u8>> = self.ask(cmd("GET").arg(format!("{ENTRIES}{name}"))).await?;
        Ok(value.map(|mut value| value.split_off(value.len().min(Stamp::LENGTH))))
    }

    async fn write(
        &self,
        name: &str,
        stamp: &Stamp,
        bytes: Vec<u8>,
        keep: Option<Duration>,
    ) -> Result<(), Fault> {
        let keep = keep.map(|keep| milliseconds(keep).to_string()).unwrap_or_default();
        let now = Stamp::of(std::time::SystemTime::now());
        let mut command = cmd("EVAL");
        command.arg(WRITE).arg(1).arg(format!("{ENTRIES}{name}"));
        self.ask(command.arg(&stamp.0).arg(bytes).arg(now.0).arg(keep)).await
    }

    async fn list(&self) -> Result<Vec<(String, u64, Vec<u8>)>, Fault> {
        let (mut names, mut cursor) = (std::collections::BTreeSet::new(), 0_u64);
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{ENTRIES}*")).arg("COUNT").arg(1000);
            let (next, found): (u64, Vec<String>) = self.ask(&scan).await?;
            names.extend(found);
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        let mut entries = Vec::new();
        for key in names {
            let size: u64 = self.ask(cmd("STRLEN").arg(&key)).await?;
            let end = Stamp::LENGTH + FRONT;
            let front: Vec<u8> = self.ask(cmd("GETRANGE").arg(&key).arg(Stamp::LENGTH).arg(end)).await?;
            let name = key.strip_prefix(ENTRIES).unwrap_or(&key).to_owned();
            entries.push((name, size.saturating_sub(Stamp::LENGTH as u64), front));
        }
        Ok(entries)
    }

    async fn remove(&self, name: &str) -> Result<(), Fault> {
        self.ask(cmd("DEL").arg(format!("{ENTRIES}{name}"))).await
    }

    async fn take(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault> {
        let mut command = cmd("SET");
        command.arg(format!("{LEASES}{name}")).arg(token).arg("NX").arg("PX").arg(milliseconds(lease));
        self.ask::<Option<String>>(&command).await.map(|answer| answer.is_some())
    }

    async fn renew(&self, name: &str, token: &str, lease: Duration) -> Result<bool, Fault> {
        let mut command = cmd("EVAL");
        command.arg(RENEW).arg(1).arg(format!("{LEASES}{name}")).arg(token).arg(milliseconds(lease));
        self.ask::<u64>(&command).await.map(|renewed| renewed == 1)
    }

    async fn release(&self, name: &str, token: &str) -> Result<(), Fault> {
        self.ask(cmd("EVAL").arg(RELEASE).arg(1).arg(format!("{LEASES}{name}")).arg(token)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_the_address_count_before_those_of_the_environment_and_none_is_shown() {
        let made = |text: &str| {
            let address = Address::parse(text).unwrap();
            with_credentials(&address, Some("other".into()), Some("planted-2".into())).unwrap()
        };
        for (text, username, password) in [
            ("redis://u:planted%2D1@h", "u", "planted-1"),
            ("redis://h/3", "other", "planted-2"),
            ("redis://u@h", "u", "planted-2"),
        ] {
            let engine = made(text);
            let settings = engine.client.get_connection_info().redis_settings();
            assert_eq!((settings.username(), settings.password()), (Some(username), Some(password)));
            assert!(!format!("{engine:?}").contains("planted"), "{engine:?}");
            let error =
                RedisError::from(std::io::Error::other("no planted-1, planted%2D1 or planted-2 is known"));
            let Fault(reason) = engine.fault(&error);
            assert!(!reason.contains(password), "{reason}");
        }
    }

    #[test]
    fn lengths_are_what_a_server_takes() {
        for (length, expected) in [
            (Duration::ZERO, 1),
            (Duration::from_nanos(1_000_001), 2),
            (Duration::from_secs(10), 10_000),
            (Duration::MAX, 1 << 52),
        ] {
            assert_eq!(milliseconds(length), expected);
        }
    }
}

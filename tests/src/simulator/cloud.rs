//! What one simulated cloud is to the server: whom it speaks for, and how it answers, refuses and goes wrong.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::exchange::{Answer, Request};
use super::faults::Faults;
use super::fleet::Fleet;
use super::seal::Seal;

/// One cloud's wire protocol.
///
/// A cloud keeps no state that grows: page tokens and access tokens carry what they mean, sealed by [`Seal`].
pub trait Cloud: Send + Sync {
    /// Returns the name under which it is chosen in faults, endpoints and counts, such as `aws`.
    fn name(&self) -> &'static str;

    /// Returns whether it speaks for a host.
    ///
    /// `path` is empty while a tunnel for TLS is asked for; otherwise it tells apart the clouds that share an address, as
    /// the metadata services do at 169.254.169.254.
    fn owns(&self, host: &str, path: &str) -> bool;

    /// Returns what a request is counted as.
    fn classify(&self, request: &Request) -> Call;

    /// Answers a request, with a `twist` in it where the request is one that the twist can befall.
    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer;

    /// Refuses a request in this cloud's own format.
    fn refuse(&self, request: &Request, refusal: Refusal) -> Answer;

    /// Returns the environment variables that a client needs: credentials that are good here, and what leads it to the
    /// `endpoint`, such as `http://127.0.0.1:35001`, unless it comes through the proxy; `folder` has the [`Cloud::files`].
    fn environment(&self, endpoint: Option<&str>, folder: &Path) -> Vec<(&'static str, String)>;

    /// Returns files with credentials that are good here, by their names: for clients of the proxy, and for those of the
    /// `endpoint` under names that begin with `endpoint-`. They are put into `folder`.
    fn files(&self, _endpoint: &str, _folder: &Path) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Returns whether it compresses answers to a client whose `Accept-Encoding` takes gzip.
    fn compresses(&self, _request: &Request) -> bool {
        true
    }
}

/// What a request is counted as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The name of the operation, such as `DescribeInstances`; `unknown` for what the cloud does not know.
    pub name: String,
    /// Where it is asked: an account, a subscription, a region, several of these with slashes between them, or empty.
    pub scope: String,
    /// Whether the answer is a page of a list.
    pub is_page: bool,
}

/// Why a cloud refuses a request that is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests.
    Throttled,
    /// 500: the service failed.
    Internal,
    /// 502: something in front of the service failed.
    BadGateway,
    /// 503: the service is away.
    Unavailable,
    /// The caller is known and may not.
    Denied,
    /// The caller is not known.
    Unknown,
    /// The caller's token was good until now.
    Expired,
}

/// What is odd about an answer that is otherwise right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    /// The token of the next page is the one of this page; on a first page, one that leads back to it.
    RepeatedToken,
    /// Objects have fields that nobody knows yet.
    UnknownFields,
    /// Fields of a closed set of values have new ones.
    UnknownValues,
    /// The first machine of the answer lacks or garbles what every machine has.
    MalformedHost,
    /// The first machine of the answer is gone: lists leave it out, and asking for it by name is answered with not found.
    VanishedHost,
    /// The zone of the first machine cannot be reached, which a list over all zones tells; Google only.
    UnreachableZone,
}

/// What one cloud knows: its machines and the limits of its service.
#[derive(Debug)]
pub struct World {
    /// The machines.
    pub fleet: Fleet,
    /// The limits.
    pub limits: Limits,
    /// The time of day.
    pub clock: Clock,
    /// What tells the tokens that were handed out from others.
    pub seal: Seal,
    /// What goes wrong, for the calls inside of a call: those outside are the server's.
    pub faults: Arc<Faults>,
}

/// The limits of a service.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most items on a page, whatever the client asks for and the service would give; none keeps the service's own.
    pub page_size: Option<usize>,
    /// How long an access token or temporary key is good.
    pub token_lifetime: Duration,
}

impl Limits {
    /// Returns the size of a page for which a service gives `size` items.
    pub fn page(&self, size: usize) -> usize {
        self.page_size.map_or(size, |limit| size.min(limit)).max(1)
    }
}

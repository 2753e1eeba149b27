//! Counts what clients do, and writes it down when asked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::cloud::Call;
use super::exchange::{Answer, Request};

/// What was counted since the start or the last reset.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Per cloud, call and scope.
    pub calls: BTreeMap<(&'static str, String, String), CallCount>,
    /// Accepted connections, of which a proxy's tunnel is one.
    pub connections: u64,
    /// Host names for which a client asked and nobody here speaks.
    pub refused_hosts: BTreeMap<String, u64>,
    /// Bytes that came over all connections, TLS included.
    pub bytes_in: u64,
    /// Bytes that went over all connections, TLS included.
    pub bytes_out: u64,
    /// The most requests that were being answered at the same time.
    pub most_in_flight: u64,
}

/// What was counted for one call in one scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCount {
    /// Requests, those that failed among them.
    pub requests: u64,
    /// Pages of lists that were answered with success.
    pub pages: u64,
    /// Answers without success, and faults of the transport.
    pub failures: u64,
}

/// One request with what became of it, as it is recorded in memory.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The name of the cloud.
    pub cloud: &'static str,
    /// What it was counted as.
    pub call: Call,
    /// The request.
    pub request: Request,
    /// The status that was to be sent; nothing when a fault of the transport took its place.
    pub status: Option<u16>,
}

impl Exchange {
    /// Makes the record of a request that gets `answer`.
    pub fn new(cloud: &'static str, call: Call, request: Request, answer: Option<&Answer>) -> Self {
        Self { cloud, call, request, status: answer.map(|answer| answer.status) }
    }
}

impl Statistics {
    /// Returns the sum over all scopes of a call of a cloud; `*` is any call.
    pub fn of(&self, cloud: &str, call: &str) -> CallCount {
        let fits = |key: &&(&'static str, String, String)| key.0 == cloud && (call == "*" || key.1 == call);
        self.calls.iter().filter(|(key, _)| fits(key)).fold(CallCount::default(), |sum, (_, count)| {
            CallCount {
                requests: sum.requests + count.requests,
                pages: sum.pages + count.pages,
                failures: sum.failures + count.failures,
            }
        })
    }

    /// Returns the most pages that one list of a cloud had in one scope: pages that can only come one after another.
    pub fn longest_chain(&self, cloud: &str) -> u64 {
        let pages = self.calls.iter().filter(|(key, _)| key.0 == cloud).map(|(_, count)| count.pages);
        pages.max().unwrap_or_default()
    }

    /// Returns everything as one JSON object.
    pub fn to_json(&self) -> Value {
        let call = |((cloud, name, scope), count): (&(&'static str, String, String), &CallCount)| {
            json!({"cloud": cloud, "call": name, "scope": scope, "requests": count.requests,
                "pages": count.pages, "failures": count.failures})
        };
        json!({
            "calls": self.calls.iter().map(call).collect::<Vec<_>>(),
            "connections": self.connections,
            "refused_hosts": self.refused_hosts,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "most_in_flight": self.most_in_flight,
        })
    }
}

/// Counts as things happen; a copy counts for the same simulator.
#[derive(Debug, Clone)]
pub struct Counter {
    state: Arc<Mutex<State>>,
    keeps_exchanges: bool,
}

#[derive(Debug, Default)]
struct State {
    statistics: Statistics,
    in_flight: u64,
    exchanges: Vec<Exchange>,
    log: Option<File>,
}

/// A request that is being answered, until this value is dropped.
#[derive(Debug)]
pub struct InFlight {
    counter: Counter,
}

impl Counter {
    /// Makes a counter that also writes a line of JSON per exchange to `log`, and keeps exchanges in memory if told so.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn new(log: Option<&Path>, keeps_exchanges: bool) -> io::Result<Self> {
        let log = log.map(File::create).transpose()?;
        Ok(Self { state: Arc::new(Mutex::new(State { log, ..State::default() })), keeps_exchanges })
    }

    /// Counts a request that came.
    pub fn enter(&self, cloud: &'static str, call: &Call) -> InFlight {
        let mut state = self.lock();
        let key = (cloud, call.name.clone(), call.scope.clone());
        state.statistics.calls.entry(key).or_default().requests += 1;
        state.in_flight += 1;
        state.statistics.most_in_flight = state.statistics.most_in_flight.max(state.in_flight);
        InFlight { counter: self.clone() }
    }

    /// Counts and writes down what became of a request; without an `answer` the transport fails.
    pub fn finish(&self, exchange: Exchange, answer: Option<&Answer>) {
        let mut state = self.lock();
        let Exchange { cloud, call, .. } = &exchange;
        let key = (*cloud, call.name.clone(), call.scope.clone());
        let is_success = answer.is_some_and(Answer::is_success);
        let count = state.statistics.calls.entry(key).or_default();
        count.failures += u64::from(!is_success);
        count.pages += u64::from(is_success && call.is_page);
        if let Some(log) = &mut state.log {
            writeln!(log, "{}", log_line(&exchange, answer)).expect("the log can be written");
        }
        if self.keeps_exchanges {
            state.exchanges.push(exchange);
        }
    }

    /// Counts a connection.
    pub fn connect(&self) {
        self.lock().statistics.connections += 1;
    }

    /// Counts a host that nobody here speaks for.
    pub fn refuse_host(&self, host: &str) {
        *self.lock().statistics.refused_hosts.entry(host.to_owned()).or_default() += 1;
    }

    /// Counts bytes of connections.
    pub fn transfer(&self, bytes_in: usize, bytes_out: usize) {
        let mut state = self.lock();
        state.statistics.bytes_in += bytes_in as u64;
        state.statistics.bytes_out += bytes_out as u64;
    }

    /// Returns what was counted.
    pub fn statistics(&self) -> Statistics {
        self.lock().statistics.clone()
    }

    /// Returns the exchanges that were kept.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().exchanges.clone()
    }

    /// Begins anew; requests that are being answered stay counted as such.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.statistics = Statistics::default();
        state.exchanges.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.counter.lock().in_flight -= 1;
    }
}

fn log_line(exchange: &Exchange, answer: Option<&Answer>) -> Value {
    let answer = answer.map(|answer| {
        json!({"status": answer.status, "headers": answer.headers, "body": String::from_utf8_lossy(&answer.body)})
    });
    let Exchange { cloud, call, request, .. } = exchange;
    json!({
        "cloud": cloud,
        "call": call.name,
        "scope": call.scope,
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": String::from_utf8_lossy(&request.body),
        "answer": answer,
    })
}

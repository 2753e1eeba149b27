//! An EC2 of a few hand-made instances that pages, refuses, breaks and waits on demand, and records what it was asked.
//!
//! moto is the judge of what EC2 answers; this one is for what moto cannot do: pages, faults, and fields that it lacks.

mod machine;
mod query;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

pub use self::machine::Machine;
pub use self::query::Call;
use crate::http::{Reply, Request, Server};

/// What goes wrong with a call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An error of the API: status, code, message.
    Refused(u16, &'static str, &'static str),
    /// The connection ends without an answer.
    Cut,
    /// The connection ends in the middle of the answer.
    Half,
    /// No answer comes, however long the client waits.
    Silent,
    /// A page for people, with status 200.
    Html,
    /// A body that is not XML, with status 200.
    Garbage,
}

impl Fault {
    /// Too many requests.
    pub const THROTTLED: Self = Self::Refused(503, "RequestLimitExceeded", "Request limit exceeded.");
    /// The caller is known and may not.
    pub const DENIED: Self =
        Self::Refused(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
    /// The caller is not known, as in a region that is not enabled.
    pub const UNKNOWN_CALLER: Self =
        Self::Refused(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
    /// The service failed.
    pub const BROKEN: Self = Self::Refused(500, "InternalError", "An internal error has occurred");
    /// The service is away.
    pub const UNAVAILABLE: Self =
        Self::Refused(503, "Unavailable", "The service is unavailable. Please try again shortly.");
}

/// A running responder.
#[derive(Debug)]
pub struct Responder {
    server: Server,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    gathered: Condvar,
}

#[derive(Debug)]
struct State {
    machines: BTreeMap<String, Vec<Machine>>,
    page: usize,
    faults: Vec<Rule>,
    software: BTreeMap<String, Value>,
    calls: Vec<Call>,
    in_flight: usize,
    most_in_flight: usize,
    gathering: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            machines: BTreeMap::new(),
            page: 1000,
            faults: Vec::new(),
            software: BTreeMap::new(),
            calls: Vec::new(),
            in_flight: 0,
            most_in_flight: 0,
            gathering: 0,
        }
    }
}

#[derive(Debug)]
struct Rule {
    action: &'static str,
    region: Option<String>,
    left: usize,
    fault: Fault,
}

impl Responder {
    /// Starts a responder with these regions, which may be empty, and machines in them.
    pub fn start(regions: &[&str], machines: Vec<Machine>) -> Self {
        let shared = Arc::new(Shared::default());
        {
            let mut state = shared.lock();
            state.machines = regions.iter().map(|&region| (region.to_owned(), Vec::new())).collect();
            for machine in machines {
                state.machines.entry(machine.region().to_owned()).or_default().push(machine);
            }
        }
        let answering = Arc::clone(&shared);
        Self { server: Server::start(move |request| answering.answer(&request)), shared }
    }

    /// Returns the address of every service.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Gives at most this many instances in an answer, whatever the client asks for.
    pub fn page(&self, size: usize) {
        self.shared.lock().page = size;
    }

    /// Lets the next `times` calls of an action fail, in one region or in all.
    pub fn fail(&self, action: &'static str, region: Option<&str>, times: usize, fault: Fault) {
        let region = region.map(str::to_owned);
        self.shared.lock().faults.push(Rule { action, region, left: times, fault });
    }

    /// Holds calls of `DescribeInstances` back until `count` of them are there at the same time.
    pub fn gather(&self, count: usize) {
        self.shared.lock().gathering = count;
    }

    /// Gives a machine the software inventory that SSM answers with.
    pub fn software(&self, id: &str, content: Value) {
        self.shared.lock().software.insert(id.to_owned(), content);
    }

    /// Returns the calls so far, in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// Returns the calls so far of one action.
    pub fn calls_of(&self, action: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.action == action).collect()
    }

    /// Returns how many calls were being answered at the same time, at most.
    pub fn most_in_flight(&self) -> usize {
        self.shared.lock().most_in_flight
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.shared.lock().calls.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no answer panics while it holds the state")
    }

    fn answer(&self, request: &Request) -> Reply {
        let Some(call) = Call::read(request) else {
            return refuse(400, "MissingAuthenticationToken", "The request is not signed or names no action");
        };
        self.enter(&call);
        let reply = self.lock().answer(&call);
        self.lock().in_flight -= 1;
        reply
    }

    /// Records the call, and holds it back while others are waited for.
    fn enter(&self, call: &Call) {
        let mut state = self.lock();
        state.calls.push(call.clone());
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        if call.action != "DescribeInstances" || state.gathering == 0 {
            return;
        }
        if state.in_flight >= state.gathering {
            state.gathering = 0;
            self.gathered.notify_all();
            return;
        }
        // Long enough for any machine: it ends the test only when the others never come.
        let patience = Duration::from_secs(20);
        let (state, waited) = self
            .gathered
            .wait_timeout_while(state, patience, |state| state.gathering > 0)
            .expect("no answer panics");
        drop(state);
        if waited.timed_out() {
            let mut state = self.lock();
            state.faults.push(Rule {
                action: "DescribeInstances",
                region: None,
                left: usize::MAX,
                fault: Fault::DENIED,
            });
        }
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let fault = self.faults.iter_mut().find(|rule| rule.fits(call)).map(|rule| {
            rule.left = rule.left.saturating_sub(1);
            rule.fault.clone()
        });
        match fault {
            None => self.result(call).map_or_else(|reply| reply, xml),
            Some(Fault::Refused(status, code, message)) => refuse(status, code, message),
            Some(Fault::Cut) => Reply::Cut,
            Some(Fault::Silent) => Reply::Silent,
            Some(Fault::Half) => self.result(call).map_or_else(|reply| reply, Reply::Half),
            Some(Fault::Html) => {
                whole(200, "text/html", "<html><body>Welcome to the hotel's network".to_owned())
            }
            Some(Fault::Garbage) => xml("<<< not XML &".to_owned()),
        }
    }

    /// Returns the XML of the answer, or the reply to a wrong call.
    fn result(&self, call: &Call) -> Result<String, Reply> {
        match call.action.as_str() {
            "DescribeRegions" => Ok(self.regions()),
            "DescribeInstances" => self.instances(call),
            "GetInventory" => Err(self.software_of(&call.body)),
            other => Err(refuse(
                400,
                "InvalidAction",
                &format!("The action {other} is not valid for this web service."),
            )),
        }
    }

    fn regions(&self) -> String {
        let item = |region: &String| {
            let endpoint = format!("<regionEndpoint>ec2.{region}.amazonaws.com</regionEndpoint>");
            format!(
                "<item><regionName>{region}</regionName>{endpoint}<optInStatus>opt-in-not-required</optInStatus></item>"
            )
        };
        let items: String = self.machines.keys().map(item).collect();
        envelope("DescribeRegions", &format!("<regionInfo>{items}</regionInfo>"))
    }

    fn instances(&self, call: &Call) -> Result<String, Reply> {
        let known = |name: &str| name == "MaxResults" || name == "NextToken" || name.starts_with("Filter.");
        if let Some(name) = call.parameters.keys().find(|name| !known(name)) {
            return Err(refuse(400, "UnknownParameter", &format!("The parameter {name} is not recognized")));
        }
        let Some(machines) = self.machines.get(&call.region) else {
            return Err(refuse(
                401,
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
            ));
        };
        let mut found: Vec<_> = machines.iter().collect();
        for (name, values) in call.filters() {
            if let Some(machine) = machines.iter().find(|machine| machine.filter_values(name).is_none()) {
                return Err(refuse(
                    400,
                    "InvalidParameterValue",
                    &format!("The filter '{name}' is invalid: {}", machine.id()),
                ));
            }
            let fits = |machine: &&Machine| {
                machine
                    .filter_values(name)
                    .is_some_and(|have| have.iter().any(|value| values.contains(value)))
            };
            found.retain(fits);
        }
        self.page_of(call, &found)
    }

    /// Cuts the answer into pages; the token tells the region and how many instances came before.
    fn page_of(&self, call: &Call, found: &[&Machine]) -> Result<String, Reply> {
        let number = |name: &str| call.parameters.get(name).map(|text| text.parse::<usize>());
        let size = match number("MaxResults") {
            None => self.page,
            Some(Ok(size @ 5..=1000)) => size.min(self.page),
            Some(_) => {
                return Err(refuse(
                    400,
                    "InvalidParameterValue",
                    "Value for parameter maxResults is invalid.",
                ));
            }
        };
        let prefix = format!("{}/", call.region);
        let start = match call.parameters.get("NextToken") {
            None => Some(0),
            Some(token) => token.strip_prefix(&prefix).and_then(|start| start.parse().ok()),
        };
        let Some(start) = start else {
            return Err(refuse(400, "InvalidPaginationToken", "Value for parameter nextToken is invalid."));
        };
        let items: String =
            found.iter().skip(start).take(size).map(|machine| machine.reservation()).collect();
        let next = start + size;
        let token =
            if next < found.len() { format!("<nextToken>{prefix}{next}</nextToken>") } else { String::new() };
        Ok(envelope("DescribeInstances", &format!("<reservationSet>{items}</reservationSet>{token}")))
    }

    /// Answers `GetInventory` of SSM for the instances that its filter names.
    fn software_of(&self, body: &Value) -> Reply {
        let filter = body.pointer("/Filters/0").cloned().unwrap_or_default();
        let wanted: BTreeSet<&str> = filter
            .get("Values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let named = filter.get("Key").and_then(Value::as_str) == Some("AWS:InstanceInformation.InstanceId");
        if !named || wanted.is_empty() || wanted.len() > 40 {
            return whole(400, "application/x-amz-json-1.1", json!({"__type": "InvalidFilter"}).to_string());
        }
        let entity = |(id, content): (&String, &Value)| {
            let section = json!({"TypeName": "AWS:InstanceInformation", "SchemaVersion": "1.0",
                "CaptureTime": "2026-01-02T03:04:05Z", "Content": [content]});
            json!({"Id": id, "Data": {"AWS:InstanceInformation": section}})
        };
        let entities: Vec<_> =
            self.software.iter().filter(|(id, _)| wanted.contains(id.as_str())).map(entity).collect();
        whole(200, "application/x-amz-json-1.1", json!({"Entities": entities}).to_string())
    }
}

impl Rule {
    fn fits(&self, call: &Call) -> bool {
        let region = self.region.as_ref().is_none_or(|region| *region == call.region);
        self.left > 0 && region && self.action == call.action
    }
}

fn envelope(action: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</requestId>{content}</{action}Response>"
    )
}

fn refuse(status: u16, code: &str, message: &str) -> Reply {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let body = format!("{head}\n<Response><Errors>{error}</Errors><RequestID>r-1</RequestID></Response>");
    whole(status, "text/xml;charset=UTF-8", body)
}

fn xml(body: String) -> Reply {
    whole(200, "text/xml;charset=UTF-8", body)
}

fn whole(status: u16, content_type: &'static str, body: String) -> Reply {
    Reply::Whole { status, content_type, body }
}

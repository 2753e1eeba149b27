//! Batches of requests: not documented, but the Ansible collection makes them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

use super::answer::{Answer, Outcome};
use super::estate::Estate;
use super::manager::{Manager, target};
use super::refusal;
use crate::simulator::cloud::Call;
use crate::simulator::exchange::Request;
use crate::simulator::faults::Fault;

/// The most requests of a batch.
const LIMIT: usize = 500;
/// The most results that wait to be fetched.
const WAITING: usize = 64;

/// How batches are answered, and the results that wait to be fetched.
#[derive(Debug)]
pub(super) struct Batches {
    is_deferred: bool,
    waiting: Mutex<(u64, VecDeque<(String, Value)>)>,
}

impl Batches {
    /// Returns no results; `is_deferred` tells to answer with 202 and the place of the result instead of the result.
    pub(super) fn new(is_deferred: bool) -> Self {
        Self { is_deferred, waiting: Mutex::default() }
    }

    /// Keeps a result, and returns the name to fetch it by.
    fn keep(&self, result: Value) -> String {
        let mut state = self.lock();
        state.0 += 1;
        let name = super::host::uuid(&format!("batch {}", state.0));
        if state.1.len() == WAITING {
            state.1.pop_front();
        }
        state.1.push_back((name.clone(), result));
        name
    }

    fn take(&self, name: &str) -> Option<Value> {
        let mut state = self.lock();
        let place = state.1.iter().position(|(known, _)| known == name)?;
        state.1.remove(place).map(|(_, result)| result)
    }

    fn lock(&self) -> MutexGuard<'_, (u64, VecDeque<(String, Value)>)> {
        self.waiting.lock().expect("no holder panics")
    }
}

/// Answers every request of a batch.
pub(super) fn post(manager: &Manager<'_>) -> Outcome {
    let body = manager.request.json().unwrap_or_default();
    let Some(requests) = body.get("requests").and_then(Value::as_array) else {
        let text = "The request content was invalid: the property 'requests' is required.";
        return Err(Answer::refuse(400, "InvalidRequestContent", text));
    };
    if requests.is_empty() || requests.len() > LIMIT {
        let text = format!("The number of requests in a batch must be between 1 and {LIMIT}.");
        return Err(Answer::refuse(400, "InvalidBatchRequest", text));
    }
    let responses: Vec<_> = requests.iter().map(|item| response(manager, item)).collect();
    let result = json!({"responses": responses});
    if !manager.batches.is_deferred {
        return Ok(Answer::ok(result));
    }
    let name = manager.batches.keep(result);
    let place = format!("{}/batch/{name}?api-version=2015-11-01", manager.request.origin);
    let accepted = Answer { status: 202, headers: Vec::new(), body: Value::Null };
    Ok(accepted.with("location", place).with("retry-after", "1"))
}

/// Answers the request for the result of a batch.
pub(super) fn result(manager: &Manager<'_>, name: &str) -> Outcome {
    manager.batches.take(name).map(Answer::ok).ok_or_else(|| {
        Answer::refuse(404, "NotFound", format!("The batch operation '{name}' could not be found."))
    })
}

fn response(manager: &Manager<'_>, item: &Value) -> Value {
    let word = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    let answer = answer(manager, word("httpMethod"), word("url"));
    let length = answer.body.to_string().len();
    let headers: serde_json::Map<_, _> =
        answer.headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({"name": word("name"), "httpStatusCode": answer.status, "headers": headers, "content": answer.body,
        "contentLength": length})
}

/// Answers one request of a batch, with the fault that befalls the call `Batch/NAME`.
fn answer(manager: &Manager<'_>, method: &str, url: &str) -> Answer {
    let path = url.strip_prefix("https://").and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)));
    let (path, query) = path.unwrap_or(url).split_once('?').unwrap_or((path.unwrap_or(url), ""));
    let request = Request {
        method: method.to_owned(),
        host: manager.request.host.clone(),
        path: path.to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: manager.request.headers.clone(),
        body: Vec::new(),
        origin: manager.request.origin.clone(),
    };
    if path.trim_matches('/').eq_ignore_ascii_case("batch") {
        return Answer::refuse(400, "InvalidBatchRequest", "A batch must not hold another one.");
    }
    let Manager { world, cloud, batches, .. } = manager;
    let inner = Manager {
        world,
        estate: Estate::clone(&manager.estate),
        cloud,
        batches,
        request: &request,
        twist: manager.twist,
        truncates_queries: manager.truncates_queries,
    };
    let call = target(&request).map(|target| Call {
        name: format!("Batch/{}", target.operation.name),
        scope: target.scope(),
        is_page: target.operation.is_list,
    });
    match call.and_then(|call| world.faults.befall("azure", &call)) {
        Some(Fault::Refused(reason)) => refusal::manager(&inner, reason),
        Some(Fault::Twisted(twist)) => Manager { twist: Some(twist), ..inner }.answer(),
        // What befalls connections cannot befall a part of an answer.
        Some(_) | None => inner.answer(),
    }
}

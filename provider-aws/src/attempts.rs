//! Counts attempts, and remembers why the last one failed: when the deadline passes between two, that is the cause.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use inventory_core::discovery::{ErrorKind, Meter, Setback, Traffic};

use crate::failure::{causes, kind_of};

/// Stands for the region of what belongs to none: roles, the list of regions.
pub(crate) const HOME: &str = "";

/// The region of the scope of Route 53, which has none.
pub(crate) const GLOBAL: &str = "global";

/// The attempts for all regions, and their failures. A clone shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts {
    last: Arc<Mutex<HashMap<String, Setback>>>,
    /// By the region.
    pub(crate) meter: Meter,
}

impl Attempts {
    /// Returns what notes the failures of the calls for one region.
    pub(crate) fn note_for(&self, region: &str) -> Note {
        Note { attempts: self.clone(), region: region.to_owned() }
    }

    /// Returns how the last failed attempt for a region ended, such as `RequestLimitExceeded (attempt 4)`.
    pub(crate) fn last_failure(&self, region: &str) -> Option<Setback> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).get(region).cloned()
    }

    /// Notes how an attempt for a region failed.
    pub(crate) fn note(
        &self,
        region: &str,
        attempt: u32,
        failure: &(dyn StdError + 'static),
        answer: Option<&HttpResponse>,
    ) {
        let refused = answer.filter(|answer| !answer.status().is_success());
        let is_throttle = refused.is_some_and(is_throttle);
        let reason = refused.map_or_else(|| causes(failure), describe);
        let setback = Setback { text: format!("{reason} (attempt {attempt})"), is_throttle };
        self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned(), setback);
    }

    /// Forgets how the attempts for a region failed.
    pub(crate) fn clear(&self, region: &str) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).remove(region);
    }

    /// Forgets the calls for a region that are given up, and how they failed.
    pub(crate) fn give_up(&self, region: &str) {
        self.clear(region);
        self.meter.clear(region);
    }

    /// Returns what was sent for a region, or for all and none.
    pub(crate) fn traffic(&self, region: Option<&str>) -> Traffic {
        self.meter.traffic(region)
    }
}

/// Notes how the attempts for one region end.
#[derive(Debug)]
pub(crate) struct Note {
    attempts: Attempts,
    region: String,
}

#[dyn_dispatch_hint]
impl Intercept for Note {
    fn name(&self) -> &'static str {
        "Note"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = config.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        match context.output_or_error() {
            Some(Err(error)) => self.attempts.note(&self.region, attempt, error, context.response()),
            // Another call for the region may still be trying: only one that failed before takes its note back.
            _ if attempt > 1 => self.attempts.clear(&self.region),
            _ => {}
        }
        Ok(())
    }
}

/// Tells whether an answer asks to slow down.
pub(crate) fn is_throttle(response: &HttpResponse) -> bool {
    response.status().as_u16() == 429 || kind_of(&describe(response)) == ErrorKind::Throttled
}

/// Returns the error code of an answer, or its status where it has none.
fn describe(response: &HttpResponse) -> String {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let code = between(&body, "<Code>", "</Code>").map(str::to_owned).or_else(|| json_code(response, &body));
    code.unwrap_or_else(|| format!("HTTP status {}", response.status().as_u16()))
}

/// Returns the code of a service that speaks JSON: `com.amazon#Name:https://...` stands for `Name`.
fn json_code(response: &HttpResponse, body: &str) -> Option<String> {
    let body: Cow<'_, str> = body.chars().filter(|c| !c.is_whitespace()).collect();
    let code =
        response.headers().get("x-amzn-errortype").or_else(|| between(&body, "\"__type\":\"", "\""))?;
    let code = code.rsplit('#').next().unwrap_or(code);
    Some(code.split(':').next().unwrap_or(code).to_owned())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inner, _)| inner)
}

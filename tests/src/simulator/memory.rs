//! Pages that are made once, for clients that ask for them again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::cloud::{Call, Cloud};
use super::exchange::{Answer, Request};
use super::transport::compress;

/// What tells requests apart, but for who asks: the cloud and the scope, where the request goes, what it asks for,
/// and whether it takes gzip.
type Key = (&'static str, String, String, Vec<(String, String)>, Vec<u8>, bool);

/// The pages that were asked for, as they are sent.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pages: Mutex<HashMap<Key, Answer>>,
}

impl Memory {
    /// Returns the page that a request asks for, compressed if it is to be; made now if nobody has asked for it.
    pub(super) fn page(
        &self,
        cloud: &dyn Cloud,
        call: &Call,
        request: &Request,
        is_compressed: bool,
    ) -> Answer {
        let place = format!("{}{}", request.origin, request.path);
        let (scope, query, body) = (call.scope.clone(), request.query.clone(), request.body.clone());
        let key = (cloud.name(), scope, place, query, body, is_compressed);
        if let Some(known) = self.pages.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let mut answer = cloud.answer(request, None);
        if is_compressed {
            answer.body = compress(&answer.body);
            answer.headers.push(("content-encoding", "gzip".to_owned()));
        }
        if answer.is_success() {
            self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(key, answer.clone());
        }
        answer
    }
}

//! Sends an answer as HTTP, whole or as a fault of the transport wants it.

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use tokio::time::{Sleep, sleep};

use super::exchange::Answer;
use super::statistics::InFlight;

/// Bodies that are smaller are not worth compressing.
const SMALLEST_COMPRESSED: usize = 1024;

/// How the body of an answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// As it is.
    Whole,
    /// Half of it, whereupon the connection ends.
    Half,
    /// Half of it, which `Content-Length` says is all.
    Short,
    /// Half of it at once and the rest later.
    Slow(Duration),
}

/// A body on its way; its request is in flight until it is sent.
#[derive(Debug)]
pub(super) struct Parcel {
    first: Option<Bytes>,
    pause: Option<Pin<Box<Sleep>>>,
    second: Option<Bytes>,
    breaks: bool,
    length: u64,
    _in_flight: Option<InFlight>,
}

impl Parcel {
    /// Makes a body without content.
    pub(super) fn empty() -> Self {
        Self::new(Vec::new(), Delivery::Whole, None)
    }

    fn new(body: Vec<u8>, delivery: Delivery, in_flight: Option<InFlight>) -> Self {
        let mut body = Bytes::from(body);
        let length = body.len() as u64;
        let half = body.split_to(body.len() / 2);
        let parcel = Self {
            first: Some(half),
            pause: None,
            second: None,
            breaks: false,
            length,
            _in_flight: in_flight,
        };
        match delivery {
            Delivery::Whole => Self { second: Some(body), ..parcel },
            // The short pause lets the first half leave before the connection ends.
            Delivery::Half => {
                Self { pause: Some(Box::pin(sleep(Duration::from_millis(5)))), breaks: true, ..parcel }
            }
            Delivery::Short => Self { length: parcel.first.as_ref().map_or(0, Bytes::len) as u64, ..parcel },
            Delivery::Slow(pause) => {
                Self { pause: Some(Box::pin(sleep(pause))), second: Some(body), ..parcel }
            }
        }
    }
}

impl Body for Parcel {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        if self.breaks {
            return Poll::Ready(Some(Err(io::Error::other("the fault wants the connection to end"))));
        }
        Poll::Ready(
            self.second.take().filter(|second| !second.is_empty()).map(|second| Ok(Frame::data(second))),
        )
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// Makes the response that sends an answer.
pub(super) fn respond(
    answer: Answer,
    asked: &HeaderMap,
    delivery: Delivery,
    in_flight: Option<InFlight>,
) -> Response<Parcel> {
    let compressed = takes_gzip(asked) && answer.body.len() >= SMALLEST_COMPRESSED;
    let body = if compressed { compress(&answer.body) } else { answer.body };
    let parcel = Parcel::new(body, delivery, in_flight);
    let length = parcel.length;
    let mut response = Response::new(parcel);
    *response.status_mut() =
        hyper::StatusCode::from_u16(answer.status).expect("a cloud answers with a status");
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        headers.append(name, HeaderValue::from_str(&value).expect("a cloud writes headers of ASCII"));
    }
    headers.insert(CONTENT_LENGTH, length.into());
    if compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Tells whether a client takes gzip.
pub(super) fn takes_gzip(asked: &HeaderMap) -> bool {
    let mut offers = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.any(|offer| offer.split(',').any(|word| word.split(';').next().unwrap_or("").trim() == "gzip"))
}

/// Compresses a body, quickly rather than well.
pub(super) fn compress(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("memory can be written")
}

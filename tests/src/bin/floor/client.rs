//! Requests over one connection, one after another.

use std::io::Read as _;

use flate2::read::GzDecoder;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_ENCODING, HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection to an endpoint.
pub(crate) struct Client {
    host: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Connects to an endpoint such as `http://127.0.0.1:35001`.
    pub(crate) async fn connect(endpoint: &str) -> Self {
        let host = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).await.expect("a connection");
        stream.set_nodelay(true).expect("a connection without delay");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a conversation");
        tokio::task::spawn_local(connection);
        Self { host, sender }
    }

    /// Sends a GET for a path with its query.
    pub(crate) async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> String {
        self.send("GET", path, headers, String::new()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&mut self, path: &str, headers: &[(&str, &str)], form: String) -> String {
        let form_type = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[headers, &[form_type]].concat(), form).await
    }

    async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> String {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body)).expect("a request");
        let answer = self.sender.send_request(request).await.expect("an answer");
        let status = answer.status();
        let is_compressed = answer.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
        let bytes = answer.into_body().collect().await.expect("a whole answer").to_bytes();
        let text = if is_compressed {
            let mut text = String::new();
            GzDecoder::new(&*bytes).read_to_string(&mut text).expect("a text in gzip");
            text
        } else {
            String::from_utf8(bytes.into()).expect("a text")
        };
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        text
    }
}

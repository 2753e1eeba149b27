//! A server for tests of what is asked over HTTP.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inventory_core::discovery::{Budget, Waits};
use inventory_core::http::{Attempts, Transport};

use crate::client::ADVICE;

/// A transport that waits next to nothing between attempts.
pub(crate) fn transport(retries: u32) -> Transport {
    let budget = Budget::new(64, retries, Duration::from_secs(60));
    let waits = Waits { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    Transport::new(&budget, &Attempts::default(), &ADVICE).unwrap().with_waits(waits)
}

/// One request: the first line and headers, and the body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// Returns the path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target().split('?').next().unwrap()
    }

    /// Returns a parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target().split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into())
    }

    /// Returns a field of the form that was sent.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into())
    }

    /// Returns a header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }
}

/// A server on the loopback interface that answers with what a function says, until the process ends.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server; `answer` gives the status and the body.
    pub(crate) fn start(answer: impl Fn(&Request) -> (u16, String) + Send + Sync + 'static) -> Server {
        Server::start_raw(move |request| {
            let (status, body) = answer(request);
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        })
    }

    /// Starts a server; `answer` gives the whole answer, after which one with `Connection: close` hangs up.
    pub(crate) fn start_raw(answer: impl Fn(&Request) -> String + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&requests), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let stream = stream.unwrap();
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    let mut writer = stream;
                    while let Some(request) = receive(&mut reader) {
                        seen.lock().unwrap().push(request.clone());
                        let text = answer(&request);
                        writer.write_all(text.as_bytes()).unwrap();
                        if text.contains("\r\nConnection: close\r\n") {
                            break;
                        }
                    }
                });
            }
        });
        Server { url, requests }
    }

    /// Returns the requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn receive(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, text)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = text.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(Request { head, body: String::from_utf8(body).unwrap() })
}

//! What the tests of several modules need.

mod facts;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inventory_core::config::environment;
use inventory_core::config::options::Options;
use inventory_core::diagnostic::{Diagnostic, Severity};
use inventory_core::discovery::{Budget, Waits};
use inventory_core::expression::Environment;
use inventory_core::http::{Attempts, Transport};
use inventory_core::value::Time;

pub(crate) use self::facts::facts_of;
use crate::client::ADVICE;
use crate::options::{Settings, read};

/// The world outside of expressions: one environment variable.
pub(crate) fn expression_environment() -> Environment {
    Environment::new(
        |name| (name == "TEST_SECRET").then(|| "planted-secret".to_owned()),
        std::path::PathBuf::from("/"),
        Time::from_unix(0, 0).unwrap(),
    )
}

/// Reads options from YAML and environment variables; returns what is odd too.
pub(crate) fn settings(
    yaml: &str,
    variables: &[(&str, &str)],
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let document = inventory_core::yaml::read("azure_rm.yml", yaml.as_bytes()).unwrap();
    let environment = environment::Environment::new(variables.iter().copied(), "/");
    let mut options = Options::new(&document, &environment).unwrap();
    let (settings, mut warnings) = read(&mut options, &expression_environment())?;
    warnings.extend(options.finish(Severity::Warning));
    Ok((settings, warnings))
}

/// A transport that waits next to nothing between attempts.
pub(crate) fn transport(retries: u32) -> Transport {
    let budget = Budget::new(8, retries, Duration::from_secs(60));
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
    /// Returns the path with the query.
    pub(crate) fn path(&self) -> &str {
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

//! A small HTTP/1.1 server on a free loopback port, one thread per connection, for answers no real server would give.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path with its query, as sent.
    pub path: String,
    /// The headers, with lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends a whole answer.
    Whole {
        /// The status code.
        status: u16,
        /// The value of `Content-Type`.
        content_type: &'static str,
        /// The body.
        body: String,
    },
    /// Sends the head and the first half of the body of an answer, and closes the connection.
    Half(String),
    /// Closes the connection without a word.
    Cut,
    /// Says nothing until the client closes the connection.
    Silent,
}

type Handler = dyn Fn(Request) -> Reply + Send + Sync;

/// A running server; it stops listening with this value.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
}

impl Server {
    /// Starts to answer with `handler`.
    ///
    /// # Panics
    /// When no loopback port is free.
    pub fn start(handler: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("the port");
        let closed = Arc::new(AtomicBool::new(false));
        let handler: Arc<Handler> = Arc::new(handler);
        let stop = Arc::clone(&closed);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let handler = Arc::clone(&handler);
                if let Ok(stream) = stream {
                    thread::spawn(move || serve(stream, &*handler));
                }
            }
        });
        Self { address, closed }
    }

    /// Returns the address, such as `http://127.0.0.1:35001`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts connections.
        drop(TcpStream::connect(self.address));
    }
}

/// Answers the requests of one connection until either side closes it. A client that goes away is no failure.
fn serve(stream: TcpStream, handler: &Handler) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let reply = handler(request);
        if matches!(reply, Reply::Silent) {
            // A client that waits sends nothing: the read ends when it goes away.
            drop(reader.read(&mut [0]));
            break;
        }
        let (bytes, keep) = encode(reply);
        if writer.write_all(&bytes).is_err() || !keep {
            break;
        }
    }
    drop(writer.shutdown(Shutdown::Both));
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

/// Returns the bytes to send, and whether the connection stays open after them.
fn encode(reply: Reply) -> (Vec<u8>, bool) {
    let head = |status: u16, content_type: &str, length: usize| {
        let lines = ["Server: test", "Connection: keep-alive"].join("\r\n");
        format!(
            "HTTP/1.1 {status} Status\r\n{lines}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    match reply {
        Reply::Whole { status, content_type, body } => {
            ((head(status, content_type, body.len()) + &body).into_bytes(), true)
        }
        Reply::Half(body) => {
            let half = body.as_bytes().get(..body.len() / 2).unwrap_or_default();
            let mut bytes = head(200, "text/xml;charset=UTF-8", body.len()).into_bytes();
            bytes.extend_from_slice(half);
            (bytes, false)
        }
        Reply::Cut | Reply::Silent => (Vec::new(), false),
    }
}

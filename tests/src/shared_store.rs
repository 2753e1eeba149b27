//! The servers at which machines share facts, as tests look at them and change what they hold.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::moto::Moto;
use crate::redis::{Answer, RedisServer};
use crate::workplace::Workplace;

/// A server that holds a store.
#[derive(Debug)]
pub enum SharedServer {
    /// Redis or Valkey.
    Redis(RedisServer),
    /// S3.
    S3(Moto),
}

/// The names of entries, and of leases.
const ENTRIES: [&str; 2] = ["cloud-inventory:facts:", ".facts"];
const LEASES: [&str; 2] = ["cloud-inventory:lock:", ".lock"];

impl SharedServer {
    /// Starts one of each kind.
    pub fn all() -> [Self; 2] {
        let moto = Moto::start();
        let server = SharedServer::S3(moto);
        assert_eq!(server.http("PUT", "", b"").0, 200, "a bucket");
        [SharedServer::Redis(RedisServer::start("")), server]
    }

    /// Returns the address of the store.
    pub fn url(&self) -> String {
        match self {
            SharedServer::Redis(server) => server.url(),
            SharedServer::S3(_) => "s3://facts/kept".to_owned(),
        }
    }

    /// Returns where the server listens.
    pub fn socket(&self) -> SocketAddr {
        match self {
            SharedServer::Redis(server) => SocketAddr::from(([127, 0, 0, 1], server.port())),
            SharedServer::S3(moto) => {
                let address = moto.endpoint().trim_start_matches("http://");
                address.parse().expect("an address")
            }
        }
    }

    /// Returns the address of the store at another place, and leads a workplace there.
    pub fn url_at(&self, place: SocketAddr, workplace: &mut Workplace) -> String {
        match self {
            SharedServer::Redis(_) => format!("redis://{place}"),
            SharedServer::S3(_) => {
                workplace.set("AWS_ENDPOINT_URL_S3", &format!("http://{place}"));
                self.url()
            }
        }
    }

    /// Returns the names of all entries, sorted.
    pub fn entries(&self) -> Vec<String> {
        self.names(ENTRIES)
    }

    /// Returns the names of all leases, sorted.
    pub fn leases(&self) -> Vec<String> {
        self.names(LEASES)
    }

    fn names(&self, [start, end]: [&str; 2]) -> Vec<String> {
        let mut names = match self {
            SharedServer::Redis(server) => match server.ask(&[b"KEYS", format!("{start}*").as_bytes()]) {
                Answer::List(names) => names.into_iter().map(text).collect(),
                other => panic!("{other:?}"),
            },
            SharedServer::S3(_) => {
                let (status, body) = self.http("GET", "?list-type=2", b"");
                assert_eq!(status, 200);
                let body = text(Answer::Bytes(body));
                let keys = body.split("<Key>").skip(1).filter_map(|part| part.split("</Key>").next());
                keys.filter(|key| key.ends_with(end)).map(str::to_owned).collect::<Vec<_>>()
            }
        };
        names.sort();
        names
    }

    /// Returns what a name holds.
    pub fn read(&self, name: &str) -> Vec<u8> {
        match self {
            SharedServer::Redis(server) => match server.ask(&[b"GET", name.as_bytes()]) {
                Answer::Bytes(bytes) => bytes,
                other => panic!("{other:?}"),
            },
            SharedServer::S3(_) => {
                let (status, body) = self.http("GET", &format!("/{name}"), b"");
                assert_eq!(status, 200);
                body
            }
        }
    }

    /// Replaces what a name holds by what is not whole: all but the stamp, by which it is found.
    pub fn damage(&self, name: &str, change: impl Fn(&mut Vec<u8>)) {
        let mut bytes = self.read(name);
        match self {
            SharedServer::Redis(server) => {
                let mut entry = bytes.split_off(20);
                change(&mut entry);
                bytes.extend(entry);
                server.ask(&[b"SET", name.as_bytes(), &bytes]);
            }
            SharedServer::S3(_) => {
                let stamp = self.header(name, "x-amz-meta-fetchedat");
                change(&mut bytes);
                let header = format!("x-amz-meta-fetchedat: {stamp}\r\n");
                assert_eq!(self.exchange("PUT", &format!("/{name}"), &header, &bytes).0, 200);
            }
        }
    }

    /// Lets the time of a lease pass, which must be one that runs out by itself.
    pub fn let_run_out(&self, name: &str) {
        match self {
            SharedServer::Redis(server) => {
                let left = server.ask(&[b"PTTL", name.as_bytes()]);
                // -2: it is gone meanwhile; -1 would be for ever.
                assert!(matches!(left, Answer::Number(-2 | 0..=10_000)), "{left:?}");
                server.ask(&[b"PEXPIRE", name.as_bytes(), b"1"]);
            }
            SharedServer::S3(_) => {
                let lease = text(Answer::Bytes(self.read(name)));
                let (token, until) = lease.trim_end().split_once(' ').expect("a lease");
                let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
                let until: u128 = until.parse().expect("a time");
                assert!(until <= now + 10_000, "{until} {now}");
                let past = format!("{token} {}\n", now - 1);
                assert_eq!(self.http("PUT", &format!("/{name}"), past.as_bytes()).0, 200);
            }
        }
    }

    fn http(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let (status, _, body) = self.exchange(method, path, "", body);
        (status, body)
    }

    fn header(&self, name: &str, header: &str) -> String {
        let (_, head, _) = self.exchange("GET", &format!("/{name}"), "", b"");
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(header))
            .map(|(_, value)| value.to_owned())
            .expect("the header")
    }

    /// Sends a request for the bucket, and returns status, headers and body of the answer.
    fn exchange(&self, method: &str, path: &str, header: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut connection = TcpStream::connect(self.socket()).expect("a connection");
        // moto looks at the form of a signature only.
        let head = format!(
            "{method} /facts{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKIATEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\
             {header}Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.socket(),
            body.len()
        );
        connection.write_all(&[head.as_bytes(), body].concat()).expect("the request is sent");
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).expect("the answer");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("headers");
        let head = text(Answer::Bytes(answer[..end].to_vec()));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head, answer[end + 4..].to_vec())
    }
}

fn text(answer: Answer) -> String {
    match answer {
        Answer::Bytes(bytes) => String::from_utf8(bytes).expect("text"),
        other => panic!("{other:?}"),
    }
}

/// What a [`Gate`] does when it has let through what it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Breaks all connections, and takes no new ones.
    Break,
    /// Keeps them open, and lets nothing through.
    Hang,
}

/// A listener before a server, which lets so many bytes through to it.
#[derive(Debug)]
pub struct Gate {
    place: SocketAddr,
}

impl Gate {
    /// Opens a gate before a server.
    ///
    /// # Panics
    /// When there is no port to listen at.
    pub fn open(server: SocketAddr, bytes: i64, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let place = listener.local_addr().expect("its place");
        let left = Arc::new(AtomicI64::new(bytes));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if left.load(Ordering::SeqCst) <= 0 && then == Then::Break {
                    continue;
                }
                let left = Arc::clone(&left);
                std::thread::spawn(move || pass(&connection, server, &left, then));
            }
        });
        Self { place }
    }

    /// Returns where it listens.
    pub fn place(&self) -> SocketAddr {
        self.place
    }
}

fn pass(client: &TcpStream, server: SocketAddr, left: &AtomicI64, then: Then) {
    let server = TcpStream::connect(server).expect("the server");
    let answers = (server.try_clone().expect("the server"), client.try_clone().expect("the client"));
    std::thread::spawn(move || {
        let (mut from, mut to) = answers;
        drop(std::io::copy(&mut from, &mut to));
        drop(to.shutdown(std::net::Shutdown::Both));
    });
    let (mut from, mut to) = (client, &server);
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if left.fetch_sub(i64::try_from(count).expect("a count"), Ordering::SeqCst) <= 0 {
            match then {
                Then::Break => break,
                Then::Hang => continue,
            }
        }
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    drop(client.shutdown(std::net::Shutdown::Both));
    drop(server.shutdown(std::net::Shutdown::Both));
}

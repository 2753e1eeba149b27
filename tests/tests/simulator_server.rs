//! The simulator as a server: its proxy, its certificates, and the faults of the transport, seen by a client of sockets.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source};

const FORM: &str = "Action=DescribeInstances&Version=2016-11-15";

fn simulator(settings: Settings) -> Simulator {
    Simulator::start(settings).expect("a simulator")
}

/// Sends text to `http://ADDRESS` and returns all that comes until the server ends the connection.
fn exchange(address: &str, text: &str) -> Vec<u8> {
    let address = address.strip_prefix("http://").expect("a plain address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    stream.write_all(text.as_bytes()).expect("it takes the request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer and its end");
    answer
}

fn ask(address: &str, text: &str) -> String {
    String::from_utf8_lossy(&exchange(address, text)).into_owned()
}

/// A signed call that lists instances, with more headers.
fn list(headers: &str) -> String {
    let credential = "Credential=AKIAX/20261122/us-east-1/ec2/aws4_request";
    let signature = format!("SignedHeaders=host, Signature={}", "0".repeat(64));
    format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Date: 20261122T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 {credential}, {signature}\r\nContent-Length: {}\r\n{headers}\r\n{FORM}",
        FORM.len()
    )
}

const LAST: &str = "Connection: close\r\n";

#[test]
fn a_connection_serves_several_requests() {
    let simulator = simulator(Settings::seeded(1, 10));
    let answer = ask(&simulator.endpoint("aws"), &(list("") + &list(LAST)));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    let statistics = simulator.statistics();
    assert_eq!((statistics.connections, statistics.of("aws", "DescribeInstances").requests), (1, 2));
    assert_eq!(statistics.bytes_in, (list("") + &list(LAST)).len() as u64);
    assert_eq!(statistics.bytes_out, answer.len() as u64);
    simulator.reset();
    assert_eq!(simulator.statistics().of("aws", "*").requests, 0);
}

#[test]
fn answers_are_compressed_for_those_who_take_it() {
    let simulator = simulator(Settings::seeded(1, 100));
    let plain = exchange(&simulator.endpoint("aws"), &list(LAST));
    let small =
        exchange(&simulator.endpoint("aws"), &list(&format!("Accept-Encoding: br, gzip;q=0.9\r\n{LAST}")));
    assert!(String::from_utf8_lossy(&small).contains("content-encoding: gzip"));
    assert!(small.len() * 5 < plain.len(), "{} of {}", small.len(), plain.len());
}

#[test]
fn nobody_speaks_for_unknown_hosts() {
    let simulator = simulator(Settings::seeded(1, 10));
    let tunnel = ask(
        &simulator.proxy(),
        "CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nHost: s3.amazonaws.com:443\r\nConnection: close\r\n\r\n",
    );
    assert!(tunnel.starts_with("HTTP/1.1 502"), "{tunnel}");
    let plain = ask(
        &simulator.proxy(),
        "GET http://example.com/x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
    );
    assert!(plain.starts_with("HTTP/1.1 502") && plain.contains("`example.com`"), "{plain}");
    let refused: Vec<_> = simulator.statistics().refused_hosts.into_keys().collect();
    assert_eq!(refused, ["example.com", "s3.amazonaws.com"]);
}

#[test]
fn requests_without_tls_go_through_the_proxy_too() {
    let simulator = simulator(Settings::seeded(1, 10));
    let request = list(LAST).replace("POST / ", "POST http://ec2.us-east-1.amazonaws.com/ ");
    let answer = ask(&simulator.proxy(), &request);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn the_transport_fails_on_demand() {
    let whole = {
        let simulator = simulator(Settings::seeded(1, 10));
        exchange(&simulator.endpoint("aws"), &list(LAST)).len()
    };
    type Check = fn(&str, usize) -> bool;
    let table: [(&str, Check); 4] = [
        ("cut", |answer, _| answer.is_empty()),
        ("truncated", |answer, whole| {
            answer.len() < whole && !answer.ends_with("</DescribeInstancesResponse>")
        }),
        ("wrong-length", |answer, whole| answer.len() < whole * 2 / 3 && answer.contains("content-length: ")),
        ("slow-body=50", |answer, whole| answer.len() == whole),
    ];
    for (fault, is_so) in table {
        let simulator = simulator(Settings::seeded(1, 10));
        simulator.add_fault(format!("aws:DescribeInstances:first=1:{fault}").parse().expect("a rule"));
        let answer = ask(&simulator.endpoint("aws"), &list(LAST));
        assert!(is_so(&answer, whole), "{fault}: {answer}");
        let failures = u64::from(!fault.starts_with("slow"));
        assert_eq!(simulator.statistics().of("aws", "DescribeInstances").failures, failures, "{fault}");
        assert_eq!(exchange(&simulator.endpoint("aws"), &list(LAST)).len(), whole, "only the first: {fault}");
    }
}

#[test]
fn the_proxy_itself_tells_and_takes_orders() {
    let simulator = simulator(Settings::seeded(1, 10));
    let post = |path: &str, body: &str| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        ask(&simulator.proxy(), &(head + body))
    };
    let get = |path: &str| {
        ask(&simulator.proxy(), &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    };
    assert!(post("/faults", "aws:*:always:throttled\n").contains("1 faults added"));
    assert!(post("/faults", "nonsense").starts_with("HTTP/1.1 400"));
    assert!(ask(&simulator.endpoint("aws"), &list(LAST)).contains("RequestLimitExceeded"));
    assert!(get("/statistics").contains("\"failures\":1"));
    assert!(post("/reset", "").starts_with("HTTP/1.1 200"));
    assert!(ask(&simulator.endpoint("aws"), &list(LAST)).starts_with("HTTP/1.1 200"));
    let certificate = std::fs::read_to_string(simulator.certificate_file()).expect("a certificate");
    assert!(get("/certificate.pem").contains(&certificate));
    assert!(get("/other").starts_with("HTTP/1.1 404"));
}

#[test]
fn a_cloud_that_is_not_there_is_named() {
    let faults = vec!["nimbus:List:always:cut".parse().expect("a rule")];
    let ports = vec![("nimbus".to_owned(), 0)];
    let fleet = Description::parse("test", "nimbus: {}").expect("a description");
    let table = [
        Settings { faults, ..Settings::default() },
        Settings { ports, ..Settings::default() },
        Settings { source: Source::Described(fleet), ..Settings::default() },
    ];
    for settings in table {
        let error = Simulator::start(settings).expect_err("no such cloud");
        assert!(error.to_string().contains("`nimbus`"), "{error}");
    }
}

#[test]
fn exchanges_are_kept_and_logged_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let settings = Settings { log: Some(log.clone()), keeps_exchanges: true, ..Settings::seeded(1, 10) };
    let simulator = simulator(settings);
    ask(&simulator.endpoint("aws"), &list(LAST));
    let exchanges = simulator.exchanges();
    assert_eq!(exchanges.len(), 1);
    assert_eq!(exchanges[0].request.form()[0], ("Action".to_owned(), "DescribeInstances".to_owned()));
    let line = std::fs::read_to_string(log).expect("a log");
    let line: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
    assert_eq!((&line["call"], &line["answer"]["status"]), (&"DescribeInstances".into(), &200.into()));
}

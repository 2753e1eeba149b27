//! What the proxy answers when it is asked itself: how a test in another process steers the simulator.

use super::exchange::{Answer, Request};
use super::server::Shared;

/// Answers a request to the address of the proxy itself.
///
/// - `GET /statistics` gives the counts as JSON;
/// - `GET /certificate.pem` gives the certificate to trust;
/// - `POST /faults` puts the rules of the body in force, one a line in the form of [`super::faults::Rule`];
/// - `POST /reset` takes all rules away and begins to count anew.
pub(super) fn answer(shared: &Shared, request: &Request) -> Answer {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/statistics") => Answer::json(200, &shared.counter.statistics().to_json()),
        ("GET", "/certificate.pem") => {
            Answer::new(200, "application/x-pem-file", shared.authority.certificate())
        }
        ("POST", "/faults") => add_faults(shared, &String::from_utf8_lossy(&request.body)),
        ("POST", "/reset") => {
            shared.faults.clear();
            shared.counter.reset();
            Answer::text(200, "reset\n")
        }
        (method, path) => Answer::text(
            404,
            format!(
                "cloud-sim has no `{method} {path}`, only GET /statistics, GET /certificate.pem, POST /faults, POST /reset\n"
            ),
        ),
    }
}

fn add_faults(shared: &Shared, text: &str) -> Answer {
    let rules: Result<Vec<_>, _> = text.lines().filter(|line| !line.is_empty()).map(str::parse).collect();
    match rules {
        Ok(rules) => {
            let count = rules.len();
            rules.into_iter().for_each(|rule| shared.faults.add(rule));
            Answer::text(200, format!("{count} faults added\n"))
        }
        Err(error) => Answer::text(400, format!("{error}\n")),
    }
}

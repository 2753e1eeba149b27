//! The simulated Google Cloud, judged by the plugin `google.cloud.gcp_compute` and by google-auth, which were not made for
//! it.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use inventory_tests::ansible::{Reader, ansible_inventory};
use inventory_tests::compare::Inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::{Description, Fleet};
use inventory_tests::simulator::gcp::{self, files};
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::{Value, json};

/// As the service account of the key file.
const KEY: &str = "auth_kind: serviceaccount\nservice_account_file: KEY_FILE";

/// A simulator, and a workplace whose Google Cloud it is.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, true);
        workplace.unset("GOOGLE_APPLICATION_CREDENTIALS");
        Self { simulator, workplace }
    }

    /// A simulator of the fleet that is written down.
    fn described() -> Self {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/gcp.yml");
        let description = Description::read(&file).expect("a fleet");
        let source = Source::Described(description);
        Self::new(Settings { source, page_size: Some(3), ..Settings::default() })
    }

    fn run(&self, options: &str) -> Run {
        let file = self.simulator.credential_file(files::SERVICE_ACCOUNT);
        let options = options.replace("KEY_FILE", &file.display().to_string());
        let text = format!("plugin: google.cloud.gcp_compute\n{options}\n");
        let config = self.workplace.write("stage.gcp.yml", &text);
        ansible_inventory(&self.workplace, Environment::current(), Reader::Plugin, &config, &["--list"])
    }

    /// Lists with the plugin, which must succeed, and have asked for nothing that is not there.
    fn list(&self, options: &str) -> Inventory {
        let run = self.run(options);
        let inventory = Inventory::read(&run.json());
        let statistics = self.simulator.statistics();
        assert_eq!(statistics.of("gcp", "*").failures, 0, "{statistics:#?}\n{run:#?}");
        assert!(statistics.refused_hosts.is_empty(), "{statistics:#?}");
        inventory
    }

    fn token(&self) -> String {
        fs::read_to_string(self.simulator.credential_file(files::ACCESS_TOKEN)).expect("a token")
    }

    fn requests(&self, call: &str) -> u64 {
        self.simulator.statistics().of("gcp", call).requests
    }
}

/// Returns a variable of every host.
fn variables<'a>(inventory: &'a Inventory, name: &str) -> BTreeMap<&'a str, Value> {
    let one = |host| inventory.host(host).and_then(|variables| variables.get(name)).cloned();
    inventory.host_names().into_iter().map(|host| (host, one(host).unwrap_or_default())).collect()
}

#[test]
fn the_plugin_lists_every_machine_of_a_fleet() {
    const SIZE: u64 = 1300;
    let source = Source::Seeded { seed: 3, size: SIZE, accounts: 5, regions: 4 };
    let stage = Stage::new(Settings { source, page_size: Some(200), ..Settings::default() });
    let fleet = Fleet::seeded(3, SIZE, gcp::geography(3, 5, 4));
    let projects = &fleet.geography().accounts;
    // The addresses are unique, the names are not.
    let inventory = stage.list(&format!("{KEY}\nprojects: {projects:?}\nhostnames: [private_ip]"));
    let machines: Vec<_> = (0..SIZE).filter_map(|index| fleet.machine(index)).collect();
    let expected: BTreeMap<_, _> = machines
        .iter()
        .filter_map(|machine| Some((machine.private_address()?.to_string(), machine)))
        .collect();
    assert!(expected.len() > 1200, "{}", expected.len());
    assert_eq!(inventory.host_count(), machines.len());
    for (address, machine) in &expected {
        let variables = inventory.host(address).expect("a host of this address");
        let of = |name: &str| variables.get(name).cloned().unwrap_or_default();
        assert_eq!(of("name"), json!(machine.name.to_lowercase()));
        assert_eq!(of("project"), json!(machine.account));
        assert!(of("zone").as_str().is_some_and(|zone| zone.starts_with(&machine.region)), "{variables:#?}");
        let cards = of("networkInterfaces");
        assert_eq!(cards.as_array().map(Vec::len), Some(machine.interfaces.len()));
        let public = cards.pointer("/0/accessConfigs/0/natIP").cloned().unwrap_or_default();
        assert_eq!(public, json!(machine.public_address().map(|public| public.to_string())));
    }
    let values = |name: &str| -> BTreeSet<String> {
        variables(&inventory, name).into_values().map(|value| value.to_string()).collect()
    };
    for status in ["RUNNING", "TERMINATED", "SUSPENDED", "STAGING", "STOPPING", "DEPROVISIONING"] {
        assert!(values("status").contains(&format!("\"{status}\"")), "{status}: {:?}", values("status"));
    }
    assert_eq!(values("id").len(), machines.len());
    assert_eq!(values("selfLink").len(), machines.len());
    let pages = projects.iter().map(|project| {
        let range = fleet.in_account(project);
        (range.end - range.start).div_ceil(200)
    });
    assert_eq!(stage.requests("AggregatedInstances"), pages.sum::<u64>());
    assert_eq!(stage.requests("Token"), stage.requests("AggregatedInstances"));
}

#[test]
fn the_plugin_sees_each_kind_of_machine_as_it_is() {
    let stage = Stage::described();
    let options = "projects: [shop-prod, 'example.com:legacy', shop-lab]\nhostnames: [private_ip]";
    let inventory = stage.list(&format!("{KEY}\n{options}"));
    let by_name = |name: &str| {
        let names = variables(&inventory, "name");
        let found = names.into_iter().find(|(_, value)| value == name).expect("a machine of this name");
        inventory.host(found.0).expect("its variables").clone()
    };
    assert_eq!(inventory.host_count(), 13);
    let table = [
        ("plain", "/networkInterfaces/0/accessConfigs/0/natIP", json!("203.0.113.3")),
        ("plain", "/labels", json!({"env": "prod", "role": "web"})),
        ("plain", "/tags/items", json!(["http-server", "web"])),
        (
            "plain",
            "/metadata",
            json!({"enable-oslogin": "TRUE", "note": {"__ansible_unsafe": "{{ 7 * 7 }}"}}),
        ),
        ("plain", "/zone", json!("us-central1-a")),
        ("inside", "/zone", json!("us-central1-b")),
        ("inside", "/networkInterfaces/0/accessConfigs", Value::Null),
        ("inside", "/tags/items", Value::Null),
        ("two-cards", "/zone", json!("us-central1-f")),
        ("two-cards", "/labels", Value::Null),
        ("two-cards", "/networkInterfaces/0/aliasIpRanges/1/ipCidrRange", json!("10.0.9.7/32")),
        ("two-cards", "/networkInterfaces/1/network/name", json!("backbone-1")),
        ("two-cards", "/networkInterfaces/1/ipv6AccessConfigs/0/externalIpv6", json!("2001:db8::6")),
        ("two-cards", "/networkInterfaces/1/subnetwork/region", json!("us-central1")),
        ("six-inside", "/networkInterfaces/0/ipv6Address", json!("fd20:1::7")),
        ("six-inside", "/networkInterfaces/0/stackType", json!("IPV4_IPV6")),
        ("named", "/hostname", json!("named.corp.example.com")),
        ("cheap", "/scheduling/provisioningModel", json!("SPOT")),
        ("older-cheap", "/scheduling/preemptible", json!(true)),
        ("older-cheap", "/scheduling/provisioningModel", json!("STANDARD")),
        ("turned-off", "/status", json!("TERMINATED")),
        ("turned-off", "/networkInterfaces/0/accessConfigs/0/natIP", Value::Null),
        ("turned-off", "/networkInterfaces/0/accessConfigs/0/type", json!("ONE_TO_ONE_NAT")),
        ("asleep", "/status", json!("SUSPENDED")),
        (
            "spread",
            "/disks/0/source",
            json!(
                "https://www.googleapis.com/compute/v1/projects/shop-prod/regions/europe-west1/disks/spread"
            ),
        ),
        ("spread", "/disks/1/deviceName", json!("data-1")),
        ("old", "/project", json!("example.com:legacy")),
        ("old", "/machineType", json!("n1-standard-1")),
        ("experiment", "/zone", json!("us-south1-ai1b")),
    ];
    for (name, pointer, value) in table {
        let found = by_name(name);
        assert_eq!(found.pointer(pointer).cloned().unwrap_or_default(), value, "{pointer} of {name}");
    }
}

#[test]
fn filters_zones_and_images_of_the_plugin_find_what_they_should() {
    let table = [
        ("filters: ['labels.env = prod']", vec!["inside", "plain"]),
        ("filters: ['status = TERMINATED OR status = SUSPENDED']", vec!["asleep", "turned-off"]),
        ("filters: ['labels.env != dev', 'scheduling.preemptible = true']", vec!["cheap", "older-cheap"]),
        ("filters: ['name eq .*-cards']", vec!["two-cards"]),
        ("filters: ['networkInterfaces.networkIP = 10.0.0.8']", vec!["named"]),
        ("zones: [europe-west1-b]", vec!["plain", "spread"]),
        ("filters: ['labels.env = nothing']", vec![]),
    ];
    for (options, expected) in table {
        let stage = Stage::described();
        let inventory = stage.list(&format!("{KEY}\nprojects: [shop-prod]\nhostnames: [name]\n{options}"));
        assert_eq!(inventory.host_names().into_iter().collect::<Vec<_>>(), expected, "{options}");
    }
    let stage = Stage::described();
    let options = format!(
        "{KEY}\nprojects: [shop-prod]\nhostnames: [name]\nretrieve_image_info: true\nfilters: ['name = plain']"
    );
    let inventory = stage.list(&options);
    assert_eq!(variables(&inventory, "image").remove("plain"), Some(json!("debian-12-bookworm-v20250311")));
    assert_eq!(stage.requests("AggregatedDisks"), 1);
}

#[test]
fn the_plugin_lists_the_projects_of_a_folder() {
    let stage = Stage::described();
    let inventory = stage.list(&format!("{KEY}\nfolders: ['200', '500']\nhostnames: [name]"));
    assert_eq!(inventory.host_names().into_iter().collect::<Vec<_>>(), ["experiment", "old"]);
    // A folder with a project whose interface is off, and one that is about to be deleted.
    let run = stage.run(&format!("{KEY}\nfolders: ['100']\nhostnames: [name]"));
    assert!(!run.succeeded(), "{run:#?}");
    assert!(run.stderr.contains("has been deleted"), "{run:#?}");
}

#[test]
fn each_kind_of_credential_of_the_plugin_is_taken() {
    let table = [
        ("auth_kind: application", files::AUTHORIZED_USER),
        ("auth_kind: application", files::EXTERNAL_ACCOUNT),
        ("auth_kind: application", files::IMPERSONATED),
        ("auth_kind: application", files::SERVICE_ACCOUNT),
        ("auth_kind: accesstoken\naccess_token: TOKEN", ""),
        ("auth_kind: machineaccount", ""),
        ("auth_kind: machineaccount\nservice_account_email: inventory@shop-prod.iam.gserviceaccount.com", ""),
    ];
    for (options, file) in table {
        let mut stage = Stage::described();
        let options = options.replace("TOKEN", &stage.token());
        if !file.is_empty() {
            let file = stage.simulator.credential_file(file);
            stage.workplace.set("GOOGLE_APPLICATION_CREDENTIALS", &file.display().to_string());
        }
        let inventory = stage.list(&format!("{options}\nprojects: [shop-prod]\nhostnames: [private_ip]"));
        assert_eq!(inventory.host_count(), 11, "{options} {file}");
    }
}

#[test]
fn the_plugin_tells_why_it_was_refused() {
    let table = [
        ("projects: [shop-off]", "Compute Engine API has not been used in project"),
        ("projects: [shop-gone]", "has been deleted"),
        (
            "projects: [shop-secret]",
            "Required 'compute.instances.list' permission for 'projects/shop-secret'",
        ),
        ("projects: [shop-prod]\nfilters: ['nonsense']", "Invalid list filter expression."),
        (
            "projects: [shop-prod]\nscopes: ['https://www.googleapis.com/auth/devstorage.read_only']",
            "insufficient authentication scopes",
        ),
    ];
    for (options, expected) in table {
        let stage = Stage::described();
        let run = stage.run(&format!("{KEY}\n{options}"));
        assert!(!run.succeeded() && run.stderr.contains(expected), "{options}: {run:#?}");
    }
    let stage = Stage::described();
    stage.simulator.add_fault("gcp:AggregatedInstances@shop-prod:2:throttled".parse().expect("a rule"));
    let run = stage.run(&format!("{KEY}\nprojects: [shop-prod]"));
    assert!(!run.succeeded() && run.stderr.contains("Rate Limit Exceeded"), "{run:#?}");
}

#[test]
fn answers_are_compressed_for_those_who_say_gzip_twice() {
    let simulator = Simulator::start(Settings::seeded(1, 50)).expect("a simulator");
    let token = fs::read_to_string(simulator.credential_file(files::ACCESS_TOKEN)).expect("a token");
    let project = gcp::geography(1, 1, 1).accounts.remove(0);
    let ask = |headers: &str| {
        let endpoint = simulator.endpoint("gcp");
        let address = endpoint.strip_prefix("http://").expect("a plain address");
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "GET /compute/v1/projects/{project}/aggregated/instances HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Bearer {token}\r\nConnection: close\r\n{headers}\r\n"
        )
        .expect("it takes the request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer and its end");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.contains("content-encoding: gzip")
    };
    assert!(ask("Accept-Encoding: gzip\r\nUser-Agent: program (gzip)\r\n"));
    assert!(!ask("Accept-Encoding: gzip\r\nUser-Agent: program\r\n"));
    assert!(!ask("User-Agent: program (gzip)\r\n"));
}

#[test]
fn google_auth_finds_the_metadata_server_and_a_token_ends() {
    const CLIENT: &str = "
import google.auth, google.auth.compute_engine._metadata as metadata
from google.auth.transport.requests import AuthorizedSession, Request
print(metadata.is_on_gce(Request()), metadata.get_project_id(Request()), metadata.get_universe_domain(Request()))
credentials, project = google.auth.default(scopes=['https://www.googleapis.com/auth/compute.readonly'])
session = AuthorizedSession(credentials)
address = ENDPOINT + '/compute/v1/projects/shop-prod/zones?maxResults=2'
page = session.get(address).json()
print(type(credentials).__module__, project, [zone['name'] for zone in page['items']])
";
    let stage = Stage::described();
    let mut workplace = Workplace::with_simulator(&stage.simulator, false);
    workplace.unset("GOOGLE_APPLICATION_CREDENTIALS");
    workplace.unset("GOOGLE_CLOUD_PROJECT");
    workplace.set("CLOUDSDK_CONFIG", &workplace.path("no-gcloud").display().to_string());
    let script = CLIENT.replace("ENDPOINT", &format!("{:?}", stage.simulator.endpoint("gcp")));
    let run = Run::of(workplace.python_command(Environment::current(), "python").args(["-c", &script]));
    assert!(run.succeeded(), "{run:#?}");
    let expected = "True shop-prod googleapis.com\n\
        google.auth.compute_engine.credentials shop-prod ['us-central1-a', 'us-central1-b']\n";
    assert_eq!(run.stdout, expected, "{run:#?}");
    let token = stage.token();
    stage.simulator.advance(Duration::from_secs(3601));
    let options = format!("auth_kind: accesstoken\naccess_token: {token}\nprojects: [shop-prod]");
    // A token without what could get another one: google-auth says so, when it sees 401.
    let run = stage.run(&options);
    assert!(!run.succeeded() && run.stderr.contains("refresh the access token"), "{run:#?}");
    // The key signs by the client's clock, which the simulator's has left behind.
    assert_eq!(stage.run(&format!("{KEY}\nprojects: [shop-prod]")).code, Some(0));
}

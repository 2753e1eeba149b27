//! The recipes of the page on machines without a public address, and the example of the README: each is run as it stands
//! there, and what it gives is what the page says.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure of the harness is a failure of the test")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::examples::{of_page, repository};
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::{Settings, Simulator, Source, gcp};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::{Map, Value};

const PAGE: &str = "docs/src/guide/connections.md";
const SEED: u64 = 7;

/// The page that tells of every field of a normalized host.
const FIELDS: &str = "docs/src/reference/normalized-host.md";

/// Runs the recipe that begins with the comment `# NAME`, and returns its hosts with their variables.
fn hosts_of(name: &str) -> Map<String, Value> {
    let blocks = of_page(&repository().join(PAGE));
    let recipe = blocks.iter().find(|block| block.text.starts_with(&format!("# {name}\n")));
    let recipe = &recipe.expect("the recipe is on the page").text;
    let source = Source::Seeded { seed: SEED, size: 30, accounts: 1, regions: 2 };
    let simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
    let project = gcp::geography(SEED, 1, 2).accounts.concat();
    let workplace = Workplace::with_simulator(&simulator, true);
    // The fleets of seeds have machines of equal names, which is not what the recipes are about.
    let text = format!("{}collisions: qualify\n", recipe.replace("my-project", &project));
    workplace.write(name, &text);
    let run = workplace.run(cloud_inventory(), [name, "--list"]);
    assert!(run.succeeded(), "{run:#?}");
    let list = run.json();
    let hosts = list.pointer("/_meta/hostvars").and_then(Value::as_object).expect("hosts").clone();
    assert!(hosts.len() >= 10, "{} hosts", hosts.len());
    hosts
}

/// Returns a variable that is a text.
fn text<'a>(variables: &'a Value, name: &str) -> &'a str {
    variables.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("`{name}`: {variables:#}"))
}

/// Returns the words of a variable as Ansible splits them for SSH.
fn words(line: &str) -> Vec<String> {
    let workplace = Workplace::new();
    let script = "import json, shlex, sys; print(json.dumps(shlex.split(sys.argv[1])))";
    let mut command = workplace.python_command(Environment::json_schema(), "python");
    let run = Run::of(command.args(["-c", script, line]));
    serde_json::from_str(&run.stdout).expect("words")
}

#[test]
fn systems_manager_gets_instance_ids_and_regions() {
    for (name, variables) in hosts_of("ssm.yml") {
        assert!(text(&variables, "ansible_host").starts_with("i-"), "{name}");
        assert_eq!(text(&variables, "ansible_host"), text(&variables, "cloud_id"));
        assert_eq!(text(&variables, "ansible_connection"), "amazon.aws.aws_ssm");
        assert_eq!(text(&variables, "ansible_aws_ssm_region"), text(&variables, "cloud_region"));
        assert_eq!(text(&variables, "ansible_aws_ssm_bucket_name"), "my-transfer-bucket");
    }
}

#[test]
fn the_identity_aware_proxy_gets_names_projects_and_zones() {
    for variables in hosts_of("iap.yml").values() {
        assert_eq!(text(variables, "ansible_host"), text(variables, "cloud_name"));
        let (project, zone) = (text(variables, "cloud_account"), text(variables, "cloud_zone"));
        let proxy = format!(
            "ProxyCommand=gcloud compute start-iap-tunnel %h %p --listen-on-stdin --quiet --project={project} --zone={zone}"
        );
        assert_eq!(words(text(variables, "ansible_ssh_common_args")), ["-o", proxy.as_str()]);
    }
}

#[test]
fn bastion_gets_resource_ids() {
    for variables in hosts_of("bastion.yml").values() {
        let id = text(variables, "cloud_id");
        assert!(id.starts_with("/subscriptions/"), "{id}");
        let proxy = format!("ProxyCommand=bastion-proxy my-bastion my-network-group {id} %p");
        assert_eq!(words(text(variables, "ansible_ssh_common_args")), ["-o", proxy.as_str()]);
    }
}

/// What stands for Azure's command line: a tunnel to the port that `TARGET` names, once it has told how it was called.
const AZ: &str = r#"#!/usr/bin/env python3
import os, socket, sys, threading
open(os.environ["CALLED"], "w").write(" ".join(sys.argv[1:]))
def copy(one, other):
    while data := one.recv(4096):
        other.sendall(data)
    other.shutdown(socket.SHUT_WR)
server = socket.create_server(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])))
while True:
    near, _ = server.accept()
    far = socket.create_connection(("127.0.0.1", int(os.environ["TARGET"])))
    for pair in [(near, far), (far, near)]:
        threading.Thread(target=copy, args=pair, daemon=True).start()
"#;

#[test]
fn the_script_for_bastion_leads_through_the_tunnel() {
    let page = fs::read_to_string(repository().join(PAGE)).expect("the page");
    let (_, script) = page.split_once("```bash\n").expect("a script");
    let (script, _) = script.split_once("```").expect("its end");
    let mut workplace = Workplace::new();
    workplace.write_program("bin/az", AZ);
    let script = workplace.write_program("bin/bastion-proxy", script);
    let machine = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = machine.local_addr().expect("its number").port();
    // The script looks whether the tunnel is there by a connection that says nothing.
    let answering = std::thread::spawn(move || {
        for connection in machine.incoming() {
            let mut connection = connection.expect("a connection");
            let mut asked = [0; 4];
            if connection.read_exact(&mut asked).is_ok() {
                connection
                    .write_all(b"SSH-2.0 ")
                    .and_then(|()| connection.write_all(&asked))
                    .expect("an answer");
                return;
            }
        }
    });
    let path = std::env::var("PATH").expect("a PATH");
    workplace.set("PATH", &format!("{}:{path}", workplace.path("bin").display()));
    workplace.set("CALLED", &workplace.path("called").display().to_string());
    workplace.set("TARGET", &port.to_string());
    let mut command = workplace.command(script);
    command.args(["my-bastion", "my-group", "/subscriptions/s/vm", "22"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the script runs");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"ping").expect("it is written");
    let mut answer = [0; 12];
    child.stdout.take().expect("its output").read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"SSH-2.0 ping");
    drop(input);
    assert!(child.wait().expect("its end").success());
    answering.join().expect("the machine answered");
    let called = fs::read_to_string(workplace.path("called")).expect("how it was called");
    let expected = "network bastion tunnel --name my-bastion --resource-group my-group \
                    --target-resource-id /subscriptions/s/vm --resource-port 22 --port ";
    assert!(called.starts_with(expected), "{called}");
}

#[test]
fn the_readme_shows_what_the_demo_clouds_give() {
    let page = repository().join("README.md");
    let blocks = of_page(&page);
    let example = blocks.iter().find(|block| block.text.starts_with("# cloud-inventory.yml\n"));
    let fleet = repository().join("inventory-cli/src/demo/fleet.yml");
    let fleet = Description::parse("fleet.yml", &fs::read_to_string(fleet).expect("the demo's clouds"));
    let source = Source::Described(fleet.expect("a description"));
    let simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
    let workplace = Workplace::with_simulator(&simulator, true);
    workplace.write("cloud-inventory.yml", &example.expect("the example").text);
    let page = fs::read_to_string(page).expect("the page");
    let run = workplace.run(cloud_inventory(), ["--graph", "role_cache"]);
    assert!(run.succeeded() && !run.stdout.is_empty(), "{run:#?}");
    assert!(page.contains(&format!("$ cloud-inventory --graph role_cache\n{}```", run.stdout)), "{run:#?}");
    let list = workplace.run(cloud_inventory(), ["--list"]).json();
    let hosts = list.pointer("/_meta/hostvars").and_then(Value::as_object).expect("hosts");
    assert!(page.contains(&format!("gives {} hosts", hosts.len())), "{} hosts", hosts.len());
    let fields = hosts.values().next().and_then(Value::as_object).expect("variables").keys();
    let told = fs::read_to_string(repository().join(FIELDS)).expect("the page of fields");
    for field in fields.filter_map(|name| name.strip_prefix("cloud_")) {
        assert!(told.contains(&format!("\n| `{field}` |")), "{FIELDS} does not tell of `{field}`");
    }
}

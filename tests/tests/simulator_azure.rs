//! The simulated Azure, judged by the plugin `azure.azcollection.azure_rm`, which was not made for it.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use inventory_tests::ansible::{Reader, ansible_inventory};
use inventory_tests::compare::Inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::azure::{self, directory};
use inventory_tests::simulator::fleet::{Description, Fleet, Machine};
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::{Value, json};

/// Everything that the plugin can list.
const ALL: &str = "default_host_filters: []\ninclude_vmss_resource_groups: ['*']\n\
    include_arc_resource_groups: ['*']\ninclude_hcivm_resource_groups: ['*']";

/// A kind of credential: its name, an option of the config, and environment variables.
type Credential = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// A simulator, and a workplace whose Azure it is.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).expect("a simulator");
        let workplace = Workplace::with_simulator(&simulator, true);
        Self { simulator, workplace }
    }

    /// A simulator of the fleet that is written down.
    fn described() -> Self {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/azure.yml");
        let description = Description::read(&file).expect("a fleet");
        Self::new(Settings {
            source: Source::Described(description),
            page_size: Some(5),
            ..Settings::default()
        })
    }

    fn run(&self, options: &str) -> Run {
        let text = format!("plugin: azure.azcollection.azure_rm\n{options}\n");
        let config = self.workplace.write("stage.azure_rm.yml", &text);
        ansible_inventory(&self.workplace, Environment::azure(), Reader::Plugin, &config, &["--list"])
    }

    /// Lists with the plugin, which must succeed, and have asked for nothing that is not there.
    fn list(&self, options: &str) -> Inventory {
        let run = self.run(options);
        let inventory = Inventory::read(&run.json());
        let statistics = self.simulator.statistics();
        assert_eq!(statistics.of("azure", "*").failures, 0, "{statistics:#?}\n{run:#?}");
        assert!(statistics.refused_hosts.is_empty(), "{statistics:#?}");
        inventory
    }

    fn requests(&self, call: &str) -> u64 {
        self.simulator.statistics().of("azure", call).requests
    }
}

/// Returns a variable of every host, under the host's name without the digits that the plugin adds.
fn variables<'a>(inventory: &'a Inventory, name: &str) -> BTreeMap<&'a str, Value> {
    let one = |host: &'a str| {
        let value =
            inventory.host(host).and_then(|variables| variables.get(name)).cloned().unwrap_or_default();
        (host.rsplit_once('_').map_or(host, |(plain, _)| plain), value)
    };
    inventory.host_names().into_iter().map(one).collect()
}

fn addresses(machines: &[Machine]) -> BTreeSet<String> {
    let interfaces = machines.iter().flat_map(|machine| &machine.interfaces);
    let four = interfaces
        .clone()
        .flat_map(|interface| &interface.addresses)
        .map(|address| address.private.to_string());
    four.chain(interfaces.flat_map(|interface| &interface.ipv6).map(ToString::to_string)).collect()
}

#[test]
fn the_plugin_lists_every_machine_of_a_fleet() {
    const SIZE: u64 = 240;
    let source = Source::Seeded { seed: 3, size: SIZE, accounts: 2, regions: 3 };
    let stage = Stage::new(Settings { source, page_size: Some(20), ..Settings::default() });
    let inventory = stage.list(ALL);
    let fleet = Fleet::seeded(3, SIZE, azure::geography(3, 2, 3));
    let first = fleet.geography().accounts[0].as_str();
    let machines: Vec<_> = fleet.in_account(first).filter_map(|index| fleet.machine(index)).collect();
    let texts = |name: &str| -> BTreeSet<String> {
        let values = inventory.host_names().into_iter().filter_map(|host| inventory.host(host)?.get(name));
        let lists = values.filter_map(Value::as_array).flatten();
        lists.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let found: BTreeSet<_> =
        texts("private_ipv4_addresses").union(&texts("ansible_all_ipv6_addresses")).cloned().collect();
    assert_eq!(found, addresses(&machines));
    // A machine on Azure Stack HCI is listed as one of Arc, too.
    let kind = |host: &&str| inventory.host(host).and_then(|variables| variables.get("resource_type"));
    let is_stack = |host: &&str| {
        kind(host).is_some_and(|kind| kind == "microsoft.azurestackhci/virtualmachineinstances")
    };
    let stacks = inventory.host_names().into_iter().filter(is_stack).count();
    assert!(stacks > 0);
    assert_eq!(inventory.host_count(), machines.len() + stacks);
    let powers: BTreeSet<_> =
        variables(&inventory, "powerstate").into_values().map(|power| power.to_string()).collect();
    for power in ["running", "stopped", "deallocated", "starting", "disrunning"] {
        assert!(powers.contains(&format!("\"{power}\"")), "{power} is not among {powers:?}");
    }
    assert_eq!(stage.requests("Token"), 1);
}

#[test]
fn the_plugin_sees_each_kind_of_machine_as_it_is() {
    let stage = Stage::described();
    let inventory = stage.list(ALL);
    let names: Vec<_> = variables(&inventory, "name").into_keys().collect();
    let expected = [
        "Capital-VM",
        "broken",
        "freed",
        "front-westeurope_10",
        "front-westeurope_9",
        "loose-a",
        "no-address-yet",
        "of-a-disk",
        "of-a-gallery",
        "on-stack",
        "outside",
        "plain",
        "turned-off",
        "two-cards",
    ];
    assert_eq!(names, expected);
    let table = [
        ("plain", "ansible_host", json!("203.0.113.3")),
        (
            "plain",
            "tags",
            json!({"env": "prod", "Owner Name": "it's \"them\"", "template": {"__ansible_unsafe": "{{ 7 * 7 }}"}}),
        ),
        ("plain", "resource_group", json!("web-team")),
        ("plain", "vmss", json!({})),
        ("Capital-VM", "os_profile", json!({"system": "windows"})),
        ("Capital-VM", "ansible_host", json!("10.0.0.5")),
        ("Capital-VM", "public_ipv4_address", json!([])),
        ("Capital-VM", "availability_zone", json!(["1", "2"])),
        ("Capital-VM", "license_type", json!("Windows_Server")),
        ("two-cards", "private_ipv4_addresses", json!(["10.0.0.6", "10.0.1.6", "10.0.1.7", "2001:db8::6"])),
        ("two-cards", "public_ipv4_address", json!(["203.0.113.6", "203.0.113.7"])),
        ("two-cards", "network_interface", json!(["two-cards-nic0", "two-cards-nic1"])),
        ("no-address-yet", "public_ipv4_address", json!([null])),
        ("no-address-yet", "ansible_host", Value::Null),
        ("turned-off", "powerstate", json!("stopped")),
        ("freed", "powerstate", json!("deallocated")),
        ("broken", "provisioning_state", json!("failed")),
        ("of-a-disk", "image", json!({})),
        ("of-a-disk", "os_profile", json!({"system": "linux"})),
        ("of-a-gallery", "tags", Value::Null),
        ("of-a-gallery", "plan", Value::Null),
        ("loose-a", "vmss", json!({})),
        ("outside", "powerstate", json!("running")),
        ("outside", "ansible_all_ipv6_addresses", json!(["fd00::4"])),
        ("outside", "private_ipv4_addresses", json!(["192.168.0.4"])),
    ];
    for (host, name, value) in table {
        assert_eq!(variables(&inventory, name).get(host), Some(&value), "{name} of {host}");
    }
    let set = variables(&inventory, "vmss").remove("front-westeurope_9").unwrap_or_default();
    assert_eq!(set.get("name"), Some(&json!("front-westeurope")));
    let public = variables(&inventory, "public_ipv4_address").remove("front-westeurope_9");
    assert_eq!(public, Some(json!(["203.0.113.34"])));
    let disks = variables(&inventory, "data_disks").remove("Capital-VM").unwrap_or_default();
    assert_eq!(disks.as_array().map(Vec::len), Some(2));
}

#[test]
fn the_plugin_asks_for_one_thing_at_a_time_and_for_groups() {
    let stage = Stage::described();
    let options = "batch_fetch: false\ninclude_vm_resource_groups: [web-TEAM, sets]\ninclude_vmss_resource_groups: [sets]\n";
    let inventory = stage.list(options);
    let names: Vec<_> = variables(&inventory, "name").into_keys().collect();
    assert_eq!(names, ["Capital-VM", "front-westeurope_10", "front-westeurope_9", "loose-a", "plain"]);
    assert_eq!((stage.requests("Batch"), stage.requests("VirtualMachines")), (0, 2));
    assert_eq!((stage.requests("InstanceView"), stage.requests("NetworkInterface")), (3, 3));
    assert_eq!((stage.requests("PublicAddress"), stage.requests("ScaleSetPublicAddress")), (1, 1));
}

#[test]
fn batches_may_be_answered_later() {
    let azure = azure::Options { defers_batches: true, ..azure::Options::default() };
    let stage = Stage::new(Settings { azure, ..Settings::seeded(5, 10) });
    let inventory = stage.list("default_host_filters: []");
    assert!(inventory.host_count() > 5);
    assert_eq!(stage.requests("Batch"), stage.requests("BatchResult"));
    assert!(stage.requests("Batch") > 1);
}

#[test]
fn each_kind_of_credential_of_the_plugin_is_taken() {
    let options = "include_vm_resource_groups: [Web-Team]";
    let names = ["AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_TENANT"];
    let table: [Credential; 3] = [
        (
            "federated",
            "",
            &[
                ("AZURE_CLIENT_ID", directory::CLIENT),
                ("AZURE_TENANT", directory::TENANT),
                ("AZURE_FEDERATED_TOKEN", directory::FEDERATED_TOKEN),
            ],
        ),
        (
            "password",
            "",
            &[
                ("AZURE_AD_USER", directory::USER),
                ("AZURE_PASSWORD", directory::PASSWORD),
                ("AZURE_TENANT", directory::TENANT),
            ],
        ),
        ("identity", "auth_source: msi", &[("AZURE_CLIENT_ID", directory::USER_IDENTITY)]),
    ];
    for (kind, more, variables) in table {
        let mut stage = Stage::described();
        names.iter().for_each(|name| stage.workplace.unset(name));
        variables.iter().for_each(|(name, value)| stage.workplace.set(name, value));
        let inventory = stage.list(&format!("{options}\n{more}"));
        assert_eq!(inventory.host_count(), 2, "{kind}");
    }
}

#[test]
fn the_plugin_tells_why_it_was_refused() {
    let mut stage = Stage::described();
    stage.workplace.set("AZURE_SECRET", "wrong");
    let run = stage.run("");
    assert!(!run.succeeded() && run.stderr.contains("AADSTS7000215"), "{run:#?}");
}

#[test]
fn an_application_may_sign_with_its_certificate() {
    const MAKER: &str = "
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(65537, 2048)
name, now = x509.Name([]), datetime.datetime.now()
maker = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(days=2))
private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
print((private + maker.sign(key, hashes.SHA256()).public_bytes(form.Encoding.PEM)).decode())
";
    let mut stage = Stage::described();
    let made = Run::of(stage.workplace.python_command(Environment::azure(), "python").args(["-c", MAKER]));
    assert!(made.succeeded(), "{made:#?}");
    let file = stage.workplace.write("application.pem", &made.stdout);
    stage.workplace.unset("AZURE_SECRET");
    stage.workplace.set("AZURE_X509_CERTIFICATE_PATH", &file.display().to_string());
    stage.workplace.set("AZURE_THUMBPRINT", "any");
    assert_eq!(stage.list("include_vm_resource_groups: [Web-Team]").host_count(), 2);
}

#[test]
fn the_plugin_asks_again_for_what_a_batch_did_not_give() {
    let stage = Stage::new(Settings::seeded(5, 10));
    let fault = "azure:Batch/NetworkInterface:1:throttled".parse().expect("a rule");
    stage.simulator.add_fault(fault);
    let hosts = stage.list("default_host_filters: []").host_count();
    let batches = stage.requests("Batch");
    stage.simulator.reset();
    assert_eq!(stage.list("default_host_filters: []").host_count(), hosts);
    assert_eq!(stage.requests("Batch") + 1, batches);
}

//! Passwords in the addresses of Azure's clouds are never shown.

use inventory_tests::binary::cloud_inventory;
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::Workplace;

/// The addresses of a cloud and of the list of clouds, and what the refusal says.
const ROWS: [(&str, &str, &str); 7] = [
    ("https://user:planted@management.azure.com", "", "`the address` is not an endpoint"),
    ("https://planted@management.azure.com", "", "`the address` is not an endpoint"),
    ("http://user:planted@127.0.0.1:1", "", "`the address` is not an endpoint"),
    ("ftp://user:planted@management.azure.com", "", "`the address` is not an endpoint"),
    ("user:planted@management.azure.com", "", "`the address` is not an endpoint"),
    ("//user:planted@management.azure.com", "", "an address with `@`"),
    (
        "https://management.azure.com",
        "https://user:planted@example.com/clouds",
        "`the address` is not an endpoint",
    ),
];

const CREDENTIALS: &str = "client_id: app\nsecret: planted\ntenant: t\nsubscription_id: s\n";

#[test]
fn passwords_in_addresses_are_never_shown() {
    let source = Source::Seeded { seed: 1, size: 1, accounts: 1, regions: 1 };
    let simulator = Simulator::start(Settings { source, ..Settings::default() }).expect("a simulator");
    for (cloud, metadata, cause) in ROWS {
        for by_variable in [false, true] {
            let mut workplace = Workplace::with_simulator(&simulator, true);
            let mut config = "plugin: azure.azcollection.azure_rm\n".to_owned();
            match by_variable {
                true => workplace.set("AZURE_CLOUD_ENVIRONMENT", cloud),
                // The option counts beside credentials in the config.
                false => config.push_str(&format!("{CREDENTIALS}cloud_environment: '{cloud}'\n")),
            }
            if !metadata.is_empty() {
                workplace.set("ARM_CLOUD_METADATA_URL", metadata);
            }
            workplace.set("CLOUD_INVENTORY_RETRIES", "0");
            workplace.write("x.azure_rm.yml", &config);
            let run = workplace.run(cloud_inventory(), ["x.azure_rm.yml", "--list", "-v"]);
            assert!(!run.succeeded() && run.stderr.contains(cause), "{cloud}: {run:#?}");
            assert!(!run.stderr.contains("planted") && run.stdout.is_empty(), "{cloud}: {run:#?}");
            let check = workplace.run(cloud_inventory(), ["check", "x.azure_rm.yml"]);
            assert!(!format!("{check:?}").contains("planted"), "{cloud}: {check:#?}");
        }
    }
    assert_eq!(simulator.statistics().of("azure", "*").requests, 0);
}

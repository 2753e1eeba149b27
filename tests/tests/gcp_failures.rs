//! What a run makes of projects, folders, zones and instances of Google Cloud that cannot be read: where the plugin
//! hides that hosts are missing, this program fails or warns, by name.
#![expect(clippy::expect_used, reason = "a failure of the harness is a failure of the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use inventory_tests::ansible::{Reader, ansible_inventory};
use inventory_tests::binary::cloud_inventory;
use inventory_tests::compare::Inventory;
use inventory_tests::python::Environment;
use inventory_tests::simulator::fleet::Description;
use inventory_tests::simulator::gcp::{self, files};
use inventory_tests::simulator::{Settings, Simulator, Source};
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

/// A simulator of a fleet that is written down, and a workplace that is led to it by its proxy.
struct Stage {
    simulator: Simulator,
    workplace: Workplace,
}

impl Stage {
    fn new(file: &str, rules: &[&str]) -> Self {
        Self::of(described(file), rules, Settings { page_size: Some(3), ..Settings::default() })
    }

    fn of(source: Source, rules: &[&str], settings: Settings) -> Self {
        let faults = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
        let settings = Settings { source, faults, keeps_exchanges: true, ..settings };
        let simulator = Simulator::start(settings).expect("a simulator");
        let mut workplace = Workplace::with_simulator(&simulator, true);
        // A service account would sign its tokens itself.
        let user = simulator.credential_file(files::AUTHORIZED_USER).display().to_string();
        workplace.set("GOOGLE_APPLICATION_CREDENTIALS", &user);
        workplace.set("CLOUD_INVENTORY_RETRIES", "1");
        workplace.set("CLOUD_INVENTORY_DEADLINE", "120s");
        Self { simulator, workplace }
    }

    fn write(&self, options: &str) -> PathBuf {
        let text = format!("plugin: google.cloud.gcp_compute\nauth_kind: application\n{options}\n");
        self.workplace.write("stage.gcp.yml", &text)
    }

    fn ours(&self, options: &str) -> Run {
        self.write(options);
        self.workplace.run(cloud_inventory(), ["stage.gcp.yml", "--list", "-v"])
    }

    /// Runs the plugin as people do: what it cannot read costs Ansible a warning.
    fn plugin(&self, options: &str) -> Run {
        let file = self.write(options);
        let mut command = self.workplace.python_command(Environment::current(), "ansible-inventory");
        command.arg("-i").arg(file).arg("--list").env("ANSIBLE_INVENTORY_ENABLED", "auto");
        Run::of(&mut command)
    }

    fn requests(&self, call: &str) -> u64 {
        self.simulator.statistics().of("gcp", call).requests
    }
}

fn described(file: &str) -> Source {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(file);
    Source::Described(Description::read(&path).expect("a fleet"))
}

/// Checks that a run failed, gave nothing, and told all of this.
fn assert_fails(run: &Run, causes: &[&str]) {
    assert!(run.code == Some(1) && run.stdout.is_empty(), "{run:#?}");
    for cause in causes {
        assert!(run.stderr.contains(cause), "`{cause}`: {run:#?}");
    }
}

/// Returns the hosts of a run that succeeded and told all of this.
fn hosts(run: &Run, told: &[&str]) -> Inventory {
    for part in told {
        assert!(run.stderr.contains(part), "`{part}`: {run:#?}");
    }
    Inventory::read(&run.json())
}

#[test]
fn after_an_error_the_plugin_gives_a_part_and_we_nothing() {
    let options = "projects: [shop-lab, shop-off, shop-prod]\nhostnames: [name]";
    let stage = Stage::new("gcp.yml", &[]);
    let plugin = stage.plugin(options);
    assert_eq!(Inventory::read(&plugin.json()).host_names(), ["experiment"], "{plugin:#?}");
    assert_fails(&stage.ours(options), &["gcp/shop-off: ", "accessNotConfigured", "gcloud services enable"]);
}

#[test]
fn one_refusal_loses_the_inventory_of_the_plugin_and_is_tried_again_here() {
    let options = "projects: [shop-prod]\nhostnames: [private_ip]";
    let whole = Stage::new("gcp.yml", &[]).ours(options).stdout;
    let usual = gcp::Options::default();
    let with_429 = gcp::Options { throttles_with_429: true, ..usual };
    let newer = gcp::Options { lists_no_errors: true, ..usual };
    for (fault, gcp, told) in [
        ("throttled", usual, "rateLimitExceeded"),
        ("throttled", with_429, "rateLimitExceeded"),
        ("unavailable", usual, "backendError"),
        ("unavailable", newer, "'NoneType' object is not iterable"),
        ("cut", usual, "object has no attribute 'message'"),
    ] {
        let rule = format!("gcp:AggregatedInstances:2:{fault}");
        let make = || {
            let settings = Settings { page_size: Some(3), gcp, ..Settings::default() };
            Stage::of(described("gcp.yml"), &[&rule], settings)
        };
        let plugin = make().plugin(options);
        assert_eq!(hosts(&plugin, &[told]).host_count(), 0, "{fault}: {plugin:#?}");
        let stage = make();
        let ours = stage.ours(options);
        assert_eq!((ours.code, &ours.stdout), (Some(0), &whole), "{fault}: {ours:#?}");
        assert_eq!(stage.simulator.statistics().of("gcp", "AggregatedInstances").pages, 4, "{fault}");
    }
}

#[test]
fn what_stays_wrong_is_told_in_the_words_of_google() {
    let options = "projects: [shop-lab, shop-prod]";
    let table = [
        ("throttled", "rateLimitExceeded: Rate Limit Exceeded"),
        ("denied", "Required 'compute.instances.list' permission for 'projects/shop-prod'"),
        ("cut", "connection"),
        ("bad-gateway", "502"),
    ];
    for (fault, cause) in table {
        let rule = format!("gcp:AggregatedInstances@shop-prod:always:{fault}");
        let stage = Stage::new("gcp.yml", &[&rule]);
        assert_fails(&stage.ours(options), &["stage.gcp.yml: gcp/shop-prod: ", cause]);
    }
}

#[test]
fn a_project_that_is_not_there_or_may_not_be_read_is_named() {
    let table = [
        ("shop-none", "notFound", "check the ids in `projects`"),
        ("shop-secret", "forbidden", "grant `compute.instances.list`"),
        ("shop-off", "accessNotConfigured", "enable the API"),
        ("shop-gone", "has been deleted", ""),
    ];
    for (project, reason, hint) in table {
        let run = Stage::new("gcp.yml", &[]).ours(&format!("projects: [shop-prod, '{project}']"));
        assert_fails(&run, &[&format!("stage.gcp.yml: gcp/{project}: "), reason, hint]);
    }
}

#[test]
fn projects_of_folders_that_are_off_are_left_out_with_a_warning_and_deleted_ones_without() {
    let stage = Stage::new("gcp-odd.yml", &[]);
    let run = stage.ours("folders: ['300']\nhostnames: [name]");
    let found = hosts(
        &run,
        &[
            "warning",
            "the project `off`, which is in a folder or organization, is left out",
            "gcloud services enable",
        ],
    );
    assert_eq!(found.host_names(), ["one", "three", "two"]);
    // Named by the config it is missed.
    assert_fails(&stage.ours("folders: ['300']\nprojects: ['off']"), &["gcp/off: ", "accessNotConfigured"]);
    let run = stage.ours("folders: ['400']\nhostnames: [name]");
    assert_eq!(hosts(&run, &[]).host_names(), ["good", "wide"]);
    assert!(!run.stderr.contains("warning") && !run.stderr.contains("gone"), "{run:#?}");
    let run = stage.ours("folders: ['500']");
    assert_eq!(hosts(&run, &["no active project is in the folder `500`"]).host_count(), 0);
}

#[test]
fn all_pages_of_projects_and_of_folders_in_folders_count() {
    let source = Source::Seeded { seed: 9, size: 60, accounts: 12, regions: 1 };
    let settings = Settings { page_size: Some(2), ..Settings::default() };
    let stage = Stage::of(source, &[], settings);
    let run = stage.ours(&format!("folders: ['{}']\nhostnames: [private_ip]", gcp::FOLDER));
    assert_eq!(hosts(&run, &[]).host_count(), 60, "{run:#?}");
    // Four projects in each of three folders, two on a page.
    assert_eq!((stage.requests("ChildProjects"), stage.requests("Folders")), (6, 3));
    assert!(stage.requests("Token") <= 2, "one for each of the two scopes at most");
}

#[test]
fn a_folder_that_may_not_be_read_is_named_with_the_permission() {
    let stage = Stage::new("gcp-odd.yml", &["gcp:ChildProjects@folders/210:always:denied"]);
    let causes = [
        "stage.gcp.yml: gcp: list projects of a folder: `folders/210`: PERMISSION_DENIED",
        "grant `resourcemanager.projects.list`",
    ];
    assert_fails(&stage.ours("folders: ['200']"), &causes);
    let stage = Stage::new("gcp-odd.yml", &["gcp:Folders@folders/210:always:denied"]);
    let causes = [
        "stage.gcp.yml: gcp: list folders of a folder: `folders/210`: PERMISSION_DENIED",
        "grant `resourcemanager.folders.list`",
    ];
    assert_fails(&stage.ours("folders: ['200']"), &causes);
}

#[test]
fn a_zone_that_cannot_be_reached_fails_unless_it_does_not_count() {
    let text = include_str!("../data/gcp.yml")
        .replace("    organization: \"555\"", "    organization: \"555\"\n    unreachable: [us-central1-b]");
    let description = Description::parse("gcp.yml", &text).expect("a fleet");
    let stage = Stage::of(Source::Described(description), &[], Settings::default());
    for more in ["", "\nretrieve_image_info: true", "\nzones: [us-central1-b]"] {
        let run = stage.ours(&format!("projects: [shop-prod]{more}"));
        let causes = [
            "gcp/shop-prod: ",
            "`zones/us-central1-b`",
            "could not be reached",
            "name the zones that you need",
        ];
        assert_fails(&run, &causes);
    }
    let plugin = stage.plugin("projects: [shop-prod]\nzones: [us-central1-a]");
    assert_eq!(hosts(&plugin, &["us-central1-b"]).host_count(), 0, "{plugin:#?}");
    for more in ["", "\nretrieve_image_info: true"] {
        let run = stage.ours(&format!("projects: [shop-prod]\nzones: [us-central1-a, us-central1-f]{more}"));
        let inventory = hosts(&run, &[]);
        assert_eq!(inventory.host_count(), 8, "{run:#?}");
        assert!(!run.stderr.contains("warning"), "{run:#?}");
    }
}

#[test]
fn a_token_that_ends_while_pages_are_read_is_renewed_where_it_can_be() {
    let options = "projects: [shop-prod]\nhostnames: [private_ip]";
    let stage = Stage::new("gcp.yml", &["gcp:AggregatedInstances:3:expired-token"]);
    assert_eq!(hosts(&stage.ours(options), &[]).host_count(), 11);
    assert_eq!((stage.requests("Token"), stage.requests("AggregatedInstances")), (2, 5));
    let mut stage = Stage::new("gcp.yml", &["gcp:AggregatedInstances:3:expired-token"]);
    let token =
        std::fs::read_to_string(stage.simulator.credential_file(files::ACCESS_TOKEN)).expect("a token");
    stage.workplace.set("GCP_ACCESS_TOKEN", &token);
    stage.workplace.set("GCP_AUTH_KIND", "accesstoken");
    let config = format!("plugin: google.cloud.gcp_compute\n{options}\n");
    stage.workplace.write("token.gcp.yml", &config);
    let run = stage.workplace.run(cloud_inventory(), ["token.gcp.yml", "--list"]);
    assert_fails(&run, &["gcp/shop-prod: ", "authError", "get a new token"]);
    assert!(!run.stderr.contains(token.trim()), "{run:#?}");
}

#[test]
fn tokens_that_are_never_good_fail_the_run() {
    let source = Source::Seeded { seed: 9, size: 6, accounts: 1, regions: 1 };
    let settings = Settings { token_lifetime: std::time::Duration::ZERO, ..Settings::default() };
    let stage = Stage::of(source, &[], settings);
    let project = gcp::geography(9, 1, 1).accounts.swap_remove(0);
    let run = stage.ours(&format!("projects: ['{project}']"));
    assert_fails(&run, &[&format!("gcp/{project}: "), "authError"]);
}

#[test]
fn a_large_project_costs_one_token_and_its_pages() {
    let source = Source::Seeded { seed: 17, size: 1800, accounts: 1, regions: 3 };
    let stage = Stage::of(source, &[], Settings::default());
    let project = gcp::geography(17, 1, 3).accounts.swap_remove(0);
    let run = stage.ours(&format!("projects: ['{project}', '{project}']\nhostnames: [private_ip]"));
    assert_eq!(hosts(&run, &[]).host_count(), 1800);
    assert_eq!((stage.requests("AggregatedInstances"), stage.requests("*")), (4, 5));
}

#[test]
fn each_kind_of_odd_instance_stays_with_a_warning_that_names_it() {
    let table = [
        ("no-link", "no-link", "/project", Value::from("no-link")),
        ("odd-zone", "odd", "/zone", Value::from(7)),
        ("odd-type", "odd", "/machineType/a", Value::from(1)),
        ("odd-metadata", "odd", "/metadata/0", Value::from(1)),
        ("odd-cards", "odd", "/networkInterfaces", Value::from(5)),
        ("odd-network", "odd", "/networkInterfaces/0/network", Value::from(5)),
        ("odd-subnetwork", "odd", "/networkInterfaces/0/subnetwork/0", Value::from("x")),
        ("partial-network", "odd", "/networkInterfaces/0/network/name", Value::from("default")),
        ("partial-subnetwork", "odd", "/networkInterfaces/0/subnetwork/region", Value::from("us-east1")),
        ("partial-subnetwork", "odd", "/networkInterfaces/1/subnetwork/region", Value::from("")),
        ("bare-metadata", "odd", "/metadata/a", Value::Null),
        ("keyless-metadata", "odd", "/metadata/b", Value::from("c")),
        ("lost-disk", "odd", "/image", Value::Null),
    ];
    let stage = Stage::new("gcp-odd.yml", &[]);
    for (project, name, pointer, value) in table {
        let run =
            stage.ours(&format!("projects: ['{project}']\nhostnames: [name]\nretrieve_image_info: true"));
        let inventory = hosts(&run, &["warning", &format!(": {name}")]);
        assert_eq!(inventory.host_count(), 2, "{project}: {run:#?}");
        let found = inventory.host(name).and_then(|host| host.pointer(pointer));
        assert_eq!(found, Some(&value), "{project} {pointer}: {run:#?}");
    }
    for (project, hostnames, name) in
        [("no-cards", "public_ip, private_ip, name", "odd"), ("one-label", "labels.env", "unlabelled")]
    {
        let run = stage.ours(&format!("projects: ['{project}']\nhostnames: [{hostnames}]"));
        assert!(hosts(&run, &[]).host(name).is_some(), "{project}: {run:#?}");
    }
}

#[test]
fn each_way_in_which_the_first_machine_can_be_broken_leaves_the_others_whole() {
    // The name decides the way, as the simulator has them: no name, no zone, wrong types, no status.
    for (name, told) in
        [("d", "no `name`"), ("e", "no link that names their project: e"), ("f", ": f"), ("g", ": g")]
    {
        let text = format!("gcp: {{accounts: [home], machines: [{{name: {name}}}, {{name: other}}]}}");
        let list = |rules: &[&str]| {
            let description = Description::parse("gcp.yml", &text).expect("a fleet");
            Stage::of(Source::Described(description), rules, Settings::default())
                .ours("projects: [home]\nhostnames: [name]")
        };
        let (whole, broken) =
            (hosts(&list(&[]), &[]), list(&["gcp:AggregatedInstances:always:malformed-host"]));
        let found = hosts(&broken, &["warning", told]);
        assert_eq!(found.host_names(), [name, "other"], "{broken:#?}");
        assert!(
            found.host("other") == whole.host("other") && found.host(name) != whole.host(name),
            "{broken:#?}"
        );
    }
}

#[test]
fn hosts_that_become_one_are_named() {
    let run = Stage::new("gcp.yml", &[]).ours("projects: [shop-prod]\nhostnames: [name]");
    let told = [
        "are called `plain` and become one host",
        "shop-prod/us-central1-a/plain",
        "shop-prod/europe-west1-b/plain",
    ];
    assert_eq!(hosts(&run, &told).host_count(), 10);
}

#[test]
fn each_of_several_filters_is_in_parentheses() {
    let options = "projects: [shop-prod]\nhostnames: [private_ip]\nfilters: ['(labels.env = dev) OR status = \
                   RUNNING', 'name = plain OR name = \"web(1)\"', '(zone : \"*\")']";
    let run = |run: fn(&Stage, &str) -> Run| {
        let stage = Stage::new("gcp.yml", &[]);
        let run = run(&stage, options);
        let exchanges = stage.simulator.exchanges();
        let filters = exchanges.iter().filter_map(|exchange| exchange.request.parameter("filter"));
        (hosts(&run, &[]), filters.map(str::to_owned).collect::<BTreeSet<_>>())
    };
    let (inventory, filters) = run(Stage::ours);
    let filter =
        "((labels.env = dev) OR status = RUNNING) (name = plain OR name = \"web(1)\") (zone : \"*\")";
    assert_eq!(inventory.host_names(), ["10.0.0.4", "10.1.0.5"]);
    assert_eq!(filters, BTreeSet::from([filter.to_owned()]));
    // The plugin takes the first for one that is in parentheses.
    let (_, filters) = run(Stage::plugin);
    let filter = "(labels.env = dev) OR status = RUNNING (name = plain OR name = \"web(1)\") (zone : \"*\")";
    assert_eq!(filters, BTreeSet::from([filter.to_owned()]));
}

#[test]
fn an_empty_filter_of_several_is_told_with_its_place() {
    let run = Stage::new("gcp.yml", &[]).ours("projects: [shop-prod]\nfilters: [status = RUNNING, '']");
    assert!(run.code == Some(3) && run.stdout.is_empty(), "{run:#?}");
    assert!(
        run.stderr.contains("stage.gcp.yml:4:29") && run.stderr.contains("`filters` holds an empty text"),
        "{run:#?}"
    );
    let plugin = Stage::new("gcp.yml", &[]);
    let config = plugin.write("projects: [shop-prod]\nfilters: [status = RUNNING, '']");
    let run =
        ansible_inventory(&plugin.workplace, Environment::current(), Reader::Plugin, &config, &["--list"]);
    assert!(run.stderr.contains("string index out of range"), "{run:#?}");
}

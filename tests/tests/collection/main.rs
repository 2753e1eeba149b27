//! The plugin of the Ansible collection: how it is found, what it gives and tells, and how it fails.

mod values;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use inventory_tests::ansible::{Reader, ansible_inventory, ansible_playbook};
use inventory_tests::binary::{BINARY_VARIABLE, cloud_inventory};
use inventory_tests::collection::{self, PLUGIN, PLUGIN_FOLDER};
use inventory_tests::compare::Inventory;
use inventory_tests::ec2::{Fault, Machine, Responder};
use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::json;

const REGION: &str = "us-east-1";
const CONFIG: &str = "plugin: amazon.aws.aws_ec2\nregions: [us-east-1]\nhostnames: [instance-id]\n";
const NATIVE: &str =
    "plugin: cloud_inventory.cloud_inventory.cloud_inventory\nsources: [{file: aws_ec2.yml}]\n";
const FIRST: &str = "i-01000000000000000";

/// Ansible's plugins in their usual order, without and with those of the collections by themselves.
const WITHOUT_AUTO: &str = "host_list, script, yaml, ini";
const WITH_AUTO: &str = "host_list, script, auto, yaml, ini, toml";

struct Stage {
    responder: Responder,
    workplace: Workplace,
}

impl Stage {
    fn new() -> Self {
        let responder = Responder::start(&[REGION], Machine::many(REGION, 1, 2));
        let mut workplace = Workplace::with_aws(&responder.endpoint());
        workplace.set("CLOUD_INVENTORY_RETRIES", "0");
        collection::use_in(&mut workplace);
        Self { responder, workplace }
    }

    /// Reads a source with the collection's plugin only.
    fn read(&self, environment: &Environment, source: &Path, arguments: &[&str]) -> Run {
        let arguments = [&["--list"], arguments].concat();
        ansible_inventory(&self.workplace, environment, Reader::Collection, source, &arguments)
    }

    fn listed(&self, source: &Path, arguments: &[&str]) -> Inventory {
        let run = self.read(Environment::current(), source, arguments);
        assert!(run.succeeded(), "{run:#?}");
        Inventory::read(&run.json())
    }

    /// Plays with the collection's plugin only.
    fn play(&self, environment: &Environment, source: &Path, play: &str) -> Run {
        let play = self.workplace.write("play.yml", play);
        ansible_playbook(&self.workplace, environment, Reader::Collection, source, &play)
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With the real collection installed (the current environment) and without it (the oldest one), by a setting for one
/// source of plugins, existing files run through us; with nothing but the collection, native files do.
#[test]
fn files_reach_the_plugin_as_the_documentation_says() {
    let by_name = format!("{PLUGIN}, {WITHOUT_AUTO}");
    let beside_auto = format!("{PLUGIN}, {WITH_AUTO}");
    let short = format!("cloud_inventory, {WITHOUT_AUTO}");
    for environment in [Environment::current(), Environment::oldest()] {
        for (name, file, enabled, by_folder) in [
            ("amazon.aws.aws_ec2", "prod.aws_ec2.yml", Some(by_name.as_str()), false),
            ("aws_ec2", "prod.aws_ec2.yml", Some(&by_name), false),
            ("aws_ec2", "aws_ec2.yaml", Some(&beside_auto), false),
            ("amazon.aws.aws_ec2", "prod.aws_ec2.yml", Some(&short), true),
            ("aws_ec2", "prod.aws_ec2.yml", Some(&short), true),
            (PLUGIN, "prod.yml", None, false),
            (PLUGIN, "prod.yaml", Some(WITH_AUTO), false),
            ("cloud_inventory", "prod.yml", None, true),
        ] {
            let mut stage = Stage::new();
            let text = CONFIG.replace("amazon.aws.aws_ec2", name);
            let native = NATIVE.replace("aws_ec2.yml", "a.yml").replace(PLUGIN, name);
            let is_native = name.ends_with("cloud_inventory");
            stage.workplace.write("a.yml", CONFIG);
            let source = stage.workplace.write(file, if is_native { &native } else { &text });
            if by_folder {
                let folder = collection::installed().join(PLUGIN_FOLDER).display().to_string();
                stage.workplace.set("ANSIBLE_INVENTORY_PLUGINS", &folder);
                stage.workplace.unset("ANSIBLE_COLLECTIONS_PATH");
            }
            if let Some(enabled) = enabled {
                let settings = format!("[inventory]\nenable_plugins = {enabled}\n");
                stage.workplace.write("ansible.cfg", &settings);
            }
            stage.workplace.set("CLOUD_INVENTORY_ARGUMENTS", "--report report.json");
            let run = ansible_inventory(&stage.workplace, environment, Reader::Default, &source, &["--list"]);
            assert!(run.succeeded(), "{name} in {file}, {enabled:?}: {run:#?}");
            assert_eq!(Inventory::read(&run.json()).host_count(), 2, "{name} in {file}, {enabled:?}");
            let report = stage.workplace.path("report.json");
            assert!(report.exists(), "{name} in {file}, {enabled:?}: the plugin ran this program");
        }
    }
}

/// The real collection's plugin reads the file where nothing is set.
#[test]
fn nothing_is_taken_over_unasked() {
    let mut stage = Stage::new();
    stage.workplace.set(BINARY_VARIABLE, "/does/not/exist");
    let source = stage.workplace.write("prod.aws_ec2.yml", CONFIG);
    let run =
        ansible_inventory(&stage.workplace, Environment::current(), Reader::Default, &source, &["--list"]);
    assert_eq!(Inventory::read(&run.json()).host_count(), 2, "{run:#?}");
}

#[test]
fn files_of_others_are_declined() {
    let stage = Stage::new();
    for (name, text) in [
        ("hosts.yml", "all: {hosts: {a: {}}}\n"),
        ("gcp.yml", "all: {hosts: {a: {}}}\n"),
        ("aws_ec2.yml", "plugin: amazon.aws.aws_rds\n"),
        ("prod.yml", CONFIG),
        ("aws_ec2.json", "{\"plugin\": \"aws_ec2\"}\n"),
        ("cloud_inventory.yml", "all: {hosts: {a: {}}}\n"),
        ("cloud_inventory.ini", "[web]\na\n"),
    ] {
        let source = stage.workplace.write(name, text);
        let run = stage.read(Environment::current(), &source, &["-vvv"]);
        assert!(!run.succeeded() && run.stdout.contains("declined parsing"), "{name}: {run:#?}");
    }
    stage.workplace.write("aws_ec2.yml", CONFIG);
    for (name, text) in [
        ("a.cloud-inventory.yml", "sources: [{file: aws_ec2.yml}]\n"),
        ("cloud_inventory.yaml", "# a comment\n\"sources\": [{file: aws_ec2.yml}]\n"),
        ("b.aws_ec2.yml", "{'plugin': 'aws_ec2', regions: [us-east-1]}\n"),
    ] {
        assert_eq!(stage.listed(&stage.workplace.write(name, text), &[]).host_count(), 2, "{name}");
    }
}

#[test]
fn the_program_is_found_beside_python() {
    let mut stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG);
    let programs = stage.workplace.path("programs");
    fs::create_dir(&programs).expect("a folder");
    symlink(cloud_inventory(), programs.join("cloud-inventory")).expect("a link");
    let plugin = |stage: &Stage| {
        let mut command = stage.workplace.python_command(Environment::current(), "ansible-inventory");
        command.arg("-i").arg(&source).arg("--list").env("ANSIBLE_INVENTORY_ENABLED", PLUGIN);
        command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
        Run::of(&mut command)
    };
    stage.workplace.unset(BINARY_VARIABLE);
    let run = plugin(&stage);
    let told = words(&run.stderr);
    assert!(!run.succeeded() && told.contains("set CLOUD_INVENTORY_BINARY to its path"), "{run:#?}");
    let path = std::env::var("PATH").expect("a PATH");
    stage.workplace.set("PATH", &format!("{}:{path}", programs.display()));
    assert_eq!(Inventory::read(&plugin(&stage).json()).host_count(), 2);
    stage.workplace.set("PATH", &path);
    let settings = format!("[cloud_inventory]\nbinary = {}\n", cloud_inventory().display());
    stage.workplace.write("ansible.cfg", &settings);
    assert_eq!(Inventory::read(&plugin(&stage).json()).host_count(), 2);
}

/// Whatever goes wrong, the source fails as a whole, with what the program tells.
#[test]
fn a_failure_is_never_an_inventory() {
    let mut stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG);
    let refused = |stage: &Stage, causes: &[&str]| {
        for environment in [Environment::current(), Environment::oldest()] {
            let run = stage.read(environment, &source, &[]);
            let told = words(&run.stderr);
            assert!(!run.succeeded(), "{causes:?}: {run:#?}");
            assert!(causes.iter().all(|cause| told.contains(cause)), "{causes:?}: {run:#?}");
            let mut command = stage.workplace.python_command(environment, "ansible");
            command.arg("-i").arg(&source).args(["all", "--list-hosts"]);
            let run = Run::of(collection::read_with(&mut command));
            assert!(run.stdout.contains("hosts (0)"), "{causes:?}: {run:#?}");
        }
    };
    stage.responder.fail("DescribeInstances", Some(REGION), usize::MAX, Fault::DENIED);
    refused(&stage, &["UnauthorizedOperation", REGION, "exit code 1", "help"]);
    let fakes = [
        ("killed", "kill -9 $$", vec!["signal 9"]),
        ("silent", "exit 0", vec!["hands over no inventory", "is it cloud-inventory?"]),
        ("other", "echo '[]'", vec!["hands over no inventory", "is it cloud-inventory?"]),
        (
            "garbage",
            "printf 'cloud-inventory 2\\n?\\nend\\n'",
            vec!["hands over no inventory", "bad marshal data"],
        ),
        ("torn", "printf 'cloud-inventory 2\\n{'", vec!["hands over no inventory", "its end is missing"]),
        (
            "extra",
            "printf 'cloud-inventory 2\\nN\\nend\\nbye\\n'",
            vec!["hands over no inventory", "its end is missing"],
        ),
        (
            "partial",
            "printf 'cloud-inventory 2\\n{0\\nend\\n'",
            vec!["hands over no inventory", "a part of it is missing"],
        ),
        ("newer", "echo 'cloud-inventory 3'", vec!["in form 3", "reads form 2", "upgrade both"]),
        (
            "old",
            "echo \"error: unexpected argument '--hand-over' found\" >&2; exit 2",
            vec!["upgrade the program"],
        ),
        ("sleeper", "exec sleep 600", vec!["did not end within 1 seconds"]),
    ];
    for (name, text, causes) in fakes {
        // Long enough for the others on a busy machine.
        stage.workplace.set("CLOUD_INVENTORY_TIMEOUT", if name == "sleeper" { "1" } else { "0" });
        let program = stage.workplace.write_program(name, &format!("#!/bin/sh\n{text}\n"));
        stage.workplace.set(BINARY_VARIABLE, &program.display().to_string());
        refused(&stage, &causes);
    }
}

#[test]
fn another_form_is_refused_with_what_to_upgrade() {
    let stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG).display().to_string();
    for (version, upgrade) in [("3", "upgrade the program"), ("1", "upgrade the collection")] {
        let run = stage.workplace.run(cloud_inventory(), [source.as_str(), "--hand-over", version]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:#?}");
        assert!(run.stderr.contains(upgrade), "{run:#?}");
    }
}

#[test]
fn warnings_are_ansibles_warnings() {
    let mut stage = Stage::new();
    let text = format!("{CONFIG}hostname: [a]\n").replace("instance-id", "tag:Nothing");
    let source = stage.workplace.write("aws_ec2.yml", &text);
    let told = |stage: &Stage, arguments: &[&str]| {
        words(&stage.read(Environment::current(), &source, arguments).stderr)
    };
    let loud = told(&stage, &[]);
    for warning in [
        "[WARNING]: the option `hostname` is not known",
        "did you mean `hostnames`",
        "finds no name for 2 instances",
    ] {
        assert!(loud.contains(warning), "`{warning}`: {loud}");
    }
    stage.workplace.set("CLOUD_INVENTORY_MESSAGES", "losses");
    let losses = told(&stage, &[]);
    assert!(losses.contains("finds no name") && !losses.contains("is not known"), "{losses}");
}

/// `--flush-cache` and `meta: refresh_inventory` ask the cloud anew; nothing else does.
#[test]
fn what_is_kept_is_asked_anew_when_ansible_says_so() {
    let mut stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG);
    // Not in the file, but where Ansible's own settings are.
    let settings = format!(
        "[inventory]\ncache = true\ncache_plugin = jsonfile\ncache_connection = {}\n",
        stage.workplace.path("kept").display()
    );
    stage.workplace.write("ansible.cfg", &settings);
    let asked = |stage: &Stage| stage.responder.calls_of("DescribeInstances").len();
    assert_eq!((stage.listed(&source, &[]).host_count(), asked(&stage)), (2, 1));
    assert_eq!((stage.listed(&source, &[]).host_count(), asked(&stage)), (2, 1));
    assert_eq!((stage.listed(&source, &["--flush-cache"]).host_count(), asked(&stage)), (2, 2));
    let play =
        "- hosts: localhost\n  gather_facts: false\n  tasks: [{ansible.builtin.meta: refresh_inventory}]\n";
    for (environment, count) in [(Environment::current(), 3), (Environment::oldest(), 4)] {
        let run = stage.play(environment, &source, play);
        assert!(run.succeeded(), "{run:#?}");
        assert_eq!(asked(&stage), count);
    }
    stage.workplace.set("CLOUD_INVENTORY_REFRESH", "yes");
    assert_eq!((stage.listed(&source, &[]).host_count(), asked(&stage)), (2, 5));
}

#[test]
fn an_inventory_that_is_read_anew_leaves_nothing_of_the_old_one() {
    let stage = Stage::new();
    let source = stage.workplace.write("aws_ec2.yml", CONFIG);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/refresh.py");
    for environment in [Environment::oldest(), Environment::current()] {
        let mut command = stage.workplace.python_command(environment, "python");
        command.arg(&script).arg(&source).env("ANSIBLE_INVENTORY_ENABLED", PLUGIN);
        let run = Run::of(&mut command);
        assert_eq!(run.json(), json!({"hosts": 2, "left": 0, "is_collecting": true}), "{run:#?}");
    }
}

/// Through a script, the group gets the variables of a host of its name.
#[test]
fn a_host_keeps_its_variables_beside_a_group_of_its_name() {
    let stage = Stage::new();
    let text =
        format!("{CONFIG}groups: {{i_01000000000000000: true}}\n").replace("[instance-id]", "[tag:Name]");
    let responder =
        Responder::start(&[REGION], vec![Machine::new(REGION, FIRST).tag("Name", "i_01000000000000000")]);
    let source =
        stage.workplace.write("aws_ec2.yml", &format!("{text}endpoint_url: {}\n", responder.endpoint()));
    let inventory = stage.listed(&source, &[]);
    let host = inventory.host("i_01000000000000000").expect("the host");
    assert_eq!(host.get("instance_id"), Some(&json!(FIRST)));
}

/// Sources before ours, and ours before others: what is there already is added to, as Ansible does.
#[test]
fn several_sources_are_added_up() {
    let stage = Stage::new();
    let folder = stage.workplace.path("all");
    let write = |name: &str, text: &str| stage.workplace.write(&format!("all/{name}"), text);
    write(
        "10-static.yml",
        &format!(
            "web: {{hosts: {{{FIRST}: {{first: 1, zone: x}}, other: {{}}}}, children: {{inner: {{}}}}}}\nlonely: {{hosts: {{{FIRST}: {{}}}}}}\n"
        ),
    );
    let more = "groups: {web: true, inner: true, fresh: true}\ncompose: {zone: \"'a'\"}\n\
                keyed_groups: [{key: placement.region, prefix: in, parent_group: lonely}]\n";
    write("20.aws_ec2.yml", &format!("{CONFIG}{more}"));
    write(
        "30-static.yml",
        &format!(
            "fresh: {{hosts: {{late: {{}}}}, children: {{web: {{}}}}}}\nall: {{hosts: {{{FIRST}: {{zone: z}}}}}}\n"
        ),
    );
    let list = |enabled: &str| {
        let mut command = stage.workplace.python_command(Environment::current(), "ansible-inventory");
        command.arg("-i").arg(&folder).arg("--list").env("ANSIBLE_INVENTORY_ENABLED", enabled);
        command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
        Inventory::read(&Run::of(&mut command).json())
    };
    let (ours, theirs) = (list(&format!("{PLUGIN},yaml")), list("auto,yaml"));
    assert_eq!(theirs.differences(&ours), Vec::<String>::new());
    assert_eq!(ours.host_count(), 4);
}

#[test]
fn ansible_doc_shows_the_options() {
    for environment in [Environment::current(), Environment::oldest()] {
        let stage = Stage::new();
        let mut command = stage.workplace.python_command(environment, "ansible-doc");
        let run = Run::of(command.args(["-t", "inventory", "--json", PLUGIN]));
        let doc = run.json();
        let options = doc.pointer(&format!("/{PLUGIN}/doc/options")).and_then(|options| options.as_object());
        let names: Vec<_> = options.expect("options").keys().map(String::as_str).collect();
        for option in ["arguments", "binary", "refresh", "timeout"] {
            assert!(names.contains(&option), "{names:?}");
        }
    }
}

/// One release has both, and both are under the licences of the repository.
#[test]
fn the_collection_is_of_the_version_and_licences_of_the_program() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let galaxy = fs::read_to_string(collection::sources().join("galaxy.yml")).expect("galaxy.yml");
    assert!(galaxy.contains(&format!("\nversion: {}\n", env!("CARGO_PKG_VERSION"))), "{galaxy}");
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let [theirs, ours] =
            [root.join(licence), collection::sources().join(licence)].map(fs::read_to_string);
        assert_eq!(theirs.expect("a licence"), ours.expect("a licence"));
    }
}

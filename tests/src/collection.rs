//! The Ansible collection, built and installed as users do it: once, shared by all tests and processes.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::binary::{BINARY_VARIABLE, cloud_inventory, target_folder};
use crate::python::Environment;
use crate::workplace::Workplace;

/// The full name of the inventory plugin.
pub const PLUGIN: &str = "cloud_inventory.cloud_inventory.cloud_inventory";

/// The folder of the inventory plugin in an installed collection.
pub const PLUGIN_FOLDER: &str = "ansible_collections/cloud_inventory/cloud_inventory/plugins/inventory";

/// Returns the folder of the collection in the repository.
pub fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../inventory-cli/ansible")
}

/// Returns the folder in which the collection is installed, for `ANSIBLE_COLLECTIONS_PATH`.
///
/// # Panics
/// When it cannot be built or installed.
pub fn installed() -> &'static Path {
    static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
        let mut hasher = DefaultHasher::new();
        for file in files(&sources()) {
            (&file, fs::read(&file).expect("a file of the collection")).hash(&mut hasher);
        }
        let folder = target_folder().join(format!("collection-{:016x}", hasher.finish()));
        let marker = folder.join("READY");
        if !marker.exists() {
            let lock = File::create(folder.with_extension("lock")).expect("the lock of the collection");
            lock.lock().expect("the lock of the collection");
            if !marker.exists() {
                install(&folder);
                fs::write(&marker, "").expect("the marker of the collection");
            }
        }
        folder
    });
    &INSTALLED
}

/// Lets a workplace use the installed collection, with the program under test.
pub fn use_in(workplace: &mut Workplace) {
    workplace.set("ANSIBLE_COLLECTIONS_PATH", &installed().display().to_string());
    workplace.set(BINARY_VARIABLE, &cloud_inventory().display().to_string());
}

/// Has a command use the installed collection, with the program under test unless it names another, and read all with
/// its plugin.
pub fn read_with(command: &mut Command) -> &mut Command {
    if !command.get_envs().any(|(name, program)| name == BINARY_VARIABLE && program.is_some()) {
        command.env(BINARY_VARIABLE, cloud_inventory());
    }
    command.env("ANSIBLE_COLLECTIONS_PATH", installed()).env("ANSIBLE_INVENTORY_ENABLED", PLUGIN)
}

fn install(folder: &Path) {
    let built = folder.join("built");
    fs::create_dir_all(&built).expect("a folder for the collection");
    let galaxy = |arguments: &[&str]| {
        let mut command = Command::new(Environment::current().program("ansible-galaxy"));
        command.args(["collection"]).args(arguments).env("ANSIBLE_HOME", folder.join("home"));
        let output = command.current_dir(&built).output().expect("ansible-galaxy is run");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ansible-galaxy {arguments:?}: {told}");
    };
    let (sources, folder) = (sources().display().to_string(), folder.display().to_string());
    galaxy(&["build", &sources, "--force"]);
    let artefact = format!("cloud_inventory-cloud_inventory-{}.tar.gz", env!("CARGO_PKG_VERSION"));
    galaxy(&["install", &artefact, "--offline", "--force", "-p", &folder]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the collection") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

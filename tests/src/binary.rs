//! The program under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Names the program to test, instead of building it.
pub const BINARY_VARIABLE: &str = "CLOUD_INVENTORY_BINARY";

/// Returns the path of `cloud-inventory`, built now unless `CLOUD_INVENTORY_BINARY` names one.
///
/// Cargo tells the path of a binary only to the tests of its own package, so this one asks cargo to build it, in the
/// profile and the target folder of the running test.
///
/// # Panics
/// When the program cannot be built, or the named one is not there.
pub fn cloud_inventory() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os(BINARY_VARIABLE) {
        Some(named) => PathBuf::from(named)
            .canonicalize()
            .unwrap_or_else(|error| panic!("{BINARY_VARIABLE} names no program: {error}")),
        None => build(),
    });
    &PROGRAM
}

/// Returns the folder that cargo builds into, such as `target`.
pub fn target_folder() -> PathBuf {
    profile_folder().parent().expect("a profile's folder is in the target folder").to_owned()
}

/// Returns the folder of the profile that the running test was built in, such as `target/debug`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    let dependencies = test.parent().expect("a test is in a folder");
    dependencies.parent().expect("a test is in `deps` of its profile's folder").to_owned()
}

fn build() -> PathBuf {
    let folder = profile_folder();
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo tells this test of its package would have crates compiled again whose builds look at such variables.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["build", "--quiet", "--package", "inventory-cli", "--profile", profile, "--target-dir"])
        .arg(target_folder())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is run");
    assert!(
        output.status.success(),
        "cannot build the program:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    folder.join("cloud-inventory")
}

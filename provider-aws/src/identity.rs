//! Who asks AWS, as a part of the key of facts that are kept.

use std::env;
use std::path::PathBuf;

use inventory_core::store::Identity;

/// Begins a key with whom the environment, the files of profiles and the configuration name.
pub(crate) fn of(access_key: Option<&str>) -> Identity {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let file = |variable: &str, usual: &str| {
        env::var_os(variable).map_or_else(|| home.join(".aws").join(usual), PathBuf::from)
    };
    Identity::new("aws")
        .environment(&["AWS_"])
        .file(&file("AWS_CONFIG_FILE", "config"))
        .file(&file("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
        .part("access key", &access_key)
}

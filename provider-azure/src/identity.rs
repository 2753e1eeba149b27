//! Who asks Azure, as a part of the key of facts that are kept.

use std::env;
use std::path::PathBuf;

use inventory_core::store::Identity;

use crate::connection::{AuthSource, Connection};

/// The variables that tell who asks, and where.
const VARIABLES: [&str; 4] = ["AZURE_", "ANSIBLE_AZURE_", "IDENTITY_", "MSI_"];

/// Begins a key with whom the configuration, the environment and the files of profiles name.
pub(crate) fn of(connection: &Connection) -> Identity {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let folder = env::var_os("AZURE_CONFIG_DIR").map_or_else(|| home.join(".azure"), PathBuf::from);
    let identity = Identity::new("azure")
        .environment(&VARIABLES, &[])
        .file(&home.join(".azure/credentials"))
        .file(&folder.join("azureProfile.json"))
        .part("connection", connection);
    if connection.auth_source == AuthSource::ManagedIdentity { identity.machine() } else { identity }
}

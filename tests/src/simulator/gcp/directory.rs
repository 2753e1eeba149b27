//! Who may come in: the accounts of the simulated organization, with their secrets.

/// The client that users log in with.
pub const CLIENT: &str = "764086051850-simulated.apps.googleusercontent.com";
/// Its secret.
pub const CLIENT_SECRET: &str = "simulated-client-secret";
/// What the user got at the last login.
pub const REFRESH_TOKEN: &str = "1//simulated-refresh-token";
/// The user.
pub const USER: &str = "operator@example.com";
/// What the trusted identity provider outside of Google hands out.
pub const SUBJECT_TOKEN: &str = "simulated-subject-token";
/// The name that tokens of that provider are exchanged under.
pub const AUDIENCE: &str =
    "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/runner";
/// The scope that comprises every service.
pub(super) const PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";
/// What scopes begin with that the simulator takes for ones that exist.
pub(super) const SCOPES: &str = "https://www.googleapis.com/auth/";

/// The service accounts of the caller's project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// The service account that has a key, and that others may act as.
    pub keyed: String,
    /// The account of machines that were given no other one.
    pub machine: String,
}

impl Accounts {
    /// Returns those of a project.
    pub fn of(project: &str, number: u64) -> Self {
        let domain = match project.split_once(':') {
            Some((domain, name)) => format!("{name}.{domain}"),
            None => project.to_owned(),
        };
        Self {
            keyed: format!("inventory@{domain}.iam.gserviceaccount.com"),
            machine: format!("{number}-compute@developer.gserviceaccount.com"),
        }
    }

    /// Returns their e-mail addresses.
    pub(super) fn emails(&self) -> [&str; 2] {
        [&self.keyed, &self.machine]
    }
}

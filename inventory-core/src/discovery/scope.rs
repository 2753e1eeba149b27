//! The unit of discovery.

use std::fmt;

use crate::value::Text;

/// One cloud, account and region: what is fetched, fails and is reported as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The cloud: `aws`, `azure` or `gcp`.
    pub cloud: &'static str,
    /// The account, subscription or project as the configuration names it (for AWS a profile or a role); none for
    /// the only one of a source.
    pub account: Option<Text>,
    /// The region, or `global` for a service that has none; none where a cloud is not asked by region.
    pub region: Option<Text>,
}

impl fmt::Display for Scope {
    /// Writes the scope as users read it: `aws/prod/eu-west-1`, `azure/SUBSCRIPTION`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cloud)?;
        for part in [&self.account, &self.region].into_iter().flatten() {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

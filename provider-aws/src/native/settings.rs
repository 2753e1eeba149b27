//! Checks what the native file says about AWS, and makes of it what is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use inventory_core::config::decode::Placed;
use inventory_core::config::options::Located;
use inventory_core::config::patterns::Patterns;
use inventory_core::config::secret::Secret;
use inventory_core::config::suggest::did_you_mean;
use inventory_core::diagnostic::{Diagnostic, Origin, Source};

use super::config::{Config, FilterValues, Hidden, Names, Organization};
use crate::connection::{Identity, Role};
use crate::fetch::Query;
use crate::options::connection::check_endpoint;
use crate::options::{check_region, doubt, filter_names};
use crate::regions;
use crate::sweep::{Filter, Sweep};

/// The name under which roles are assumed, for audits and trust policies.
const ROLE_SESSION: &str = "cloud-inventory";

/// The place of an account's number in the ARN of a role.
const ACCOUNT: &str = "{account}";

/// What a native source asks for.
#[derive(Debug)]
pub(super) struct Settings {
    /// The profiles that are asked.
    pub(super) profiles: Vec<String>,
    /// The roles that are asked, each with the number of its account.
    pub(super) roles: Vec<(String, Role)>,
    /// The accounts of an organization that are asked.
    pub(super) organization: Option<Accounts>,
    /// The credentials with which roles are assumed, or which are asked themselves where nothing else is.
    pub(super) base: Identity,
    /// The endpoint of every service; it may hold a password.
    pub(super) endpoint_url: Option<Secret>,
    /// The regions to ask.
    pub(super) regions: Patterns,
    /// What each region is asked for.
    pub(super) query: Query,
}

/// Which accounts of an organization are asked, and how.
#[derive(Debug)]
pub(super) struct Accounts {
    /// The units; none of them means the whole organization.
    pub(super) units: Vec<String>,
    /// The accounts, by number or name.
    pub(super) chosen: Patterns,
    /// The name of the role, or its ARN with [`ACCOUNT`] in it.
    pub(super) role: String,
    external_id: Option<Secret>,
}

impl Accounts {
    /// Returns the role of an account; `partition` is that of the organization, such as `aws`.
    pub(super) fn role(&self, account: &str, partition: &str) -> Role {
        let arn = if self.role.starts_with("arn:") {
            self.role.replace(ACCOUNT, account)
        } else {
            format!("arn:{partition}:iam::{account}:role/{}", self.role)
        };
        Role { arn, session: ROLE_SESSION, external_id: self.external_id.clone() }
    }
}

impl Settings {
    /// Tells whether the account of the base credentials is asked, as the only one.
    pub(super) fn asks_base_only(&self) -> bool {
        self.profiles.is_empty() && self.roles.is_empty() && self.organization.is_none()
    }
}

/// Checks a configuration; returns what is odd, too.
pub(super) fn read(
    config: Config,
    source: &Arc<Source>,
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut reader = Reader { source, errors: Vec::new(), warnings: Vec::new() };
    let assumes = config.roles.is_some() || config.organization.is_some();
    if let Some(profile) = config.profile.as_ref().filter(|_| config.profiles.is_some() && !assumes) {
        let message = "`profile` is used for `roles` and `organization`, and there is neither";
        reader.error(profile, message, "to ask this profile too, add it to `profiles`");
    }
    if let Some(id) = config.external_id.as_ref().filter(|_| !assumes) {
        reader.error(id, "`external_id` is used for `roles` and `organization`, and there is neither", "");
    }
    let external_id = config.external_id.map(|id| Secret::new(id.value.0));
    let settings = Settings {
        profiles: reader.names("profiles", config.profiles),
        roles: reader.roles(config.roles, external_id.as_ref()),
        organization: config.organization.map(|organization| reader.organization(organization, external_id)),
        base: config.profile.map_or(Identity::Default, |profile| Identity::Profile(profile.value)),
        regions: reader.regions(config.regions, config.endpoint_url.is_none()),
        endpoint_url: reader.endpoint(config.endpoint_url),
        query: Query {
            include: vec![reader.sweep(config.filters)],
            exclude: Vec::new(),
            strict_permissions: true,
            ssm: config.ssm,
            in_parts: true,
        },
    };
    if reader.errors.is_empty() { Ok((settings, reader.warnings)) } else { Err(reader.errors) }
}

/// Collects errors, so that the user sees all of them at once, and warnings.
struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error<T>(&mut self, at: &Placed<T>, message: impl Into<String>, help: &str) {
        let error = at.error(self.source, message);
        self.errors.push(if help.is_empty() { error } else { error.help(help) });
    }

    fn origin<T>(&self, placed: &Placed<T>) -> Origin {
        Origin::File { source: Arc::clone(self.source), span: placed.span }
    }

    /// Returns the names of a list with their places, each once; refuses empty ones and a list without any.
    fn placed_names(&mut self, key: &str, names: Option<Names>) -> Vec<Placed<String>> {
        let Some(names) = names else { return Vec::new() };
        if names.value.is_empty() {
            self.error(&names, format!("`{key}` is empty"), "leave it out, or name at least one");
        }
        let mut kept: Vec<Placed<String>> = Vec::new();
        for name in names.value {
            if name.value.is_empty() {
                self.error(&name, format!("an empty text in `{key}`"), "");
            } else if !kept.iter().any(|other| other.value == name.value) {
                kept.push(name);
            }
        }
        kept
    }

    fn names(&mut self, key: &str, names: Option<Names>) -> Vec<String> {
        self.placed_names(key, names).into_iter().map(|name| name.value).collect()
    }

    fn roles(&mut self, roles: Option<Names>, external_id: Option<&Secret>) -> Vec<(String, Role)> {
        let mut read = Vec::new();
        for arn in self.placed_names("roles", roles) {
            match account_of(&arn.value) {
                Some(account) => {
                    let account = account.to_owned();
                    let external_id = external_id.cloned();
                    read.push((account, Role { arn: arn.value, session: ROLE_SESSION, external_id }));
                }
                None => {
                    let message = format!("`{}` is not the ARN of a role", arn.value);
                    self.error(
                        &arn,
                        message,
                        "expected one such as `arn:aws:iam::123456789012:role/inventory`",
                    );
                }
            }
        }
        read
    }

    fn organization(&mut self, organization: Organization, external_id: Option<Secret>) -> Accounts {
        let Organization { role, units, accounts } = organization;
        let is_arn = role.value.starts_with("arn:");
        if is_arn && !role.value.contains(ACCOUNT) {
            let message = format!("the ARN of the role has no `{ACCOUNT}`");
            let help = "expected one such as `arn:aws:iam::{account}:role/inventory`, or the name alone";
            self.error(&role, message, help);
        } else if is_arn && account_of(&role.value.replace(ACCOUNT, "123456789012")).is_none() {
            self.error(
                &role,
                format!("`{}` is not the ARN of a role", role.value),
                "expected one such as `arn:aws:iam::{account}:role/inventory`, or the name alone",
            );
        } else if !is_arn && !is_role_name(&role.value) {
            let message = format!("`{}` is not the name of a role", role.value);
            self.error(&role, message, "expected one such as `inventory` or `path/inventory`");
        }
        let units = self.placed_names("units", units);
        for unit in
            units.iter().filter(|unit| !["ou-", "r-"].iter().any(|start| unit.value.starts_with(start)))
        {
            let message = format!("`{}` is not the id of an organizational unit", unit.value);
            self.error(unit, message, "expected one such as `ou-ab12-11111111`, or `r-ab12` for the root");
        }
        Accounts {
            units: units.into_iter().map(|unit| unit.value).collect(),
            chosen: accounts.map(|accounts| accounts.value).unwrap_or_default(),
            role: role.value,
            external_id,
        }
    }

    /// Checks the names among the patterns; without `are_of_aws` they may be those of another cloud.
    fn regions(&mut self, regions: Option<Placed<Patterns>>, are_of_aws: bool) -> Patterns {
        let Some(regions) = regions else { return Patterns::default() };
        for name in regions.value.exact().unwrap_or_default() {
            match check_region(name.clone(), self.origin(&regions)) {
                Ok(_) if are_of_aws => self.warnings.extend(doubt(name, self.origin(&regions))),
                Ok(_) => {}
                Err(error) => self.errors.push(error),
            }
        }
        if are_of_aws && regions.value.exact().is_none() {
            let known: Vec<&str> = regions::known().collect();
            for pattern in regions.value.unmatched(&known) {
                let is_name = !pattern.contains(['*', '?', '[']);
                self.warnings.extend(is_name.then(|| doubt(pattern, self.origin(&regions))).flatten());
                self.warnings.extend((!is_name).then(|| {
                    let message =
                        format!("`{pattern}` in `regions` matches no region that this version knows");
                    Diagnostic::warning(message)
                        .with_origin(self.origin(&regions))
                        .help("expected one such as `eu-*`")
                }));
            }
        }
        regions.value
    }

    fn endpoint(&mut self, url: Option<Placed<Hidden>>) -> Option<Secret> {
        let url = url?;
        let origin = self.origin(&url);
        let checked = check_endpoint(Located { value: url.value.0, origin });
        checked.map_err(|error| self.errors.push(error)).ok().map(Secret::new)
    }

    fn sweep(&mut self, filters: BTreeMap<String, Placed<FilterValues>>) -> Sweep {
        let mut read = Vec::new();
        for (name, values) in filters {
            if !filter_names::is_known(&name) {
                let meant = filter_names::suggest(&name).map(|meant| did_you_mean(&meant));
                let message = format!("EC2 has no filter `{name}` for instances");
                self.error(&values, message, meant.as_deref().unwrap_or_default());
            }
            if values.value.0.is_empty() {
                self.error(&values, format!("the filter `{name}` has no values"), "");
            }
            read.push(Filter { name, values: values.value.0 });
        }
        Sweep::new(read)
    }
}

/// Returns the account of the ARN of a role; none when the text is no such ARN.
fn account_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (start, partition, service) = (next()?, next()?, next()?);
    let (region, account, resource) = (next()?, next()?, next()?);
    let fits = start == "arn" && !partition.is_empty() && service == "iam" && region.is_empty();
    let is_account = account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit());
    let name = resource.strip_prefix("role/")?;
    (fits && is_account && is_role_name(name)).then_some(account)
}

/// Tells whether a text may be the name of a role, with or without its path.
fn is_role_name(text: &str) -> bool {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || "+=,.@-_/".contains(sign);
    !text.is_empty() && !text.starts_with('/') && !text.ends_with('/') && text.chars().all(fits)
}

//! The options of an `aws_ec2.yml`, as the plugin reads them.

pub(crate) mod connection;
pub(crate) mod filter_names;
pub(crate) mod filters;
mod hostnames;

use inventory_core::config::options::{Located, OptionName, Options};
use inventory_core::config::suggest::did_you_mean;
use inventory_core::config::template::Templates;
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::expression::Environment;
use inventory_core::name::Sanitizer;
use inventory_core::yaml::Node;

use crate::connection::Connection;
use crate::fetch::Query;
use crate::hostnames::Hostnames;
use crate::regions;

/// What an `aws_ec2.yml` asks for, apart from groups and composed variables.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How AWS is reached.
    pub(crate) connection: Connection,
    /// The regions to ask; none of them means all that are enabled.
    pub(crate) regions: Vec<String>,
    /// What each region is asked for.
    pub(crate) query: Query,
    /// How hosts get their names.
    pub(crate) hostnames: Hostnames,
    /// What groups' names, and hosts' names with a colon, go through.
    pub(crate) sanitizer: Sanitizer,
    /// How the hostvars are called.
    pub(crate) variables: VariableNames,
    /// What Route 53 is asked for; none when it is not.
    pub(crate) route53: Option<Route53>,
}

/// How the hostvars are called.
#[derive(Debug, Default)]
pub(crate) struct VariableNames {
    /// What every name begins with.
    pub(crate) prefix: String,
    /// What every name ends with.
    pub(crate) suffix: String,
    /// Whether each tag is a variable `ec2_tag_KEY` too.
    pub(crate) tag_keys: bool,
}

/// What Route 53 is asked for.
#[derive(Debug)]
pub(crate) struct Route53 {
    /// The ends of the names that count; none of them means all names.
    pub(crate) hostnames: Vec<String>,
    /// The zones that are left out.
    pub(crate) excluded_zones: Vec<String>,
}

const REGIONS: OptionName = OptionName::new("regions");
const STRICT_PERMISSIONS: OptionName = OptionName::new("strict_permissions");
const SSM: OptionName = OptionName::new("use_ssm_inventory");
const SANITIZATION: OptionName = OptionName::new("use_contrib_script_compatible_sanitization");
const TAG_KEYS: OptionName = OptionName::new("use_contrib_script_compatible_ec2_tag_keys");
const PREFIX: OptionName = OptionName::new("hostvars_prefix");
const SUFFIX: OptionName = OptionName::new("hostvars_suffix");
const ROUTE53: OptionName = OptionName::new("route53_enabled");
const ROUTE53_HOSTNAMES: OptionName = OptionName::new("route53_hostnames");
const ROUTE53_EXCLUDED_ZONES: OptionName = OptionName::new("route53_excluded_zones");
/// Collects errors, so that the user sees all of them at once, and warnings.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Findings {
    /// Returns the value, or notes the error and returns none.
    pub(crate) fn take<T>(&mut self, read: Result<T, Diagnostic>) -> Option<T> {
        read.map_err(|error| self.errors.push(error)).ok()
    }
}

/// Reads the options. The other options of the file (those of groups and composed variables) are the caller's.
pub(crate) fn read(
    options: &mut Options<'_>,
    environment: &Environment,
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut findings = Findings::default();
    let templates = Templates::new(environment);
    options.also_known(["plugin"]);
    let (connection, region_origin) = connection::read(options, &templates, &mut findings);
    let regions = regions(options, &templates, connection.endpoint_url.is_none(), &mut findings);
    if let Some(origin) = region_origin.filter(|_| regions.is_empty() && findings.errors.is_empty()) {
        let warning = Diagnostic::warning("`region` limits nothing: all regions are asked");
        findings.warnings.push(warning.with_origin(origin).help("write `regions`, a list, to ask only some"));
    }
    let (include, exclude) = filters::read(options, &templates, &mut findings);
    let sanitizer = match flag(options, &SANITIZATION, false, &mut findings) {
        true => Sanitizer::ContribScript,
        false => Sanitizer::Ansible,
    };
    let settings = Settings {
        connection,
        regions,
        query: Query {
            include,
            exclude,
            strict_permissions: flag(options, &STRICT_PERMISSIONS, true, &mut findings),
            ssm: flag(options, &SSM, false, &mut findings),
            in_parts: true,
        },
        hostnames: hostnames::read(options, environment, sanitizer, &mut findings),
        sanitizer,
        variables: VariableNames {
            prefix: text(options, &PREFIX, &mut findings),
            suffix: text(options, &SUFFIX, &mut findings),
            tag_keys: flag(options, &TAG_KEYS, false, &mut findings),
        },
        route53: route53(options, &mut findings),
    };
    if findings.errors.is_empty() { Ok((settings, findings.warnings)) } else { Err(findings.errors) }
}

fn flag(options: &mut Options<'_>, name: &OptionName, default: bool, findings: &mut Findings) -> bool {
    findings.take(options.boolean(name)).flatten().map_or(default, |found| found.value)
}

fn text(options: &mut Options<'_>, name: &OptionName, findings: &mut Findings) -> String {
    findings.take(options.string(name)).flatten().map_or_else(String::new, |found| found.value.text)
}

fn regions(
    options: &mut Options<'_>,
    templates: &Templates<'_>,
    are_of_aws: bool,
    findings: &mut Findings,
) -> Vec<String> {
    let Some(list) = findings.take(options.list(&REGIONS)).flatten() else { return Vec::new() };
    let mut regions: Vec<String> = Vec::new();
    for item in &list.value {
        let origin = list.origin_of(item);
        let text = templates.text("regions", item, &origin);
        let region = text.and_then(|region| check_region(region, origin.clone()));
        match findings.take(region) {
            Some(region) if !regions.contains(&region) => {
                findings.warnings.extend(doubt(&region, origin).filter(|_| are_of_aws));
                regions.push(region);
            }
            _ => {}
        }
    }
    regions
}

/// Doubts a region that this version does not know; it may be newer, so it is asked all the same.
pub(crate) fn doubt(region: &str, origin: Origin) -> Option<Diagnostic> {
    let (message, meant) = regions::doubt(region)?;
    let warning = Diagnostic::warning(message).with_origin(origin).label("it is asked all the same");
    Some(meant.iter().fold(warning, |warning, meant| warning.help(did_you_mean(meant))))
}

/// Refuses what botocore refuses as the name of a region.
pub(crate) fn check_region(region: String, origin: Origin) -> Result<String, Diagnostic> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = (1..=63).contains(&region.len()) && region.chars().all(fits);
    if is_name && !region.starts_with('-') && !region.ends_with('-') {
        return Ok(region);
    }
    let message = match region.as_str() {
        "" => "an empty text is not the name of a region".to_owned(),
        name => format!("`{name}` is not the name of a region"),
    };
    Err(Diagnostic::error(message).with_origin(origin).label("expected a name such as `eu-west-1`"))
}

fn route53(options: &mut Options<'_>, findings: &mut Findings) -> Option<Route53> {
    let enabled = flag(options, &ROUTE53, false, findings);
    let mut texts = |name: &OptionName| match findings.take(options.list(name)).flatten() {
        Some(list) => {
            list.value.iter().filter_map(|item| findings.take(plain_text(name.name, &list, item))).collect()
        }
        None => Vec::new(),
    };
    let hostnames = texts(&ROUTE53_HOSTNAMES);
    let excluded_zones = texts(&ROUTE53_EXCLUDED_ZONES);
    enabled.then_some(Route53 { hostnames, excluded_zones })
}

fn plain_text(name: &str, list: &Located<Vec<Node>>, item: &Node) -> Result<String, Diagnostic> {
    item.as_str().map(str::to_owned).ok_or_else(|| {
        let message = format!("`{name}` holds {}", item.value.kind());
        Diagnostic::error(message).with_origin(list.origin_of(item)).label("expected a string")
    })
}

#[cfg(test)]
mod tests;

//! What an `ec2.ini` asks for.

use std::path::PathBuf;
use std::time::Duration;

use inventory_core::config::environment::Environment;
use inventory_core::config::options::Located;
use inventory_core::config::suggest::{closest, did_you_mean};
use inventory_core::diagnostic::{Diagnostic, Origin};
use inventory_core::discovery::Policy;
use inventory_core::expression::Pattern;
use inventory_core::ini::Options;
use inventory_core::yaml::{Document, Node};

use super::groups::{By, Grouping};
use super::instance::attribute_names;
use super::keys::{CREDENTIALS, DEFAULTS, OTHER_SWITCHES, SECTION};
use super::names::{Format, Hostname, Naming, Safe};
use super::{connection, filters};
use crate::connection::Connection;
use crate::fetch::Query;
use crate::options::{Findings, check_region, doubt};

/// What takes the place of the filters of the file.
const FILTERS_VARIABLE: &str = "EC2_INSTANCE_FILTERS";

/// What tells the region where the file says `auto`.
const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The states that an instance can be in.
const STATES: [&str; 6] = ["pending", "running", "shutting-down", "terminated", "stopping", "stopped"];

/// The folder in that of the script that is ours.
const OWN_FOLDER: &str = "cloud-inventory";

/// What an `ec2.ini` asks for.
#[derive(Debug)]
pub struct Settings {
    /// How AWS is reached.
    pub(super) connection: Connection,
    /// The regions to ask; none of them means all that are enabled.
    pub(super) regions: Vec<String>,
    /// A text that names regions that are not asked.
    pub(super) excluded_regions: String,
    /// What each region is asked for.
    pub(super) query: Query,
    /// The zones of Route 53 that are not asked; none where it is not asked at all.
    pub(super) excluded_zones: Option<Vec<String>>,
    /// The states of instances that are hosts.
    pub(super) states: Vec<String>,
    /// How hosts are named.
    pub(super) naming: Naming,
    /// How hosts are grouped.
    pub(super) grouping: Grouping,
    /// Whether the script would list ElastiCache, without a word of the file.
    pub(super) lacks_elasticache: bool,
    /// How long facts are kept.
    pub(super) policy: Policy,
    /// Where they are kept; none for the usual folder.
    pub(super) directory: Option<PathBuf>,
}

/// Reads the file, and says what is odd about it.
pub(super) fn read(
    document: &Document,
    environment: &Environment,
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut options = Options::new(document, SECTION, &DEFAULTS);
    let mut credentials = Options::new(document, CREDENTIALS, &[]);
    let mut findings = Findings { errors: Vec::new(), warnings: document.warnings.clone() };
    let mut reader = Reader { options: &mut options, environment, findings: &mut findings };
    reader.refuse_other_services();
    let lacks_elasticache = reader.switch("elasticache");
    let (regions, excluded_regions) = reader.regions();
    let states = reader.states();
    let include = reader.filters(&states);
    // Of hosts of one name the last that EC2 lists gives the variables.
    let query = Query { include, exclude: Vec::new(), strict_permissions: true, ssm: false, in_parts: false };
    let uses_route53 = reader.switch("route53");
    let zones = reader.list("route53_excluded_zones");
    let naming = reader.naming(uses_route53);
    let grouping = reader.grouping(uses_route53);
    let (policy, directory) = reader.cache();
    let connection = connection::read(&mut options, &mut credentials, environment, &mut findings);
    if let Some(error) = options.foreign() {
        return Err(vec![error.label("expected a key of the script `ec2.py`, such as `regions`")]);
    }
    findings.warnings.extend(options.misplaced(&connection::KEYS, CREDENTIALS));
    findings.warnings.extend(options.comments());
    findings.warnings.extend(options.unknown());
    findings.warnings.extend(credentials.unknown());
    findings.warnings.extend(unknown_sections(document));
    if !findings.errors.is_empty() {
        findings.errors.extend(findings.warnings);
        return Err(findings.errors);
    }
    let excluded_zones = uses_route53.then_some(zones);
    let settings = Settings {
        connection,
        regions,
        excluded_regions,
        query,
        excluded_zones,
        states,
        naming,
        grouping,
        lacks_elasticache,
        policy,
        directory,
    };
    Ok((settings, findings.warnings))
}

struct Reader<'a, 'o> {
    options: &'a mut Options<'o>,
    environment: &'a Environment,
    findings: &'a mut Findings,
}

impl Reader<'_, '_> {
    fn switch(&mut self, key: &'static str) -> bool {
        self.findings.take(self.options.boolean(key)).unwrap_or_default()
    }

    fn located(&mut self, key: &'static str) -> Located<String> {
        let nothing = Located { value: String::new(), origin: Origin::Default };
        self.findings.take(self.options.text_or_empty(key)).unwrap_or(nothing)
    }

    fn text(&mut self, key: &'static str) -> String {
        self.located(key).value
    }

    /// Returns the parts between commas that are not blank.
    fn list(&mut self, key: &'static str) -> Vec<String> {
        let text = self.text(key);
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn fail(&mut self, error: Diagnostic, origin: Option<Origin>) {
        self.findings.errors.push(origin.into_iter().fold(error, Diagnostic::with_origin));
    }

    /// Refuses what the file asks for and this program does not do: it must not be missing in silence.
    fn refuse_other_services(&mut self) {
        for key in OTHER_SWITCHES {
            self.switch(key);
        }
        let help =
            |key: &str| format!("write `{key} = False`, and keep the script for them as a source of its own");
        for (key, what) in [
            ("rds", "instances of RDS"),
            ("include_rds_clusters", "clusters of RDS"),
            ("elasticache", "clusters and nodes of ElastiCache"),
        ] {
            // What the file does not say is no wish: without a word the script lists ElastiCache, too.
            if let (true, Some(origin)) = (self.switch(key), self.options.place(key)) {
                let error =
                    Diagnostic::error(format!("`{key}` asks for {what}, which this program does not list"));
                self.fail(error.label("expected `False`").help(help(key)), Some(origin));
            }
        }
        let host = self.text("eucalyptus_host");
        if self.switch("eucalyptus") || !host.is_empty() {
            let origin = self.options.place("eucalyptus").filter(|_| host.is_empty());
            let origin = origin.or_else(|| self.options.place("eucalyptus_host"));
            let error = Diagnostic::error("this program does not ask Eucalyptus, only AWS");
            self.fail(
                error.label("expected no key of Eucalyptus").help("remove both keys of Eucalyptus"),
                origin,
            );
        }
    }

    /// Returns the regions, and the text that names those that are left out of all.
    fn regions(&mut self) -> (Vec<String>, String) {
        let excluded = self.text("regions_exclude");
        let Some(text) = self.findings.take(self.options.text_or_empty("regions")) else {
            return (Vec::new(), excluded);
        };
        if text.value == "all" {
            return (Vec::new(), excluded);
        }
        let mut named: Vec<(String, Origin)> = text
            .value
            .split(',')
            .map(|name| (name.trim().to_owned(), text.origin.clone()))
            .filter(|(name, _)| !name.is_empty())
            .collect();
        if named.iter().any(|(name, _)| name == "auto") {
            let set =
                |name: &&str| Some((self.environment.get(name)?, Origin::Environment((**name).to_owned())));
            let found = REGION_VARIABLES.iter().find_map(set).filter(|(region, _)| !region.is_empty());
            named = found.into_iter().map(|(region, origin)| (region.to_owned(), origin)).collect();
        }
        if named.is_empty() {
            let error = Diagnostic::error("`regions` names no region")
                .label("expected `all`, `auto` or names of regions");
            let help = "with `auto`, AWS_REGION or AWS_DEFAULT_REGION in the environment names it";
            self.fail(error.help(help), Some(text.origin));
        }
        let mut regions = Vec::new();
        for (name, origin) in named {
            if let Some(region) = self.findings.take(check_region(name, origin.clone()))
                && !regions.contains(&region)
            {
                self.findings.warnings.extend(doubt(&region, origin));
                regions.push(region);
            }
        }
        (regions, String::new())
    }

    fn states(&mut self) -> Vec<String> {
        let owned = |states: &[&str]| states.iter().map(|state| (*state).to_owned()).collect();
        if self.switch("all_instances") {
            return owned(&STATES);
        }
        let Some(text) = self.findings.take(self.options.text("instance_states")).flatten() else {
            return owned(&["running"]);
        };
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            text.value.split(',').map(str::trim).partition(|state| STATES.contains(state));
        for state in unknown {
            let warning =
                Diagnostic::warning(format!("`{state}` in `instance_states` is no state of an instance"));
            let warning = warning.with_origin(text.origin.clone()).label("ignored");
            let meant = closest(state, STATES).map(did_you_mean);
            self.findings.warnings.push(meant.into_iter().fold(warning, Diagnostic::help));
        }
        if known.is_empty() {
            let error = Diagnostic::error("`instance_states` names no state: no instance could be a host");
            self.fail(error.label(format!("expected some of {}", STATES.join(", "))), Some(text.origin));
        }
        owned(&known)
    }

    fn filters(&mut self, states: &[String]) -> Vec<crate::sweep::Sweep> {
        let is_stacked = self.switch("stack_filters");
        let of_file = self.findings.take(self.options.text("instance_filters")).flatten();
        let set = self.environment.get(FILTERS_VARIABLE).map(|text| Located {
            value: text.to_owned(),
            origin: Origin::Environment(FILTERS_VARIABLE.to_owned()),
        });
        filters::read(set.or(of_file), is_stacked, states, self.findings)
    }

    fn naming(&mut self, uses_route53: bool) -> Naming {
        let route53_end = self.text("route53_hostnames");
        Naming {
            destination: self.text("destination_variable"),
            vpc_destination: self.text("vpc_destination_variable"),
            format: self.format(),
            hostname: self.hostname(),
            route53_end: if uses_route53 { route53_end } else { String::new() },
            include: self.pattern("pattern_include"),
            exclude: self.pattern("pattern_exclude"),
        }
    }

    fn format(&mut self) -> Option<Format> {
        let text = self.findings.take(self.options.text("destination_format")).flatten();
        let fields = self.findings.take(self.options.text("destination_format_tags")).flatten();
        let (text, fields) = match (text, fields) {
            (Some(text), Some(fields)) => (text, fields),
            (Some(alone), None) | (None, Some(alone)) => {
                let warning = Diagnostic::warning(
                    "one of `destination_format` and `destination_format_tags` does nothing",
                );
                let warning = warning.with_origin(alone.origin).label("ignored").help("write both, or none");
                self.findings.warnings.push(warning);
                return None;
            }
            (None, None) => return None,
        };
        let format =
            Format { text: text.value, fields: fields.value.split(',').map(str::to_owned).collect() };
        if format.text.is_empty() {
            return None;
        }
        if let Some(flaw) = format.flaw() {
            let error = Diagnostic::error(format!("`destination_format` cannot be filled in: {flaw}"));
            let label = "expected a format such as `{0}.{1}`, with a field for each of `destination_format_tags` at most";
            self.fail(error.label(label), Some(text.origin));
        }
        Some(format)
    }

    fn hostname(&mut self) -> Option<Hostname> {
        let Located { value, origin } = self.located("hostname_variable");
        if value.is_empty() {
            return None;
        }
        if let Some(key) = value.strip_prefix("tag_") {
            return Some(Hostname::Tag(key.to_owned()));
        }
        if !attribute_names().any(|name| name == value) {
            let error =
                Diagnostic::error(format!("`hostname_variable` names no variable of an instance: `{value}`"));
            let error =
                error.label("expected an attribute of boto such as `private_dns_name`, or `tag_` and a key");
            let meant = match value.strip_prefix("tag:") {
                Some(key) => Some(format!("tag_{key}")),
                None => closest(&value, attribute_names()).map(str::to_owned),
            };
            let error = meant.iter().fold(error, |error, meant| error.help(did_you_mean(meant)));
            self.fail(error, Some(origin));
        }
        Some(Hostname::Attribute(value))
    }

    fn pattern(&mut self, key: &'static str) -> Option<Pattern> {
        let Located { value, origin } = self.located(key);
        if value.is_empty() {
            return None;
        }
        match Pattern::new(&value) {
            Ok(pattern) => Some(pattern),
            Err(flaw) => {
                let error = Diagnostic::error(format!("`{key}` is no regular expression: {flaw}"));
                let error = error.label("expected a regular expression of Python, such as `staging-.*`");
                self.fail(error, Some(origin));
                None
            }
        }
    }

    fn grouping(&mut self, uses_route53: bool) -> Grouping {
        let mut by = Vec::new();
        for (kind, key, _) in By::ALL {
            if self.switch(key) && (kind != By::Route53 || uses_route53) {
                by.push(kind);
            }
        }
        Grouping {
            by,
            is_nested: self.switch("nested_groups"),
            splits_tags: self.switch("expand_csv_tags"),
            safe: Safe { replaces_dashes: self.switch("replace_dash_in_groups") },
        }
    }

    fn cache(&mut self) -> (Policy, Option<PathBuf>) {
        let age = self.findings.take(self.options.integer("cache_max_age")).unwrap_or_default();
        let ttl = Duration::from_secs(age.max(0).unsigned_abs());
        let path = self.text("cache_path");
        let is_own = self.options.place("cache_path").is_some() && !path.is_empty();
        let directory = is_own.then(|| self.environment.with_home(&path).join(OWN_FOLDER));
        (Policy { ttl, is_kept: !ttl.is_zero(), ..Policy::default() }, directory)
    }
}

fn unknown_sections(document: &Document) -> impl Iterator<Item = Diagnostic> {
    let sections = document.root.as_mapping().unwrap_or_default().iter();
    let names = sections.filter_map(|(name, _)| Some((name, name.as_str()?)));
    let unknown = names.filter(|(_, name)| ![SECTION, CREDENTIALS, "DEFAULT"].contains(name));
    unknown.map(|(node, name): (&Node, &str)| {
        let warning = Diagnostic::warning(format!("the section `[{name}]` is not known"));
        let warning = warning.at(&document.source, node.span).label("ignored");
        let meant = closest(name, [SECTION, CREDENTIALS]).map(did_you_mean);
        meant.into_iter().fold(warning, Diagnostic::help)
    })
}

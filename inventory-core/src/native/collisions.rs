//! What becomes of equal names.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Hosts, Named};
use crate::diagnostic::Diagnostic;
use crate::discovery::{Note, Oddities};
use crate::host::Machine;
use crate::value::Text;

/// What becomes of machines with equal names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Collisions {
    /// The run fails, and names the machines.
    #[default]
    Error,
    /// Each gets its cloud, account and region behind its name, and its id where these are equal too.
    Qualify,
    /// The first of the inventory counts, and the others are left out with a warning.
    First,
}

/// Makes the names of machines unique in a whole inventory, by the policy of the file of each.
///
/// `units` are all native configurations in inventory order, and `taken` are the names of all other hosts with the files
/// that they are of. Those keep their names, wherever in the inventory they are: a name that a plugin gives is the
/// plugin's own.
///
/// # Errors
/// Equal names where the policy allows none, or could not part them.
pub fn part(units: &mut [&mut Hosts<'_>], taken: &HashMap<Text, &Path>) -> Result<(), Diagnostic> {
    doubt(units);
    let is_refusing =
        |units: &[&mut Hosts<'_>], claim: &Claim| policy(units, claim) == Some(Collisions::Error);
    let all = shared(units, taken);
    if all.is_empty() {
        return Ok(());
    }
    let refused: Shared =
        all.into_iter().filter(|(_, claims)| claims.iter().any(|claim| is_refusing(units, claim))).collect();
    if !refused.is_empty() {
        return Err(explain(&refused, units, taken, OTHER_NAMES_OR_QUALIFY));
    }
    for by_id in [false, true] {
        for claim in shared(units, taken).values().flatten() {
            if policy(units, claim) == Some(Collisions::Qualify)
                && let Some(named) = named_mut(units, claim)
            {
                named.name = qualified(&named.name, &named.machine, by_id);
            }
        }
    }
    keep_first(units, taken);
    let rest = shared(units, taken);
    if rest.is_empty() { Ok(()) } else { Err(explain(&rest, units, taken, OTHER_NAMES)) }
}

/// A machine: the place of its unit, and its own in that.
type Claim = (usize, usize);

/// The machines whose names are not theirs alone, by name.
type Shared = BTreeMap<Text, Vec<Claim>>;

fn shared(units: &[&mut Hosts<'_>], taken: &HashMap<Text, &Path>) -> Shared {
    let mut claims = Shared::new();
    for (unit, hosts) in units.iter().enumerate() {
        for (place, Named { name, .. }) in hosts.named.iter().enumerate() {
            claims.entry(name.clone()).or_default().push((unit, place));
        }
    }
    claims.retain(|name, claims| claims.len() > 1 || taken.contains_key(name));
    claims
}

fn policy(units: &[&mut Hosts<'_>], (unit, _): &Claim) -> Option<Collisions> {
    units.get(*unit).map(|hosts| hosts.settings.collisions)
}

fn named<'a, 'b>(units: &'a [&mut Hosts<'b>], (unit, place): &Claim) -> Option<&'a Named<'b>> {
    units.get(*unit)?.named.get(*place)
}

fn named_mut<'a, 'b>(units: &'a mut [&mut Hosts<'b>], (unit, place): &Claim) -> Option<&'a mut Named<'b>> {
    units.get_mut(*unit)?.named.get_mut(*place)
}

/// Tells, where machines are missing, that names depend on them.
fn doubt(units: &mut [&mut Hosts<'_>]) {
    if !units.iter().any(|hosts| hosts.lacks_scopes) {
        return;
    }
    for hosts in units.iter_mut().filter(|hosts| !hosts.named.is_empty()) {
        let doubt = match hosts.settings.collisions {
            Collisions::Error => continue,
            Collisions::Qualify => {
                "`collisions: qualify`: a name that a machine shares with a missing one stays as it is, and is longer in \
                 a run that misses none"
            }
            Collisions::First => {
                "`collisions: first`: a name may be that of another machine than in a run that misses none"
            }
        };
        hosts.notes.push(Note::of_loss(doubt));
    }
}

/// Returns a name with what tells its machine from others; it depends on nothing but the machine.
fn qualified(name: &str, Machine { host, .. }: &Machine, by_id: bool) -> Text {
    if by_id {
        return format!("{name}.{}", short_id(&host.id)).into();
    }
    let places = [Some(host.provider), host.account.as_deref(), host.region.as_deref()];
    let places: Vec<&str> = places.into_iter().flatten().collect();
    format!("{name}.{}", places.join(".")).into()
}

/// Returns an id that fits into a name: that of a resource of Azure is a path.
fn short_id(id: &str) -> String {
    if !id.contains('/') {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.to_lowercase().as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Leaves out machines whose names others have that count before them, where the policy says so.
fn keep_first(units: &mut [&mut Hosts<'_>], taken: &HashMap<Text, &Path>) {
    let mut seen = HashSet::new();
    for hosts in units.iter_mut() {
        if hosts.settings.collisions != Collisions::First {
            seen.extend(hosts.named.iter().map(|named| named.name.clone()));
            continue;
        }
        let mut losses = Oddities::default();
        hosts.named.retain(|named| {
            let is_first = !taken.contains_key(&named.name) && seen.insert(named.name.clone());
            if !is_first {
                losses.lose("have the name of another host, and are left out", &describe(named));
            }
            is_first
        });
        hosts.notes.extend(losses.into_notes());
    }
}

/// The names that an error tells; the others are counted.
const EXAMPLES: usize = 5;

const OTHER_NAMES: &str = "choose other `names`, such as `names: [id]`";
const OTHER_NAMES_OR_QUALIFY: &str =
    "choose other `names`, such as `names: [id]`, or set `collisions: qualify`";

fn explain(
    shared: &Shared,
    units: &[&mut Hosts<'_>],
    taken: &HashMap<Text, &Path>,
    hint: &str,
) -> Diagnostic {
    let path = |(unit, _): &Claim| units.get(*unit).map(|hosts| hosts.path.display().to_string());
    let (mut lines, mut hints) = (Vec::new(), BTreeSet::new());
    for (name, claims) in shared.iter().take(EXAMPLES) {
        let owners: BTreeSet<String> =
            claims.iter().filter_map(|claim| named(units, claim)).map(describe).collect();
        let other = taken.get(name).map(|path| format!("a host of `{}`", path.display()));
        if let (1, None, Some(owner)) = (owners.len(), &other, owners.first()) {
            lines.push(format!("`{name}` is {owner}, which is found more than once"));
            hints.insert("let only one source find a machine, or set `collisions: first`");
            continue;
        }
        let more = owners.len().saturating_sub(EXAMPLES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let owners: Vec<String> = owners.into_iter().take(EXAMPLES).chain(other).collect();
        lines.push(format!("`{name}` is the name of {}{more}", owners.join(" and of ")));
        hints.insert(hint);
    }
    if let Some(more @ 1..) = shared.len().checked_sub(EXAMPLES) {
        lines.push(format!("{more} more names are those of several machines each"));
    }
    let claims: Vec<&Claim> = shared.values().flatten().collect();
    let refusing = claims.iter().find(|claim| policy(units, claim) == Some(Collisions::Error));
    let path = refusing.or(claims.first()).and_then(|claim| path(claim)).unwrap_or_default();
    let message = format!("{path}: machines with equal names would become one host\n{}", lines.join("\n"));
    hints.into_iter().fold(Diagnostic::error(message), Diagnostic::help)
}

/// Describes a machine for people.
fn describe(Named { machine, .. }: &Named<'_>) -> String {
    let host = &machine.host;
    let places = [Some(host.provider), host.account.as_deref(), host.region.as_deref(), Some(&host.id)];
    places.into_iter().flatten().collect::<Vec<_>>().join("/")
}

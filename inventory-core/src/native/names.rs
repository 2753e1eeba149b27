//! How hosts are called, and what becomes of equal names.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Named;
use crate::config::decode::Placed;
use crate::diagnostic::{Diagnostic, Origin, Source};
use crate::discovery::{Note, Oddities};
use crate::expression::{Environment, Escapes, Expression};
use crate::host::Machine;
use crate::inventory::Inventory;
use crate::value::{Text, Value};

/// Expressions of which the first that gives a text is a host's name.
#[derive(Debug)]
pub struct Names {
    preferences: Vec<Expression>,
}

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

/// How a machine is called where a configuration does not say.
pub const DEFAULT_NAMES: [&str; 3] = ["name", "private_dns", "id"];

impl Names {
    /// Compiles the preferences.
    ///
    /// # Errors
    /// Those that do not compile, each with its place.
    pub fn new(
        source: &Arc<Source>,
        preferences: &[Placed<String>],
        escapes: Escapes,
    ) -> Result<Names, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let compiled = preferences
            .iter()
            .filter_map(|text| compile(source, text, escapes).map_err(|error| errors.push(error)).ok());
        let preferences: Vec<Expression> = compiled.collect();
        if errors.is_empty() { Ok(Names { preferences }) } else { Err(errors) }
    }

    /// Returns the name of a machine; none when every preference gives nothing, or asks for something undefined.
    ///
    /// # Errors
    /// A preference that fails otherwise.
    pub(super) fn name(&self, machine: &Machine, environment: &Environment) -> Result<Option<Text>, String> {
        for preference in &self.preferences {
            let fail = |what: String| {
                format!("the name `{}` fails for `{}`: {what}", preference.source(), machine.host.id)
            };
            match preference.evaluate(machine, environment) {
                Ok(Value::Text(name)) if !name.trim().is_empty() => return Ok(Some(name)),
                Ok(Value::Text(_) | Value::Null) => {}
                Ok(Value::Int(number)) => return Ok(Some(number.to_string().into())),
                Ok(other) => return Err(fail(format!("it is a {}, not a text", other.type_name()))),
                Err(error) if error.is_undefined() => {}
                Err(error) => return Err(fail(error.to_string())),
            }
        }
        Ok(None)
    }
}

/// Compiles an expression of the configuration.
pub(super) fn compile(
    source: &Arc<Source>,
    text: &Placed<String>,
    escapes: Escapes,
) -> Result<Expression, Diagnostic> {
    Expression::parse(&text.value, escapes).map_err(|error| {
        let origin = Origin::File { source: Arc::clone(source), span: text.span };
        Diagnostic::error(format!("the expression `{}` cannot be evaluated: {error}", text.value.trim()))
            .with_origin(origin)
    })
}

/// Makes names unique, as the policy says.
///
/// # Errors
/// Equal names where the policy allows none, or could not part them.
pub(super) fn resolve(
    named: &mut Vec<Named<'_>>,
    policy: Collisions,
    inventory: &Inventory,
) -> Result<Vec<Note>, String> {
    let shared = shared(named, inventory);
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    match policy {
        Collisions::Error => Err(explain(&shared, named)),
        Collisions::Qualify => {
            for place in shared.values().flatten() {
                if let Some(named) = named.get_mut(*place) {
                    named.name = qualified(&named.name, &named.machine, false);
                }
            }
            qualify_rest(named, inventory)?;
            Ok(Vec::new())
        }
        Collisions::First => Ok(keep_first(named, inventory)),
    }
}

/// Returns the machines whose names are not theirs alone, by name.
fn shared(named: &[Named<'_>], inventory: &Inventory) -> BTreeMap<Text, Vec<usize>> {
    let mut owners: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
    for (place, Named { name, .. }) in named.iter().enumerate() {
        owners.entry(name.clone()).or_default().push(place);
    }
    owners.retain(|name, places| places.len() > 1 || inventory.find_host(name).is_some());
    owners
}

/// Adds ids where names are still equal.
fn qualify_rest(named: &mut [Named<'_>], inventory: &Inventory) -> Result<(), String> {
    for place in shared(named, inventory).values().flatten() {
        if let Some(named) = named.get_mut(*place) {
            named.name = qualified(&named.name, &named.machine, true);
        }
    }
    let rest = shared(named, inventory);
    if rest.is_empty() { Ok(()) } else { Err(explain(&rest, named)) }
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

/// The names that an error tells; the others are counted.
const EXAMPLES: usize = 5;

fn explain(shared: &BTreeMap<Text, Vec<usize>>, named: &[Named<'_>]) -> String {
    let mut lines = Vec::new();
    for (name, places) in shared.iter().take(EXAMPLES) {
        let mut machines: Vec<String> =
            places.iter().filter_map(|place| named.get(*place)).take(EXAMPLES).map(describe).collect();
        if places.len() == 1 {
            machines.push("a host of a source before it".to_owned());
        }
        let more = places.len().saturating_sub(EXAMPLES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("`{name}` is the name of {}{more}", machines.join(" and of ")));
    }
    if let Some(more @ 1..) = shared.len().checked_sub(EXAMPLES) {
        lines.push(format!("{more} more names are those of several machines each"));
    }
    format!(
        "machines with equal names would become one host: {}; choose other `names`, such as `names: [id]`, or set \
         `collisions: qualify`",
        lines.join("; ")
    )
}

/// Describes a machine for people.
fn describe(Named { machine, .. }: &Named<'_>) -> String {
    let host = &machine.host;
    let places = [Some(host.provider), host.account.as_deref(), host.region.as_deref(), Some(&host.id)];
    places.into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn keep_first(named: &mut Vec<Named<'_>>, inventory: &Inventory) -> Vec<Note> {
    let mut seen = HashSet::new();
    let mut losses = Oddities::default();
    named.retain(|named| {
        let is_first = inventory.find_host(&named.name).is_none() && seen.insert(named.name.clone());
        if !is_first {
            losses.lose("have the name of an earlier host, and are left out", &describe(named));
        }
        is_first
    });
    losses.into_notes()
}

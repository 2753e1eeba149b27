//! Fetches virtual machines with their states, interfaces and addresses from Azure Resource Graph.
//!
//! Rows become what the lists of Resource Manager hold, so that hosts come out the same. What Resource Graph does not
//! hold (yet), Resource Manager is asked for.

use std::sync::Arc;

use futures::future::try_join3;
use inventory_core::discovery::{Error, Facts, Tokens};
use inventory_core::value::{JsonReader, Map, Text, Value};

use super::Place;
use super::calls::{ADDRESS_ROWS, INTERFACE_ROWS, MACHINE_ROWS};
use super::list::{Fetched, in_page, read};
use super::machines::{PROVIDER, complete_states, list_machines, list_states};
use super::network::{self, ADDRESS, INTERFACE, MOST_SINGLES};
use super::query::Group;
use super::references::{Wanted, at, interfaces, text_at};
use super::states::with_view;
use crate::client::Call;
use crate::facts::{NETWORK_INTERFACE, PUBLIC_IP, VM, VM_STATUS};

/// The columns that resources have in Resource Manager, too.
const COLUMNS: &str = "id, name, type, location, kind, managedBy, sku, plan, properties, tags, identity, zones, \
                       extendedLocation";

/// What is asked for: the type as Resource Manager spells it, and the kind of the facts.
#[derive(Clone, Copy)]
struct Table {
    call: Call,
    provider: &'static str,
    kind: &'static str,
}

const MACHINES: Table = Table { call: MACHINE_ROWS, provider: PROVIDER, kind: VM };
const INTERFACES: Table =
    Table { call: INTERFACE_ROWS, provider: INTERFACE.provider, kind: NETWORK_INTERFACE };
const ADDRESSES: Table = Table { call: ADDRESS_ROWS, provider: ADDRESS.provider, kind: PUBLIC_IP };

/// Fetches the machines of the groups, in the order of their ids.
pub(super) async fn fetch(place: Place<'_>, groups: &[Group]) -> Result<Fetched, Error> {
    if groups.is_empty() {
        return Ok(Fetched::default());
    }
    let (mut machines, mut interface_facts, mut address_facts) = try_join3(
        rows(place, MACHINES, groups),
        // An interface or address may be in another group than its machine.
        rows(place, INTERFACES, &[Group::All]),
        rows(place, ADDRESSES, &[Group::All]),
    )
    .await?;
    let mut states = take_states(&mut machines);
    let listed = list_machines(place, empty_groups(groups, &machines)).await?;
    machines = Fetched::join([machines, listed]);
    let wanted = machines.facts().flat_map(interfaces).collect();
    network::complete(place, INTERFACE, &[], wanted, &mut interface_facts).await?;
    let wanted = network::wanted_addresses(&interface_facts);
    network::complete(place, ADDRESS, &[], wanted, &mut address_facts).await?;
    if Wanted::ids_of(&machines).missing(&states).len() > MOST_SINGLES {
        states = Fetched::join([states, list_states(place, groups).await?]);
    }
    complete_states(place, &mut machines, &mut states).await?;
    Ok(Fetched::join([machines, states, interface_facts, address_facts]))
}

/// Fetches all rows of a type in the groups.
async fn rows(place: Place<'_>, table: Table, groups: &[Group]) -> Result<Fetched, Error> {
    let Table { call, provider, kind } = table;
    let query = query(provider, groups);
    let mut fetched = Fetched::default();
    let mut reader = JsonReader::default();
    let (mut tokens, mut token, mut seen) = (Tokens::default(), None::<String>, 0);
    loop {
        let number = fetched.pages.len() + 1;
        let page = place.client.rows(call, place.subscription, &query, token.as_deref()).await;
        let page = page.map_err(|error| in_page(error, number))?;
        seen += u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        let mut facts = read(call, kind, &page.items, number, &mut reader, &mut fetched.warnings);
        for fact in &mut facts {
            restore(&mut fact.record, provider);
            reader.share(&mut fact.record);
        }
        fetched.pages.push(facts);
        let next = page.next(call, seen).and_then(|next| tokens.next(call.operation, next));
        token = next.map_err(|error| in_page(error, number))?;
        if token.is_none() {
            return Ok(fetched);
        }
    }
}

/// Returns the query for the resources of a type in the groups. Only with an order are its pages those of one list.
fn query(provider: &str, groups: &[Group]) -> String {
    let names = groups.iter().map(|group| match group {
        Group::Named(name) => Some(quoted(name)),
        Group::All => None,
    });
    let names: Option<Vec<String>> = names.collect();
    let condition = match names {
        Some(names) => format!(" | where resourceGroup in~ ({})", names.join(", ")),
        None => String::new(),
    };
    format!("resources | where type =~ {}{condition} | project {COLUMNS} | order by id asc", quoted(provider))
}

/// Writes a text as a string of the query language.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Makes a row what Resource Manager lists: without columns that the resource does not have, and with its type as the
/// service itself spells it.
fn restore(record: &mut Value, provider: &'static str) {
    let Some(row) = record.as_map() else { return };
    let mut restored = Map::with_capacity(row.len());
    for (name, value) in row.iter() {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            (Some("kind" | "managedBy"), Value::Text(text)) if text.is_empty() => {}
            (Some("type"), _) => drop(restored.insert(name.clone(), provider)),
            _ => drop(restored.insert(name.clone(), value.clone())),
        }
    }
    *record = restored.into();
}

/// Takes the states out of the machines: Resource Graph keeps them with other properties.
fn take_states(machines: &mut Fetched) -> Fetched {
    let mut page = Vec::new();
    for fact in machines.pages.iter_mut().flatten() {
        let view = take_extended(&mut fact.record).as_ref().and_then(view);
        if let (Some(view), Some(id)) = (view, text_at(&fact.record, &["id"])) {
            let record = with_view(&Text::from(id), view);
            page.push(Facts { kind: VM_STATUS, id: fact.id.clone(), record });
        }
    }
    Fetched { pages: vec![page], ..Fetched::default() }
}

fn take_extended(machine: &mut Value) -> Option<Value> {
    let Value::Map(machine) = machine else { return None };
    let mut properties = machine.get("properties")?.as_map()?.clone();
    let extended = properties.remove(&Value::text("extended"))?;
    Arc::make_mut(machine).insert("properties", properties);
    Some(extended)
}

/// Returns the instance view as Resource Manager has it: with the power state among the statuses; none without one.
fn view(extended: &Value) -> Option<Value> {
    let mut view = at(extended, &["instanceView"])?.as_map()?.clone();
    let power = view.remove(&Value::text("powerState"))?;
    text_at(&power, &["code"])?;
    view.insert("statuses", Value::list([power]));
    Some(view.into())
}

/// Returns the groups in which there is no machine: Resource Graph does not say that a group does not exist.
fn empty_groups<'a>(groups: &'a [Group], machines: &Fetched) -> Vec<&'a Group> {
    let is_empty = |group: &&Group| match group {
        Group::Named(name) => {
            let part = format!("/resourcegroups/{}/", name.to_lowercase());
            !machines.facts().any(|fact| fact.id.contains(&part))
        }
        Group::All => false,
    };
    let named = if groups.contains(&Group::All) { &[] } else { groups };
    named.iter().filter(is_empty).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_hold_the_groups_as_texts() {
        let of = |names: &[&str]| {
            let groups: Vec<Group> = names.iter().map(|name| Group::named(name)).collect();
            let text = query("A/b", &groups);
            let text = text.strip_prefix("resources | where type =~ 'A/b'").unwrap();
            text.split(" | project ").next().unwrap().to_owned()
        };
        let rows: [(&[&str], &str); 4] = [
            (&["*"], ""),
            (&["a", "*"], ""),
            (&["a", "B-(c)"], " | where resourceGroup in~ ('a', 'B-(c)')"),
            (&["a') | take 1 //", "\\"], r" | where resourceGroup in~ ('a\') | take 1 //', '\\')"),
        ];
        for (names, expected) in rows {
            assert_eq!(of(names), expected, "{names:?}");
        }
    }
}

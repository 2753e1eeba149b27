//! Systems Manager: the inventory of software that agents on instances report.

use serde_json::{Value, json};

use super::asked::Asked;
use super::failure::{Failure, JSON, REQUEST_ID};
use super::instance::Instance;
use super::pages::Pages;
use super::{Aws, names};
use crate::simulator::cloud::Twist;
use crate::simulator::exchange::Answer;
use crate::simulator::fleet::{Machine, State};

const SECTION: &str = "AWS:InstanceInformation";
const MOST_VALUES: usize = 40;

pub(super) fn answer(aws: &Aws, asked: &Asked, twist: Option<Twist>) -> Result<Answer, Failure> {
    if asked.action != "GetInventory" {
        return Err(asked.unknown_action());
    }
    asked.allow_members(&["Filters", "NextToken", "MaxResults"])?;
    let pages = Pages::read(aws, asked, (1, 50), twist)?;
    let range = aws.world.fleet.in_region(&asked.caller.account, &asked.region);
    let wanted = match asked.document.get("Filters").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => None,
        Some([filter]) => Some(wanted(filter)?),
        Some(_) => return Err(invalid_filter("cloud-sim knows one filter at a time")),
    };
    let mut indexes: Box<dyn Iterator<Item = u64>> = match wanted {
        Some(mut wanted) => {
            wanted.retain(|index| range.contains(index));
            wanted.sort_unstable();
            Box::new(wanted.into_iter().filter(|index| *index >= pages.start))
        }
        None => Box::new(range.start.max(pages.start)..range.end),
    };
    let mut entities = Vec::new();
    let mut next = None;
    for machine in indexes.by_ref().filter_map(|index| aws.world.fleet.machine(index)).filter(is_managed) {
        if entities.len() == pages.size {
            next = Some(machine.index);
            break;
        }
        entities.push(entity(&machine));
    }
    let mut body = json!({"Entities": entities});
    if let (Some(token), Some(body)) = (pages.token(next), body.as_object_mut()) {
        body.insert("NextToken".to_owned(), Value::from(token));
    }
    Ok(Answer::new(200, JSON, body.to_string()).with_header("x-amzn-requestid", REQUEST_ID))
}

/// Returns the numbers of the machines that a filter on instance ids names.
fn wanted(filter: &Value) -> Result<Vec<u64>, Failure> {
    let text = |name: &str| filter.get(name).and_then(Value::as_str);
    if text("Key") != Some("AWS:InstanceInformation.InstanceId") {
        return Err(invalid_filter("cloud-sim knows the filter AWS:InstanceInformation.InstanceId only"));
    }
    if !matches!(text("Type"), None | Some("Equal")) {
        return Err(invalid_filter("cloud-sim knows filters of the type Equal only"));
    }
    let values = filter.get("Values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if values.is_empty() || values.len() > MOST_VALUES {
        return Err(invalid_filter("a filter has from 1 to 40 values"));
    }
    Ok(values.iter().filter_map(Value::as_str).filter_map(names::index_of).collect())
}

fn invalid_filter(text: &str) -> Failure {
    Failure::new(400, "InvalidFilter", text)
}

/// Returns whether an agent reports from a machine: from three of four that run.
fn is_managed(machine: &Machine) -> bool {
    machine.state == State::Running && machine.index % 4 != 3
}

fn entity(machine: &Machine) -> Value {
    let instance = Instance::new(machine);
    let (platform, version) = names::release(machine.system);
    let content = json!({
        "AgentType": "amazon-ssm-agent",
        "AgentVersion": "3.3.2299.0",
        "ComputerName": instance.private_dns_name,
        "InstanceId": instance.id,
        "InstanceStatus": "Active",
        "IpAddress": machine.private_address().map(|address| address.to_string()).unwrap_or_default(),
        "PlatformName": platform,
        "PlatformType": if machine.system.is_windows() { "Windows" } else { "Linux" },
        "PlatformVersion": version,
        "ResourceType": "EC2Instance",
    });
    let section = json!({"TypeName": SECTION, "SchemaVersion": "1.0", "CaptureTime": "2026-10-01T00:00:00Z",
        "Content": [content]});
    json!({"Id": instance.id, "Data": {SECTION: section}})
}

//! The names that Route 53 gives to addresses: `route53_enabled`.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{HostedZone, ResourceRecordSet, RrType};
use futures::stream::{self, StreamExt, TryStreamExt};
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};
use inventory_core::value::{Text, Value};

use crate::failure::explain;
use crate::session::Session;

/// The kind of the facts of Route 53: their id is an address, or a name as it was entered, maybe with a dot at its end;
/// their record is the DNS name that leads to it.
pub(crate) const KIND: &str = "dns_name";

const ZONES: &str = "ListHostedZones";
const RECORDS: &str = "ListResourceRecordSets";

/// The zones that are read at once; AWS allows five requests a second per account.
const AT_ONCE: usize = 4;

/// Fetches the resource records of all hosted zones but the excluded ones, each zone once.
///
/// Aliases to other AWS resources have no resource records and are not read, as in the plugin.
pub(crate) async fn fetch(
    session: &Session,
    region: &str,
    excluded_zones: &[String],
) -> Result<Vec<Vec<Facts>>, Error> {
    let client = session.route53(region);
    let mut zones = zones(&client, region).await?;
    zones.retain(|zone| {
        let name = without_dot(&zone.name);
        !excluded_zones.iter().any(|excluded| without_dot(excluded) == name)
    });
    let requests: Vec<_> = zones.iter().map(|zone| records(&client, region, zone)).collect();
    stream::iter(requests).buffered(AT_ONCE).try_collect().await
}

async fn zones(client: &Client, region: &str) -> Result<Vec<HostedZone>, Error> {
    let mut zones = Vec::new();
    let mut tokens = Tokens::default();
    let mut marker = None;
    loop {
        let answer = client.list_hosted_zones().set_marker(marker).send().await;
        let answer = answer.map_err(|error| explain(ZONES, region, &error))?;
        zones.extend(answer.hosted_zones);
        if !answer.is_truncated {
            return Ok(zones);
        }
        marker = tokens.next(ZONES, answer.next_marker)?;
        if marker.is_none() {
            return Err(no_place(ZONES));
        }
    }
}

async fn records(client: &Client, region: &str, zone: &HostedZone) -> Result<Vec<Facts>, Error> {
    let mut facts = Vec::new();
    let mut tokens = Tokens::default();
    let mut request = client.list_resource_record_sets().hosted_zone_id(&zone.id);
    loop {
        let answer = request.send().await;
        let answer = answer.map_err(|error| {
            let mut error = explain(RECORDS, region, &error);
            error.message = format!("zone `{}`: {}", zone.name, error.message);
            error
        })?;
        answer.resource_record_sets.iter().for_each(|set| facts.extend(names(set)));
        if !answer.is_truncated {
            return Ok(facts);
        }
        let place = [
            answer.next_record_name.as_deref(),
            answer.next_record_type.as_ref().map(RrType::as_str),
            answer.next_record_identifier.as_deref(),
        ];
        let place = answer.next_record_name.is_some().then(|| place.map(Option::unwrap_or_default).join(" "));
        if tokens.next(RECORDS, place)?.is_none() {
            return Err(no_place(RECORDS));
        }
        request = client
            .list_resource_record_sets()
            .hosted_zone_id(&zone.id)
            .set_start_record_name(answer.next_record_name)
            .set_start_record_type(answer.next_record_type)
            .set_start_record_identifier(answer.next_record_identifier);
    }
}

fn no_place(operation: &'static str) -> Error {
    let message = "the answer says that there is more, but not where";
    Error::new(ErrorKind::BadResponse, operation, message)
}

fn names(set: &ResourceRecordSet) -> impl Iterator<Item = Facts> {
    let name = Value::from(without_dot(&set.name));
    let records = set.resource_records.as_deref().unwrap_or_default();
    records.iter().map(move |record| Facts {
        kind: KIND,
        id: Text::from(record.value.as_str()),
        record: name.clone(),
    })
}

/// Returns a name without the dot that says that it is whole.
pub(crate) fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

//! What Systems Manager knows about instances: `use_ssm_inventory`.

use std::collections::HashMap;

use aws_sdk_ssm::types::{InventoryFilter, InventoryResultEntity};
use futures::stream::{self, StreamExt, TryStreamExt};
use inventory_core::discovery::{Error, ErrorKind, Facts, Tokens};
use inventory_core::value::{Map, Text};

use crate::failure::explain;
use crate::session::Session;
use crate::snake_case::snake_case;

/// The kind of the facts of Systems Manager; their id is that of the instance.
pub(crate) const KIND: &str = "ssm_inventory";

const OPERATION: &str = "GetInventory";

/// The type of inventory that says what an instance runs.
const INFORMATION: &str = "AWS:InstanceInformation";

/// The most ids that one request may ask for.
const IDS: usize = 40;

/// The requests of one region under way at once; AWS allows few of them per second.
const AT_ONCE: usize = 4;

/// Fetches what Systems Manager knows about the instances of a region.
pub(crate) async fn fetch(session: &Session, region: &str, ids: &[Text]) -> Result<Vec<Facts>, Error> {
    let client = session.ssm(region);
    let requests: Vec<_> = ids.chunks(IDS).map(|ids| ask(&client, region, ids)).collect();
    let chunks: Vec<Vec<Facts>> = stream::iter(requests).buffered(AT_ONCE).try_collect().await?;
    Ok(chunks.into_iter().flatten().collect())
}

async fn ask(client: &aws_sdk_ssm::Client, region: &str, ids: &[Text]) -> Result<Vec<Facts>, Error> {
    let values = ids.iter().map(ToString::to_string).collect();
    let filter = InventoryFilter::builder().key(format!("{INFORMATION}.InstanceId")).set_values(Some(values));
    let filter =
        filter.build().map_err(|fault| Error::new(ErrorKind::Config, OPERATION, fault.to_string()))?;
    let mut facts = Vec::new();
    let mut tokens = Tokens::default();
    let mut token = None;
    loop {
        let request = client.get_inventory().filters(filter.clone()).set_next_token(token);
        let answer = request.send().await.map_err(|error| explain(OPERATION, region, &error))?;
        facts.extend(answer.entities.unwrap_or_default().into_iter().filter_map(read));
        token = tokens.next(OPERATION, answer.next_token)?;
        if token.is_none() {
            return Ok(facts);
        }
    }
}

/// Takes the first entry of the instance's information.
fn read(entity: InventoryResultEntity) -> Option<Facts> {
    let id = Text::from(entity.id?);
    let content = entity.data?.remove(INFORMATION)?.content.into_iter().next()?;
    Some(Facts { kind: KIND, id, record: to_map(content).into() })
}

/// Makes a dict of the entry, its keys sorted: the SDK does not keep their order.
fn to_map(content: HashMap<String, String>) -> Map {
    let mut entries: Vec<_> =
        content.into_iter().map(|(key, value)| (Text::from(snake_case(&key)), value)).collect();
    entries.sort_unstable();
    entries.into_iter().collect()
}

//! Members of an instance that the SDK does not know yet: read from the answer itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use inventory_core::discovery::Facts;
use inventory_core::value::{Map, Value};

/// The only such member: `monitoring.metric_category_ids`.
const ELEMENT: &str = "metricCategoryIdSet";

/// Collects the late members of one answer, by instance. A clone collects for the original.
#[derive(Clone, Debug, Default)]
pub(crate) struct LateMembers {
    metric_categories: Arc<Mutex<HashMap<String, Vec<String>>>>,
}

impl LateMembers {
    /// Adds what was collected to the instances of the same answer.
    pub(crate) fn add_to(&self, page: &mut [Facts]) {
        let categories =
            std::mem::take(&mut *self.metric_categories.lock().unwrap_or_else(PoisonError::into_inner));
        if categories.is_empty() {
            return;
        }
        for facts in page {
            if let (Some(ids), Value::Map(record)) = (categories.get(facts.id.as_str()), &mut facts.record) {
                set_metric_categories(Arc::make_mut(record), ids);
            }
        }
    }
}

/// Sets the ids before the other keys of `monitoring`, where the API's model has them.
fn set_metric_categories(record: &mut Map, ids: &[String]) {
    let old = record.get("monitoring").cloned().unwrap_or_default();
    let old = old.as_map().into_iter().flat_map(Map::iter).map(|(key, value)| (key.clone(), value.clone()));
    let ids = Value::list(ids.iter().map(|id| Value::from(id.as_str())));
    let monitoring: Map = std::iter::once((Value::from("metric_category_ids"), ids)).chain(old).collect();
    record.insert("monitoring", monitoring);
}

#[dyn_dispatch_hint]
impl Intercept for LateMembers {
    fn name(&self) -> &'static str {
        "LateMembers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(body) = context.response().body().bytes() else { return Ok(()) };
        // Nearly no answer has the element: look for its name before the whole is parsed again.
        if body.windows(ELEMENT.len()).any(|window| window == ELEMENT.as_bytes()) {
            let found = read(std::str::from_utf8(body)?)?;
            *self.metric_categories.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
        Ok(())
    }
}

fn read(body: &str) -> Result<HashMap<String, Vec<String>>, XmlDecodeError> {
    let mut found = HashMap::new();
    let mut document = Document::new(body);
    visit(
        &mut document.root_element()?,
        &["reservationSet", "item", "instancesSet", "item"],
        &mut |instance| {
            if let (Some(id), Some(categories)) = read_instance(instance)? {
                found.insert(id, categories);
            }
            Ok(())
        },
    )?;
    Ok(found)
}

type Members = (Option<String>, Option<Vec<String>>);

fn read_instance(instance: &mut ScopedDecoder<'_, '_>) -> Result<Members, XmlDecodeError> {
    let mut members = (None, None);
    while let Some(mut member) = instance.next_tag() {
        if member.start_el().matches("instanceId") {
            members.0 = Some(try_data(&mut member)?.into_owned());
        } else if member.start_el().matches("monitoring") {
            visit(&mut member, &[ELEMENT], &mut |set| {
                let ids: &mut Vec<String> = members.1.get_or_insert_default();
                visit(set, &["item"], &mut |item| {
                    ids.push(try_data(item)?.into_owned());
                    Ok(())
                })
            })?;
        }
    }
    Ok(members)
}

type Visitor<'v> = &'v mut dyn FnMut(&mut ScopedDecoder<'_, '_>) -> Result<(), XmlDecodeError>;

/// Visits the elements at the end of a path of names.
fn visit(
    parent: &mut ScopedDecoder<'_, '_>,
    path: &[&str],
    visitor: Visitor<'_>,
) -> Result<(), XmlDecodeError> {
    let Some((name, rest)) = path.split_first() else { return visitor(parent) };
    while let Some(mut child) = parent.next_tag() {
        if child.start_el().matches(name) {
            visit(&mut child, rest, visitor)?;
        }
    }
    Ok(())
}

//! Whether a machine runs.

use inventory_core::value::{Map, Text};

use inventory_core::value::record;

/// The start of the codes of statuses that tell the power state.
const PREFIX: &str = "PowerState/";

/// Returns the power state of an instance view: that of the first status that tells one.
pub(super) fn power_state(view: &Map) -> Option<Text> {
    let codes = record::objects(view, &["statuses"]).filter_map(|status| record::text(status, &["code"]));
    codes.filter_map(|code| code.strip_prefix(PREFIX)).find(|state| !state.is_empty()).map(Text::from)
}

//! Compares instances with the model of Google's own library.

use google_cloud_compute_v1::model::Instance;

use super::notes::Notes;

/// Notes what the model does not expect of an instance, by the name of its member.
///
/// Variables are made of the record itself, which has all that Google said; so an odd instance loses nothing.
pub(super) fn check(text: &str, name: &str, notes: &Notes) {
    if serde_json::from_str::<Instance>(text).is_ok() {
        return;
    }
    // To know the place costs more, and few instances are odd.
    let decoded: Result<Instance, _> =
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text));
    if let Err(error) = decoded {
        let path = error.path().to_string();
        let cause = error.into_inner().to_string();
        // The place in the text differs between instances that are odd in the same way.
        let cause = cause.split(" at line ").next().unwrap_or_default();
        let place = if path == "." { String::new() } else { format!(" in `{path}`") };
        notes.odd(&format!("are not as Google's API promises{place} ({cause})"), name);
    }
}

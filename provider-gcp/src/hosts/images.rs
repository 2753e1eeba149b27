//! The images that machines started from.

use std::collections::HashMap;

use inventory_core::discovery::Oddities;
use inventory_core::value::{Map, Text, Value, record};

use super::{last_part, text};

/// The images of disks, by the disk's link.
#[derive(Debug, Default)]
pub(super) struct Images {
    by_disk: HashMap<String, Text>,
}

impl Images {
    /// Adds a disk: its image's name, and for one that was made of no image the disk's own.
    pub(super) fn add(&mut self, disk: &Map) {
        let Some(link) = text(disk, "selfLink") else { return };
        let source = text(disk, "sourceImage").unwrap_or(link);
        self.by_disk.insert(key(link).to_owned(), Text::from(last_part(source)));
    }

    /// Returns the image of the last boot disk; null for a machine without one, and for a disk that is not listed.
    pub(super) fn of(&self, instance: &Map, name: &str, oddities: &mut Oddities) -> Value {
        let is_boot = |disk: &&Map| disk.get("boot").is_some_and(Value::is_true);
        let Some(disk) = record::objects(instance, &["disks"]).filter(is_boot).last() else {
            return Value::Null;
        };
        let image = text(disk, "source").and_then(|source| self.by_disk.get(key(source)));
        if image.is_none() {
            oddities.note("start from a disk that is not listed, and have no `image`", name);
        }
        image.cloned().into()
    }
}

/// Returns the part of a link that names the disk: the host name and version before it may differ.
fn key(link: &str) -> &str {
    link.find("projects/").and_then(|place| link.get(place..)).unwrap_or(link)
}

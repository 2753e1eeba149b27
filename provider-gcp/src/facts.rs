//! The kinds of facts: what Compute Engine says about one resource, as it said it.
//!
//! A fact's record is the item of the answer with its keys in order; its id is the item's `selfLink`, and where that is
//! missing `PROJECT/SCOPE/NAME`, with the scope as the answer names it (`zones/us-east1-b`).

use inventory_core::store::Vocabulary;

/// An instance, of the aggregated list of its project.
pub(crate) const INSTANCE: &str = "instance";
/// A disk, of the aggregated list of its project: of its record only `selfLink`, `name` and `sourceImage` are kept.
pub(crate) const DISK: &str = "disk";

/// The kinds of all facts.
pub(crate) const KINDS: [&str; 2] = [INSTANCE, DISK];

/// What a store needs to know of them.
pub const VOCABULARY: Vocabulary = Vocabulary { cloud: "gcp", kinds: &KINDS, host_kinds: &[INSTANCE] };

//! Regions and their zones, in the order in which the service lists them.

/// Each region with the letters of its zones.
const REGIONS: [(&str, &str); 43] = [
    ("us-central1", "abcf"),
    ("europe-west1", "bcd"),
    ("us-west1", "abc"),
    ("asia-east1", "abc"),
    ("us-east1", "bcd"),
    ("asia-northeast1", "abc"),
    ("asia-southeast1", "abc"),
    ("us-east4", "abc"),
    ("australia-southeast1", "cab"),
    ("europe-west2", "abc"),
    ("europe-west3", "cab"),
    ("southamerica-east1", "abc"),
    ("asia-south1", "bac"),
    ("northamerica-northeast1", "abc"),
    ("europe-west4", "cba"),
    ("europe-north1", "bca"),
    ("us-west2", "cba"),
    ("asia-east2", "cba"),
    ("europe-west6", "bca"),
    ("asia-northeast2", "bca"),
    ("asia-northeast3", "acb"),
    ("us-west3", "abc"),
    ("us-west4", "cab"),
    ("asia-southeast2", "acb"),
    ("europe-central2", "bca"),
    ("northamerica-northeast2", "bac"),
    ("asia-south2", "acb"),
    ("australia-southeast2", "acb"),
    ("southamerica-west1", "abc"),
    ("europe-west8", "abc"),
    ("europe-west9", "bac"),
    ("us-east5", "cba"),
    ("europe-southwest1", "bac"),
    ("us-south1", "cab"),
    ("me-west1", "bac"),
    ("europe-west12", "cab"),
    ("me-central1", "abc"),
    ("europe-west10", "cab"),
    ("me-central2", "cab"),
    ("africa-south1", "bac"),
    ("northamerica-south1", "bac"),
    ("europe-north2", "cab"),
    ("asia-southeast3", "bca"),
];
/// The letters of a region that Google does not have.
const USUAL: &str = "abc";

/// Returns the names of the regions.
pub(super) fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name)
}

/// Returns the names of the zones.
pub(super) fn zones() -> impl Iterator<Item = String> {
    REGIONS
        .iter()
        .flat_map(|(region, letters)| letters.chars().map(move |letter| format!("{region}-{letter}")))
}

/// Returns the name of the zone of a number in a region, from 0.
pub(super) fn zone(region: &str, number: u8) -> String {
    let letters = REGIONS.iter().find(|(name, _)| *name == region).map_or(USUAL, |(_, letters)| letters);
    let mut sorted: Vec<_> = letters.chars().collect();
    sorted.sort_unstable();
    let letter = sorted.get(usize::from(number) % sorted.len().max(1)).copied().unwrap_or('a');
    format!("{region}-{letter}")
}

/// Returns the region of a zone.
pub(super) fn region_of(zone: &str) -> &str {
    zone.rsplit_once('-').map_or(zone, |(region, _)| region)
}

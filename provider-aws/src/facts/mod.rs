//! Turns instances of the EC2 API into the variables that Ansible's `aws_ec2` plugin makes of them.

mod late;
mod shape;

use aws_sdk_ec2::types::{Instance, Reservation};
use inventory_core::discovery::Facts;
use inventory_core::value::{Interner, Map, Text};

pub(crate) use self::late::LateMembers;

/// The kind of the facts that are instances.
pub(crate) const INSTANCE: &str = "instance";

/// Makes the facts of the instances of a reservation.
///
/// Their record is what the plugin makes hostvars of: every member of the API's shape that is present, by its
/// snake_case name; the ids of the reservation; `tags` as a dict; `placement.region`. An instance without an id,
/// which the API does not promise to avoid, is left to the caller to refuse: its id is empty.
pub(crate) fn instances(reservation: &Reservation, interner: &mut Interner) -> Vec<Facts> {
    let instances = reservation.instances.as_deref().unwrap_or_default();
    instances.iter().map(|instance| facts(instance, reservation, interner)).collect()
}

fn facts(instance: &Instance, reservation: &Reservation, interner: &mut Interner) -> Facts {
    let id = Text::from(instance.instance_id.as_deref().unwrap_or_default());
    let mut map = shape::instance(instance, 4, interner);
    // The plugin always sets the three; only the requester is optional in the API.
    for (key, member) in [
        (arcstr::literal!("owner_id"), &reservation.owner_id),
        (arcstr::literal!("requester_id"), &reservation.requester_id),
        (arcstr::literal!("reservation_id"), &reservation.reservation_id),
    ] {
        map.push(key, interner.intern(member.as_deref().unwrap_or_default()));
    }
    if instance.tags.is_none() {
        map.push(arcstr::literal!("tags"), Map::new());
    }
    Facts { kind: INSTANCE, id, record: map.into() }
}

use std::collections::BTreeSet;

use super::*;

fn geography() -> Geography {
    let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    Geography { accounts: names(["first", "second"]), regions: names(["north", "south"]) }
}

#[test]
fn a_machine_depends_on_seed_and_number_only() {
    let fleet = Fleet::seeded(7, 1_000, geography());
    assert_eq!(fleet.machine(999), Fleet::seeded(7, 1_000, geography()).machine(999));
    assert_ne!(fleet.machine(999), Fleet::seeded(8, 1_000, geography()).machine(999));
    assert_eq!(fleet.machine(1_000), None);
}

#[test]
fn accounts_and_regions_divide_the_fleet() {
    for size in [0, 1, 3, 1_000, 1_000_000] {
        let fleet = Fleet::seeded(1, size, geography());
        assert_eq!(fleet.size(), size);
        let mut next = 0;
        for account in &fleet.geography().accounts {
            assert_eq!(fleet.in_account(account).start, next);
            for region in &fleet.geography().regions {
                let range = fleet.in_region(account, region);
                assert_eq!(range.start, next);
                next = range.end;
                for index in [range.start, range.end.saturating_sub(1)] {
                    if range.contains(&index) {
                        let machine = fleet.machine(index).expect("a machine");
                        assert_eq!((&machine.account, &machine.region), (account, region));
                    }
                }
            }
            assert_eq!(fleet.in_account(account).end, next);
        }
        assert_eq!(next, size);
        assert!(fleet.in_region("third", "north").is_empty() && fleet.in_region("first", "west").is_empty());
    }
}

#[test]
fn a_fleet_is_believable() {
    let fleet = Fleet::seeded(3, 5_000, geography());
    let machines: Vec<_> = (0..5_000).filter_map(|index| fleet.machine(index)).collect();
    let count = |fits: fn(&Machine) -> bool| machines.iter().filter(|machine| fits(machine)).count();
    assert!(count(|machine| machine.tags.is_none()) > 20);
    assert!(count(|machine| machine.state == State::Stopped) > 300);
    assert!(count(|machine| machine.is_spot) > 300);
    assert!(count(|machine| machine.system.is_windows()) > 300);
    assert!(count(|machine| machine.interfaces.len() > 1) > 500);
    assert!(count(|machine| machine.interfaces.iter().any(|interface| !interface.ipv6.is_empty())) > 100);
    assert!(count(|machine| machine.public_address().is_some()) > 1_000);
    assert!(count(|machine| machine.name.chars().any(char::is_uppercase)) > 20);
    assert!(count(|machine| machine.set.is_some()) > 300);
    let names: BTreeSet<_> = machines.iter().map(|machine| &machine.name).collect();
    assert!((4_900..4_950).contains(&names.len()), "some have equal names: {}", names.len());
    let grouped = machines.iter().map(|machine| (&machine.account, &machine.group, &machine.name));
    assert_eq!(grouped.collect::<BTreeSet<_>>().len(), 5_000, "never in the same group");
    let addresses = machines.iter().flat_map(|machine| &machine.interfaces).flat_map(|one| &one.addresses);
    let addresses: Vec<_> = addresses.map(|address| address.private).collect();
    assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), addresses.len());
}

#[test]
fn a_description_is_read() {
    let text = "aws:\n  accounts: ['1', '2']\n  machines:\n\
                \x20 - {name: b, account: '2', region: eu-west-1, state: stopped, tags: {Role: db}}\n\
                \x20 - {name: a, untagged: true, interfaces: [{addresses: [{private: 10.0.0.9, public: 100.64.0.9}]}]}\n";
    let description = Description::parse("test", text).expect("a description");
    let usual = Geography { accounts: vec!["9".to_owned()], regions: vec!["us-east-1".to_owned()] };
    let fleet = description.fleet("aws", &usual);
    assert_eq!(fleet.geography().regions, ["us-east-1", "eu-west-1"]);
    let (first, second) = (fleet.machine(0).expect("a machine"), fleet.machine(1).expect("a machine"));
    assert_eq!((first.name.as_str(), first.account.as_str()), ("a", "1"));
    assert_eq!(first.public_address().map(|address| address.to_string()).as_deref(), Some("100.64.0.9"));
    assert_eq!((first.tags, second.tag("Role"), second.state), (None, Some("db"), State::Stopped));
    assert_eq!(fleet.in_region("2", "eu-west-1"), 1..2);
    assert_eq!(description.fleet("azure", &usual).size(), 0);
}

#[test]
fn what_no_fleet_has_is_refused() {
    for text in ["aws: {machines: [{name: a, colour: red}]}", "aws: {machines: [{region: x}]}", "aws: ["] {
        let error = Description::parse("fleet.yml", text).expect_err("no fleet");
        assert!(error.to_string().contains("`fleet.yml`"), "{error}");
    }
}

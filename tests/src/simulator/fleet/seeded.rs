//! Machines that a seed decides.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use serde_json::Value;

use super::draw::Draw;
use super::machine::{Address, Geography, Interface, Machine, Role, Size, State, System};

/// 2026-10-01; machines were started in the two years before it.
const NEWEST_LAUNCH: u64 = 1_790_812_800;
const TWO_YEARS: u64 = 2 * 365 * 24 * 60 * 60;
/// One machine in so many has the name of another one, in another group.
const TWIN_STEP: u64 = 64;
/// One machine in so many is odd in a way that clients trip over.
const ODD_STEP: u64 = 16;

/// A fleet that is computed.
#[derive(Debug, Clone)]
pub(super) struct Seeded {
    seed: u64,
    /// The first number of each region of each account, and at the end the size.
    starts: Vec<u64>,
}

impl Seeded {
    pub(super) fn new(seed: u64, size: u64, geography: &Geography) -> Self {
        // The first region of an account holds the most, as in life.
        let shares: Vec<u64> = (1..=geography.regions.len() as u64).map(|place| 60 / place.min(60)).collect();
        let all: u64 = shares.iter().sum::<u64>() * geography.accounts.len() as u64;
        let mut starts = vec![0];
        let mut share = 0;
        for _ in &geography.accounts {
            for part in &shares {
                share += part;
                starts.push(
                    u64::try_from(u128::from(size) * u128::from(share) / u128::from(all)).unwrap_or(size),
                );
            }
        }
        Self { seed, starts }
    }

    pub(super) fn size(&self) -> u64 {
        self.starts.last().copied().unwrap_or_default()
    }

    pub(super) fn in_account(&self, geography: &Geography, account: &str) -> Range<u64> {
        let Some(place) = geography.accounts.iter().position(|known| known == account) else { return 0..0 };
        let regions = geography.regions.len();
        self.range(place * regions, (place + 1) * regions)
    }

    pub(super) fn in_region(&self, geography: &Geography, account: &str, region: &str) -> Range<u64> {
        let account = geography.accounts.iter().position(|known| known == account);
        let region = geography.regions.iter().position(|known| known == region);
        let (Some(account), Some(region)) = (account, region) else { return 0..0 };
        let place = account * geography.regions.len() + region;
        self.range(place, place + 1)
    }

    fn range(&self, from: usize, to: usize) -> Range<u64> {
        match (self.starts.get(from), self.starts.get(to)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        }
    }

    pub(super) fn machine(&self, geography: &Geography, index: u64) -> Option<Machine> {
        if index >= self.size() {
            return None;
        }
        let place = self.starts.partition_point(|start| *start <= index).checked_sub(1)?;
        let regions = geography.regions.len();
        let account = geography.accounts.get(place / regions)?.clone();
        let region = geography.regions.get(place % regions)?.clone();
        Some(self.build(index, account, region))
    }

    fn build(&self, index: u64, account: String, region: String) -> Machine {
        let mut draw = Draw::new(self.seed, index);
        let role = draw.pick([Role::Web, Role::Web, Role::Database, Role::Cache, Role::Batch]);
        let environment = draw.pick(["prod", "prod", "prod", "stage", "dev"]);
        let oddity = (index % ODD_STEP == ODD_STEP - 1).then(|| draw.below(6));
        let is_twin = index % TWIN_STEP == 1;
        let system = if oddity.is_none() && draw.happens(120) {
            System::Windows
        } else {
            draw.pick([System::Debian, System::Ubuntu, System::Ubuntu, System::RedHat])
        };
        let state = draw_state(&mut draw);
        let team = draw.pick(["atlas", "borealis", "cygnus", "draco", "eridanus", "fornax"]);
        let group = format!("{team}-{environment}{}", if is_twin { "-blue" } else { "" });
        let name = if is_twin { self.name_of(index - 1) } else { name(role, environment, index, oddity) };
        let tags = (oddity != Some(0)).then(|| tags(&mut draw, role, environment, team, oddity));
        Machine {
            index,
            name,
            account,
            region,
            zone: u8::try_from(draw.below(3)).unwrap_or_default(),
            group,
            role,
            size: draw_size(&mut draw, role),
            machine_type: None,
            system,
            state,
            is_spot: role == Role::Batch && draw.happens(700),
            set: (role == Role::Web && oddity.is_none() && !is_twin && draw.happens(300))
                .then(|| format!("{}-{environment}-set", role.word())),
            launched: NEWEST_LAUNCH - draw.below(TWO_YEARS),
            tags,
            interfaces: interfaces(&mut draw, index, role, state, oddity),
            extra: Value::Null,
        }
    }

    /// Returns the name of a machine that is no twin.
    fn name_of(&self, index: u64) -> String {
        let mut draw = Draw::new(self.seed, index);
        let role = draw.pick([Role::Web, Role::Web, Role::Database, Role::Cache, Role::Batch]);
        let environment = draw.pick(["prod", "prod", "prod", "stage", "dev"]);
        name(role, environment, index, None)
    }
}

fn name(role: Role, environment: &str, index: u64, oddity: Option<u64>) -> String {
    let word = role.word();
    match oddity {
        Some(1) => format!("{}-{}-{index:06}", word.to_uppercase(), environment.to_uppercase()),
        _ => format!("{word}-{environment}-{index:06}"),
    }
}

fn draw_state(draw: &mut Draw) -> State {
    match draw.below(100) {
        0 => State::Starting,
        1 => State::Stopping,
        2 => State::Terminated,
        3..=14 => State::Stopped,
        _ => State::Running,
    }
}

fn draw_size(draw: &mut Draw, role: Role) -> Size {
    match role {
        Role::Web => draw.pick([Size::Small, Size::Medium]),
        Role::Database => draw.pick([Size::Large, Size::Huge]),
        Role::Cache => draw.pick([Size::Medium, Size::Large]),
        Role::Batch => draw.pick([Size::Medium, Size::Large, Size::Huge]),
    }
}

fn tags(
    draw: &mut Draw,
    role: Role,
    environment: &str,
    team: &str,
    oddity: Option<u64>,
) -> Vec<(String, String)> {
    let mut tags = vec![
        ("Environment".to_owned(), environment.to_owned()),
        ("Role".to_owned(), role.word().to_owned()),
        ("Team".to_owned(), team.to_owned()),
        ("CostCenter".to_owned(), format!("{}", 4000 + draw.below(12))),
    ];
    let more: &[(&str, &str)] = match oddity {
        Some(2) => &[("Besitzer", "Jürgen Müller"), ("説明", "東京の機械")],
        Some(3) => &[("empty", ""), ("has space", "a, b = c"), ("quote", "it's \"<&>\"")],
        Some(4) => &[("template", "{{ 7 * 7 }}"), ("Kubernetes", "owned"), ("role", "lower case")],
        _ => &[],
    };
    tags.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    tags
}

/// Returns the interfaces: private addresses in 10.0.0.0/8, and public ones in 100.64.0.0/10 and 2001:db8::/32, which
/// lead nowhere on the internet.
fn interfaces(draw: &mut Draw, index: u64, role: Role, state: State, oddity: Option<u64>) -> Vec<Interface> {
    if state == State::Terminated {
        return Vec::new();
    }
    // 24 bits for the number of the machine and the 2 lowest for the address: 10.0.0.0/8 holds 4 for 4 million.
    let private = |place: u32| Ipv4Addr::from_bits(0x0a00_0000 | (low_bits(index, 22) << 2) | place);
    let public_share = if role == Role::Web { 800 } else { 50 };
    let is_public = state != State::Stopped && draw.happens(public_share);
    let public = is_public.then(|| Ipv4Addr::from_bits(0x6440_0000 | low_bits(index, 22)));
    let mut first = Interface { addresses: vec![Address { private: private(1), public }], ipv6: Vec::new() };
    if role == Role::Cache && draw.happens(200) {
        first.addresses.push(Address { private: private(2), public: None });
    }
    if oddity == Some(5) || draw.happens(100) {
        first.ipv6.push(Ipv6Addr::from_bits(0x2001_0db8_u128 << 96 | u128::from(index)));
    }
    let second =
        || Interface { addresses: vec![Address { private: private(3), public: None }], ipv6: Vec::new() };
    if role == Role::Database { vec![first, second()] } else { vec![first] }
}

/// Returns the lowest bits of a number.
fn low_bits(number: u64, count: u32) -> u32 {
    u32::try_from(number & ((1 << count) - 1)).unwrap_or_default()
}

//! Names of regions, hosts and types, and ids that a machine or a text decides.

use super::asked::Service;
use crate::simulator::fleet::{Draw, Geography, Machine, Role, Size, System};

/// The regions that every account has.
const REGIONS: [&str; 17] = [
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "eu-central-1",
    "ap-southeast-1",
    "us-east-2",
    "ap-northeast-1",
    "eu-west-2",
    "ap-south-1",
    "sa-east-1",
    "ca-central-1",
    "ap-southeast-2",
    "eu-west-3",
    "eu-north-1",
    "us-west-1",
    "ap-northeast-2",
    "ap-northeast-3",
];

/// The regions that an account has to ask for.
pub(super) const OPT_IN_REGIONS: [&str; 5] =
    ["af-south-1", "ap-east-1", "eu-south-1", "il-central-1", "me-south-1"];

/// Turns the number of a machine into digits that do not look like a number; odd, so that it can be undone.
const STRETCH: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns ids of accounts that a seed decides, and the names of regions, at most as many as there are.
pub fn geography(seed: u64, accounts: usize, regions: usize) -> Geography {
    // The number of the account is in its id: no two are the same.
    let account =
        |place: u64| 100_000_000_000 + Draw::new(seed, place).below(80_000_000) * 10_000 + place % 10_000;
    Geography {
        accounts: (0..accounts.max(1) as u64).map(|place| account(place).to_string()).collect(),
        regions: REGIONS.iter().take(regions.max(1)).map(|&region| region.to_owned()).collect(),
    }
}

/// Returns the service and the region that a host name stands for.
pub(super) fn service_of(host: &str) -> Option<(Service, String)> {
    let name = host.strip_suffix(".amazonaws.com")?;
    let (service, region) = name.split_once('.').unwrap_or((name, super::HOME_REGION));
    let service = Service::named(service)?;
    let is_known = REGIONS.contains(&region) || OPT_IN_REGIONS.contains(&region);
    is_known.then(|| (service, region.to_owned()))
}

/// Returns the id of the instance that the machine of a number is.
pub fn instance_id(index: u64) -> String {
    format!("i-0{:016x}", (index + 1).wrapping_mul(STRETCH).rotate_left(32))
}

/// Returns the number of the machine with an id; nothing when no machine of any fleet has it.
pub(super) fn index_of(id: &str) -> Option<u64> {
    let digits = id.strip_prefix("i-0").filter(|digits| digits.len() == 16)?;
    let stretched = u64::from_str_radix(digits, 16).ok()?.rotate_right(32);
    let index = stretched.wrapping_mul(inverse(STRETCH)).checked_sub(1)?;
    (instance_id(index) == id).then_some(index)
}

/// Returns the number that undoes a multiplication by an odd one (Newton's method: each step doubles the right bits).
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut step = 0;
    while step < 6 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        step += 1;
    }
    guess
}

/// Returns an id such as `vpc-0...` that a text decides.
pub(super) fn id(prefix: &str, text: &str) -> String {
    // FNV-1a, stirred by the draw.
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let hash = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{prefix}-0{:016x}", Draw::new(hash, 0).number())
}

/// Returns the type of a machine.
pub(super) fn machine_type(machine: &Machine) -> String {
    if let Some(given) = &machine.machine_type {
        return given.clone();
    }
    let family = match (machine.role, machine.size) {
        (_, Size::Small) => "t3",
        (Role::Web, _) => "m7g",
        (Role::Database, _) => "r6i",
        (Role::Cache, _) => "r7g",
        (Role::Batch, _) => "c6i",
    };
    // Windows does not run on ARM.
    let family = match family {
        "m7g" if machine.system.is_windows() => "m6i",
        "r7g" if machine.system.is_windows() => "r6i",
        family => family,
    };
    let size = match machine.size {
        Size::Small => "small",
        Size::Medium => "large",
        Size::Large => "2xlarge",
        Size::Huge => "8xlarge",
    };
    format!("{family}.{size}")
}

/// Returns how many cores a machine has.
pub(super) fn cores(machine: &Machine) -> u32 {
    match machine.size {
        Size::Small | Size::Medium => 1,
        Size::Large => 4,
        Size::Huge => 16,
    }
}

/// Returns the architecture that a type is of: the families of ARM have a `g` after their number.
pub(super) fn architecture(machine_type: &str) -> &'static str {
    let family = machine_type.split('.').next().unwrap_or_default();
    let after = family.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    if after.trim_start_matches(|digit: char| digit.is_ascii_digit()).starts_with('g') {
        "arm64"
    } else {
        "x86_64"
    }
}

/// Returns how bills name a system, and what its use is called there.
pub(super) fn platform(system: System) -> (&'static str, &'static str) {
    match system {
        System::Debian | System::Ubuntu => ("Linux/UNIX", "RunInstances"),
        System::RedHat => ("Red Hat Enterprise Linux", "RunInstances:0010"),
        System::Windows => ("Windows", "RunInstances:0002"),
    }
}

/// Returns the name of a system in its software inventory, and its version.
pub(super) fn release(system: System) -> (&'static str, &'static str) {
    match system {
        System::Debian => ("Debian GNU/Linux", "13"),
        System::Ubuntu => ("Ubuntu", "24.04"),
        System::RedHat => ("Red Hat Enterprise Linux", "9.6"),
        System::Windows => ("Microsoft Windows Server 2025 Datacenter", "10.0.26100"),
    }
}

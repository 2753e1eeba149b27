//! What `--list` costs beside `ansible-inventory` with the plugin that it replaces, in one run.
//!
//! `cargo bench -p inventory-tests --bench list [-- HOSTS]`: 5,000 hosts in 4 regions unless HOSTS says otherwise, with
//! 4 keyed groups and 1 compose, from a responder in this process, so that the answers cost neither program anything.
//! Only ratios mean something on another machine.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and its failure is a panic"
)]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use inventory_tests::binary::cloud_inventory;
use inventory_tests::ec2::{Machine, Responder};
use inventory_tests::python::Environment;
use inventory_tests::workplace::{Run, Workplace};
use serde_json::Value;

const REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

const CONFIG: &str = "\
plugin: amazon.aws.aws_ec2
regions: [us-east-1, us-east-2, us-west-1, us-west-2]
hostnames: [instance-id]
keyed_groups:
  - {key: tags.Environment, prefix: env}
  - {key: tags.Role, prefix: role}
  - {key: placement.region, prefix: region}
  - {key: instance_type, prefix: type}
compose:
  ansible_host: private_ip_address
";

/// The rounds of this program; the quickest counts, as what slows a round down is never the program.
const ROUNDS: usize = 5;

fn main() {
    let hosts = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5000);
    let machines = (0..hosts).map(machine).collect();
    let responder = Responder::start(&REGIONS, machines);
    let workplace = Workplace::with_aws(&responder.endpoint());
    let config = workplace.write("bench.aws_ec2.yml", CONFIG);

    let ours =
        (0..ROUNDS).map(|_| measure(&workplace, cloud_inventory(), &[config.as_os_str(), "--list".as_ref()]));
    let ours = ours.min_by(|a, b| a.cpu.total_cmp(&b.cpu)).expect("some rounds");
    let inventory = Environment::current().program("ansible-inventory");
    let plugin = measure(&workplace, &inventory, &["-i".as_ref(), config.as_os_str(), "--list".as_ref()]);

    println!("{hosts} hosts in {} regions", REGIONS.len());
    println!("{:<20}{:>10}{:>10}{:>14}{:>12}", "", "CPU s", "wall s", "peak MB", "output MB");
    row("ansible-inventory", &plugin);
    row("cloud-inventory", &ours);
    let ratios = (plugin.cpu / ours.cpu, plugin.wall / ours.wall, plugin.memory / ours.memory);
    println!("{:<20}{:>9.0}x{:>9.0}x{:>13.1}x", "plugin : ours", ratios.0, ratios.1, ratios.2);
}

fn row(name: &str, cost: &Cost) {
    let megabytes = cost.bytes / 1e6;
    println!("{name:<20}{:>10.3}{:>10.3}{:>14.1}{megabytes:>12.1}", cost.cpu, cost.wall, cost.memory);
}

/// What one run of a program cost.
struct Cost {
    cpu: f64,
    wall: f64,
    memory: f64,
    bytes: f64,
}

fn measure(workplace: &Workplace, program: &Path, arguments: &[&OsStr]) -> Cost {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/measure.py");
    let mut command: Command = workplace.python_command(Environment::current(), "python");
    command.arg(script).arg(program).args(arguments);
    command.env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
    let result = Run::of(&mut command).json();
    let number = |name: &str| result.get(name).and_then(Value::as_f64).expect("a number");
    assert!(number("code") == 0.0, "{} failed", program.display());
    assert!(number("bytes") > 1000.0, "{} printed no inventory", program.display());
    Cost { cpu: number("cpu"), wall: number("wall"), memory: number("memory"), bytes: number("bytes") }
}

/// Returns a machine with the fields that EC2 gives for an ordinary one.
fn machine(number: u32) -> Machine {
    let pick = |of: &[&'static str], step: u32| of[(number / step) as usize % of.len()];
    let region = pick(&REGIONS, 1);
    let environment = pick(&["prod", "staging", "dev", "qa"], 7);
    let role = pick(&["web", "db", "cache", "worker", "bastion"], 3);
    let kind = pick(&["t3.micro", "t3.large", "m5.large", "c5.xlarge", "r5.2xlarge"], 4);
    let [_, a, b, c] = number.to_be_bytes();
    let id = format!("i-{number:017x}");
    let time = format!("2026-0{}-{:02}T{:02}:00:00.000Z", 1 + number % 9, 1 + number % 28, number % 24);
    let private = format!("<privateIpAddress>10.{a}.{b}.{c}</privateIpAddress>");
    let name = format!("<privateDnsName>ip-10-{a}-{b}-{c}.{region}.compute.internal</privateDnsName>");
    let groups = format!(
        "<groupSet><item><groupId>sg-{role}</groupId><groupName>{role}-sg</groupName></item></groupSet>"
    );
    let public = format!("ec2-54-{a}-{b}-{c}.{region}.compute.amazonaws.com");
    let association = format!(
        "<association><ipOwnerId>amazon</ipOwnerId><publicDnsName>{public}</publicDnsName>\
         <publicIp>54.{a}.{b}.{c}</publicIp></association>"
    );
    let tags: String = [
        ("Name", format!("{role}-{environment}-{number}")),
        ("Environment", environment.to_owned()),
        ("Role", role.to_owned()),
        ("CostCenter", format!("cc-{}", number % 13)),
        ("Owner", format!("team-{}@example.com", number % 11)),
        ("aws:autoscaling:groupName", format!("asg-{role}-{environment}")),
    ]
    .iter()
    .map(|(key, value)| format!("<item><key>{key}</key><value>{value}</value></item>"))
    .collect();
    let interface = format!(
        "<item><networkInterfaceId>eni-{number:017x}</networkInterfaceId><subnetId>subnet-{}</subnetId><vpcId>vpc-{region}</vpcId>\
         <description/><ownerId>123456789012</ownerId><status>in-use</status><macAddress>02:00:00:{a:02x}:{b:02x}:{c:02x}</macAddress>\
         {private}{name}<sourceDestCheck>true</sourceDestCheck>{groups}<attachment><attachmentId>eni-attach-{number:017x}</attachmentId>\
         <deviceIndex>0</deviceIndex><status>attached</status><attachTime>{time}</attachTime><deleteOnTermination>true</deleteOnTermination>\
         <networkCardIndex>0</networkCardIndex></attachment>{association}<privateIpAddressesSet><item>{private}{name}<primary>true</primary>\
         {association}</item></privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType>\
         <operator><managed>false</managed></operator></item>",
        number % 3
    );
    let xml = format!(
        "<item><reservationId>r-{number:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item>\
         <instanceId>{id}</instanceId><imageId>ami-{}</imageId><instanceState><code>16</code><name>running</name></instanceState>{name}\
         <dnsName>{public}</dnsName><reason/><keyName>ops-key</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
         <instanceType>{kind}</instanceType><launchTime>{time}</launchTime><placement><availabilityZone>{region}a</availabilityZone>\
         <groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-{}</subnetId>\
         <vpcId>vpc-{region}</vpcId>{private}<ipAddress>54.{a}.{b}.{c}</ipAddress><sourceDestCheck>true</sourceDestCheck>{groups}\
         <architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{number:017x}</volumeId><status>attached</status>\
         <attachTime>{time}</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
         <virtualizationType>hvm</virtualizationType><clientToken>{number:032x}</clientToken><tagSet>{tags}</tagSet><hypervisor>xen</hypervisor>\
         <networkInterfaceSet>{interface}</networkInterfaceSet><iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/{role}</arn>\
         <id>AIPA{role}</id></iamInstanceProfile><ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>1</coreCount>\
         <threadsPerCore>2</threadsPerCore></cpuOptions><capacityReservationSpecification><capacityReservationPreference>open\
         </capacityReservationPreference></capacityReservationSpecification><hibernationOptions><configured>false</configured></hibernationOptions>\
         <enclaveOptions><enabled>false</enabled></enclaveOptions><metadataOptions><state>applied</state><httpTokens>required</httpTokens>\
         <httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6>\
         <instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions><platformDetails>Linux/UNIX</platformDetails>\
         <usageOperation>RunInstances</usageOperation><usageOperationUpdateTime>{time}</usageOperationUpdateTime><privateDnsNameOptions>\
         <hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>true</enableResourceNameDnsARecord>\
         <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord></privateDnsNameOptions><maintenanceOptions>\
         <autoRecovery>default</autoRecovery></maintenanceOptions><currentInstanceBootMode>legacy-bios</currentInstanceBootMode>\
         <operator><managed>false</managed></operator></item></instancesSet></item>",
        number % 7,
        number % 3
    );
    Machine::from_xml(region, &id, &xml)
}

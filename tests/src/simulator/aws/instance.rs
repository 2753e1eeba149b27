//! An instance as `DescribeInstances` writes it.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::failure::escape;
use super::names::{self, id};
use super::sts::timestamp;
use crate::simulator::cloud::Twist;
use crate::simulator::fleet::{Interface, Machine, State};

/// A machine with what AWS derives from it.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub(super) machine: &'a Machine,
    pub(super) id: String,
    pub(super) reservation: String,
    pub(super) machine_type: String,
    pub(super) image: String,
    /// The availability zone.
    pub(super) zone: String,
    pub(super) network: String,
    pub(super) subnet: String,
    pub(super) security_group: (String, String),
    pub(super) private_dns_name: String,
    pub(super) public_dns_name: String,
    /// The tags, the one of the name among them.
    pub(super) tags: Vec<(&'a str, &'a str)>,
}

/// Returns the number and the name of a state.
pub(super) fn state(state: State) -> (u16, &'static str) {
    match state {
        State::Starting => (0, "pending"),
        State::Running => (16, "running"),
        State::Terminated => (48, "terminated"),
        State::Stopping => (64, "stopping"),
        State::Stopped => (80, "stopped"),
    }
}

impl<'a> Instance<'a> {
    pub(super) fn new(machine: &'a Machine) -> Self {
        let place = format!("{}/{}", machine.account, machine.region);
        let zone = format!("{}{}", machine.region, char::from(b'a' + machine.zone % 26));
        let role = machine.role.word();
        let name = (machine.tags.is_some() && machine.tag("Name").is_none())
            .then_some(("Name", machine.name.as_str()));
        let set = machine.set.as_deref().filter(|_| machine.tags.is_some());
        let own = machine.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let tags = name.into_iter().chain(own).chain(set.map(|set| ("aws:autoscaling:groupName", set)));
        // Two of eight were started with one call, if the same started both.
        let first = if machine.index % 8 == 5 { machine.index - 1 } else { machine.index };
        let region = &machine.region;
        Self {
            machine,
            id: names::instance_id(machine.index),
            reservation: id("r", &format!("{place}/{first}/{}", machine.set.is_some())),
            machine_type: names::machine_type(machine),
            image: id("ami", &format!("{region}/{:?}", machine.system)),
            network: id("vpc", &place),
            subnet: id("subnet", &format!("{place}/{zone}")),
            security_group: (id("sg", &format!("{place}/{role}")), format!("{role} of {}", machine.group)),
            private_dns_name: machine
                .private_address()
                .map_or_else(String::new, |address| private_name(address, region)),
            public_dns_name: machine
                .public_address()
                .map_or_else(String::new, |address| public_name(address, region)),
            zone,
            tags: tags.collect(),
        }
    }

    pub(super) fn architecture(&self) -> &'static str {
        names::architecture(&self.machine_type)
    }

    pub(super) fn key_name(&self) -> &'static str {
        if self.machine.system.is_windows() { "windows-admins" } else { "operators" }
    }

    pub(super) fn interface_id(&self, place: usize) -> String {
        id("eni", &format!("{}/{place}", self.id))
    }

    /// Returns the `<item>` of `instancesSet`.
    pub(super) fn to_xml(&self, twist: Option<Twist>) -> String {
        let mut xml = String::with_capacity(6000);
        xml.push_str("<item>");
        let id = &self.id;
        if twist == Some(Twist::MalformedHost) {
            let broken = "<instanceState><code>sixteen</code></instanceState><launchTime>yesterday</launchTime>\
                          <amiLaunchIndex/><networkInterfaceSet><item/></networkInterfaceSet>";
            let address =
                self.machine.private_address().map_or_else(String::new, |address| address.to_string());
            put(
                &mut xml,
                format_args!(
                    "<instanceId>{id}</instanceId>{broken}<privateIpAddress>{address}</privateIpAddress></item>"
                ),
            );
            return xml;
        }
        self.put_identity(&mut xml, twist);
        self.put_place(&mut xml);
        self.put_storage(&mut xml);
        self.put_tags(&mut xml);
        self.put_interfaces(&mut xml);
        self.put_options(&mut xml);
        if twist == Some(Twist::UnknownFields) {
            xml.push_str("<quantumOptions><qubits>8</qubits><nested><item>a</item></nested></quantumOptions><novelty/>");
        }
        xml.push_str("</item>");
        xml
    }

    fn put_identity(&self, xml: &mut String, twist: Option<Twist>) {
        let (code, name) = match twist {
            Some(Twist::UnknownValues) => (112, "hibernating"),
            _ => state(self.machine.state),
        };
        let Self { id, image, private_dns_name, public_dns_name, machine_type, .. } = self;
        let reason = match self.machine.state {
            State::Stopped => "User initiated (2026-09-30 12:00:00 GMT)",
            _ => "",
        };
        put(
            xml,
            format_args!(
                "<instanceId>{id}</instanceId><imageId>{image}</imageId>\
             <instanceState><code>{code}</code><name>{name}</name></instanceState>\
             <privateDnsName>{private_dns_name}</privateDnsName><dnsName>{public_dns_name}</dnsName>\
             <reason>{reason}</reason><keyName>{}</keyName><amiLaunchIndex>{}</amiLaunchIndex><productCodes/>\
             <instanceType>{}</instanceType><launchTime>{}</launchTime>",
                self.key_name(),
                u8::from(self.machine.index % 8 == 5),
                escape(machine_type),
                timestamp(self.machine.launched).replace('Z', ".000Z"),
            ),
        );
        if !reason.is_empty() {
            put(
                xml,
                format_args!(
                    "<stateReason><code>Client.UserInitiatedShutdown</code>\
                 <message>Client.UserInitiatedShutdown: User initiated shutdown</message></stateReason>"
                ),
            );
        }
        if self.machine.system.is_windows() {
            xml.push_str("<platform>windows</platform>");
        }
        if self.machine.is_spot {
            let request = names::id("sir", id);
            let lifecycle = if twist == Some(Twist::UnknownValues) { "lunar" } else { "spot" };
            put(
                xml,
                format_args!(
                    "<instanceLifecycle>{lifecycle}</instanceLifecycle><spotInstanceRequestId>{request}</spotInstanceRequestId>"
                ),
            );
        }
    }

    fn put_place(&self, xml: &mut String) {
        let Self { zone, subnet, network, .. } = self;
        put(
            xml,
            format_args!(
                "<placement><availabilityZone>{zone}</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
             <monitoring><state>disabled</state></monitoring>"
            ),
        );
        if self.machine.interfaces.is_empty() {
            return;
        }
        put(xml, format_args!("<subnetId>{subnet}</subnetId><vpcId>{network}</vpcId>"));
        if let Some(address) = self.machine.private_address() {
            put(xml, format_args!("<privateIpAddress>{address}</privateIpAddress>"));
        }
        if let Some(address) = self.machine.public_address() {
            put(xml, format_args!("<ipAddress>{address}</ipAddress>"));
        }
        if let Some(address) = self.machine.interfaces.first().and_then(|interface| interface.ipv6.first()) {
            put(xml, format_args!("<ipv6Address>{address}</ipv6Address>"));
        }
        xml.push_str("<sourceDestCheck>true</sourceDestCheck>");
        self.put_groups(xml);
    }

    fn put_groups(&self, xml: &mut String) {
        let (group_id, group_name) = &self.security_group;
        let name = escape(group_name);
        put(
            xml,
            format_args!(
                "<groupSet><item><groupId>{group_id}</groupId><groupName>{name}</groupName></item></groupSet>"
            ),
        );
    }

    fn put_storage(&self, xml: &mut String) {
        let device = if self.machine.system.is_windows() { "/dev/sda1" } else { "/dev/xvda" };
        let (volume, attached) = (id("vol", &self.id), timestamp(self.machine.launched));
        put(
            xml,
            format_args!(
                "<architecture>{}</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>{device}</rootDeviceName>",
                self.architecture()
            ),
        );
        if self.machine.state == State::Terminated {
            xml.push_str("<blockDeviceMapping/>");
            return;
        }
        put(
            xml,
            format_args!(
                "<blockDeviceMapping><item><deviceName>{device}</deviceName><ebs><volumeId>{volume}</volumeId>\
             <status>attached</status><attachTime>{attached}</attachTime>\
             <deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>"
            ),
        );
    }

    fn put_tags(&self, xml: &mut String) {
        xml.push_str("<virtualizationType>hvm</virtualizationType><clientToken/>");
        if self.tags.is_empty() {
            return;
        }
        xml.push_str("<tagSet>");
        for (key, value) in &self.tags {
            let (key, value) = (escape(key), escape(value));
            put(xml, format_args!("<item><key>{key}</key><value>{value}</value></item>"));
        }
        xml.push_str("</tagSet>");
    }

    fn put_interfaces(&self, xml: &mut String) {
        xml.push_str("<hypervisor>xen</hypervisor><networkInterfaceSet>");
        for (place, interface) in self.machine.interfaces.iter().enumerate() {
            self.put_interface(xml, place, interface);
        }
        xml.push_str("</networkInterfaceSet>");
    }

    fn put_interface(&self, xml: &mut String, place: usize, interface: &Interface) {
        let Self { subnet, network, machine, .. } = self;
        let (account, region) = (&machine.account, &machine.region);
        let eni = self.interface_id(place);
        put(
            xml,
            format_args!(
                "<item><networkInterfaceId>{eni}</networkInterfaceId><subnetId>{subnet}</subnetId><vpcId>{network}</vpcId>\
             <description/><ownerId>{account}</ownerId><status>in-use</status><macAddress>{}</macAddress>",
                hardware_address(machine.index, place)
            ),
        );
        if let Some(first) = interface.addresses.first() {
            let (address, name) = (first.private, private_name(first.private, region));
            put(
                xml,
                format_args!(
                    "<privateIpAddress>{address}</privateIpAddress><privateDnsName>{name}</privateDnsName>"
                ),
            );
            put_association(xml, account, region, first.public);
        }
        xml.push_str("<sourceDestCheck>true</sourceDestCheck>");
        self.put_groups(xml);
        put(
            xml,
            format_args!(
                "<attachment><attachmentId>{}</attachmentId><deviceIndex>{place}</deviceIndex><status>attached</status>\
             <attachTime>{}</attachTime><deleteOnTermination>{}</deleteOnTermination>\
             <networkCardIndex>0</networkCardIndex></attachment><privateIpAddressesSet>",
                id("eni-attach", &eni),
                timestamp(machine.launched),
                place == 0
            ),
        );
        for (number, address) in interface.addresses.iter().enumerate() {
            let (private, name, primary) =
                (address.private, private_name(address.private, region), number == 0);
            put(
                xml,
                format_args!(
                    "<item><privateIpAddress>{private}</privateIpAddress><privateDnsName>{name}</privateDnsName>\
                 <primary>{primary}</primary>"
                ),
            );
            put_association(xml, account, region, address.public);
            xml.push_str("</item>");
        }
        xml.push_str("</privateIpAddressesSet><ipv6AddressesSet>");
        for address in &interface.ipv6 {
            put(
                xml,
                format_args!(
                    "<item><ipv6Address>{address}</ipv6Address><isPrimaryIpv6>false</isPrimaryIpv6></item>"
                ),
            );
        }
        xml.push_str("</ipv6AddressesSet><interfaceType>interface</interfaceType></item>");
    }

    fn put_options(&self, xml: &mut String) {
        let (details, operation) = names::platform(self.machine.system);
        let cores = names::cores(self.machine);
        let threads = if self.architecture() == "arm64" { 1 } else { 2 };
        put(
            xml,
            format_args!(
                "<ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport>\
             <cpuOptions><coreCount>{cores}</coreCount><threadsPerCore>{threads}</threadsPerCore></cpuOptions>\
             <capacityReservationSpecification><capacityReservationPreference>open</capacityReservationPreference>\
             </capacityReservationSpecification><hibernationOptions><configured>false</configured></hibernationOptions>\
             <metadataOptions><state>applied</state><httpTokens>required</httpTokens>\
             <httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>\
             <httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags>\
             </metadataOptions><enclaveOptions><enabled>false</enabled></enclaveOptions><bootMode>uefi-preferred</bootMode>\
             <platformDetails>{details}</platformDetails><usageOperation>{operation}</usageOperation>\
             <usageOperationUpdateTime>{}</usageOperationUpdateTime><privateDnsNameOptions>\
             <hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>\
             <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord></privateDnsNameOptions>\
             <maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions>\
             <currentInstanceBootMode>uefi</currentInstanceBootMode>",
                timestamp(self.machine.launched)
            ),
        );
    }
}

fn put(xml: &mut String, text: std::fmt::Arguments<'_>) {
    xml.write_fmt(text).expect("text takes text");
}

fn put_association(xml: &mut String, account: &str, region: &str, address: Option<Ipv4Addr>) {
    if let Some(address) = address {
        put(
            xml,
            format_args!(
                "<association><publicIp>{address}</publicIp><publicDnsName>{}</publicDnsName><ipOwnerId>{account}</ipOwnerId>\
             </association>",
                public_name(address, region)
            ),
        );
    }
}

fn private_name(address: Ipv4Addr, region: &str) -> String {
    let [a, b, c, d] = address.octets();
    // The oldest region has a name of its own.
    let domain = if region == "us-east-1" { "ec2".to_owned() } else { format!("{region}.compute") };
    format!("ip-{a}-{b}-{c}-{d}.{domain}.internal")
}

fn public_name(address: Ipv4Addr, region: &str) -> String {
    let [a, b, c, d] = address.octets();
    let domain = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
    format!("ec2-{a}-{b}-{c}-{d}.{domain}.amazonaws.com")
}

fn hardware_address(index: u64, place: usize) -> String {
    let [.., a, b, c, d] = index.to_be_bytes();
    format!("02:{place:02x}:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

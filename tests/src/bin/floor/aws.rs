//! EC2: a list of regions, then the pages of each region.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::client::Client;
use crate::output::Text;
use crate::{Shared, variable};

const INSTANCES: &str = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=instance-state-name&Filter.1.Value.1=running\
                         &Filter.1.Value.2=pending&Filter.1.Value.3=stopping&Filter.1.Value.4=stopped&MaxResults=1000";

/// The elements that are lists, also without items.
const LISTS: [&str; 10] = [
    "blockDeviceMapping",
    "groupSet",
    "instancesSet",
    "ipv6AddressesSet",
    "networkInterfaceSet",
    "privateIpAddressesSet",
    "productCodes",
    "regionInfo",
    "reservationSet",
    "tagSet",
];

/// The elements that are times.
const TIMES: [&str; 3] = ["attachTime", "launchTime", "usageOperationUpdateTime"];

/// The elements that are numbers where their text is one.
const NUMBERS: [&str; 7] = [
    "amiLaunchIndex",
    "code",
    "coreCount",
    "deviceIndex",
    "httpPutResponseHopLimit",
    "networkCardIndex",
    "threadsPerCore",
];

/// What boto3 and the plugin call elements other than by their words.
const NAMES: [(&str, &str); 11] = [
    ("blockDeviceMapping", "block_device_mappings"),
    ("dnsName", "public_dns_name"),
    ("enableResourceNameDnsAAAARecord", "enable_resource_name_dns_aaaa_record"),
    ("groupSet", "groups"),
    ("instanceState", "state"),
    ("ipAddress", "public_ip_address"),
    ("ipv6AddressesSet", "ipv6_addresses"),
    ("networkInterfaceSet", "network_interfaces"),
    ("privateIpAddressesSet", "private_ip_addresses"),
    ("reason", "state_transition_reason"),
    ("tagSet", "tags"),
];

/// A part of an answer.
enum Node<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Truth(bool),
    Time(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Tags(Vec<Node<'a>>),
    Object(Vec<(&'static str, Node<'a>)>),
}

/// What an element is.
#[derive(Clone, Copy)]
struct Member {
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Time,
    List,
    Tags,
    Tag,
    /// A text whatever it looks like.
    Literal,
}

/// Writes all instances.
pub(crate) async fn list(output: &Shared) {
    let endpoint = variable("AWS_ENDPOINT_URL");
    let mut client = Client::connect(&endpoint).await;
    let form = "Action=DescribeRegions&Version=2016-11-15".to_owned();
    let answer = ask(&mut client, "us-east-1", form).await;
    let mut members = Members::default();
    let regions = members.document(&answer);
    let regions =
        regions.get("region_info").items().iter().map(|region| region.get("region_name").text().to_owned());
    let pages = regions.map(|region| {
        let (output, endpoint) = (output.clone(), endpoint.clone());
        tokio::task::spawn_local(async move { list_region(&endpoint, &region, &output).await })
    });
    for pages in pages.collect::<Vec<_>>() {
        pages.await.expect("a region");
    }
}

async fn list_region(endpoint: &str, region: &str, output: &Shared) {
    let mut client = Client::connect(endpoint).await;
    let mut members = Members::default();
    let mut token = None;
    loop {
        let next = token.map(|token: String| format!("&NextToken={}", encode(&token))).unwrap_or_default();
        let answer = ask(&mut client, region, format!("{INSTANCES}{next}")).await;
        let page = members.document(&answer);
        for reservation in page.get("reservation_set").items() {
            for instance in reservation.get("instances_set").items() {
                let host = Host { reservation, instance, region };
                let name = instance.get("instance_id").text();
                let mut output = output.borrow_mut();
                output.host(name, &host);
                output.member("aws_ec2", name);
                let environment = instance.get("tags").tag("Environment");
                output.member_of_environment(environment, name);
            }
        }
        token = page.find("next_token").map(|token| token.text().to_owned());
        if token.is_none() {
            return;
        }
    }
}

async fn ask(client: &mut Client, region: &str, form: String) -> String {
    // The simulator reads of a signature who signs for which service and region.
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential={}/20260102/{region}/ec2/aws4_request, SignedHeaders=host, Signature={}",
        variable("AWS_ACCESS_KEY_ID"),
        "0".repeat(64)
    );
    let headers = [("authorization", signature.as_str()), ("x-amz-date", "20260102T030405Z")];
    client.post("/", &headers, form).await
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An instance as hostvars.
struct Host<'a> {
    reservation: &'a Node<'a>,
    instance: &'a Node<'a>,
    region: &'a str,
}

impl Serialize for Host<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.instance.members() {
            match (*name, value) {
                ("placement", Node::Object(members)) => {
                    map.serialize_entry(name, &Placement { members, region: self.region })?;
                }
                ("groups", value) => map.serialize_entry("security_groups", value)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        for name in ["owner_id", "reservation_id", "requester_id"] {
            map.serialize_entry(name, self.reservation.find(name).map_or("", Node::text))?;
        }
        if let Some(interface) = self.instance.get("network_interfaces").items().first()
            && let Some(address) = interface.get("ipv6_addresses").items().first()
            && self.instance.find("ipv6_address").is_none()
        {
            map.serialize_entry("ipv6_address", address.get("ipv6_address"))?;
        }
        if self.instance.find("tags").is_none() {
            map.serialize_entry("tags", &Node::Tags(Vec::new()))?;
        }
        map.serialize_entry("ansible_host", self.instance.get("private_ip_address"))?;
        map.end()
    }
}

struct Placement<'a> {
    members: &'a [(&'static str, Node<'a>)],
    region: &'a str,
}

impl Serialize for Placement<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.members.iter().map(|(name, value)| (*name, value));
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in members {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("region", self.region)?;
        map.end()
    }
}

impl<'a> Node<'a> {
    fn members(&self) -> &[(&'static str, Node<'a>)] {
        if let Node::Object(members) = self { members } else { &[] }
    }

    fn find(&self, name: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn get(&self, name: &str) -> &Node<'a> {
        self.find(name).unwrap_or(const { &Node::Text(Cow::Borrowed("")) })
    }

    fn items(&self) -> &[Node<'a>] {
        if let Node::List(items) = self { items } else { &[] }
    }

    fn tag(&self, name: &str) -> Option<&str> {
        let Node::Tags(tags) = self else { return None };
        tags.iter().find(|tag| tag.get("key").text() == name).map(|tag| tag.get("value").text())
    }

    fn text(&self) -> &str {
        if let Node::Text(text) = self { text } else { "" }
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Text(text) => Text(text).serialize(serializer),
            Node::Number(number) => serializer.serialize_i64(*number),
            Node::Truth(truth) => serializer.serialize_bool(*truth),
            Node::Time(time) => {
                serializer.collect_str(&format_args!("{}+00:00", time.get(..19).unwrap_or(time)))
            }
            Node::List(items) => serializer.collect_seq(items),
            Node::Tags(tags) => {
                serializer.collect_map(tags.iter().map(|tag| (tag.get("key").text(), tag.get("value"))))
            }
            Node::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// What elements are, each name looked at once.
#[derive(Default)]
struct Members {
    known: HashMap<String, Member>,
}

impl Members {
    /// Reads a whole answer.
    fn document<'a>(&mut self, text: &'a str) -> Node<'a> {
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event().expect("XML") {
                Event::Start(_) => return self.element(&mut reader, Kind::Text),
                Event::Eof => panic!("an answer without an element"),
                _ => {}
            }
        }
    }

    /// Reads what is in an element, up to its end.
    fn element<'a>(&mut self, reader: &mut Reader<&'a [u8]>, kind: Kind) -> Node<'a> {
        let mut text = Cow::Borrowed("");
        let (mut members, mut items) = (Vec::new(), Vec::new());
        loop {
            let (name, is_empty) = match reader.read_event().expect("XML") {
                Event::Start(tag) => (tag, false),
                Event::Empty(tag) => (tag, true),
                Event::Text(part) if text.is_empty() => {
                    text = part.xml10_content();
                    continue;
                }
                Event::Text(part) => {
                    text.to_mut().push_str(&part.xml10_content());
                    continue;
                }
                Event::GeneralRef(reference) => {
                    match reference.resolve_char_ref().expect("a character") {
                        Some(character) => text.to_mut().push(character),
                        None => text.to_mut().push_str(resolve_xml_entity(&reference).expect("an entity")),
                    }
                    continue;
                }
                Event::End(_) => return kind.node(text, members, items),
                Event::Eof => panic!("an answer that ends early"),
                _ => continue,
            };
            if matches!(kind, Kind::List | Kind::Tags) {
                let kind = if kind == Kind::Tags { Kind::Tag } else { Kind::Text };
                items.push(if is_empty { kind.empty() } else { self.element(reader, kind) });
            } else {
                let Member { name, kind: of_name } = self.member(name.name().as_ref());
                let of_name = if kind == Kind::Tag { Kind::Literal } else { of_name };
                let node = if is_empty { of_name.empty() } else { self.element(reader, of_name) };
                members.push((name, node));
            }
        }
    }

    fn member(&mut self, name: &str) -> Member {
        if let Some(member) = self.known.get(name) {
            return *member;
        }
        let kind = match name {
            "tagSet" => Kind::Tags,
            _ if LISTS.contains(&name) => Kind::List,
            _ if NUMBERS.contains(&name) => Kind::Number,
            _ if TIMES.contains(&name) => Kind::Time,
            _ => Kind::Text,
        };
        let special = NAMES.iter().find(|(known, _)| *known == name).map(|(_, other)| *other);
        // The names of an API are few, and all are needed to the end.
        let known = special.unwrap_or_else(|| snake_case(name).leak());
        let member = Member { name: known, kind };
        self.known.insert(name.to_owned(), member);
        member
    }
}

impl Kind {
    fn empty<'a>(self) -> Node<'a> {
        self.node(Cow::Borrowed(""), Vec::new(), Vec::new())
    }

    fn node<'a>(
        self,
        text: Cow<'a, str>,
        members: Vec<(&'static str, Node<'a>)>,
        items: Vec<Node<'a>>,
    ) -> Node<'a> {
        match self {
            Kind::List => Node::List(items),
            Kind::Tags => Node::Tags(items),
            _ if !members.is_empty() => Node::Object(members),
            Kind::Time => Node::Time(text),
            Kind::Number => text.parse().map_or(Node::Text(text), Node::Number),
            Kind::Text if text == "true" => Node::Truth(true),
            Kind::Text if text == "false" => Node::Truth(false),
            Kind::Text | Kind::Tag | Kind::Literal => Node::Text(text),
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

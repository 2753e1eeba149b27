//! Instances as `DescribeInstances` writes them.

use std::fmt::Write as _;

/// One instance, in a reservation of its own.
#[derive(Debug, Clone)]
pub struct Machine {
    id: String,
    region: String,
    state: &'static str,
    tags: Vec<(String, String)>,
    surplus: String,
    xml: Option<String>,
}

impl Machine {
    /// Makes a running instance with a private address and without tags.
    pub fn new(region: &str, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            region: region.to_owned(),
            state: "running",
            tags: Vec::new(),
            surplus: String::new(),
            xml: None,
        }
    }

    /// Makes an instance of an `<item>` of `reservationSet` that was written by hand.
    pub fn from_xml(region: &str, id: &str, xml: &str) -> Self {
        Self { xml: Some(xml.to_owned()), ..Self::new(region, id) }
    }

    /// Makes `count` instances named `web-0`, `web-1`, ... whose ids begin with the number of the region.
    pub fn many(region: &str, number: u32, count: u32) -> Vec<Self> {
        let one = |index: u32| {
            Self::new(region, &format!("i-{number:02x}{index:015x}")).tag("Name", &format!("web-{index}"))
        };
        (0..count).map(one).collect()
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Sets the state, such as `stopped`.
    #[must_use]
    pub fn state(mut self, state: &'static str) -> Self {
        self.state = state;
        self
    }

    /// Adds elements to the instance as they are.
    #[must_use]
    pub fn elements(mut self, xml: &str) -> Self {
        self.surplus.push_str(xml);
        self
    }

    /// Returns the id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the region that lists the instance.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the values that a filter looks at, or nothing for a filter that this responder does not know.
    pub(super) fn filter_values(&self, filter: &str) -> Option<Vec<&str>> {
        match filter {
            "instance-state-name" => Some(vec![self.state]),
            "instance-state-code" => Some(vec![self.code()]),
            "instance-id" => Some(vec![&self.id]),
            _ => {
                let wanted = filter.strip_prefix("tag:")?;
                let values =
                    self.tags.iter().filter(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
                Some(values.collect())
            }
        }
    }

    /// Returns the code of the state, as the API numbers them.
    fn code(&self) -> &'static str {
        match self.state {
            "running" => "16",
            "stopped" => "80",
            _ => "48",
        }
    }

    /// Returns the `<item>` of `reservationSet`.
    pub(super) fn reservation(&self) -> String {
        if let Some(xml) = &self.xml {
            return xml.clone();
        }
        let (id, region, state, code) = (&self.id, &self.region, self.state, self.code());
        let address = address_of(id);
        let mut tags = String::new();
        for (key, value) in &self.tags {
            let (key, value) = (escape(key), escape(value));
            write!(tags, "<item><key>{key}</key><value>{value}</value></item>").expect("text takes text");
        }
        format!(
            "<item><reservationId>r-{id}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item>\
             <instanceId>{id}</instanceId><imageId>ami-1</imageId>\
             <instanceState><code>{code}</code><name>{state}</name></instanceState>\
             <privateDnsName>{id}.internal</privateDnsName><dnsName/><reason/><amiLaunchIndex>0</amiLaunchIndex>\
             <instanceType>t3.micro</instanceType><launchTime>2026-01-02T03:04:05.000Z</launchTime>\
             <placement><availabilityZone>{region}a</availabilityZone><tenancy>default</tenancy></placement>\
             <privateIpAddress>{address}</privateIpAddress><tagSet>{tags}</tagSet>{}</item></instancesSet></item>",
            self.surplus
        )
    }
}

/// Makes an address of 10.0.0.0/8 from the last digits of an id.
fn address_of(id: &str) -> String {
    let digits = id.get(id.len().saturating_sub(6)..).unwrap_or_default();
    let number = u32::from_str_radix(digits, 16).unwrap_or_default();
    let [_, high, middle, low] = number.to_be_bytes();
    format!("10.{high}.{middle}.{low}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

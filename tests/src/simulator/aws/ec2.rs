//! EC2: regions, instances and their tags.

use std::fmt::Write as _;

use super::Aws;
use super::asked::Asked;
use super::failure::{Failure, HEAD, REQUEST_ID, escape};
use super::filters::{self, Filter};
use super::instance::Instance;
use super::names::{self, OPT_IN_REGIONS};
use super::pages::Pages;
use crate::simulator::cloud::Twist;
use crate::simulator::exchange::Answer;

/// The page sizes that clients may ask for.
const PAGE_LIMITS: (usize, usize) = (5, 1000);

pub(super) fn answer(aws: &Aws, asked: &Asked, twist: Option<Twist>) -> Result<Answer, Failure> {
    let content = match asked.action.as_str() {
        "DescribeInstances" => instances(aws, asked, twist)?,
        "DescribeRegions" => regions(aws, asked)?,
        "DescribeTags" => tags(aws, asked, twist)?,
        _ => return Err(asked.unknown_action()),
    };
    let action = &asked.action;
    Ok(Answer::xml(
        200,
        format!(
            "{HEAD}<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>{REQUEST_ID}</requestId>{content}</{action}Response>"
        ),
    ))
}

fn regions(aws: &Aws, asked: &Asked) -> Result<String, Failure> {
    asked.allow(&["AllRegions", "RegionName", "Filter"])?;
    let asks_all = asked.parameters.get("AllRegions").is_some_and(|all| all == "true");
    let enabled = aws.regions().into_iter().map(|name| (name, "opt-in-not-required"));
    let others = OPT_IN_REGIONS.iter().filter(|_| asks_all).map(|name| (*name, "not-opted-in"));
    let all: Vec<_> = enabled.chain(others).collect();
    let wanted = asked.list("RegionName");
    if let Some(name) = wanted.iter().find(|name| !all.iter().any(|(known, _)| known == *name)) {
        return Err(Failure::new(400, "InvalidParameterValue", format!("Invalid region name: {name}")));
    }
    let filters = filters::read(asked)?;
    let mut xml = String::from("<regionInfo>");
    for (name, status) in all {
        let endpoint = format!("ec2.{name}.amazonaws.com");
        let mut passes = wanted.is_empty() || wanted.contains(&name);
        for filter in &filters {
            passes &= match filter.name {
                "region-name" => filter.passes([name]),
                "opt-in-status" => filter.passes([status]),
                "endpoint" => filter.passes([endpoint.as_str()]),
                unknown => return Err(filters::unknown(unknown)),
            };
        }
        if passes {
            write!(
                xml,
                "<item><regionName>{name}</regionName><regionEndpoint>{endpoint}</regionEndpoint>\
                 <optInStatus>{status}</optInStatus></item>"
            )
            .expect("text takes text");
        }
    }
    Ok(xml + "</regionInfo>")
}

fn instances(aws: &Aws, asked: &Asked, twist: Option<Twist>) -> Result<String, Failure> {
    asked.allow(&["Filter", "InstanceId", "MaxResults", "NextToken"])?;
    let filters = filters::read(asked)?;
    if let Some(filter) = filters.iter().find(|filter| !filters::is_known(filter.name)) {
        return Err(filters::unknown(filter.name));
    }
    let range = aws.world.fleet.in_region(&asked.caller.account, &asked.region);
    let ids = asked.list("InstanceId");
    if !ids.is_empty() {
        return named_instances(aws, asked, &ids, &filters);
    }
    let pages = Pages::read(aws, asked, PAGE_LIMITS, twist)?;
    let mut page = Page { filters: &filters, twist, xml: String::new(), count: 0, reservation: None };
    let mut next = None;
    for index in range.start.max(pages.start)..range.end {
        let Some(machine) = aws.world.fleet.machine(index) else { break };
        let instance = Instance::new(&machine);
        if !page.passes(&instance) {
            continue;
        }
        if page.count == pages.size {
            next = Some(index);
            break;
        }
        page.push(&instance);
    }
    let token = pages.token(next).map(|token| format!("<nextToken>{token}</nextToken>"));
    Ok(page.finish() + &token.unwrap_or_default())
}

/// Answers a call that names instances: each must be there.
fn named_instances(
    aws: &Aws,
    asked: &Asked,
    ids: &[&str],
    filters: &[Filter<'_>],
) -> Result<String, Failure> {
    if asked.parameters.contains_key("MaxResults") {
        let text = "The parameter instancesSet cannot be used with the parameter maxResults";
        return Err(Failure::new(400, "InvalidParameterCombination", text));
    }
    let range = aws.world.fleet.in_region(&asked.caller.account, &asked.region);
    let mut page = Page { filters, twist: None, xml: String::new(), count: 0, reservation: None };
    for id in ids {
        let index = names::index_of(id).filter(|index| range.contains(index));
        let Some(machine) = index.and_then(|index| aws.world.fleet.machine(index)) else {
            let text = format!("The instance ID '{id}' does not exist");
            return Err(Failure::new(400, "InvalidInstanceID.NotFound", text));
        };
        let instance = Instance::new(&machine);
        if page.passes(&instance) {
            page.push(&instance);
        }
    }
    Ok(page.finish())
}

/// The instances of one answer, in their reservations.
struct Page<'a> {
    filters: &'a [Filter<'a>],
    twist: Option<Twist>,
    xml: String,
    count: usize,
    reservation: Option<String>,
}

impl Page<'_> {
    fn passes(&self, instance: &Instance<'_>) -> bool {
        self.filters.iter().all(|filter| filters::passes(filter, instance))
    }

    fn push(&mut self, instance: &Instance<'_>) {
        self.count += 1;
        let is_first = self.count == 1;
        let twist = match self.twist {
            Some(Twist::VanishedHost) if is_first => return,
            Some(Twist::MalformedHost) => self.twist.filter(|_| is_first),
            twist => twist,
        };
        if self.reservation.as_ref() != Some(&instance.reservation) {
            self.close_reservation();
            let (reservation, owner) = (&instance.reservation, &instance.machine.account);
            write!(
                self.xml,
                "<item><reservationId>{reservation}</reservationId><ownerId>{owner}</ownerId><groupSet/>"
            )
            .expect("text takes text");
            if instance.machine.set.is_some() {
                // Auto scaling asks for the instances of its groups on the owner's behalf.
                self.xml.push_str("<requesterId>940372691376</requesterId>");
            }
            self.xml.push_str("<instancesSet>");
            self.reservation = Some(reservation.clone());
        }
        self.xml.push_str(&instance.to_xml(twist));
    }

    fn close_reservation(&mut self) {
        if self.reservation.take().is_some() {
            self.xml.push_str("</instancesSet></item>");
        }
    }

    fn finish(mut self) -> String {
        self.close_reservation();
        format!("<reservationSet>{}</reservationSet>", self.xml)
    }
}

/// Lists the tags of instances; a page begins with the first tag of an instance and may be longer by its others.
fn tags(aws: &Aws, asked: &Asked, twist: Option<Twist>) -> Result<String, Failure> {
    asked.allow(&["Filter", "MaxResults", "NextToken"])?;
    let filters = filters::read(asked)?;
    let is_known = |name: &str| {
        matches!(name, "key" | "value" | "resource-id" | "resource-type") || name.starts_with("tag:")
    };
    if let Some(filter) = filters.iter().find(|filter| !is_known(filter.name)) {
        return Err(filters::unknown(filter.name));
    }
    let pages = Pages::read(aws, asked, PAGE_LIMITS, twist)?;
    let range = aws.world.fleet.in_region(&asked.caller.account, &asked.region);
    let (mut xml, mut count, mut next) = (String::from("<tagSet>"), 0, None);
    for index in range.start.max(pages.start)..range.end {
        if count >= pages.size {
            next = Some(index);
            break;
        }
        let Some(machine) = aws.world.fleet.machine(index) else { break };
        let instance = Instance::new(&machine);
        for (key, value) in &instance.tags {
            if filters.iter().all(|filter| tag_passes(filter, &instance.id, key, value)) {
                count += 1;
                let (id, key, value) = (&instance.id, escape(key), escape(value));
                write!(
                    xml,
                    "<item><resourceId>{id}</resourceId><resourceType>instance</resourceType><key>{key}</key>\
                     <value>{value}</value></item>"
                )
                .expect("text takes text");
            }
        }
    }
    let token = pages.token(next).map(|token| format!("<nextToken>{token}</nextToken>"));
    Ok(xml + "</tagSet>" + &token.unwrap_or_default())
}

fn tag_passes(filter: &Filter<'_>, id: &str, key: &str, value: &str) -> bool {
    match filter.name {
        "key" => filter.passes([key]),
        "value" => filter.passes([value]),
        "resource-id" => filter.passes([id]),
        "resource-type" => filter.passes(["instance"]),
        name => name.strip_prefix("tag:") == Some(key) && filter.passes([value]),
    }
}

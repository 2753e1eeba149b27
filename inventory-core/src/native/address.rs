//! Which address is `ansible_host`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::Deserialize;

use super::names::compile;
use crate::config::decode::Placed;
use crate::diagnostic::{Diagnostic, Source};
use crate::expression::{Environment, Escapes, Expression};
use crate::host::{Host, Machine};
use crate::value::{Text, Value};

/// One way to reach a machine, as the configuration writes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// The first public IPv4 address.
    PublicIp,
    /// The first public IPv4 address that is in one of these networks.
    PublicIpIn(Vec<Placed<String>>),
    /// The first private IPv4 address.
    PrivateIp,
    /// The first private IPv4 address that is in one of these networks.
    PrivateIpIn(Vec<Placed<String>>),
    /// The first IPv6 address that is global.
    Ipv6,
    /// The public DNS name.
    PublicDns,
    /// The private DNS name.
    PrivateDns,
    /// The machine's own name, such as Google's `gcloud compute ssh` takes.
    Name,
    /// The cloud's identifier, such as AWS Systems Manager takes.
    Id,
    /// What an expression over the normalized host gives.
    Expression(Placed<String>),
}

/// How a machine is reached where a configuration does not say.
pub const DEFAULT_ADDRESSES: [Address; 3] = [Address::PublicIp, Address::PrivateIp, Address::Ipv6];

/// Ways to reach a machine; the first that a machine has counts.
#[derive(Debug)]
pub struct Addresses {
    rules: Vec<Rule>,
}

#[derive(Debug)]
enum Rule {
    PublicIp(Option<Vec<Ipv4Net>>),
    PrivateIp(Option<Vec<Ipv4Net>>),
    Ipv6,
    PublicDns,
    PrivateDns,
    Name,
    Id,
    Expression(Expression),
}

impl Addresses {
    /// Checks and compiles the ways.
    ///
    /// # Errors
    /// Networks and expressions that are none, each with its place.
    pub fn new(
        source: &Arc<Source>,
        addresses: &[Address],
        escapes: Escapes,
    ) -> Result<Addresses, Vec<Diagnostic>> {
        let (mut rules, mut errors) = (Vec::new(), Vec::new());
        for address in addresses {
            let rule = match address {
                Address::PublicIp => Ok(Rule::PublicIp(None)),
                Address::PrivateIp => Ok(Rule::PrivateIp(None)),
                Address::PublicIpIn(networks) => {
                    read(source, networks).map(|read| Rule::PublicIp(Some(read)))
                }
                Address::PrivateIpIn(networks) => {
                    read(source, networks).map(|read| Rule::PrivateIp(Some(read)))
                }
                Address::Ipv6 => Ok(Rule::Ipv6),
                Address::PublicDns => Ok(Rule::PublicDns),
                Address::PrivateDns => Ok(Rule::PrivateDns),
                Address::Name => Ok(Rule::Name),
                Address::Id => Ok(Rule::Id),
                Address::Expression(text) => compile(source, text, escapes).map(Rule::Expression),
            };
            match rule {
                Ok(rule) => rules.push(rule),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Addresses { rules }) } else { Err(errors) }
    }

    /// Tells whether no way is given: hosts are reached by their names then.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the address of a machine; none when it has none of those.
    ///
    /// # Errors
    /// An expression that fails otherwise than by something undefined.
    pub(super) fn choose(
        &self,
        machine: &Machine,
        environment: &Environment,
    ) -> Result<Option<Text>, String> {
        for rule in &self.rules {
            let host = &machine.host;
            let chosen = match rule {
                Rule::PublicIp(networks) => first(&host.public_ips, networks.as_deref()),
                Rule::PrivateIp(networks) => first(&host.private_ips, networks.as_deref()),
                Rule::Ipv6 => global(host),
                Rule::PublicDns => host.public_dns.clone(),
                Rule::PrivateDns => host.private_dns.clone(),
                Rule::Name => host.name.clone(),
                Rule::Id => Some(host.id.clone()),
                Rule::Expression(expression) => evaluate(expression, machine, environment)?,
            };
            if chosen.is_some() {
                return Ok(chosen);
            }
        }
        Ok(None)
    }
}

fn read(source: &Arc<Source>, networks: &[Placed<String>]) -> Result<Vec<Ipv4Net>, Diagnostic> {
    let read = |text: &Placed<String>| {
        let network =
            text.value.parse::<Ipv4Net>().or_else(|_| text.value.parse::<Ipv4Addr>().map(Ipv4Net::from));
        network.map_err(|_| {
            text.error(source, format!("`{}` is not a network", text.value))
                .label("expected addresses such as `10.0.0.0/8`")
        })
    };
    networks.iter().map(read).collect()
}

/// Returns the first address that is in any of the networks; the first of all without networks.
fn first(addresses: &[Text], networks: Option<&[Ipv4Net]>) -> Option<Text> {
    let fits = |address: &&Text| match networks {
        None => true,
        Some(networks) => address
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| networks.iter().any(|network| network.contains(&address))),
    };
    addresses.iter().find(fits).cloned()
}

/// Returns the first IPv6 address that is good outside of its own link.
fn global(host: &Host) -> Option<Text> {
    let is_global =
        |address: &&Text| address.parse::<Ipv6Addr>().is_ok_and(|address| !address.is_unicast_link_local());
    host.ipv6_ips.iter().find(is_global).cloned()
}

fn evaluate(
    expression: &Expression,
    machine: &Machine,
    environment: &Environment,
) -> Result<Option<Text>, String> {
    let fail = |what: String| {
        format!("the address `{}` fails for `{}`: {what}", expression.source(), machine.host.id)
    };
    match expression.evaluate(machine, environment) {
        Ok(Value::Text(text)) if text.trim().is_empty() => Ok(None),
        Ok(Value::Text(text)) => Ok(Some(text)),
        Ok(Value::Null) => Ok(None),
        Ok(other) => Err(fail(format!("it is a {}, not a text", other.type_name()))),
        Err(error) if error.is_undefined() => Ok(None),
        Err(error) => Err(fail(error.to_string())),
    }
}

//! The Query protocol: a form with an action and numbered parameters, signed for a region and a service.

use std::collections::BTreeMap;

use crate::http::Request;

/// One recorded call of the API.
#[derive(Debug, Clone)]
pub struct Call {
    /// The action, such as `DescribeInstances`.
    pub action: String,
    /// The id of the key that signed the call.
    pub key: String,
    /// The region that the call was signed for.
    pub region: String,
    /// The service that the call was signed for, such as `ec2`.
    pub service: String,
    /// Every parameter but `Action` and `Version`.
    pub parameters: BTreeMap<String, String>,
    /// How the client names itself.
    pub user_agent: String,
    /// The body of a call in JSON; null for the Query protocol.
    pub body: serde_json::Value,
}

impl Call {
    /// Reads a request; nothing when it is not signed or names no action.
    pub(super) fn read(request: &Request) -> Option<Self> {
        let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
        // AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, ...
        let credential = header("authorization").split_once("Credential=")?.1;
        let mut scope = credential.split(['/', ',']);
        let key = scope.next()?.to_owned();
        let mut scope = scope.skip(1);
        let (region, service) = (scope.next()?.to_owned(), scope.next()?.to_owned());
        let user_agent = format!("{} {}", header("user-agent"), header("x-amz-user-agent"));
        if let Some(target) = request.headers.get("x-amz-target") {
            let action = target.split_once('.')?.1.to_owned();
            let body = serde_json::from_slice(&request.body).ok()?;
            return Some(Self {
                action,
                key,
                region,
                service,
                parameters: BTreeMap::new(),
                user_agent,
                body,
            });
        }
        let text = String::from_utf8(request.body.clone()).ok()?;
        let mut parameters: BTreeMap<_, _> = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let action = parameters.remove("Action")?;
        parameters.remove("Version");
        Some(Self { action, key, region, service, parameters, user_agent, body: serde_json::Value::Null })
    }

    /// Returns the filters: name and values.
    pub fn filters(&self) -> Vec<(&str, Vec<&str>)> {
        let number = |index: usize| format!("Filter.{index}");
        let names = (1..).map_while(|index| self.parameters.get(&format!("{}.Name", number(index))));
        names
            .enumerate()
            .map(|(index, name)| (name.as_str(), self.filter_values(&number(index + 1))))
            .collect()
    }

    fn filter_values(&self, filter: &str) -> Vec<&str> {
        (1..)
            .map_while(|index| self.parameters.get(&format!("{filter}.Value.{index}")))
            .map(String::as_str)
            .collect()
    }
}

/// Decodes one part of a form.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(|&digit| char::from(digit)).collect();
                bytes.push(u8::from_str_radix(&digits, 16).expect("a client encodes its forms"));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).expect("a client sends UTF-8")
}

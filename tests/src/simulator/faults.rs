//! What goes wrong on demand: which calls, which times, and how.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::cloud::{Call, Refusal, Twist};

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The cloud refuses in its own format.
    Refused(Refusal),
    /// The cloud's answer is odd.
    Twisted(Twist),
    /// A page for people comes, with status 200.
    Html,
    /// A body comes that is neither JSON nor XML, with the status and the headers of the right answer.
    Garbage,
    /// The connection ends without an answer.
    Cut,
    /// The connection ends in the middle of the body.
    Truncated,
    /// `Content-Length` tells half of the body, and half of the body is sent.
    WrongLength,
    /// The second half of the body comes after this time.
    SlowBody(Duration),
    /// No answer comes, however long the client waits.
    Silent,
}

/// Which of the calls that a rule fits go wrong, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Each of them.
    Always,
    /// Those of a range, ends included.
    Between(u64, u64),
    /// Each that this number divides.
    Every(u64),
}

/// A fault and the calls that it befalls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The name of the cloud.
    pub cloud: String,
    /// The name of the call, or `*` for all.
    pub call: String,
    /// The scope of the call or a part of it between slashes, or nothing for all.
    pub scope: Option<String>,
    /// The times.
    pub when: When,
    /// What happens.
    pub fault: Fault,
}

impl Rule {
    /// Makes a rule for a call in any scope.
    pub fn new(cloud: &str, call: &str, when: When, fault: Fault) -> Self {
        Self { cloud: cloud.to_owned(), call: call.to_owned(), scope: None, when, fault }
    }

    /// Limits the rule to one scope.
    #[must_use]
    pub fn in_scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }

    fn fits(&self, cloud: &str, call: &Call) -> bool {
        self.cloud == cloud
            && (self.call == "*" || self.call == call.name)
            && self.scope.as_ref().is_none_or(|scope| is_scope(scope, &call.scope))
    }
}

/// Returns whether a scope is the one that is named, in whole or by one of its parts, as in `ACCOUNT/REGION`.
fn is_scope(named: &str, scope: &str) -> bool {
    named == scope || scope.split('/').any(|part| part == named)
}

impl When {
    fn holds(self, count: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Between(first, last) => (first..=last).contains(&count),
            Self::Every(step) => step != 0 && count.is_multiple_of(step),
        }
    }
}

/// The rules in force, with how often each has fitted.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<(Rule, u64)>>,
}

impl Faults {
    /// Puts a rule in force.
    pub fn add(&self, rule: Rule) {
        self.lock().push((rule, 0));
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Counts a call for every rule that fits it, and returns the fault of the first that holds this time.
    pub fn befall(&self, cloud: &str, call: &Call) -> Option<Fault> {
        let mut found = None;
        for (rule, count) in self.lock().iter_mut().filter(|(rule, _)| rule.fits(cloud, call)) {
            *count += 1;
            if found.is_none() && rule.when.holds(*count) {
                found = Some(rule.fault);
            }
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Rule, u64)>> {
        self.rules.lock().expect("no holder panics")
    }
}

/// The names of the faults in the text form of a rule, but `slow-body=MILLISECONDS`.
pub const NAMES: [(&str, Fault); 20] = [
    ("throttled", Fault::Refused(Refusal::Throttled)),
    ("internal-error", Fault::Refused(Refusal::Internal)),
    ("bad-gateway", Fault::Refused(Refusal::BadGateway)),
    ("unavailable", Fault::Refused(Refusal::Unavailable)),
    ("denied", Fault::Refused(Refusal::Denied)),
    ("unknown-caller", Fault::Refused(Refusal::Unknown)),
    ("expired-token", Fault::Refused(Refusal::Expired)),
    ("repeated-token", Fault::Twisted(Twist::RepeatedToken)),
    ("unknown-fields", Fault::Twisted(Twist::UnknownFields)),
    ("unknown-values", Fault::Twisted(Twist::UnknownValues)),
    ("malformed-host", Fault::Twisted(Twist::MalformedHost)),
    ("vanished-host", Fault::Twisted(Twist::VanishedHost)),
    ("unreachable-zone", Fault::Twisted(Twist::UnreachableZone)),
    ("html", Fault::Html),
    ("garbage", Fault::Garbage),
    ("cut", Fault::Cut),
    ("truncated", Fault::Truncated),
    ("wrong-length", Fault::WrongLength),
    ("slow-body", Fault::SlowBody(Duration::from_secs(1))),
    ("silent", Fault::Silent),
];

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is no fault: {}; a fault is written CLOUD:CALL[@SCOPE]:WHEN:FAULT",
            self.text, self.reason
        )
    }
}

impl std::error::Error for RuleError {}

impl FromStr for Rule {
    type Err = RuleError;

    /// Reads `CLOUD:CALL[@SCOPE]:WHEN:FAULT`, such as `aws:DescribeInstances@eu-west-1:first=2:throttled`.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let wrong = |reason| RuleError { text: text.to_owned(), reason };
        let mut parts = text.splitn(4, ':');
        let (Some(cloud), Some(call), Some(when), Some(fault)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong("it has not four parts"));
        };
        let when = read_when(when)
            .ok_or_else(|| wrong("WHEN is none of `always`, `first=N`, `every=N`, `N`, `N-M`"))?;
        let fault = read_fault(fault).ok_or_else(|| wrong("its last part is the name of no fault"))?;
        let (call, scope) = match call.split_once('@') {
            Some((call, scope)) => (call, Some(scope.to_owned())),
            None => (call, None),
        };
        Ok(Self { scope, ..Self::new(cloud, call, when, fault) })
    }
}

fn read_when(text: &str) -> Option<When> {
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    if text == "always" {
        return Some(When::Always);
    }
    if let Some(count) = text.strip_prefix("first=") {
        return Some(When::Between(1, number(count)?));
    }
    if let Some(step) = text.strip_prefix("every=") {
        return Some(When::Every(number(step)?));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(When::Between(number(first)?, number(last)?))
}

fn read_fault(text: &str) -> Option<Fault> {
    if let Some(pause) = text.strip_prefix("slow-body=") {
        return pause.parse().ok().map(|pause| Fault::SlowBody(Duration::from_millis(pause)));
    }
    NAMES.iter().find(|(name, _)| *name == text).map(|(_, fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(scope: &str) -> Call {
        Call { name: "List".to_owned(), scope: scope.to_owned(), is_page: true }
    }

    #[test]
    fn the_times_are_counted_per_rule() {
        let table = [
            ("always", "1111111"),
            ("first=2", "1100000"),
            ("every=3", "0010010"),
            ("2-4", "0111000"),
            ("5", "0000100"),
        ];
        for (when, expected) in table {
            let faults = Faults::default();
            faults.add(format!("x:List:{when}:cut").parse().expect("a rule"));
            let times = (0..7).map(|_| if faults.befall("x", &call("a")).is_some() { '1' } else { '0' });
            assert_eq!(times.collect::<String>(), expected, "{when}");
        }
    }

    #[test]
    fn a_rule_fits_its_cloud_call_and_scope() {
        let table = [
            ("x:List:always:cut", true),
            ("x:*:always:cut", true),
            ("x:List@a:always:cut", true),
            ("x:List@b:always:cut", false),
            ("x:List@account:always:cut", true),
            ("x:List@account/a:always:cut", true),
            ("y:List:always:cut", false),
            ("x:Get:always:cut", false),
        ];
        for (rule, expected) in table {
            let faults = Faults::default();
            faults.add(rule.parse().expect("a rule"));
            assert_eq!(faults.befall("x", &call("account/a")).is_some(), expected, "{rule}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_text() {
        for text in ["", "x:List:always", "x:List:never:cut", "x:List:0:cut", "x:List:always:boom"] {
            let error = text.parse::<Rule>().expect_err("no rule");
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
        let slow = "x:List:always:slow-body=250".parse::<Rule>().expect("a rule");
        assert_eq!(slow.fault, Fault::SlowBody(Duration::from_millis(250)));
    }
}

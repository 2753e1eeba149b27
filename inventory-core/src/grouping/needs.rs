//! Variables that expressions need, and no host has: most often a text without quotes.

use super::{Outcome, Rules};
use crate::config::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin};
use crate::expression::{Error, Expression};
use crate::value::Text;

/// The variables that Ansible itself gives a host, which conditions and keyed groups see.
const MAGIC: [&str; 5] =
    ["inventory_hostname", "inventory_hostname_short", "group_names", "inventory_file", "inventory_dir"];

/// The names of the variables that hosts of a source may have before any rule.
#[derive(Clone, Debug, Default)]
pub struct HostVariables {
    /// The names that composed variables see.
    pub names: Vec<String>,
    /// The names that only conditions and keyed groups see.
    pub unseen: Vec<String>,
    /// The beginnings of names that are made of cloud data.
    pub prefixes: Vec<String>,
    /// Variables as other tools call them, or with a member of theirs, and what to write for that.
    pub synonyms: &'static [(&'static str, &'static str)],
}

/// A variable that an expression needs.
#[derive(Debug)]
pub(super) struct Need {
    /// The rule, as `compose.ansible_user`.
    pub(super) rule: String,
    pub(super) stage: Stage,
    pub(super) variable: Text,
    /// The expression.
    pub(super) text: String,
    /// The place where it reads the variable.
    pub(super) origin: Origin,
}

/// When an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// For a composed variable.
    Compose,
    /// After all variables are composed.
    Group,
}

impl Rules {
    /// Returns a warning for each variable that an expression cannot do without, and that no host of the source has.
    ///
    /// None where extra variables count: those may be called anything.
    pub fn unknown_variables(&self, known: &HostVariables) -> Vec<Diagnostic> {
        let composed: Vec<&str> = self.compose.iter().map(|rule| rule.body.variable.as_str()).collect();
        let is_known = |need: &Need| {
            let name = need.variable.as_str();
            let is_later = composed.contains(&name)
                || MAGIC.contains(&name)
                || known.unseen.iter().any(|unseen| unseen == name);
            known.names.iter().any(|known| known == name)
                || known.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
                || need.stage == Stage::Group && is_later
        };
        let mut warnings: Vec<Diagnostic> = Vec::new();
        let mut last: Option<&Need> = None;
        for need in self.needs.iter().filter(|need| !is_known(need)) {
            // `ec2-user` lacks two, for one reason.
            let is_same = last.is_some_and(|last| last.rule == need.rule && is_bare(&need.text));
            if !is_same {
                warnings.push(need.warning(&composed, known));
            }
            last = Some(need);
        }
        warnings
    }
}

impl Need {
    fn warning(&self, composed: &[&str], known: &HostVariables) -> Diagnostic {
        let Need { rule, variable, .. } = self;
        let is_later = composed.contains(&variable.as_str()) || MAGIC.contains(&variable.as_str());
        let message = match self.stage {
            Stage::Compose if is_later => {
                format!("`{rule}` needs `{variable}`, which expressions of composed variables do not see")
            }
            _ => format!("`{rule}` needs the variable `{variable}`, which no host has"),
        };
        let mut warning = Diagnostic::warning(message).with_origin(self.origin.clone());
        let is_name = |name: &&str| known.names.iter().any(|known| known == name);
        // The variable of a host that is called `cloud_region` is `region` to rules.
        let field = variable.split_once('_').map(|(_, rest)| rest).filter(is_name);
        let means = |other: &str| match other.split_once('.') {
            None => other == variable.as_str(),
            Some((name, _)) => name == variable.as_str() && self.text.contains(other),
        };
        let synonym = known.synonyms.iter().find(|(other, _)| means(other));
        let meant = field.or(synonym.map(|(_, name)| *name));
        let near = meant.or_else(|| closest(variable, known.names.iter().map(String::as_str)));
        let is_path = self.text.contains('.') && near.is_some();
        if is_bare(&self.text) && !is_later && !is_path && meant.is_none() {
            warning = warning.help(quoted(&self.text));
        }
        match near {
            Some(near) if !is_later => warning.help(did_you_mean(near)),
            _ => warning,
        }
    }
}

/// Adds to the failure of a composed variable that its expression may be a text without quotes.
pub(super) fn explain(error: Error, expression: &Expression) -> Outcome {
    let text = expression.source().trim();
    if error.is_undefined() && is_bare(text) && !text.contains('.') {
        return Outcome::Skipped(format!("{error}; {}", quoted(text)));
    }
    error.into()
}

fn quoted(text: &str) -> String {
    format!("a text needs quotes of its own: `\"'{text}'\"`")
}

/// Tells whether an expression may be meant as a text: it is nothing but letters, digits and what joins them.
fn is_bare(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|part| part.is_ascii_alphanumeric() || "_-./".contains(part))
}

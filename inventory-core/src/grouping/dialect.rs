//! What the rules of plugins differ in.

use crate::config::options::OptionName;

/// Says which options of a plugin hold its rules, and what their failures cost.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The options of composed variables; the first that is given counts, and the others are ignored.
    pub compose: &'static [RuleOption],
    /// The option of groups with conditions.
    pub groups: RuleOption,
    /// The boolean option of whether failures are skipped.
    pub strict: OptionName,
    /// What `strict` is when it is not given.
    pub strict_default: bool,
    /// What is given up for a failure that is not skipped.
    pub reach: Reach,
}

/// An option that maps names to expressions.
#[derive(Clone, Copy, Debug)]
pub struct RuleOption {
    /// The option.
    pub name: OptionName,
    /// Whether Ansible insists on a mapping; else the plugin ignores anything that is none.
    pub is_checked: bool,
}

impl RuleOption {
    /// Names an option that must be a mapping.
    pub const fn new(name: &'static str) -> RuleOption {
        RuleOption { name: OptionName::new(name), is_checked: true }
    }

    /// Names an option that is ignored when it is no mapping.
    pub const fn unchecked(name: &'static str) -> RuleOption {
        RuleOption { name: OptionName::new(name), is_checked: false }
    }
}

/// What is given up for a failure that is not skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of the source.
    Source,
    /// The rules of this host that are still to come; the host and what it has got stay.
    Host,
    /// Nothing but the rule that failed, for this host: every failure is skipped, whatever `strict` says.
    Rule,
}

impl Dialect {
    /// The dialect of Ansible's own `constructed` and of the plugins that follow it.
    pub const CONSTRUCTED: Dialect = Dialect {
        compose: &[RuleOption::new("compose")],
        groups: RuleOption::new("groups"),
        strict: OptionName::new("strict"),
        strict_default: false,
        reach: Reach::Source,
    };
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect::CONSTRUCTED
    }
}

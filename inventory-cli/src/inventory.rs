//! Prints an inventory: reads the configuration, asks the clouds, builds and renders.

use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use inventory_core::build;
use inventory_core::config::environment::Environment;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{Budget, Fetched, State};
use inventory_core::expression;
use inventory_core::inventory::Inventory;
use inventory_core::native::{self, Part};
use inventory_core::value::{Map, Text, Time};

use crate::arguments::Arguments;
use crate::discover::{self, Found, Manner};
use crate::exit::{Condition, Failure};
use crate::registry::{self, Context, Maker, NativePart, Opened};
use crate::report;
use crate::reuse::{Draft, MadeOf, Reuse};
use crate::show;
use crate::sources::{self, Sources};
use crate::terminal::Terminal;
use crate::{extra_variables, output};

/// Does what the command line asks for.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Condition, Failure> {
    let action = show::Action::of(arguments)?;
    let limit = show::Limit::of(arguments)?;
    let extra_variables = extra_variables::read(&arguments.extra_vars)?;
    let environment = sources::environment();
    let sources = sources::read(&arguments.config_paths(), &arguments.settings, &environment)?;
    let file = arguments.output.as_deref();
    let made_of = MadeOf { sources: &sources, environment: &environment, extra_variables, request: "" };
    let print = |reuse: &Reuse| reuse.print(&action, file, terminal);
    let Some(Made { inventory, condition, draft }) = make_unless_kept(arguments, &made_of, print, terminal)?
    else {
        return Ok(Condition::Complete);
    };
    for name in inventory.shared_names() {
        terminal.warning(&format!(
            "`{name}` is the name of a host and of a group: through an inventory script, Ansible gives the host's \
             variables to the group"
        ));
    }
    let view = limit.view(&inventory, arguments.export, terminal)?;
    let shown = action.resolve(&inventory)?;
    match draft {
        Some(draft) => {
            output::write(file, |out| draft.write_list(&shown, (&view, &inventory), out, terminal))?;
        }
        None => output::write(file, |out| shown.write(&view, out))?,
    }
    Ok(condition)
}

/// An inventory that was made in this run.
pub(crate) struct Made {
    /// The inventory; the end of the process frees it at once, while piece by piece takes a noticeable part of the run.
    pub(crate) inventory: ManuallyDrop<Inventory>,
    /// Whether that is all there is.
    pub(crate) condition: Condition,
    /// Where its output is kept, if it may be.
    pub(crate) draft: Option<Draft>,
}

/// Makes the inventory that the command line asks for; none where `print` printed what an earlier run kept.
pub(crate) fn make_unless_kept(
    arguments: &Arguments,
    made_of: &MadeOf<'_>,
    print: impl FnOnce(&Reuse) -> Result<bool, Failure>,
    terminal: &Terminal,
) -> Result<Option<Made>, Failure> {
    let MadeOf { sources, environment, extra_variables, .. } = made_of;
    let expressions = Arc::new(expression_environment());
    let opened = open(sources, environment, &expressions, extra_variables.clone(), terminal)?;
    // As with the inventory, the end of the process frees it at once.
    let opened = ManuallyDrop::new(opened);
    let manner = arguments.discovery.manner();
    let prepared = discover::prepare(&opened.sources, &sources.settings, &opened.budget, manner, terminal)?;
    let reuse = Reuse::of(arguments, made_of, &prepared, terminal);
    if let Some(reuse) = &reuse
        && print(reuse)?
    {
        return Ok(None);
    }
    let found = prepared.run(&opened.budget, manner, terminal)?;
    let condition = found.condition;
    let reuse = reuse.filter(|reuse| reuse.are_of(&found));
    let machines = found.machines();
    let inventory = ManuallyDrop::new(build(&opened, found, &expressions, terminal)?);
    let draft = reuse.and_then(|reuse| reuse.begin(machines, &expressions));
    Ok(Some(Made { inventory, condition, draft }))
}

/// Makes the inventory of sources, and tells whether that is all there is.
pub(crate) fn make(
    sources: &Sources,
    environment: &Environment,
    extra_variables: Map,
    manner: Manner<'_>,
    terminal: &Terminal,
) -> Result<(Inventory, Condition), Failure> {
    let expressions = Arc::new(expression_environment());
    let opened = open(sources, environment, &expressions, extra_variables, terminal)?;
    let found = opened.discover(sources, manner, terminal)?;
    let condition = found.condition;
    build(&opened, found, &expressions, terminal).map(|inventory| (inventory, condition))
}

/// Makes the inventory of what was found.
fn build(
    opened: &AllOpened,
    found: Found,
    expressions: &expression::Environment,
    terminal: &Terminal,
) -> Result<Inventory, Failure> {
    let asked = Asked::of(&found.fetched);
    let mut warnings = Vec::new();
    let inventory = beside(|| assemble(&opened.sources, found.fetched, expressions, &mut warnings));
    warnings.iter().for_each(|warning| terminal.diagnostic(warning));
    let inventory =
        report::settle(found.report, inventory, |inventory| Some(inventory.hosts().len()), terminal)?;
    if inventory.hosts().len() == 0 {
        let is_native = opened.sources.iter().any(|opened| matches!(opened.maker, Maker::Native(..)));
        // Told under Ansible, too: a play on no hosts ends as if all was well.
        terminal.diagnostic(&Diagnostic::warning(asked.no_hosts(is_native)).of_loss(true));
    }
    Ok(inventory)
}

/// Does work on a thread of its own: an allocator that has memory for each thread lets it have what the threads that
/// asked the clouds left behind, as long as they have ended.
fn beside<T: Send>(work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    std::thread::scope(|threads| {
        let started = std::thread::Builder::new().spawn_scoped(threads, work);
        let thread = started.map_err(|error| Failure::Output(format!("cannot start a thread: {error}")))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// How many scopes answered, how many did not, and with how many machines and what belongs to them.
#[derive(Default)]
struct Asked {
    answered: usize,
    missing: usize,
    records: usize,
}

impl Asked {
    fn of(fetched: &[Fetched]) -> Asked {
        let mut asked = Asked::default();
        for scope in fetched.iter().flat_map(|fetched| &fetched.scopes) {
            match scope.report.state {
                State::Missing { .. } => asked.missing += 1,
                _ => asked.answered += 1,
            }
            asked.records += scope.report.facts;
        }
        asked
    }

    /// Says why there is no host, as far as it is known.
    fn no_hosts(&self, is_native: bool) -> String {
        let count = |number: usize| match number {
            1 => "1 region, subscription or project".to_owned(),
            _ => format!("{number} regions, subscriptions or projects"),
        };
        let missing = match self.missing {
            0 => String::new(),
            missing => format!("; {} could not be asked and are left out", count(missing)),
        };
        let why = match (self.answered, self.records) {
            (0, _) if self.missing > 0 => {
                format!("{} could not be asked and are left out", count(self.missing))
            }
            (0, _) => "the configuration finds no account, region or project to ask".to_owned(),
            (answered, 0) => format!(
                "{} answered that nothing there is what the configuration asks for; check accounts, regions, and \
                 filters{missing}",
                count(answered)
            ),
            (answered, records) => {
                let rules = if is_native { "`include`, `exclude` or `names`" } else { "filters or names" };
                format!(
                    "{} answered with {records} records, and {rules} left out every machine{missing}",
                    count(answered)
                )
            }
        };
        format!("there are no hosts: {why}")
    }
}

/// The sources of a run, and what they share.
pub(crate) struct AllOpened {
    /// The sources in order.
    pub(crate) sources: Vec<Opened>,
    budget: Budget,
}

impl AllOpened {
    /// Asks for everything that the sources need.
    pub(crate) fn discover(
        &self,
        sources: &Sources,
        manner: Manner<'_>,
        terminal: &Terminal,
    ) -> Result<Found, Failure> {
        let prepared = discover::prepare(&self.sources, &sources.settings, &self.budget, manner, terminal)?;
        prepared.run(&self.budget, manner, terminal)
    }
}

/// Opens all sources and tells what is odd about them; fails with the errors of all.
pub(crate) fn open(
    sources: &Sources,
    environment: &Environment,
    expressions: &Arc<expression::Environment>,
    extra_variables: Map,
    terminal: &Terminal,
) -> Result<AllOpened, Failure> {
    for warning in &sources.warnings {
        terminal.diagnostic(warning);
    }
    let settings = &sources.settings;
    let has_extra_variables = !extra_variables.is_empty();
    let budget = Budget::new(settings.max_in_flight.get(), settings.retries, settings.deadline);
    let context = Context {
        environment,
        expressions: Arc::clone(expressions),
        budget: budget.clone(),
        escapes: settings.escapes,
        extra_variables,
    };
    let (mut opened, mut errors) = (Vec::new(), Vec::new());
    for unit in &sources.units {
        match registry::open(unit, &context) {
            Ok(source) => opened.push(source),
            Err(more) => errors.extend(more),
        }
    }
    for source in &opened {
        source.warnings.iter().for_each(|warning| terminal.diagnostic(warning));
        source.notes.iter().for_each(|note| terminal.step(|| note.clone()));
    }
    if !errors.is_empty() {
        return Err(Failure::Config(errors));
    }
    if has_extra_variables && !opened.iter().any(Opened::uses_extra_variables) {
        terminal.warning("`-e` changes nothing: no configuration has `use_extra_vars: true`");
    }
    discover::named_directory(&opened, settings)?;
    Ok(AllOpened { sources: opened, budget })
}

/// Returns what expressions see of this process and this moment.
pub(crate) fn expression_environment() -> expression::Environment {
    expression::Environment::new(
        |name| std::env::var(name).ok(),
        std::env::current_dir().unwrap_or_default(),
        Time::now(),
    )
}

fn assemble(
    opened: &[Opened],
    fetched: Vec<Fetched>,
    expressions: &expression::Environment,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Inventory, Failure> {
    let refuse = |error: Diagnostic| Failure::Build(vec![error]);
    let mut fetched = fetched.into_iter();
    let made = opened.iter().map(|opened| make_hosts(opened, &mut fetched, expressions));
    let mut made = made.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
    part_names(opened, &mut made).map_err(refuse)?;
    let mut inventory = Inventory::new();
    for hosts in made {
        let told = match hosts {
            Hosts::Plugin(hosts) => hosts.add(&mut inventory, expressions),
            Hosts::Native(hosts) => hosts.add(&mut inventory, expressions),
        };
        warnings.extend(told.map_err(refuse)?);
    }
    inventory.reconcile().map_err(|error| refuse(Diagnostic::error(error.to_string())))?;
    warnings.extend(inventory.renamed().map(|name| {
        Diagnostic::warning(format!(
            "`{name}` means something else to Ansible: the host or group is called `{name}_`"
        ))
    }));
    Ok(inventory)
}

/// The hosts of one unit.
enum Hosts<'a> {
    Plugin(build::Hosts<'a>),
    Native(native::Hosts<'a>),
}

/// Makes the hosts of one unit, whose facts are the next of all.
fn make_hosts<'a>(
    opened: &'a Opened,
    fetched: &mut impl Iterator<Item = Fetched>,
    expressions: &expression::Environment,
) -> Result<Hosts<'a>, Diagnostic> {
    match &opened.maker {
        Maker::Plugin(source, rules, _) => {
            let fetched = fetched.next().unwrap_or_default();
            build::prepare(&opened.path, source.as_ref(), rules, fetched).map(Hosts::Plugin)
        }
        Maker::Native(parts, settings) => {
            let parts = parts.iter().map(|NativePart { label, machines, settings, .. }| Part {
                label: label.as_str(),
                machines: machines.as_ref(),
                settings,
                fetched: fetched.next().unwrap_or_default(),
            });
            native::prepare(&opened.path, parts.collect(), settings, expressions).map(Hosts::Native)
        }
    }
}

/// Makes the names of machines unique among all hosts; the hosts of plugins' files become one as in Ansible.
fn part_names(opened: &[Opened], made: &mut [Hosts<'_>]) -> Result<(), Diagnostic> {
    if !opened.iter().any(|opened| matches!(opened.maker, Maker::Native(..))) {
        return Ok(());
    }
    let mut taken: HashMap<Text, &Path> = HashMap::new();
    let mut natives = Vec::new();
    for (opened, hosts) in opened.iter().zip(made) {
        match hosts {
            Hosts::Plugin(hosts) => {
                taken.extend(hosts.names().map(|name| (name.clone(), opened.path.as_path())));
            }
            Hosts::Native(hosts) => natives.push(hosts),
        }
    }
    native::part_names(&mut natives, &taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_without_hosts_is_told_why() {
        let table = [
            (
                Asked { answered: 0, missing: 2, records: 0 },
                true,
                "2 regions, subscriptions or projects could not be asked",
            ),
            (Asked::default(), true, "finds no account, region or project to ask"),
            (
                Asked { answered: 1, missing: 0, records: 0 },
                true,
                "1 region, subscription or project answered that nothing",
            ),
            (Asked { answered: 1, missing: 1, records: 0 }, true, "could not be asked and are left out"),
            (Asked { answered: 2, missing: 0, records: 4 }, true, "`include`, `exclude` or `names` left out"),
            (Asked { answered: 2, missing: 0, records: 4 }, false, "filters or names left out"),
        ];
        for (asked, is_native, part) in table {
            let told = asked.no_hosts(is_native);
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

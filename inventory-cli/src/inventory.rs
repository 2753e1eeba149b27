//! Prints an inventory: reads the configuration, asks the clouds, builds and renders.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use inventory_core::build;
use inventory_core::diagnostic::Diagnostic;
use inventory_core::discovery::{self, Budget, Failed, Fetched, ScopeReport, Source};
use inventory_core::expression;
use inventory_core::inventory::Inventory;
use inventory_core::value::{Map, Time};

use crate::arguments::Arguments;
use crate::exit::Failure;
use crate::registry::{self, Context, Opened};
use crate::show;
use crate::sources::{self, Sources};
use crate::terminal::Terminal;
use crate::{extra_variables, output};

/// Does what the command line asks for.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<(), Failure> {
    let action = show::Action::of(arguments)?;
    let limit = show::Limit::of(arguments)?;
    let extra_variables = extra_variables::read(&arguments.extra_vars)?;
    let environment = sources::environment();
    let sources = sources::read(&arguments.config_paths(), &arguments.settings, &environment)?;
    let expressions = Arc::new(expression_environment());
    let opened = open(&sources, &environment, &expressions, extra_variables, terminal)?;
    let budget = &opened.budget;
    let fetched = discover(&opened.sources, budget, terminal)?;
    let reports = fetched.iter().flat_map(|fetched| &fetched.scopes);
    let (scopes, records) =
        reports.fold((0, 0), |(scopes, records), report| (scopes + 1, records + report.facts));
    // The end of the process frees the inventory at once; piece by piece it takes a noticeable part of the run.
    let inventory = ManuallyDrop::new(assemble(&opened.sources, fetched, &expressions, terminal)?);
    if inventory.hosts().len() == 0 {
        terminal.warning(&no_hosts(scopes, records));
    }
    let view = limit.view(&inventory, arguments.export, terminal)?;
    let shown = action.resolve(&inventory)?;
    output::write(arguments.output.as_deref(), |out| shown.write(&view, out))
}

/// Says why there is no host, as far as it is known: `records` are machines, and what belongs to them.
fn no_hosts(scopes: usize, records: usize) -> String {
    let regions = if scopes == 1 {
        "1 region or subscription".to_owned()
    } else {
        format!("{scopes} regions or subscriptions")
    };
    match records {
        0 => format!(
            "there are no hosts: {regions} answered that nothing there is what the configuration asks for; check account, \
             regions or resource groups, and filters"
        ),
        _ => format!(
            "there are no hosts: {regions} answered with {records} records, and filters or `hostnames` left out every \
             machine"
        ),
    }
}

/// The sources of a run, and what they share.
pub(crate) struct AllOpened {
    /// The sources in order.
    pub(crate) sources: Vec<Opened>,
    budget: Budget,
}

/// Opens all sources and tells what is odd about them; fails with the errors of all.
pub(crate) fn open(
    sources: &Sources,
    environment: &inventory_core::config::environment::Environment,
    expressions: &Arc<expression::Environment>,
    extra_variables: Map,
    terminal: &Terminal,
) -> Result<AllOpened, Failure> {
    for warning in &sources.warnings {
        terminal.diagnostic(warning);
    }
    let settings = &sources.settings;
    let budget = Budget::new(settings.max_in_flight.get(), settings.retries, settings.deadline);
    let context = Context {
        environment,
        expressions: Arc::clone(expressions),
        budget: budget.clone(),
        escapes: settings.escapes,
        extra_variables,
    };
    let (mut opened, mut errors) = (Vec::new(), Vec::new());
    for source in &sources.sources {
        match registry::open(source, &context) {
            Ok(source) => opened.push(source),
            Err(more) => errors.extend(more),
        }
    }
    for source in &opened {
        source.warnings.iter().for_each(|warning| terminal.diagnostic(warning));
        source.notes.iter().for_each(|note| terminal.step(|| note.clone()));
    }
    if errors.is_empty() { Ok(AllOpened { sources: opened, budget }) } else { Err(Failure::Config(errors)) }
}

/// Returns what expressions see of this process and this moment.
pub(crate) fn expression_environment() -> expression::Environment {
    expression::Environment {
        read_variable: |name| std::env::var(name).ok(),
        folder: std::env::current_dir().unwrap_or_default(),
        now: Time::now(),
    }
}

fn discover(opened: &[Opened], budget: &Budget, terminal: &Terminal) -> Result<Vec<Fetched>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Output(format!("cannot start: {error}")))?;
    let sources: Vec<Arc<dyn Source>> = opened.iter().map(|opened| Arc::clone(&opened.source)).collect();
    let progress = |report: &ScopeReport| terminal.step(|| progress(report));
    runtime.block_on(discovery::run(&sources, budget, progress)).map_err(|errors| {
        let named = |Failed { source, error }| {
            (opened.get(source).map(|opened| opened.path.clone()).unwrap_or_default(), error)
        };
        Failure::Discovery(errors.into_iter().map(named).collect())
    })
}

fn progress(report: &ScopeReport) -> String {
    let ScopeReport { scope, pages, facts, elapsed } = report;
    format!("{scope}: {facts} facts in {pages} pages, {elapsed:.0?}")
}

fn assemble(
    opened: &[Opened],
    fetched: Vec<Fetched>,
    expressions: &expression::Environment,
    terminal: &Terminal,
) -> Result<Inventory, Failure> {
    let mut inventory = Inventory::new();
    let refuse = |error: Diagnostic| Failure::Build(vec![error]);
    for (opened, fetched) in opened.iter().zip(fetched) {
        let warnings = build::add_source(
            &mut inventory,
            &opened.path,
            opened.source.as_ref(),
            &opened.rules,
            fetched.facts,
            expressions,
        );
        for warning in warnings.map_err(refuse)? {
            terminal.diagnostic(&warning);
        }
    }
    inventory.reconcile().map_err(|error| refuse(Diagnostic::error(error.to_string())))?;
    for name in inventory.renamed() {
        terminal.warning(&format!(
            "`{name}` means something else to Ansible: the host or group is called `{name}_`"
        ));
    }
    for name in inventory.shared_names() {
        terminal.warning(&format!(
            "`{name}` is the name of a host and of a group: through an inventory script, Ansible gives the host's \
             variables to the group"
        ));
    }
    Ok(inventory)
}

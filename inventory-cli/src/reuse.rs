//! Prints again what was printed before, where nothing changed that it was made of.
//!
//! A run whose facts are all kept and fresh keeps its output as well, sealed (`inventory_core::store::Finished`). The
//! next one with the same configuration, variables, flags, program and facts prints that, and tells the same warnings.
//! Where expressions look at the world outside, nothing is kept.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use inventory_core::config::environment::Environment;
use inventory_core::discovery;
use inventory_core::expression;
use inventory_core::inventory::Inventory;
use inventory_core::render::{self, View};
use inventory_core::store::{Finishing, LocalStore, Recipe, Stamp, Told};
use inventory_core::value::Map;

use crate::arguments::Arguments;
use crate::discover::{Found, Prepared};
use crate::exit::Failure;
use crate::output;
use crate::show::{Action, Shown};
use crate::sources::{Sources, Unit};
use crate::terminal::{Terminal, count};

/// The families of variables that configurations may refer to.
const FAMILIES: [&str; 9] =
    ["CLOUD_INVENTORY_", "ANSIBLE_", "AWS_", "AZURE_", "ARM_", "GCP_", "GCE_", "GOOGLE_", "CLOUDSDK_"];

/// Words in the names of variables that say who asks, which facts depend on, and not what is made of them.
const CREDENTIALS: [&str; 4] = ["KEY", "SECRET", "TOKEN", "PASSWORD"];

/// What an output is made of besides facts and flags.
pub(crate) struct MadeOf<'a> {
    /// The configurations.
    pub(crate) sources: &'a Sources,
    /// The environment of the process.
    pub(crate) environment: &'a Environment,
    /// The extra variables of the command line.
    pub(crate) extra_variables: Map,
    /// What another program says on stdin, secrets among it.
    pub(crate) request: &'a str,
}

/// An output that may be there, or may be kept.
pub(crate) struct Reuse {
    store: LocalStore,
    recipe: Recipe,
    stamps: Vec<Stamp>,
    /// The warnings up to the point from which a run is left out.
    warnings: usize,
}

impl Reuse {
    /// Returns the output of this run, where nothing but kept facts goes into it.
    pub(crate) fn of(
        arguments: &Arguments,
        made_of: &MadeOf<'_>,
        prepared: &Prepared,
        terminal: &Terminal,
    ) -> Option<Reuse> {
        let Arguments { list, host, hand_over, yaml, limit, export, verbose, discovery, .. } = arguments;
        let is_whole = (*list || host.is_some() || hand_over.is_some()) && !yaml && limit.is_none();
        let is_plain = *verbose == 0 && discovery.report.is_none() && discovery.snapshot.is_none();
        if !is_whole || !is_plain {
            return None;
        }
        let (store, stamps) = prepared.kept()?;
        let recipe = recipe(made_of)?.part("export", &[(*export).into()]);
        let recipe = recipe.part("hand over", format!("{hand_over:?}").as_bytes());
        Some(Reuse { store, recipe, stamps, warnings: terminal.warnings() })
    }

    /// Prints what is kept; tells whether it was there.
    pub(crate) fn print(
        &self,
        action: &Action,
        file: Option<&Path>,
        terminal: &Terminal,
    ) -> Result<bool, Failure> {
        let Some(mut finished) = self.store.finished(&self.recipe, &self.stamps) else { return Ok(false) };
        match action {
            Action::List { .. } if finished.is_whole() => output::write(file, |out| finished.write(out))?,
            // What cannot be found here is looked for by a run, which knows all names.
            Action::Host { name, .. } => match finished.part_of(name) {
                Ok(Some(part)) => output::write(file, |out| render::write_host_of_list(&part, out))?,
                Ok(None) | Err(_) => return Ok(false),
            },
            Action::List { .. } | Action::Graph { .. } => return Ok(false),
        }
        tell(finished.told(), terminal);
        Ok(true)
    }

    /// Prints what is kept of `--hand-over`; tells whether it was there.
    pub(crate) fn hand_over(&self, terminal: &Terminal) -> Result<bool, Failure> {
        let Some(mut finished) = self.store.finished(&self.recipe, &self.stamps) else { return Ok(false) };
        if !finished.is_whole() {
            return Ok(false);
        }
        output::write(None, |out| finished.write(out))?;
        tell(finished.told(), terminal);
        Ok(true)
    }

    /// Tells whether a run found just the facts that were kept before it began.
    pub(crate) fn are_of(&self, found: &Found) -> bool {
        discovery::are_of(&self.stamps, &found.fetched)
    }

    /// Begins to keep the output of a run that is done, unless the same facts could give another; nothing is kept, and
    /// nothing told, where that does not work.
    pub(crate) fn begin(&self, machines: u64, expressions: &expression::Environment) -> Option<Draft> {
        let finishing =
            self.store.finish(&self.recipe, &self.stamps).ok().filter(|_| !expressions.is_used())?;
        Some(Draft { finishing, machines, warnings: self.warnings })
    }
}

/// Tells again what was told when an output was made.
fn tell(Told { machines, warnings }: &Told, terminal: &Terminal) {
    warnings.iter().for_each(|warning| terminal.repeat(warning));
    terminal.summary(|| {
        format!("{}, printed as by the run before: nothing changed", count(*machines, "machine"))
    });
}

/// Returns all that an output is made of besides facts; none where that cannot be told.
fn recipe(MadeOf { sources, environment, extra_variables, request }: &MadeOf<'_>) -> Option<Recipe> {
    // Another build may print something else, whatever its version is.
    let program = std::env::current_exe().ok()?.metadata().ok()?;
    let built = program.modified().ok()?;
    let version = env!("CARGO_PKG_VERSION");
    let mut recipe = Recipe::new(&format!("{version} {} {built:?}", program.len()))
        .part("escapes", format!("{:?}", sources.settings.escapes).as_bytes())
        .part("extra variables", format!("{extra_variables:?}").as_bytes())
        .part("request", request.as_bytes());
    for unit in &sources.units {
        let (path, document) = match unit {
            Unit::Plugin(source) => (&source.path, &source.document),
            Unit::Native(sources) => (&sources.path, &sources.document),
        };
        recipe = recipe
            .part("path", path.as_os_str().as_encoded_bytes())
            .part("text", document.source.text().as_bytes());
        if let Unit::Plugin(source) = unit {
            recipe = recipe.part("backend", format!("{:?}", source.backend).as_bytes());
        }
    }
    for name in ["HOME", "TZ"] {
        recipe = recipe.part(name, environment.get(name).unwrap_or_default().as_bytes());
    }
    for family in FAMILIES {
        for (rest, text) in environment.with_prefix(family) {
            if !CREDENTIALS.iter().any(|word| rest.contains(word)) {
                recipe = recipe.part(&format!("{family}{rest}"), text.as_bytes());
            }
        }
    }
    Some(recipe)
}

/// An output on its way into the store.
pub(crate) struct Draft {
    finishing: Finishing,
    machines: u64,
    /// The warnings up to the point from which a run is left out.
    warnings: usize,
}

impl Draft {
    /// Writes what is asked for, and keeps the whole list.
    pub(crate) fn write_list(
        self,
        shown: &Shown,
        (view, inventory): (&View<'_>, &Inventory),
        out: &mut dyn Write,
        terminal: &Terminal,
    ) -> io::Result<()> {
        let write = |both: &mut Both<'_>| places(view, inventory, both);
        if let Shown::List { .. } = shown {
            return self.write_both(out, write, terminal);
        }
        shown.write(view, out)?;
        self.write_both(&mut io::sink(), write, terminal)
    }

    /// Writes what `--hand-over` asks for, and keeps it.
    pub(crate) fn write_hand_over(
        self,
        inventory: &Inventory,
        out: &mut dyn Write,
        terminal: &Terminal,
    ) -> io::Result<()> {
        let write = |both: &mut Both<'_>| render::write_hand_over(inventory, both).map(|()| Vec::new());
        self.write_both(out, write, terminal)
    }

    /// Writes something and keeps it, with the places of the hosts in it, by which one host alone is found.
    fn write_both<'a>(
        self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut Both<'_>) -> io::Result<Vec<(&'a str, Range<u64>)>>,
        terminal: &Terminal,
    ) -> io::Result<()> {
        let mut both = Both { out, copy: Some(self.finishing) };
        let places = write(&mut both)?;
        if let Some(copy) = both.copy {
            let told = Told { machines: self.machines, warnings: terminal.warnings_after(self.warnings) };
            // Without a copy, the next run does what this one did.
            let _ = copy.complete(&told, places);
        }
        Ok(())
    }
}

fn places<'a>(
    view: &View<'_>,
    inventory: &'a Inventory,
    both: &mut Both<'_>,
) -> io::Result<Vec<(&'a str, Range<u64>)>> {
    let places = render::write_list(view, both)?.into_iter();
    Ok(places.map(|(host, place)| (inventory.host(host).name().as_str(), place)).collect())
}

/// Writes to two places. The second does not count: when it fails it is given up.
struct Both<'a> {
    out: &'a mut dyn Write,
    copy: Option<Finishing>,
}

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let (Some(copy), Some(bytes)) = (&mut self.copy, bytes.get(..written))
            && copy.write_all(bytes).is_err()
        {
            self.copy = None;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

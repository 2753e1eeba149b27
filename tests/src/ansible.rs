//! Ansible's own programs: what they make of a config through the plugin, and of our program as an inventory script.

use std::path::Path;
use std::process::Command;

use crate::binary::cloud_inventory;
use crate::collection;
use crate::compare::Inventory;
use crate::python::Environment;
use crate::workplace::{Run, Workplace};

/// Which of Ansible's inventory plugins may read the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The plugin that the config names with `plugin:`.
    Plugin,
    /// The `script` plugin, which runs the source.
    Script,
    /// The plugin of this program's own collection.
    Collection,
    /// Whatever Ansible picks by itself.
    Default,
}

impl Reader {
    /// Has Ansible read sources so.
    fn choose(self, command: &mut Command) -> &mut Command {
        match self {
            Reader::Plugin => command.env("ANSIBLE_INVENTORY_ENABLED", "auto"),
            Reader::Script => command.env("ANSIBLE_INVENTORY_ENABLED", "script"),
            Reader::Collection => collection::read_with(command),
            Reader::Default => command,
        }
    }
}

/// Runs `ansible-inventory -i SOURCE ARGUMENTS`; a source that cannot be read is an error of the run.
pub fn ansible_inventory(
    workplace: &Workplace,
    environment: &Environment,
    reader: Reader,
    source: &Path,
    arguments: &[&str],
) -> Run {
    let mut command = workplace.python_command(environment, "ansible-inventory");
    command.arg("-i").arg(source).args(arguments).env("ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "1");
    command.env("ANSIBLE_DEPRECATION_WARNINGS", "0");
    Run::of(reader.choose(&mut command))
}

/// Runs `ansible-playbook -i SOURCE PLAY`.
pub fn ansible_playbook(
    workplace: &Workplace,
    environment: &Environment,
    reader: Reader,
    source: &Path,
    play: &Path,
) -> Run {
    let mut command = workplace.python_command(environment, "ansible-playbook");
    command.arg("-i").arg(source).arg(play);
    Run::of(reader.choose(&mut command))
}

/// What the plugin and this program made of one config.
#[derive(Debug)]
pub struct Outcome {
    /// `ansible-inventory --list` with the plugin.
    pub plugin: Run,
    /// `ansible-inventory --list` with this program as an inventory script.
    pub ours: Run,
    /// `ansible-inventory --list` with this program through its collection.
    pub collection: Run,
}

impl Outcome {
    /// Runs both tools on a config of the workplace.
    pub fn of(workplace: &Workplace, config: &Path) -> Self {
        Self::with_arguments(workplace, Environment::current(), config, &[])
    }

    /// Runs both tools on a config of the workplace, ours in both ways; the arguments are for `ansible-inventory` and for this program.
    pub fn with_arguments(
        workplace: &Workplace,
        environment: &Environment,
        config: &Path,
        arguments: &[&str],
    ) -> Self {
        let script = workplace.write_script("script.sh", cloud_inventory(), &[config.to_owned()], arguments);
        let arguments = [&["--list"], arguments].concat();
        let plugin = ansible_inventory(workplace, environment, Reader::Plugin, config, &arguments);
        let ours = ansible_inventory(workplace, environment, Reader::Script, &script, &arguments);
        let collection = ansible_inventory(workplace, environment, Reader::Collection, config, &arguments);
        Self { plugin, ours, collection }
    }

    /// Returns the inventory that all agree in.
    ///
    /// # Panics
    /// With the differences, when they do not agree or one failed.
    pub fn agreed(&self) -> Inventory {
        let plugin = Inventory::read(&self.plugin.json());
        let ours = [&self.ours, &self.collection].map(|run| Inventory::read(&run.json()));
        let differences = ours.map(|ours| plugin.differences(&ours)).concat();
        assert!(
            differences.is_empty(),
            "{} differences:\n    {}",
            differences.len(),
            differences.join("\n    ")
        );
        plugin
    }
}

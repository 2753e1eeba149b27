//! Ansible's own programs: what they make of a config through the plugin, and of our program as an inventory script.

use std::path::Path;

use crate::binary::cloud_inventory;
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
    /// Whatever Ansible picks by itself.
    Default,
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
    match reader {
        Reader::Plugin => command.env("ANSIBLE_INVENTORY_ENABLED", "auto"),
        Reader::Script => command.env("ANSIBLE_INVENTORY_ENABLED", "script"),
        Reader::Default => &mut command,
    };
    Run::of(&mut command)
}

/// Runs `ansible-playbook -i SOURCE PLAY`.
pub fn ansible_playbook(workplace: &Workplace, environment: &Environment, source: &Path, play: &Path) -> Run {
    Run::of(workplace.python_command(environment, "ansible-playbook").arg("-i").arg(source).arg(play))
}

/// What the plugin and this program made of one config.
#[derive(Debug)]
pub struct Outcome {
    /// `ansible-inventory --list` with the plugin.
    pub plugin: Run,
    /// `ansible-inventory --list` with this program as an inventory script.
    pub ours: Run,
}

impl Outcome {
    /// Runs both tools on a config of the workplace.
    pub fn of(workplace: &Workplace, config: &Path) -> Self {
        Self::with_arguments(workplace, Environment::current(), config, &[])
    }

    /// Runs both tools on a config of the workplace; the arguments are for `ansible-inventory` and for this program.
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
        Self { plugin, ours }
    }

    /// Returns the inventory that both agree in.
    ///
    /// # Panics
    /// With the differences, when they do not agree or one failed.
    pub fn agreed(&self) -> Inventory {
        let (plugin, ours) = (Inventory::read(&self.plugin.json()), Inventory::read(&self.ours.json()));
        let differences = plugin.differences(&ours);
        assert!(
            differences.is_empty(),
            "{} differences:\n    {}",
            differences.len(),
            differences.join("\n    ")
        );
        plugin
    }
}

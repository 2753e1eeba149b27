//! The cache options of a plugin's file, as `inventory_cache` of ansible-core 2.19 documents them.

use std::path::PathBuf;
use std::time::Duration;

use super::options::{OptionName, Options};
use crate::diagnostic::Diagnostic;
use crate::discovery::Policy;

const CACHE: OptionName = OptionName::new("cache").environment(&["ANSIBLE_INVENTORY_CACHE"]);
const PLUGIN: OptionName =
    OptionName::new("cache_plugin").environment(&["ANSIBLE_CACHE_PLUGIN", "ANSIBLE_INVENTORY_CACHE_PLUGIN"]);
const TIMEOUT: OptionName = OptionName::new("cache_timeout")
    .environment(&["ANSIBLE_CACHE_PLUGIN_TIMEOUT", "ANSIBLE_INVENTORY_CACHE_TIMEOUT"]);
const CONNECTION: OptionName = OptionName::new("cache_connection")
    .environment(&["ANSIBLE_CACHE_PLUGIN_CONNECTION", "ANSIBLE_INVENTORY_CACHE_CONNECTION"]);
/// Names keys of the plugin's cache; ours are made of what is asked for.
const PREFIX: &str = "cache_prefix";

/// How long facts are kept where the file does not say, in seconds.
const USUAL_TIMEOUT: i64 = 3600;

/// What keeps nothing from one run to the next: the default.
const MEMORY: [&str; 3] = ["memory", "ansible.builtin.memory", "none"];

/// The cache plugins whose `cache_connection` is a folder.
const FOLDERS: [&str; 3] = ["jsonfile", "pickle", "yaml"];

/// The folder in that of the plugin that is ours.
const OWN_FOLDER: &str = "cloud-inventory";

/// What a plugin's file says of its cache.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginCache {
    /// Whether facts are kept from one run to the next.
    is_kept: bool,
    /// How long they are as good as new; zero means for ever, as in Ansible.
    timeout: Duration,
    /// The folder in which they are kept; none for that of the settings.
    pub directory: Option<PathBuf>,
}

impl PluginCache {
    /// Reads the options.
    ///
    /// # Errors
    /// Those of a wrong type.
    pub fn read(options: &mut Options<'_>) -> Result<PluginCache, Diagnostic> {
        options.also_known([PREFIX]);
        let is_on = options.boolean(&CACHE)?.is_some_and(|found| found.value);
        let plugin = options.string(&PLUGIN)?.map(|found| found.value.text);
        let timeout = options.integer(&TIMEOUT)?.map_or(USUAL_TIMEOUT, |found| found.value);
        let connection = options.string(&CONNECTION)?.map(|found| found.value.text);
        let plugin = plugin.filter(|name| !name.is_empty()).unwrap_or_else(|| "memory".to_owned());
        let short = plugin.rsplit('.').next().unwrap_or_default();
        let folder = connection.filter(|path| FOLDERS.contains(&short) && !path.is_empty());
        Ok(PluginCache {
            is_kept: is_on && !MEMORY.contains(&plugin.as_str()),
            timeout: Duration::from_secs(timeout.max(0).unsigned_abs()),
            directory: folder.map(|path| options.environment().resolve_path(&path).join(OWN_FOLDER)),
        })
    }

    /// Returns what holds for the scopes of the source: what fails fails the run, as everywhere in a plugin's file.
    pub fn policy(&self) -> Policy {
        let ttl = match (self.is_kept, self.timeout) {
            (false, _) => Duration::ZERO,
            (true, Duration::ZERO) => Duration::MAX,
            (true, timeout) => timeout,
        };
        Policy { ttl, is_kept: self.is_kept, ..Policy::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment::Environment;
    use crate::yaml;

    fn read(text: &str, variables: &[(&str, &str)]) -> PluginCache {
        let document = yaml::read("aws_ec2.yml", text.as_bytes()).unwrap();
        let environment = Environment::new(variables.iter().copied(), "/work");
        PluginCache::read(&mut Options::new(&document, &environment).unwrap()).unwrap()
    }

    #[test]
    fn facts_are_kept_where_ansible_keeps_them() {
        let hour = Duration::from_secs(3600);
        let table = [
            ("plugin: x\n", None),
            ("cache: true\n", None),
            ("cache: true\ncache_plugin: memory\n", None),
            ("cache: false\ncache_plugin: jsonfile\n", None),
            ("cache: true\ncache_plugin: jsonfile\n", Some(hour)),
            ("cache: yes\ncache_plugin: community.general.redis\ncache_timeout: '60'\n", Some(hour / 60)),
            ("cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_timeout: 0\n", Some(Duration::MAX)),
        ];
        for (text, ttl) in table {
            let cache = read(text, &[]);
            assert_eq!(
                (cache.is_kept, cache.policy().ttl),
                (ttl.is_some(), ttl.unwrap_or_default()),
                "{text}"
            );
        }
    }

    #[test]
    fn the_environment_counts_behind_the_file() {
        let variables = [
            ("ANSIBLE_INVENTORY_CACHE", "true"),
            ("ANSIBLE_CACHE_PLUGIN", "jsonfile"),
            ("ANSIBLE_INVENTORY_CACHE_CONNECTION", "kept"),
        ];
        let cache = read("cache_timeout: 5\n", &variables);
        assert_eq!((cache.is_kept, cache.policy().ttl.as_secs()), (true, 5));
        assert_eq!(cache.directory, Some("/work/kept/cloud-inventory".into()));
        assert!(!read("cache: false\n", &variables).is_kept);
        let redis = read("cache: true\ncache_plugin: redis\ncache_connection: localhost:6379:0\n", &[]);
        assert_eq!((redis.is_kept, redis.directory), (true, None), "an address is no folder");
    }
}

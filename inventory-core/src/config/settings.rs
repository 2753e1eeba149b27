//! The program's own settings: defaults, then the native file, then `CLOUD_INVENTORY_*`, then flags.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use figment::value::{Dict, Map as Profiles, Value as Layered};
use figment::{Figment, Metadata, Profile, Provider};

use super::environment::Environment;
use super::options::Located;
use super::secret::Secret;
use super::suggest::{closest, did_you_mean};
use crate::diagnostic::{Diagnostic, Origin};
use crate::expression::Escapes;
use crate::store::{Address, AddressError};

/// Variables of this family set the program's settings.
pub const VARIABLE_PREFIX: &str = "CLOUD_INVENTORY_";

/// Holds the program's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How many requests may be under way at one time in the whole run.
    pub max_in_flight: NonZeroUsize,
    /// How long the whole run may take.
    pub deadline: Duration,
    /// How often one request is tried again.
    pub retries: u32,
    /// How backslashes in the literals of expressions are read.
    pub escapes: Escapes,
    /// The directory in which facts are kept; none for that of the user's cache.
    pub cache_directory: Option<PathBuf>,
    /// The store that machines share, in which facts are kept; never beside a directory.
    pub cache_store: Option<Address>,
}

/// The names of the settings, as in the native file; in the environment in capitals, as flags with `-` for `_`.
pub const SETTING_NAMES: [&str; 6] =
    ["max_in_flight", "deadline", "retries", "escapes", "cache_directory", "cache_store"];

const DEFAULTS: [(&str, &str); 4] =
    [("max_in_flight", "256"), ("deadline", "5m"), ("retries", "8"), ("escapes", "author")];

/// One setting as somebody wrote it; that of a store may hold a password.
pub type Written = (&'static str, Located<Secret>);

/// Puts the layers together and reads the values that count.
///
/// `file` and `flags` hold text as it was written. The second part of the result are warnings: variables of the family
/// whose name is nearly that of a setting (others of the family are somebody else's), and a store that anybody on the way
/// can read and change.
///
/// Facts are kept in one place: of a directory and a store the one that is written in a higher layer counts; in the same
/// layer, the store.
///
/// # Errors
/// Values that do not fit, each with its origin.
pub fn read(
    file: Vec<Written>,
    environment: &Environment,
    flags: Vec<Written>,
) -> Result<(Settings, Vec<Diagnostic>), Vec<Diagnostic>> {
    let defaults =
        DEFAULTS.map(|(name, text)| (name, Located { value: Secret::new(text), origin: Origin::Default }));
    let (variables, mut warnings) = from_environment(environment);
    let mut errors = Vec::new();
    let layers: Vec<Written> = defaults.into_iter().chain(file).chain(variables).chain(flags).collect();
    let stack = layers.iter().enumerate().fold(Figment::new(), |stack, (place, (name, written))| {
        stack.merge(Layer { name, text: written.value.reveal(), place })
    });
    let mut winners =
        Winners { stack: &stack, layers: &layers, environment, errors: &mut errors, warnings: &mut warnings };
    let settings = winners.settings();
    match settings {
        Some(settings) if errors.is_empty() => Ok((settings, warnings)),
        _ => Err(errors),
    }
}

/// Makes a setting from a flag, for [`read`].
pub fn flag(name: &'static str, text: impl Into<String>) -> Written {
    let origin = Origin::Flag(format!("--{}", name.replace('_', "-")));
    (name, Located { value: Secret::new(text), origin })
}

fn from_environment(environment: &Environment) -> (Vec<Written>, Vec<Diagnostic>) {
    let (mut variables, mut warnings) = (Vec::new(), Vec::new());
    for (suffix, text) in environment.with_prefix(VARIABLE_PREFIX) {
        let origin = Origin::Environment(format!("{VARIABLE_PREFIX}{suffix}"));
        if let Some(name) = SETTING_NAMES.into_iter().find(|name| name.to_uppercase() == suffix) {
            variables.push((name, Located { value: Secret::new(text), origin }));
        } else if let Some(name) = closest(&suffix.to_lowercase(), SETTING_NAMES) {
            let suggestion = format!("{VARIABLE_PREFIX}{}", name.to_uppercase());
            let warning =
                Diagnostic::warning("the variable is not known, and is ignored").with_origin(origin);
            warnings.push(warning.help(did_you_mean(&suggestion)));
        }
    }
    (variables, warnings)
}

/// One setting as a layer for figment; the layer's name is the place in the list of all, which knows the origin.
struct Layer<'a> {
    name: &'a str,
    text: &'a str,
    place: usize,
}

impl Provider for Layer<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.to_string())
    }

    fn data(&self) -> Result<Profiles<Profile, Dict>, figment::Error> {
        let layer = Dict::from([(self.name.to_owned(), Layered::from(self.text))]);
        Ok(Profiles::from([(Profile::Default, layer)]))
    }
}

struct Winners<'a> {
    stack: &'a Figment,
    layers: &'a [Written],
    environment: &'a Environment,
    errors: &'a mut Vec<Diagnostic>,
    warnings: &'a mut Vec<Diagnostic>,
}

impl Winners<'_> {
    fn settings(&mut self) -> Option<Settings> {
        let environment = self.environment;
        let max_in_flight = self.parse("max_in_flight", "a whole number from 1", |text| text.parse().ok());
        let deadline = self.parse("deadline", "a duration such as `90s` or `5m`", parse_duration);
        let retries = self.parse("retries", "a whole number", |text| text.parse().ok());
        let escapes = self.parse("escapes", "`author` or `exact`", |text| match text {
            "author" => Some(Escapes::Author),
            "exact" => Some(Escapes::Exact),
            _ => None,
        });
        let is_shared = self.rank("cache_store") >= self.rank("cache_directory");
        let cache_store = self.store().filter(|_| is_shared);
        let cache_directory =
            self.parse("cache_directory", "a path", |text| Some(environment.with_home(text)));
        Some(Settings {
            max_in_flight: max_in_flight?,
            deadline: deadline?,
            retries: retries?,
            escapes: escapes?,
            cache_directory: cache_directory.filter(|_| cache_store.is_none()),
            cache_store,
        })
    }

    /// Returns who wrote a setting.
    fn written(&self, name: &str) -> Option<&Located<Secret>> {
        let place: usize = self.stack.find_metadata(name)?.name.parse().ok()?;
        Some(&self.layers.get(place)?.1)
    }

    /// Returns the height of the layer in which a setting is written.
    fn rank(&self, name: &str) -> usize {
        match self.written(name).map(|written| &written.origin) {
            None => 0,
            Some(Origin::Default) => 1,
            Some(Origin::File { .. }) => 2,
            Some(Origin::Environment(_)) => 3,
            Some(Origin::Flag(_)) => 4,
        }
    }

    /// Reads the address of the store, which is never shown whole.
    fn store(&mut self) -> Option<Address> {
        let written = self.written("cache_store")?.clone();
        let name = if matches!(written.origin, Origin::File { .. }) { "store" } else { "cache_store" };
        match Address::parse(written.value.reveal().trim()) {
            Ok(address) => {
                if address.is_plain() {
                    let message =
                        "facts go to the store and back without TLS: who is on the way can change them";
                    let warning = Diagnostic::warning(message).with_origin(written.origin);
                    self.warnings.push(warning.help("use `rediss://`, with a server that has a certificate"));
                }
                Some(address)
            }
            Err(AddressError { reason, help }) => {
                let error = Diagnostic::error(format!("`{name}` {reason}")).with_origin(written.origin);
                self.errors.push(error.help(help));
                None
            }
        }
    }

    fn parse<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let written = self.written(name)?.clone();
        let text = written.value.reveal();
        let parsed = parse(text.trim());
        if parsed.is_none() {
            let error = Diagnostic::error(format!("`{name}` is `{text}`")).with_origin(written.origin);
            self.errors.push(error.label(format!("expected {expected}")));
        }
        parsed
    }
}

/// Reads a duration: whole numbers with `d`, `h`, `m`, `s` or `ms`, largest first (`1h30m`); none for zero.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
    let mut rest = text;
    let mut milliseconds: u64 = 0;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at_checked(rest.bytes().take_while(u8::is_ascii_digit).count())?;
        let (unit, tail) = tail.split_at_checked(tail.bytes().take_while(u8::is_ascii_alphabetic).count())?;
        let (index, (_, factor)) =
            units.iter().enumerate().skip(next_unit).find(|(_, (name, _))| *name == unit)?;
        milliseconds = milliseconds.checked_add(digits.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        (rest, next_unit) = (tail, index + 1);
    }
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(name: &'static str, text: &str) -> Written {
        let source = std::sync::Arc::new(crate::diagnostic::Source::new(
            "cloud-inventory.yml",
            format!("{name}: {text}\n"),
        ));
        let span = source.span(name.len() + 2..name.len() + 2 + text.len());
        (name, Located { value: Secret::new(text), origin: Origin::File { source, span } })
    }

    fn texts(errors: &[Diagnostic]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn later_layers_count_before_earlier_ones() {
        let nothing = Environment::default();
        let (settings, _) = read(Vec::new(), &nothing, Vec::new()).unwrap();
        let defaults = Settings {
            max_in_flight: NonZeroUsize::new(256).unwrap(),
            deadline: Duration::from_secs(300),
            retries: 8,
            escapes: Escapes::Author,
            cache_directory: None,
            cache_store: None,
        };
        assert_eq!(settings, defaults);
        let environment = Environment::new(
            [
                ("CLOUD_INVENTORY_RETRIES", "3"),
                ("CLOUD_INVENTORY_DEADLINE", "2m"),
                ("CLOUD_INVENTORY_CONFIG", "x"),
            ],
            "/",
        );
        let file =
            vec![from_file("retries", "2"), from_file("escapes", "exact"), from_file("deadline", "1m")];
        let (settings, _) = read(file, &environment, vec![flag("deadline", "3m")]).unwrap();
        assert_eq!(
            settings,
            Settings { deadline: Duration::from_secs(180), retries: 3, escapes: Escapes::Exact, ..defaults }
        );
    }

    #[test]
    fn errors_name_where_the_value_came_from() {
        let environment = Environment::new([("CLOUD_INVENTORY_RETRIES", "-1")], "/");
        let errors =
            read(vec![from_file("escapes", "none")], &environment, vec![flag("max_in_flight", "many")])
                .unwrap_err();
        assert_eq!(
            texts(&errors),
            [
                "flag `--max-in-flight`: error: `max_in_flight` is `many`: expected a whole number from 1",
                "environment variable `CLOUD_INVENTORY_RETRIES`: error: `retries` is `-1`: expected a whole number",
                "cloud-inventory.yml:1:10: error: `escapes` is `none`: expected `author` or `exact`",
            ]
        );
    }

    #[test]
    fn a_variable_that_is_nearly_a_setting_is_a_warning() {
        let variables = [("CLOUD_INVENTORY_DEADLIN", "1m"), ("CLOUD_INVENTORY_SOMEBODY_ELSES", "x")];
        let (_, warnings) = read(Vec::new(), &Environment::new(variables, "/"), Vec::new()).unwrap();
        let name = "environment variable `CLOUD_INVENTORY_DEADLIN`";
        assert_eq!(texts(&warnings), [format!("{name}: warning: the variable is not known, and is ignored")]);
        assert_eq!(warnings[0].help, ["did you mean `CLOUD_INVENTORY_DEADLINE`?"]);
    }

    #[test]
    #[cfg(feature = "redis")]
    fn facts_are_kept_in_one_place() {
        let place =
            |file: &[(&'static str, &str)], variables: &[(&str, &str)], flags: &[(&'static str, &str)]| {
                let file = file.iter().map(|(name, text)| from_file(name, text)).collect();
                let flags = flags.iter().map(|(name, text)| flag(name, *text)).collect();
                let environment = Environment::new(variables.iter().copied(), "/");
                let (settings, warnings) = read(file, &environment, flags).unwrap();
                let store = settings.cache_store.map(|address| address.to_string());
                (settings.cache_directory, store, warnings.len())
            };
        let store = ("cache_store", "redis://u:planted@127.0.0.1");
        let directory = ("cache_directory", "/kept");
        let variable = ("CLOUD_INVENTORY_CACHE_STORE", "redis://u:planted@h");
        let at_store = |warnings: usize, shown: &str| (None, Some(shown.to_owned()), warnings);
        assert_eq!(place(&[store], &[], &[]), at_store(0, "redis://127.0.0.1"));
        assert_eq!(place(&[store, directory], &[], &[]), at_store(0, "redis://127.0.0.1"));
        assert_eq!(place(&[store], &[], &[directory]), (Some("/kept".into()), None, 0));
        assert_eq!(place(&[directory], &[variable], &[]), at_store(1, "redis://h"));
        assert_eq!(
            place(&[], &[("CLOUD_INVENTORY_CACHE_DIRECTORY", "/kept")], &[store]).1,
            at_store(0, "redis://127.0.0.1").1
        );
    }

    #[test]
    fn a_store_that_is_none_is_told_without_its_password() {
        let table = [
            (
                vec![from_file("cache_store", "ftp://u:planted@h")],
                "cloud-inventory.yml:1:14: error: `store` has the unknown scheme `ftp`",
            ),
            (vec![flag("cache_store", "planted")], "flag `--cache-store`: error: `cache_store` is no URL"),
        ];
        for (written, expected) in table {
            assert!(!format!("{written:?}").contains("Secret(planted"));
            let errors = read(written, &Environment::default(), Vec::new()).unwrap_err();
            assert_eq!(texts(&errors), [expected]);
            let shown = errors[0].render(false);
            assert!(!shown.contains("planted"), "{shown}");
        }
    }

    #[test]
    fn durations_have_units() {
        let cases = [
            ("90s", Some(90_000)),
            ("5m", Some(300_000)),
            ("1h30m", Some(5_400_000)),
            ("1s500ms", Some(1500)),
            ("1d", Some(86_400_000)),
            ("90", None),
            ("0s", None),
            ("", None),
            ("1.5m", None),
            ("30m1h", None),
            ("1m1m", None),
            ("m", None),
            ("99999999999999999999s", None),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse_duration(text), milliseconds.map(Duration::from_millis), "{text}");
        }
    }
}

//! Settings as text. The one place that reads flags, environment variables and `.env`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use latchkey_types::Product;

use super::definitions::{Definition, SETTINGS};
use super::{SettingError, env_file};

/// Settings as text, without surrounding white space. An empty value counts as unset.
///
/// As arguments of a `clap` command, it contains the flags; [`RawSettings::load`] adds the environment and `.env`.
/// [`RawSettings::config`] validates the values and names the setting in errors.
#[derive(Clone, Default)]
pub struct RawSettings(BTreeMap<&'static str, String>);

/// Names only: values may be secrets.
impl fmt::Debug for RawSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl RawSettings {
    /// Adds what is not set yet: from the environment, then from `.env` in the working folder.
    ///
    /// # Errors
    /// If a value is not UTF-8, or `.env` cannot be read.
    pub fn load(mut self) -> Result<Self, SettingError> {
        for definition in SETTINGS {
            if let Some(value) = std::env::var_os(definition.name) {
                let value = value.into_string().map_err(|_| SettingError::new(definition.name, "is not UTF-8"))?;
                self.set_missing(definition.name, &value);
            }
        }
        // Later lines take precedence over earlier ones.
        for (name, value) in env_file::read(Path::new(".env"))?.iter().rev() {
            if let Some(definition) = SETTINGS.iter().find(|definition| definition.name == name) {
                self.set_missing(definition.name, value);
            }
        }
        Ok(self)
    }

    /// Sets a value by the name of its environment variable, for programs that get their settings elsewhere.
    ///
    /// # Errors
    /// If there is no such setting.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, SettingError> {
        let known = SETTINGS.iter().find(|definition| definition.name == name);
        let name = known.ok_or_else(|| SettingError::new(name.to_owned(), "is not a setting"))?.name;
        self.0.remove(name);
        self.set_missing(name, value);
        Ok(self)
    }

    fn set_missing(&mut self, name: &'static str, value: &str) {
        let value = value.trim();
        if !value.is_empty() {
            self.0.entry(name).or_insert_with(|| value.to_owned());
        }
    }

    /// A value that was set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A value that was set, else its default.
    pub(super) fn value(&self, name: &str, product: Product) -> String {
        let default = || SETTINGS.iter().find(|definition| definition.name == name)?.default;
        self.get(name).map_or_else(|| of_product(default().unwrap_or_default(), product), str::to_owned)
    }
}

impl Args for RawSettings {
    fn augment_args(command: Command) -> Command {
        let command = command
            .next_help_heading("Settings (flags, environment variables, or lines of a .env file)")
            .after_help(keys_help());
        SETTINGS.iter().filter(|definition| definition.has_flag).map(argument).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RawSettings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Self::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for definition in SETTINGS.iter().filter(|definition| definition.has_flag) {
            if let Some(value) = matches.get_one::<String>(definition.name) {
                self.set_missing(definition.name, value);
            }
        }
        Ok(())
    }
}

/// Sets the defaults that depend on the application in the help of a command with [`RawSettings`].
#[must_use]
pub fn with_defaults(command: Command, product: Product) -> Command {
    command.mut_args(|argument| match argument.get_help() {
        Some(help) => {
            let help = of_product(&help.to_string(), product);
            argument.help(help)
        }
        None => argument,
    })
}

fn of_product(text: &str, product: Product) -> String {
    text.replace("{slug}", product.slug).replace("{name}", product.name)
}

fn argument(definition: &Definition) -> Arg {
    let default = definition.default.map(|value| format!(" [default: {value}]")).unwrap_or_default();
    Arg::new(definition.name)
        .long(definition.name.to_ascii_lowercase().replace('_', "-"))
        .value_name(definition.name)
        .help(format!("{} [env: {}]{default}", definition.help, definition.name))
        .global(true)
}

fn keys_help() -> String {
    let keys = SETTINGS.iter().filter(|definition| !definition.has_flag);
    let lines = keys.map(|definition| format!("  {:22}{}\n", definition.name, definition.help));
    format!("Keys (environment variables or lines of a .env file, never flags):\n{}", lines.collect::<String>())
}

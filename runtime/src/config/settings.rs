//! [`Settings`]: the options, environment variables and profile of one client or command.

mod values;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::env::Env;
use super::file::File;
use super::section::Section;
use super::table::{self, Setting};
use crate::error::{ConfigError, ConfigErrorKind};
pub use values::RetryMode;

/// The default profile, the only one that need not exist.
const DEFAULT_PROFILE: &str = "default";

/// The text of a setting and where it came from.
///
/// Debug shows the place only: a setting may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// The text as given.
    pub text: String,
    /// Where it was given.
    pub origin: Origin,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Where a value was given. Shown as `--region`, `AWS_REGION` or `/home/u/.aws/config, line 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command or of the client: its name.
    Option(&'static str),
    /// An environment variable: its name.
    Variable(String),
    /// A line of a shared file, counted from 1.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line of the key.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => f.write_str(name),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
        }
    }
}

/// The configuration of one client or command: options, environment and one profile.
///
/// Loading reads both shared files once; everything else is looked up on demand.
#[derive(Clone, Debug)]
pub struct Settings {
    env: Env,
    options: HashMap<&'static str, Value>,
    /// The profile to use; `None` is the default one.
    profile: Option<Value>,
    config: ConfigFile,
    credentials: File,
}

impl Settings {
    /// Reads the shared files. `profile` is the one that an option names; empty counts as not
    /// given.
    ///
    /// Fails if a file has a syntax error. A profile that does not exist is an error of
    /// [`Settings::profile`] and of everything that sets up a call, so that help works without it.
    pub fn load(env: Env, profile: Option<&str>) -> Result<Self, ConfigError> {
        let option = profile.filter(|name| !name.is_empty());
        let profile = match option {
            Some(name) => Some(Value {
                text: name.to_owned(),
                origin: Origin::Option("--profile"),
            }),
            None => table::find("profile").variable(&env)?,
        };
        let file = |setting: &str, default: &str| {
            let given = table::find(setting).variable(&env)?;
            let path = env.expand(given.as_ref().map_or(default, |value| &value.text))?;
            File::load(&env, &path)
        };
        let config = ConfigFile::new(file("config_file", "~/.aws/config")?);
        let credentials = file("shared_credentials_file", "~/.aws/credentials")?;
        Ok(Self {
            env,
            options: HashMap::new(),
            profile,
            config,
            credentials,
        })
    }

    /// States a setting by an option, which beats every other source. `option` is the name shown in
    /// messages.
    pub fn set(&mut self, setting: &'static str, text: impl Into<String>, option: &'static str) {
        self.options.insert(
            setting,
            Value {
                text: text.into(),
                origin: Origin::Option(option),
            },
        );
    }

    /// Takes back what an option states of a setting.
    pub fn unset(&mut self, setting: &str) {
        self.options.remove(setting);
    }

    /// The value of a setting: option, environment variable, key of the profile; `None` when no
    /// source states it.
    ///
    /// A name outside `SETTINGS` has no variables and is looked up in the profile alone. A
    /// profile that does not exist states nothing.
    pub fn get(&self, setting: &str) -> Result<Option<Value>, ConfigError> {
        let setting = table::find(setting);
        if let Some(value) = self.option(&setting) {
            return Ok(Some(value));
        }
        if let Some(value) = setting.variable(&self.env)? {
            return Ok(Some(value));
        }
        match self.profile_key(&setting)? {
            Some(value) => Ok(Some(value)),
            None => setting.late_variable(&self.env),
        }
    }

    fn option(&self, setting: &Setting<'_>) -> Option<Value> {
        self.options
            .get(setting.name)
            .cloned()
            .filter(|value| setting.accepts(&value.text))
    }

    fn profile_key(&self, setting: &Setting<'_>) -> Result<Option<Value>, ConfigError> {
        if !setting.in_profile {
            return Ok(None);
        }
        Ok(self
            .current_profile()
            .get(setting.name)?
            .filter(|value| setting.accepts(&value.text)))
    }

    /// The profile that applies. Fails if it was named and no file defines it, even if its name
    /// is `default`.
    pub fn profile(&self) -> Result<Profile<'_>, ConfigError> {
        let profile = self.current_profile();
        match &self.profile {
            Some(Value { text, origin }) if !profile.exists() => Err(ConfigError::new(
                ConfigErrorKind::ProfileNotFound,
                format!(
                    "The config profile ({text}) could not be found\n\
                     The name comes from {origin}; looked for in {} and {}.",
                    self.config.path.display(),
                    self.credentials.path.display(),
                ),
            )),
            _ => Ok(profile),
        }
    }

    fn current_profile(&self) -> Profile<'_> {
        self.profile_named(
            self.profile
                .as_ref()
                .map_or(DEFAULT_PROFILE, |value| &value.text),
        )
    }

    /// The keys of a profile in both files; there may be none ([`Profile::exists`]).
    pub fn profile_named<'a>(&'a self, name: &'a str) -> Profile<'a> {
        Profile {
            name,
            credentials: self.credentials.sections.get(name),
            config: self.config.profiles.get(name),
        }
    }

    /// The profiles of both files, sorted.
    pub fn profile_names(&self) -> BTreeSet<&str> {
        self.config
            .profiles
            .keys()
            .chain(self.credentials.sections.keys())
            .map(String::as_str)
            .collect()
    }

    /// The value of a key in a block of the profile: indented lines below the key `block`.
    ///
    /// # Errors
    ///
    /// The key `block` has text, or the key in it has none.
    pub fn nested(&self, block: &str, key: &str) -> Result<Option<Value>, ConfigError> {
        let Profile {
            credentials,
            config,
            ..
        } = self.current_profile();
        for section in [credentials, config].into_iter().flatten() {
            if let Some(value) = section.nested_text(block, key)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Whether an option names the profile, as opposed to a variable or nothing.
    pub fn profile_is_option(&self) -> bool {
        matches!(
            &self.profile,
            Some(Value {
                origin: Origin::Option(_),
                ..
            })
        )
    }

    /// `[services NAME]` of the config file.
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.config.services.get(name)
    }

    /// `[sso-session NAME]` of the config file.
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.config.sso_sessions.get(name)
    }

    /// The environment that the settings were read from.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The config file's path, and why it was not read when it was not.
    pub(crate) fn config_file(&self) -> (&Path, Option<&str>) {
        (&self.config.path, self.config.absent.as_deref())
    }

    /// The credentials file's path, and why it was not read when it was not.
    pub(crate) fn credentials_file(&self) -> (&Path, Option<&str>) {
        (&self.credentials.path, self.credentials.absent.as_deref())
    }
}

/// The keys of one profile in the two shared files.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'a> {
    /// The profile's name.
    pub name: &'a str,
    /// `[NAME]` of the credentials file.
    pub credentials: Option<&'a Section>,
    /// `[profile NAME]` (or `[default]`) of the config file.
    pub config: Option<&'a Section>,
}

impl Profile<'_> {
    /// Whether either file defines the profile.
    pub fn exists(&self) -> bool {
        self.credentials.is_some() || self.config.is_some()
    }

    /// The text of a key (in lower case); the credentials file's beats the config file's.
    pub fn get(&self, key: &str) -> Result<Option<Value>, ConfigError> {
        for section in [self.credentials, self.config].into_iter().flatten() {
            if let Some(value) = section.text(key)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

/// The config file with its sections sorted by kind, each by the name it gives.
#[derive(Clone, Debug)]
struct ConfigFile {
    path: Arc<Path>,
    absent: Option<String>,
    profiles: HashMap<String, Section>,
    services: HashMap<String, Section>,
    sso_sessions: HashMap<String, Section>,
}

impl ConfigFile {
    fn new(file: File) -> Self {
        let File {
            path,
            absent,
            sections,
        } = file;
        let mut profiles = HashMap::new();
        let mut services = HashMap::new();
        let mut sso_sessions = HashMap::new();
        for (header, section) in sections {
            // The prefix decides, without a word boundary, and of two sections with one name the
            // later wins whole.
            let kind = match header.as_str() {
                DEFAULT_PROFILE => {
                    profiles.insert(header, section);
                    continue;
                }
                header if header.starts_with("profile") => &mut profiles,
                header if header.starts_with("sso-session") => &mut sso_sessions,
                header if header.starts_with("services") => &mut services,
                _ => continue,
            };
            if let Some([_, name]) =
                shlex::split(&header).and_then(|words| <[String; 2]>::try_from(words).ok())
            {
                kind.insert(name, section);
            }
        }
        Self {
            path,
            absent,
            profiles,
            services,
            sso_sessions,
        }
    }
}

#[cfg(test)]
mod tests;

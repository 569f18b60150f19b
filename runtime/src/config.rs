//! Configuration: what options, environment variables and the shared files say.
//!
//! Precedence is always option, environment variable, profile key, default. Which variables and
//! which key belong to a setting stands in one table, [`SETTINGS`]; where a value came from stays
//! with it ([`Origin`]), for messages.
//!
//! ```
//! use opsmith_runtime::config::Settings;
//! use opsmith_runtime::env::Env;
//!
//! let env = Env::with_variables([("AWS_REGION", "eu-west-1")]);
//! let settings = Settings::load(env, None)?;
//! let region = settings.region()?.expect("the variable is set");
//! assert_eq!(region.text, "eu-west-1");
//! assert_eq!(region.origin.to_string(), "AWS_REGION");
//! # Ok::<(), opsmith_runtime::config::Error>(())
//! ```

mod error;
mod file;
mod section;
mod table;
mod values;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::env::Env;
pub use error::{Error, ErrorKind};
use file::File;
pub use section::Section;
pub use table::{SETTINGS, Setting};
pub use values::RetryMode;

/// The profile that applies when none is asked for; only this one need not exist.
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
/// Loading reads both shared files once; everything else is looked up when asked for.
#[derive(Debug)]
pub struct Settings {
    env: Env,
    options: HashMap<&'static str, Value>,
    /// The profile asked for; `None` is the default one.
    profile: Option<Value>,
    config: ConfigFile,
    credentials: File,
}

impl Settings {
    /// Reads the shared files. `profile` is the one that an option names; empty counts as not
    /// given.
    ///
    /// Fails when a file breaks the syntax. That a profile does not exist is told by
    /// [`Settings::profile`] and by everything that sets up a call, so that help works without it.
    pub fn load(env: Env, profile: Option<&str>) -> Result<Self, Error> {
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

    /// Settings that state nothing, and read nothing.
    pub(crate) fn empty(env: Env) -> Self {
        let file = || File {
            path: Path::new("").into(),
            absent: None,
            sections: Default::default(),
        };
        let config = ConfigFile::new(file());
        Self {
            env,
            options: HashMap::new(),
            profile: None,
            config,
            credentials: file(),
        }
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

    /// The value of a setting: option, environment variable, key of the profile; `None` when no
    /// source states it.
    ///
    /// A name outside [`SETTINGS`] has no variables and is looked up in the profile alone. A
    /// profile that does not exist states nothing.
    pub fn get(&self, setting: &str) -> Result<Option<Value>, Error> {
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

    fn profile_key(&self, setting: &Setting<'_>) -> Result<Option<Value>, Error> {
        if !setting.in_profile {
            return Ok(None);
        }
        Ok(self
            .current_profile()
            .get(setting.name)?
            .filter(|value| setting.accepts(&value.text)))
    }

    /// The profile that applies. Fails when it was asked for and no file defines it, even when its
    /// name is `default`.
    pub fn profile(&self) -> Result<Profile<'_>, Error> {
        let profile = self.current_profile();
        match &self.profile {
            Some(Value { text, origin }) if !profile.exists() => Err(Error::new(
                ErrorKind::ProfileNotFound,
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

    /// What both files say of a profile, which may be nothing ([`Profile::exists`]).
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

/// What the two shared files say of one profile.
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
    pub fn get(&self, key: &str) -> Result<Option<Value>, Error> {
        for section in [self.credentials, self.config].into_iter().flatten() {
            if let Some(value) = section.text(key)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

/// The config file with its sections sorted by kind, each by the name it gives.
#[derive(Debug)]
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
mod tests {
    use super::*;
    use crate::env::testing::Scene;

    fn settings(scene: &Scene, profile: Option<&str>) -> Settings {
        Settings::load(scene.env(), profile).expect("readable files")
    }

    fn text(settings: &Settings, setting: &str) -> Option<String> {
        settings
            .get(setting)
            .expect("readable")
            .map(|value| value.text)
    }

    /// Each source states its own name; take the strongest away and the next one must show.
    #[test]
    fn every_setting_keeps_the_order_of_sources() {
        for row in SETTINGS.iter().filter(|row| row.in_profile) {
            let sources = [row.variables, &["profile"], row.late_variables].concat();
            for (index, strongest) in sources.iter().enumerate() {
                let stated: Vec<_> = sources
                    .iter()
                    .skip(index)
                    .map(|name| (*name, *name))
                    .collect();
                let config = format!("[default]\n{} = profile\n", row.name);
                let config = if stated.contains(&("profile", "profile")) {
                    &*config
                } else {
                    ""
                };
                let mut loaded = settings(&Scene::new(config, "", &stated), None);
                assert_eq!(
                    text(&loaded, row.name).as_deref(),
                    Some(*strongest),
                    "{}",
                    row.name
                );
                loaded.set(row.name, "option", "--option");
                assert_eq!(
                    text(&loaded, row.name).as_deref(),
                    Some("option"),
                    "{}",
                    row.name
                );
            }
        }
    }

    #[test]
    fn rows_are_unique() {
        let mut names: Vec<_> = SETTINGS.iter().map(|row| row.name).collect();
        names.extend(
            SETTINGS
                .iter()
                .flat_map(|row| row.variables.iter().chain(row.late_variables)),
        );
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    #[test]
    fn empty_texts_count_except_for_region_and_endpoint() {
        let scene = Scene::new(
            "[default]\nregion = r\noutput = o\n",
            "",
            &[("AWS_REGION", ""), ("AWS_DEFAULT_OUTPUT", "")],
        );
        let mut settings = settings(&scene, None);
        settings.set("region", "", "--region");
        assert_eq!(text(&settings, "region").as_deref(), Some("r"));
        assert_eq!(text(&settings, "output").as_deref(), Some(""));
    }

    #[test]
    fn values_know_where_they_come_from() {
        let scene = Scene::new(
            "[default]\n\ncli_pager = less\n",
            "[default]\nregion = r\n",
            &[("AWS_DEFAULT_OUTPUT", "text")],
        );
        let mut settings = settings(&scene, None);
        settings.set("retry_mode", "adaptive", "--retry-mode");
        for (setting, origin) in [
            (
                "cli_pager",
                format!("{}, line 3", scene.path(".aws/config")),
            ),
            (
                "region",
                format!("{}, line 2", scene.path(".aws/credentials")),
            ),
            ("output", "AWS_DEFAULT_OUTPUT".into()),
            ("retry_mode", "--retry-mode".into()),
        ] {
            assert_eq!(
                settings
                    .get(setting)
                    .unwrap()
                    .map(|value| value.origin.to_string()),
                Some(origin)
            );
        }
    }

    /// `(config, profile, key k)`; `None` when the profile does not exist.
    #[test]
    fn sections_of_the_config_file() {
        for (config, profile, expected) in [
            ("[default]\nk = 1\n", "default", Some("1")),
            (
                "[profile default]\nk = 2\n[default]\nk = 1\n",
                "default",
                Some("1"),
            ),
            (
                "[default]\nk = 1\nl = 1\n[profile default]\nk = 2\n",
                "default",
                Some("2"),
            ),
            ("[profile a]\nk = 1\n", "a", Some("1")),
            ("[profile 'a b']\nk = 1\n", "a b", Some("1")),
            ("[profile \"a b\"]\nk = 1\n", "a b", Some("1")),
            ("[profile\ta\\ b]\nk = 1\n", "a b", Some("1")),
            ("[profile a b]\nk = 1\n", "a b", None),
            ("[profile a b]\nk = 1\n", "a", None),
            ("[profile it's]\nk = 1\n", "it's", None),
            ("[a]\nk = 1\n", "a", None),
            ("[profile]\nk = 1\n", "profile", None),
            ("[Default]\nk = 1\n", "default", None),
            ("[DEFAULT]\nk = 1\n", "default", None),
            ("[DEFAULT]\nk = 1\n[profile a]\n", "a", Some("1")),
        ] {
            let settings = settings(&Scene::new(config, "", &[]), Some(profile));
            let found = settings
                .profile()
                .map(|profile| profile.get("k").unwrap().map(|value| value.text));
            assert_eq!(
                found.ok().flatten().as_deref(),
                expected,
                "{config:?} {profile}"
            );
            assert_eq!(
                settings.profile().is_ok(),
                expected.is_some(),
                "{config:?} {profile}"
            );
        }
    }

    #[test]
    fn the_credentials_file_wins_key_by_key() {
        let scene = Scene::new(
            "[profile a]\nregion = c\noutput = c\n",
            "[a]\nregion = s\n[profile b]\nregion = s\n",
            &[],
        );
        let loaded = settings(&scene, Some("a"));
        assert_eq!(
            (
                text(&loaded, "region").as_deref(),
                text(&loaded, "output").as_deref()
            ),
            (Some("s"), Some("c"))
        );
        assert!(
            settings(&scene, Some("profile b")).profile().is_ok(),
            "sections there are bare names"
        );
        assert!(settings(&scene, Some("b")).profile().is_err());
    }

    #[test]
    fn profiles_that_do_not_exist() {
        for (option, variables, expected) in [
            (None, &[][..], None),
            (Some(""), &[], None),
            (Some("nope"), &[], Some(("nope", "--profile"))),
            (Some("default"), &[], Some(("default", "--profile"))),
            (
                None,
                &[("AWS_PROFILE", "nope"), ("AWS_DEFAULT_PROFILE", "a")],
                Some(("nope", "AWS_PROFILE")),
            ),
            (
                None,
                &[("AWS_DEFAULT_PROFILE", "nope")],
                Some(("nope", "AWS_DEFAULT_PROFILE")),
            ),
            (None, &[("AWS_PROFILE", "")], Some(("", "AWS_PROFILE"))),
            (Some("a"), &[("AWS_PROFILE", "nope")], None),
        ] {
            let scene = Scene::new("[profile a]\n", "", variables);
            let error = settings(&scene, option)
                .profile()
                .map(drop)
                .map_err(|error| (error.kind(), error.to_string()));
            let expected = expected.map(|(name, origin)| {
                let config = scene.path(".aws/config");
                let credentials = scene.path(".aws/credentials");
                let text = format!(
                    "The config profile ({name}) could not be found\n\
                     The name comes from {origin}; looked for in {config} and {credentials}."
                );
                (ErrorKind::ProfileNotFound, text)
            });
            assert_eq!(error.err(), expected, "{option:?} {variables:?}");
        }
    }

    #[test]
    fn broken_files_are_named_with_the_line() {
        for (config, credentials, file) in
            [("[a]\nx\n", "", "config"), ("", "[a]\nx\n", "credentials")]
        {
            let scene = Scene::new(
                config,
                credentials,
                &[("AWS_REGION", "r"), ("AWS_PROFILE", "nope")],
            );
            let error = Settings::load(scene.env(), None).unwrap_err();
            let path = scene.path(&format!(".aws/{file}"));
            let expected = format!(
                "Unable to parse config file: {path}\nline 2: neither a [section] nor key = value"
            );
            assert_eq!(
                (error.kind(), error.to_string()),
                (ErrorKind::ParseFile, expected)
            );
        }
    }

    #[test]
    fn variables_name_the_files() {
        let scene = Scene::new("[default]\nregion = home\n", "", &[]);
        std::fs::write(scene.path("mine"), "[default]\nregion = mine\n").expect("a file");
        let home = scene.path("");
        for (path, region) in [
            ("~/mine", Some("mine")),
            ("$HOME/mine", Some("mine")),
            ("~/.aws", None),
            ("/dev/null", None),
            ("/nope", None),
            ("", None),
        ] {
            for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
                let env = Env::with_variables([("HOME", &*home), (variable, path)]);
                let loaded = Settings::load(env, None).expect("readable files");
                let fallback = Some("home").filter(|_| variable != "AWS_CONFIG_FILE");
                assert_eq!(
                    text(&loaded, "region").as_deref(),
                    region.or(fallback),
                    "{variable} {path}"
                );
            }
        }
    }

    #[test]
    fn a_map_where_text_is_due_is_an_error() {
        let scene = Scene::new("[default]\nregion =\n  a = b\n", "", &[]);
        let error = settings(&scene, None)
            .get("region")
            .unwrap_err()
            .to_string();
        let config = scene.path(".aws/config");
        let expected = format!(
            "The key \"region\" needs a value, not indented lines below it.\nThe value comes from {config}, line 2."
        );
        assert_eq!(error, expected);
    }

    #[test]
    fn debug_shows_no_value() {
        let scene = Scene::new(
            "[default]\nk = hidden\n",
            "[default]\naws_secret_access_key = hidden\n",
            &[("S", "hidden")],
        );
        let mut settings = settings(&scene, Some("default"));
        settings.set("k", "hidden", "--k");
        let shown = format!("{settings:?} {:?}", settings.get("k"));
        assert!(
            shown.contains("--k") && !shown.contains("hidden"),
            "{shown}"
        );
    }
}

//! The environment of a call: variables, the home folder, the clock and child processes.
//!
//! Configuration and credentials reach the machine through [`Env`] alone, so tests and callers that
//! must not depend on the machine bring their own.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::SystemTime;

use crate::clock::Clock;
use crate::error::{ConfigError, ConfigErrorKind};

/// Environment variables, home folder and clock. Cloning is cheap.
#[derive(Clone)]
pub struct Env {
    /// `None`: the variables of this process.
    variables: Option<Arc<HashMap<String, String>>>,
    clock: Clock,
}

/// A variable whose value is not Unicode text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnicodeError {
    /// The variable's name.
    pub variable: String,
}

impl fmt::Display for NotUnicodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variable = &self.variable;
        write!(
            f,
            "The environment variable {variable} is not valid Unicode."
        )
    }
}

impl std::error::Error for NotUnicodeError {}

impl From<NotUnicodeError> for ConfigError {
    fn from(error: NotUnicodeError) -> Self {
        ConfigError::new(ConfigErrorKind::InvalidValue, error.to_string()).caused_by(error)
    }
}

impl Env {
    /// The variables of this process and the system's clock.
    pub fn real() -> Self {
        Self {
            variables: None,
            clock: Clock::default(),
        }
    }

    /// Only these variables, which child processes get too. Without `HOME` there is no home folder,
    /// so no file is found but those that a variable names.
    pub fn with_variables<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            variables: Some(Arc::new(variables)),
            ..Self::real()
        }
    }

    /// The same environment with another clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            clock: Clock::new(clock),
            ..self
        }
    }

    /// The time now.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The value of an environment variable, `None` when it is not set. A value that is not Unicode
    /// is an error: replacing bytes would turn a secret or a path into another one.
    pub fn variable(&self, name: &str) -> Result<Option<String>, NotUnicodeError> {
        match &self.variables {
            Some(variables) => Ok(variables.get(name).cloned()),
            None => std::env::var_os(name)
                .map(|value| {
                    value.into_string().map_err(|_| NotUnicodeError {
                        variable: name.to_owned(),
                    })
                })
                .transpose(),
        }
    }

    /// The home folder, or `None` if it is not known.
    pub fn home(&self) -> Option<PathBuf> {
        match &self.variables {
            Some(variables) => variables.get("HOME").map(PathBuf::from),
            None => std::env::home_dir(),
        }
        .filter(|home| !home.as_os_str().is_empty())
    }

    /// `path` with `$NAME` and `${NAME}` replaced by variables and a leading `~` by the home
    /// folder. A variable that is not set and a `~` without a home folder stay as they are.
    pub fn expand(&self, path: &str) -> Result<PathBuf, NotUnicodeError> {
        Ok(self.expand_home(&self.expand_variables(path)?))
    }

    /// `path` with a leading `~` replaced by the home folder, if there is one.
    pub fn expand_home(&self, path: &str) -> PathBuf {
        let below_home = path
            .strip_prefix('~')
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match (below_home, self.home()) {
            (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
            _ => PathBuf::from(path),
        }
    }

    fn expand_variables(&self, text: &str) -> Result<String, NotUnicodeError> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, reference)) = rest.split_once('$') {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (name, after) = match reference
                .strip_prefix('{')
                .and_then(|braced| braced.split_once('}'))
            {
                Some(braced) => braced,
                None => reference.split_at(reference.find(|c| !word(c)).unwrap_or(reference.len())),
            };
            expanded.push_str(before);
            match self.variable(name)? {
                Some(value) => expanded.push_str(&value),
                None => {
                    expanded.push('$');
                    expanded.push_str(reference.strip_suffix(after).unwrap_or_default());
                }
            }
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// The bytes of a file, `None` when there is nothing at `path` or it is no regular file (a
    /// folder, a pipe).
    pub fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => std::fs::read(path).map(Some),
            Ok(_) => Ok(None),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A child process that gets the variables of this environment.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some(variables) = &self.variables {
            command.env_clear().envs(variables.iter());
        }
        command
    }
}

impl fmt::Debug for Env {
    /// Names no variable's value: secrets are among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("real", &self.variables.is_none())
            .finish_non_exhaustive()
    }
}

/// What the tests of configuration and credentials share.
#[cfg(test)]
pub(crate) mod testing {
    use super::Env;

    /// A home folder with the two shared files, and variables.
    pub(crate) struct Scene {
        home: tempfile::TempDir,
        variables: Vec<(String, String)>,
    }

    impl Scene {
        /// `config` and `credentials` are the text of the two files; an empty one is not written.
        pub(crate) fn new(config: &str, credentials: &str, variables: &[(&str, &str)]) -> Self {
            let home = tempfile::tempdir().expect("a temporary folder");
            std::fs::create_dir(home.path().join(".aws")).expect("a folder");
            for (name, text) in [("config", config), ("credentials", credentials)] {
                if !text.is_empty() {
                    std::fs::write(home.path().join(".aws").join(name), text).expect("a file");
                }
            }
            let variables = variables
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect();
            Self { home, variables }
        }

        pub(crate) fn env(&self) -> Env {
            let path = std::env::var("PATH").unwrap_or_default();
            let own = [
                ("HOME".to_owned(), self.path("")),
                ("PATH".to_owned(), path),
            ];
            Env::with_variables(own.into_iter().chain(self.variables.iter().cloned()))
        }

        /// `relative` below the home folder.
        pub(crate) fn path(&self, relative: &str) -> String {
            let home = self.home.path().to_string_lossy();
            if relative.is_empty() {
                home.into_owned()
            } else {
                format!("{home}/{relative}")
            }
        }
    }

    /// Reproducible random texts made of `pieces`: the same seed gives the same text.
    pub(crate) fn noise(seed: u64, pieces: &[&[u8]]) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % bound as u64) as usize
        };
        let length = next(24);
        (0..length)
            .flat_map(|_| match next(pieces.len() + 1) {
                0 => vec![next(256) as u8],
                piece => pieces[piece - 1].to_vec(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_expand_variables_and_home() {
        let env = Env::with_variables([("HOME", "/home/u"), ("A", "x"), ("B_2", "$A")]);
        for (path, expanded) in [
            ("~", "/home/u"),
            ("~/.aws/config", "/home/u/.aws/config"),
            ("~other/f", "~other/f"),
            ("/a/~", "/a/~"),
            ("$A/${A}y/$AB/${NO}", "x/xy/$AB/${NO}"),
            ("$B_2/$", "$A/$"),
            ("${A", "${A"),
            ("é$A.é", "éx.é"),
            ("", ""),
        ] {
            assert_eq!(env.expand(path).unwrap(), PathBuf::from(expanded), "{path}");
        }
    }

    #[test]
    fn without_a_home_folder_a_tilde_stays() {
        for env in [
            Env::with_variables([("HOME", "")]),
            Env::with_variables([("A", "")]),
        ] {
            assert_eq!(env.expand("~/.aws").unwrap(), PathBuf::from("~/.aws"));
        }
    }

    #[test]
    fn debug_shows_no_variable() {
        let env = Env::with_variables([("AWS_SECRET_ACCESS_KEY", "hidden")]);
        assert!(!format!("{env:?}").contains("hidden"));
    }
}

//! Errors of configuration and credentials.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// What kind of problem a [`ConfigError`] is; a command derives its exit code from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// A shared file breaks the syntax of such files.
    ParseFile,
    /// The profile is in neither shared file.
    ProfileNotFound,
    /// A setting has a value that it cannot have.
    InvalidValue,
    /// No source states a region.
    NoRegion,
    /// No provider of credentials answered.
    NoCredentials,
    /// Nothing has a bearer token.
    NoToken,
    /// An access key without its secret.
    PartialCredentials,
    /// A provider of credentials is configured and failed.
    CredentialRetrieval,
    /// A service that gives credentials answered with an error.
    RefusedByService,
}

/// A problem with configuration or credentials.
///
/// The first line of its text is the AWS CLI's wherever that has one; the lines below it say where
/// the value came from and what to do. No secret is ever part of it.
#[derive(Debug, Clone)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ConfigError {
    pub(crate) fn new(kind: ConfigErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Adds the underlying error, which the message already includes.
    pub(crate) fn caused_by(self, source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Arc::new(source)),
            ..self
        }
    }

    /// Why a source of credentials failed, for implementations of
    /// [`ResolveIdentity`](crate::identity::ResolveIdentity). It must not contain secrets.
    pub fn credentials(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        Self {
            kind: ConfigErrorKind::CredentialRetrieval,
            message: source.to_string(),
            source: Some(source.into()),
        }
    }

    /// No region, where there are no settings to look for one in.
    pub(crate) fn no_region() -> Self {
        Self::new(ConfigErrorKind::NoRegion, "You must specify a region.")
    }

    /// No credentials, where nothing was named to take them from.
    pub(crate) fn no_credentials() -> Self {
        let text = "Unable to locate credentials: the configuration has none. Give it some with `credentials`, take those of \
                    the environment with `Config::from_env`, or send requests unsigned with `anonymous`.";
        Self::new(ConfigErrorKind::NoCredentials, text)
    }

    /// No bearer token, and where one could come from.
    pub(crate) fn no_token(sources: &str) -> Self {
        let text = format!("Unable to locate authorization token{sources}");
        Self::new(ConfigErrorKind::NoToken, text)
    }

    /// A value that a setting cannot have, and where it came from.
    pub(crate) fn invalid(message: impl fmt::Display, origin: impl fmt::Display) -> Self {
        Self::new(
            ConfigErrorKind::InvalidValue,
            format!("{message}\nThe value comes from {origin}."),
        )
    }

    pub(crate) fn parse_file(path: &Path, line: usize, problem: impl fmt::Display) -> Self {
        let message = format!(
            "Unable to parse config file: {}\nline {line}: {problem}",
            path.display()
        );
        Self::new(ConfigErrorKind::ParseFile, message)
    }

    /// What kind of problem this is.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Errors are equal if they are of one kind and read alike.
impl PartialEq for ConfigError {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
}

impl Eq for ConfigError {}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

//! [`Cause`]: what went wrong, in words, and the error behind it.

use std::error::Error;
use std::fmt;

/// What went wrong, in words, and the error behind it if there is one.
#[derive(Debug)]
pub struct Cause {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Cause {
    /// An error with a message that says more than its own.
    pub(crate) fn with(message: String, error: impl Error + Send + Sync + 'static) -> Self {
        Cause {
            message,
            source: Some(Box::new(error)),
        }
    }

    /// An error whose own message says everything.
    pub(crate) fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Cause::with(error.to_string(), error)
    }
}

impl From<String> for Cause {
    fn from(message: String) -> Self {
        Cause {
            message,
            source: None,
        }
    }
}

impl From<&str> for Cause {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            Some(error) => Some(&**error),
            None => None,
        }
    }
}

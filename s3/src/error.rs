//! [`TransferError`]: why a transfer failed.

use crate::place::Place;
use opsmith_runtime::Error;
use opsmith_runtime::files::numbered;
use opsmith_runtime::http::TransportError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a transfer failed. Its text is what the AWS CLI prints after the names of source and target.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransferError {
    /// A request failed.
    Call(Error),
    /// The body of an answer ended too early, or is not what its checksum says.
    Body(TransportError),
    /// A local file can't be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What failed.
        error: io::Error,
    },
    /// A local file changed while it was read.
    FileChanged {
        /// The file.
        path: PathBuf,
    },
    /// The source of an upload that is not a file can't be read.
    Reader(io::Error),
    /// The target of a download that is not a file can't be written.
    Writer(io::Error),
    /// An object changed while it was read.
    ObjectChanged(Place),
    /// The content of an object is not what its checksum says.
    Checksum {
        /// The algorithm.
        algorithm: &'static str,
        /// The checksum that the service has.
        expected: String,
        /// The checksum of what came.
        computed: String,
    },
    /// The service answered something else than it was asked for.
    Answer(String),
    /// The service did not delete an object that it was asked to delete with others.
    NotDeleted {
        /// The code of the error.
        code: String,
        /// The message of the error.
        message: String,
    },
    /// A request for several objects failed, this one among them.
    Together {
        /// The code of the service's error; empty without one.
        code: String,
        /// The text of the error.
        text: String,
    },
    /// The object was copied, but not all of its annotations.
    Annotations {
        /// The new object.
        to: Place,
        /// The names of the annotations that the new object has.
        written: Vec<String>,
        /// The names of the others, each with what failed.
        failed: Vec<(String, Error)>,
    },
    /// A task of the transfer was ended from outside: the runtime stops.
    Cancelled,
}

impl TransferError {
    /// A local file can't be read or written.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |error| TransferError::File { path, error }
    }

    /// The code of the service's error, e.g. `NoSuchBucket`.
    pub fn code(&self) -> Option<&str> {
        match self {
            TransferError::Call(error) => error.code(),
            TransferError::NotDeleted { code, .. } => Some(code),
            TransferError::Together { code, .. } => Some(code)
                .filter(|code| !code.is_empty())
                .map(|code| &**code),
            _ => None,
        }
    }

    /// Whether the service refused because an object exists that was not to be overwritten, or is
    /// not the expected one.
    pub fn is_precondition_failed(&self) -> bool {
        self.code()
            .is_some_and(|code| code == "PreconditionFailed" || code == "412")
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::Call(error) => f.write_str(&text(error)),
            TransferError::Body(error) => error.fmt(f),
            TransferError::File { path, error } => {
                write!(f, "{}: '{}'", numbered(error), path.display())
            }
            TransferError::FileChanged { path } => write!(
                f,
                "The file '{}' changed while it was read. Transfer it again when nothing writes to it.",
                path.display()
            ),
            TransferError::Reader(error) | TransferError::Writer(error) => {
                f.write_str(&numbered(error))
            }
            TransferError::ObjectChanged(Place { bucket, key }) => write!(
                f,
                "Contents of stored object \"{key}\" in bucket \"{bucket}\" did not match expected ETag."
            ),
            TransferError::Checksum {
                algorithm,
                expected,
                computed,
            } => write!(
                f,
                "Expected full object checksum ({algorithm}) {expected} did not match combined checksum: {computed}"
            ),
            TransferError::Answer(text) | TransferError::Together { text, .. } => f.write_str(text),
            TransferError::NotDeleted { code, message } => write!(
                f,
                "An error occurred ({code}) when calling the DeleteObject operation: {message}"
            ),
            TransferError::Annotations {
                to,
                written,
                failed,
            } => {
                let written = match written.as_slice() {
                    [] => "(none)".to_owned(),
                    written => written.join(", "),
                };
                let failed = failed
                    .iter()
                    .map(|(name, error)| format!("{name}: {}", text(error)));
                let failed: Vec<_> = failed.collect();
                write!(
                    f,
                    "Failed to copy all annotations to {to}. The object was copied successfully and was not deleted. \
                     Annotations written: {written}. Annotations that failed: {}.",
                    failed.join("; ")
                )
            }
            TransferError::Cancelled => f.write_str("The transfer was cancelled."),
        }
    }
}

/// The text of an error of a call, as the AWS CLI has it.
fn text(error: &Error) -> String {
    match error {
        Error::Service(error) => error.aws_cli_message(),
        error => error.to_string(),
    }
}

impl std::error::Error for TransferError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TransferError::Call(error) => Some(error),
            TransferError::Body(error) => Some(error),
            TransferError::File { error, .. }
            | TransferError::Reader(error)
            | TransferError::Writer(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for TransferError {
    fn from(error: Error) -> Self {
        TransferError::Call(error)
    }
}

impl From<TransportError> for TransferError {
    fn from(error: TransportError) -> Self {
        TransferError::Body(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_have_their_number_and_the_file() {
        let error = io::Error::from_raw_os_error(13);
        let error = TransferError::file("/a/b")(error);
        assert_eq!(error.to_string(), "[Errno 13] Permission denied: '/a/b'");
        let error = TransferError::Writer(io::Error::other("no more"));
        assert_eq!(error.to_string(), "no more");
    }

    #[test]
    fn annotations_that_failed_are_named() {
        let error = TransferError::Annotations {
            to: Place::new("b", "k"),
            written: Vec::new(),
            failed: vec![("one".into(), Error::Request("no".into()))],
        };
        assert_eq!(
            error.to_string(),
            "Failed to copy all annotations to s3://b/k. The object was copied successfully and was not deleted. \
             Annotations written: (none). Annotations that failed: one: no."
        );
    }
}

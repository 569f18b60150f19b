//! [`JobError`]: why a call is refused.

use std::fmt;

use super::{ActionType, Status};

/// Why a call is refused: the service error to answer with. `Display` gives the error's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// No action type has these four parts.
    ActionTypeNotFound(ActionType),
    /// No job has this ID.
    JobNotFound(String),
    /// The client token is not the job's.
    InvalidClientToken,
    /// The nonce is not the job's, or has been used.
    InvalidNonce,
    /// A result is not due in this state.
    InvalidJobState(Status),
}

impl JobError {
    /// The code of the service error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ActionTypeNotFound(_) => "ActionTypeNotFoundException",
            Self::JobNotFound(_) => "JobNotFoundException",
            Self::InvalidClientToken => "InvalidClientTokenException",
            Self::InvalidNonce => "InvalidNonceException",
            Self::InvalidJobState(_) => "InvalidJobStateException",
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ActionTypeNotFound(action_type) => write!(f, "There is no action type {action_type}."),
            Self::JobNotFound(id) => write!(f, "There is no job with the ID '{id}'."),
            Self::InvalidClientToken => f.write_str("The client token does not belong to the job."),
            Self::InvalidNonce => {
                f.write_str("The nonce is not the job's, or has been used: get the job's details for the current one.")
            }
            Self::InvalidJobState(status @ (Status::Queued | Status::Dispatched)) => {
                write!(f, "The job is {status}: acknowledge it before you put its result.")
            }
            Self::InvalidJobState(status) => write!(f, "The job is {status}: its result has been settled."),
        }
    }
}

impl std::error::Error for JobError {}

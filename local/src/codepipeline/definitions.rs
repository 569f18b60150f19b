//! [`Definitions`]: a file of jobs.

use std::fmt;

use serde::Deserialize;

use super::jobs::Job;
use super::operations;

/// Definitions of jobs, as a file of them has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// What is wrong with definitions of jobs, and where. `Display` says both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionsError(String);

impl fmt::Display for DefinitionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DefinitionsError {}

impl Definitions {
    /// Reads definitions from JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and where.
    pub fn from_json(text: &str) -> Result<Self, DefinitionsError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let definitions: Self = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| DefinitionsError(format!("{}: {}", error.path(), error.inner())))?;
        definitions.check()?;
        Ok(definitions)
    }

    /// Whether a worker can poll for each job and acknowledge it: its requests must be valid by the
    /// model.
    pub(super) fn check(&self) -> Result<(), DefinitionsError> {
        for (index, job) in self.jobs.iter().enumerate() {
            if let Some(violation) = operations::violations(job).first() {
                return Err(DefinitionsError(format!(
                    "jobs[{index}]: no worker can take the job {:?}: {violation}",
                    job.id
                )));
            }
        }
        Ok(())
    }
}

//! [`Outcome`]: the result of a job.

use opsmith_codepipeline::{CurrentRevision, ExecutionDetails, FailureDetails, FailureType};

/// The result of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It succeeded: the job ends, or is continued if there is a continuation token.
    Success(Success),
    /// It failed.
    Failure(FailureDetails),
}

/// The details of a success.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Success {
    /// The work goes on: the job will be polled for again, with this token in its data.
    pub continuation_token: Option<String>,
    /// The revision that the job made.
    pub revision: Option<CurrentRevision>,
    /// What was done, where, and how much of it.
    pub details: ExecutionDetails,
}

impl Outcome {
    /// The job is done.
    pub fn success() -> Self {
        Outcome::Success(Success::default())
    }

    /// The work goes on elsewhere: the job will be polled for again, with this token in its data.
    pub fn continued(token: impl Into<String>) -> Self {
        Outcome::Success(Success {
            continuation_token: Some(token.into()),
            ..Success::default()
        })
    }

    /// The job failed. A message that is longer than the model allows is clipped, with a mark.
    pub fn failure(kind: FailureType, message: impl Into<String>) -> Self {
        Outcome::Failure(FailureDetails::new(kind, message))
    }

    /// Sets what was done; ignored for a failure.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        if let Outcome::Success(success) = &mut self {
            success.details.summary = Some(summary.into());
        }
        self
    }

    /// Sets the ID of the work in the worker's own system.
    #[must_use]
    pub fn external_execution_id(mut self, id: impl Into<String>) -> Self {
        match &mut self {
            Outcome::Success(success) => success.details.external_execution_id = Some(id.into()),
            Outcome::Failure(failure) => failure.external_execution_id = Some(id.into()),
        }
        self
    }

    /// The outcome with all texts clipped to what the model allows.
    pub(crate) fn clipped(mut self) -> Self {
        match &mut self {
            Outcome::Failure(failure) => {
                failure.message = clip(&failure.message, most("Message"));
                // The service refuses an empty one.
                if failure.message.is_empty() {
                    failure.message = "no message".to_owned();
                }
                clip_optional(&mut failure.external_execution_id, "ExecutionId");
            }
            Outcome::Success(success) => {
                clip_optional(&mut success.details.summary, "ExecutionSummary");
                clip_optional(&mut success.details.external_execution_id, "ExecutionId");
            }
        }
        self
    }
}

/// The end of a text that was clipped.
const MARK: &str = "… (clipped)";

/// The maximum length of a shape, in characters.
fn most(shape: &str) -> usize {
    let rows = opsmith_codepipeline::SERVICE.shapes;
    let max = rows
        .iter()
        .find(|row| row.name == shape)
        .and_then(|row| row.max);
    max.map_or(usize::MAX, |max| max as usize)
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(MARK.chars().count()));
    kept.chain(MARK.chars()).collect()
}

fn clip_optional(text: &mut Option<String>, shape: &str) {
    if let Some(text) = text {
        *text = clip(text, most(shape));
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, clip};
    use opsmith_codepipeline::FailureType;

    #[test]
    fn long_texts_are_cut_with_a_mark() {
        assert_eq!(clip("short", 5), "short");
        assert_eq!(
            clip(&"é".repeat(30), 20),
            format!("{}… (clipped)", "é".repeat(9))
        );
        let Outcome::Failure(failure) =
            Outcome::failure(FailureType::JobFailed, "x".repeat(9000)).clipped()
        else {
            panic!("a failure");
        };
        assert_eq!(failure.message.chars().count(), 5000);
    }
}

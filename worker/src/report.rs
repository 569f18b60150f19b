//! [`Event`]: what a worker reports.

use opsmith_codepipeline::Error;

/// What a worker reports.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A poll returned this number of jobs, some of which may be running already.
    Polled(usize),
    /// Polling failed, and is retried.
    PollFailed(&'a Error),
    /// A job was left to other workers, for this reason: its client is not known, or another worker
    /// has it.
    Left(&'a str, &'a str),
    /// A job was taken.
    Taken(&'a str),
    /// A job ended in this worker.
    Ended(&'a str, &'a Ended),
}

/// How a job ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// It succeeded.
    Succeeded,
    /// It was continued, and will be polled for again.
    Continued,
    /// A failure was put, with this message.
    Failed(String),
    /// Its result was sent more than once, and the last attempt was refused because the job had
    /// ended: an earlier attempt may have taken effect, or the job timed out.
    Unknown(Error),
    /// Its result was refused: the job had ended before, for example because it timed out.
    Refused(Error),
}

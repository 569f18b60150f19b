//! [`Event`]: what a worker tells of its work.

use opsmith_codepipeline::Error;

/// What a worker tells of its work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A poll gave so many jobs, some of which may be in hand already.
    Polled(usize),
    /// Polling failed, and is tried again.
    PollFailed(&'a Error),
    /// A job was left to others, and why: its client is not known, or another worker has it.
    Left(&'a str, &'a str),
    /// A job was taken.
    Taken(&'a str),
    /// A job has come to an end here.
    Ended(&'a str, &'a Ended),
}

/// How a job came to an end.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ended {
    /// It succeeded.
    Succeeded,
    /// It comes back.
    Continued,
    /// A failure was put, with this message.
    Failed(String),
    /// Its result was sent more than once, and refused as settled: an earlier attempt may have
    /// taken effect, or the job's time was over.
    Unknown(Error),
    /// Its result was refused: the job had ended before, as one does whose time is over.
    Refused(Error),
}

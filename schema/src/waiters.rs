//! Waiters: an operation is called repeatedly until its answer is the wanted one.

use crate::values::words;

/// When to stop calling an operation repeatedly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiter<'a> {
    /// Its name in the model, e.g. `TableExists`.
    pub name: &'a str,
    /// The pause between two calls.
    pub delay: Delay,
    /// The maximum number of calls; 0 when the model does not say.
    pub attempts: u32,
    /// What is looked for, in this order.
    pub acceptors: &'a [Acceptor<'a>],
}

/// The pause between two calls of a waiter, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// The same each time.
    Fixed(u32),
    /// From the first up to twice as much each time, and no longer than the second.
    Backoff(u32, u32),
}

/// What follows from an answer that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Acceptor<'a>(pub Outcome, pub Matcher<'a>);

words! {
    /// What a waiter does after an answer that matches.
    Outcome {
        /// It ends: the answer is as wanted.
        Success = "success",
        /// It fails: the answer will never be as wanted.
        Failure = "failure",
        /// It calls again.
        Retry = "retry",
    }
}

/// What an answer has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matcher<'a> {
    /// A success, or an error of the service.
    Success(bool),
    /// An error of the service with this code.
    ErrorType(&'a str),
    /// A success or an error with this HTTP status.
    Status(u16),
    /// A success in whose output this JMESPath expression gives the expected value.
    Output(&'a str, Comparator, Expected<'a>),
    /// The same of `{"input": …, "output": …}`.
    InputOutput(&'a str, Comparator, Expected<'a>),
}

/// How the value found is compared with the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// It is that.
    Is,
    /// It is a list, not empty, of nothing but that.
    All,
    /// It is a list with that in it.
    Any,
}

/// What is expected of what was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected<'a> {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(&'a str),
}

/// A waiter: name, pause between two calls, maximum number of calls (0 when the model does not
/// say), and acceptors.
pub const fn waiter<'a>(
    name: &'a str,
    delay: Delay,
    attempts: u32,
    acceptors: &'a [Acceptor<'a>],
) -> Waiter<'a> {
    Waiter {
        name,
        delay,
        attempts,
        acceptors,
    }
}

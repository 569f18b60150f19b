//! [`Output`]: what a call gives.

use crate::client::Client;
use crate::error::Error;
use crate::http::BodyReader;
use crate::pipeline::Received;
use crate::visit::Visitor;

/// What a call gives: an operation's output, or one with a stream beside it, of bytes ([`Streamed`])
/// or, with the feature `event-stream`, of events. It is implemented for these.
pub trait Output: Sized + Send + 'static {
    /// The structure.
    type Structure: Visitor + Default + Send + 'static;

    /// The structure with what of the answer was not read.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the operation has no such stream.
    fn new(
        structure: Self::Structure,
        received: Received,
        client: &Client<'static>,
        operation: &'static str,
    ) -> Result<Self, Error>;
}

impl<O: Visitor + Default + Send + 'static> Output for O {
    type Structure = O;

    fn new(structure: O, _: Received, _: &Client<'static>, _: &'static str) -> Result<O, Error> {
        Ok(structure)
    }
}

/// An output with a body that is a stream, such as an object of a store. It dereferences to the
/// output.
#[derive(Debug)]
#[non_exhaustive]
pub struct Streamed<O> {
    /// The output, which is known from the head of the answer.
    pub output: O,
    /// The body, which is read as it arrives.
    pub body: BodyReader,
}

impl<O: Visitor + Default + Send + 'static> Output for Streamed<O> {
    type Structure = O;

    fn new(
        output: O,
        received: Received,
        _: &Client<'static>,
        _: &'static str,
    ) -> Result<Self, Error> {
        let body = received.stream.unwrap_or_default();
        Ok(Streamed { output, body })
    }
}

impl<O> std::ops::Deref for Streamed<O> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

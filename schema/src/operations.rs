//! Operations of a service.

use crate::traits::find;
use crate::{
    Fixed, Http, HttpChecksum, Pagination, PresignedParameter, ShapeIndex, Step, Trait, Waiter,
};

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The operation's name, e.g. `GetPipeline`.
    pub name: &'a str,
    /// The input structure; `None` when the operation takes nothing.
    pub input: Option<ShapeIndex>,
    /// The output structure; `None` when the operation returns nothing.
    pub output: Option<ShapeIndex>,
    /// The error structures that the model lists, in its order.
    pub errors: &'a [ShapeIndex],
    /// Traits.
    pub traits: &'a [Trait<'a>],
}

impl<'a> Operation<'a> {
    /// The error structures that the model lists for the operation.
    pub const fn errors(mut self, errors: &'a [ShapeIndex]) -> Self {
        self.errors = errors;
        self
    }

    /// Sets the list of traits.
    pub const fn with(mut self, traits: &'a [Trait<'a>]) -> Self {
        self.traits = traits;
        self
    }

    /// Whether the operation's endpoint comes from endpoint discovery (`None` if not), and whether
    /// it must.
    pub fn discovers_endpoint(&self) -> Option<bool> {
        find!(self.traits, ClientDiscoveredEndpoint)
    }

    /// Whether requests may be unsigned, whatever other schemes there are.
    pub fn is_auth_optional(&self) -> bool {
        self.traits.contains(&Trait::OptionalAuth)
    }

    /// Whether signatures leave out the body of requests.
    pub fn has_unsigned_payload(&self) -> bool {
        self.traits.contains(&Trait::UnsignedPayload)
    }

    /// How the operation's output is paged, if it is.
    pub fn pagination(&self) -> Option<Pagination<'a>> {
        find!(self.traits, Paginated).copied()
    }

    /// Why the operation's pages are not supported, if they are not.
    pub fn unpaged(&self) -> Option<&'a str> {
        find!(self.traits, Unpaged)
    }

    /// The HTTP method, path and status of protocols that bind members to parts of a message.
    pub fn http(&self) -> Option<&'a Http<'a>> {
        find!(self.traits, Http)
    }

    /// The checksums of the operation's requests and answers.
    pub fn http_checksum(&self) -> Option<&'a HttpChecksum<'a>> {
        find!(self.traits, HttpChecksum)
    }

    /// Whether the service refuses a request without a checksum.
    pub fn requires_checksum(&self) -> bool {
        self.traits.contains(&Trait::HttpChecksumRequired)
            || self.http_checksum().is_some_and(|found| found.required)
    }

    /// The encodings in which the service takes compressed bodies.
    pub fn request_compression(&self) -> &'a [&'a str] {
        find!(self.traits, RequestCompression).unwrap_or_default()
    }

    /// The operation's waiters.
    pub fn waiters(&self) -> &'a [Waiter<'a>] {
        find!(self.traits, Waitable).unwrap_or_default()
    }

    /// The parameter with the URL of the same call in another region, if it has one.
    pub fn presigned_parameter(&self) -> Option<&'a PresignedParameter<'a>> {
        find!(self.traits, PresignedParameter)
    }

    /// What to use instead of a deprecated operation, which may be empty.
    pub fn deprecated(&self) -> Option<&'a str> {
        find!(self.traits, Deprecated)
    }

    /// The prefix of the host name, with the names of members in braces.
    pub fn host_prefix(&self) -> Option<&'a str> {
        find!(self.traits, HostPrefix)
    }

    /// Endpoint parameters with values that are the same in every call.
    pub fn static_context_params(&self) -> &'a [(&'a str, Fixed<'a>)] {
        find!(self.traits, StaticContextParams).unwrap_or_default()
    }

    /// Endpoint parameters, with paths to their values in the input.
    pub fn operation_context_params(&self) -> &'a [(&'a str, &'a [Step<'a>])] {
        find!(self.traits, OperationContextParams).unwrap_or_default()
    }
}

/// An operation without errors and traits.
pub const fn operation<'a>(
    name: &'a str,
    input: Option<ShapeIndex>,
    output: Option<ShapeIndex>,
) -> Operation<'a> {
    Operation {
        name,
        input,
        output,
        errors: &[],
        traits: &[],
    }
}

//! Forms: what the value of a trait has to look like in a model.

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// `{}`: a trait without further content.
    Mark,
    /// Text.
    Text,
    /// Visible ASCII, as it becomes part of a header.
    Word,
    /// A shape id; what counts is the name in it.
    ShapeId,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A regular expression.
    Pattern,
    /// A number, or text that is one, as bounds of big decimals are written so.
    Number,
    /// A whole number from 0.
    Count,
    /// `true` or `false`.
    Boolean,
    /// An HTTP status.
    Status,
    /// Whatever reads it checks it.
    Any,
    /// A text or a list of texts.
    Texts,
    /// A list, each element of this form.
    List(&'static Form),
    /// An object with keys of any name, each value of this form.
    Map(&'static Form),
    /// The shape id of an authentication scheme.
    AuthScheme,
    /// The value of an endpoint parameter.
    Fixed,
    /// A path into an input.
    Path,
    /// The method, path and status of an operation.
    Http,
    /// The checksums of an operation.
    HttpChecksum,
    /// A namespace of XML.
    XmlNamespace,
    /// A parameter with the URL of a call.
    PresignedParameter,
    /// An object, of which this part counts and must be there.
    Part(&'static str, &'static Form),
    /// An object, of which this part counts if it is there; the trait may also be a mark.
    Optional(&'static str, &'static Form),
    /// An object of several parts, each with its form and whether it must be there.
    Object(&'static [(&'static str, Form, bool)]),
    /// The trait asks for something that is not supported: what that is.
    Unsupported(&'static str),
}

impl Form {
    /// The parts of a form that is an object of several parts: each with its form and whether it
    /// must be there.
    pub const fn parts(&self) -> Option<&'static [(&'static str, Form, bool)]> {
        match self {
            Form::Object(parts) => Some(parts),
            Form::Http => Some(&[
                ("method", Form::Word, true),
                ("uri", Form::Text, true),
                ("code", Form::Status, false),
            ]),
            Form::HttpChecksum => Some(&[
                ("requestChecksumRequired", Form::Boolean, false),
                ("requestAlgorithmMember", Form::Text, false),
                ("requestValidationModeMember", Form::Text, false),
                ("responseAlgorithms", Form::List(&Form::Text), false),
            ]),
            Form::XmlNamespace => Some(&[("uri", Form::Text, true), ("prefix", Form::Text, false)]),
            Form::PresignedParameter => Some(&[
                ("url", Form::Word, true),
                ("source", Form::Word, true),
                ("destination", Form::Word, true),
                ("sendsRegions", Form::Boolean, false),
            ]),
            _ => None,
        }
    }
}

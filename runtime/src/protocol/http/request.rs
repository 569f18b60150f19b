//! [`Bindings`]: writing an input into the parts of a request.

use super::header;
use super::uri::Target;
use crate::codec::{Codec, Format, json, text};
use crate::http::Header;
use crate::schema::{Kind, Location, Member, Shape, TimestampFormat};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Writes members at the top of an input where their bindings put them, and the others in the
/// codec's format into the body.
pub(super) struct Bindings<'a, C: Codec> {
    codec: &'a C,
    /// Path and query string of the model.
    template: &'a str,
    target: Target,
    /// The target, when it is complete.
    filled: String,
    headers: Vec<Header>,
    body: C::Format,
    content: Content,
    /// Whether a member is the whole body.
    has_payload: bool,
    /// How many members are fields of the body.
    fields: usize,
    place: Place,
    /// The name of the current label, header or parameter, or the prefix of headers.
    name: String,
    /// The key of the current entry of a map.
    key: String,
    /// The usual format of timestamps there.
    timestamp_format: TimestampFormat,
    /// The elements of a header so far.
    list: Option<String>,
    /// The document that becomes a header.
    document: Option<C::Format>,
}

/// A request without its method.
pub(super) struct Parts {
    pub(super) target: String,
    pub(super) headers: Vec<Header>,
    pub(super) content: Content,
}

/// The content of a body.
pub(super) enum Content {
    /// No member can be in the body.
    Nothing,
    /// Members can be in the body, and none is.
    Unset,
    /// A value in the codec's format.
    Encoded(Vec<u8>),
    /// Bytes or text as it is.
    Raw(Vec<u8>),
}

/// Where the current member at the top goes.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// The body, in the codec's format.
    Body,
    /// The body as it is.
    Raw,
    Label,
    Query,
    QueryParams,
    Header,
    PrefixHeaders,
    Nowhere,
}

impl<'a, C: Codec> Bindings<'a, C> {
    pub(super) fn new(
        codec: &'a C,
        template: &'a str,
        shape: &Shape<'_>,
        kind: impl Fn(&Member<'_>) -> Kind,
    ) -> Self {
        let members = || shape.members.iter();
        let payload = members().find(|member| member.location() == Location::Payload);
        let content = match payload.map(kind) {
            Some(Kind::Blob | Kind::String | Kind::Enum | Kind::Union) => Content::Nothing,
            Some(_) => Content::Unset,
            None if members().any(|member| member.location() == Location::Field) => Content::Unset,
            None => Content::Nothing,
        };
        Bindings {
            codec,
            template,
            target: Target::default(),
            headers: Vec::new(),
            body: codec.format(Vec::new()),
            content,
            has_payload: payload.is_some(),
            fields: 0,
            place: Place::Body,
            name: String::new(),
            key: String::new(),
            timestamp_format: TimestampFormat::DateTime,
            filled: String::new(),
            list: None,
            document: None,
        }
    }

    /// The writer that takes the current value; `None` if the value is text in another place.
    fn format(&mut self) -> Option<&mut C::Format> {
        match &mut self.document {
            Some(document) => Some(document),
            None if self.place == Place::Body => Some(&mut self.body),
            None => None,
        }
    }

    /// Begins a member at the top.
    fn turn(&mut self, at: &Cursor<'_>, member: &Member<'_>) {
        self.complete();
        let kind = at.shape().kind;
        let (place, name) = match member.location() {
            Location::Field => (Place::Body, ""),
            Location::Payload => match kind {
                Kind::Blob | Kind::String | Kind::Enum => (Place::Raw, ""),
                _ => (Place::Body, ""),
            },
            Location::Label => (Place::Label, member.name),
            Location::Query(name) => (Place::Query, name),
            Location::QueryParams => (Place::QueryParams, ""),
            Location::Header(name) => (Place::Header, name),
            Location::PrefixHeaders(prefix) => (Place::PrefixHeaders, prefix),
            Location::Status => (Place::Nowhere, ""),
        };
        self.place = place;
        name.clone_into(&mut self.name);
        self.key.clear();
        if let Some(format) = member.location().timestamp_format() {
            self.timestamp_format = format;
        }
        if place == Place::Header && kind == Kind::Document {
            self.document = Some(self.codec.format(Vec::new()));
        }
    }

    /// Ends the last member at the top.
    fn complete(&mut self) {
        let value = match (self.list.take(), self.document.take()) {
            (Some(list), _) => list,
            (None, Some(document)) => {
                let text = document.finish();
                BASE64.encode(json::ascii(&String::from_utf8_lossy(&text)))
            }
            (None, None) => return,
        };
        self.push_header(value);
    }

    /// Adds a header. Names are in lower case, as on the wire.
    fn push_header(&mut self, value: String) {
        let name = [self.name.as_str(), &self.key].concat();
        self.headers
            .push((name.to_ascii_lowercase().into(), value.into()));
    }

    /// Writes a scalar that is not in the codec's format.
    fn text(&mut self, at: &Cursor<'_>, text: &str) -> VisitResult {
        match self.place {
            Place::Label if text.is_empty() => {
                return Err(VisitError::place(
                    "it is a part of the URL's path, and can't be empty",
                ));
            }
            Place::Label => self.target.label(&self.name, text),
            Place::Query => self.target.parameter(&self.name, text),
            Place::QueryParams => self.target.entry(&self.key, text),
            Place::Header if at.depth() > 1 => {
                header::check_value(text)?;
                match &mut self.list {
                    Some(list) => *list += &format!(",{text}"),
                    None => self.list = Some(text.to_owned()),
                }
            }
            Place::Header | Place::PrefixHeaders => {
                header::check_value(text)?;
                self.push_header(text.to_owned());
            }
            Place::Raw => self.content = Content::Raw(text.as_bytes().to_vec()),
            Place::Body | Place::Nowhere => {}
        }
        Ok(())
    }
}

impl<C: Codec> Format for Bindings<'_, C> {
    type Output = Parts;

    fn null(&mut self, at: &Cursor<'_>) -> VisitResult {
        self.format().map_or(Ok(()), |format| format.null(at))
    }
    fn boolean(&mut self, at: &Cursor<'_>, value: bool) -> VisitResult {
        match self.format() {
            Some(format) => format.boolean(at, value),
            None => self.text(at, text::boolean(value)),
        }
    }
    fn integer(&mut self, at: &Cursor<'_>, value: i128) -> VisitResult {
        match self.format() {
            Some(format) => format.integer(at, value),
            None => self.text(at, &value.to_string()),
        }
    }
    fn float(&mut self, at: &Cursor<'_>, value: f64) -> VisitResult {
        match self.format() {
            Some(format) => format.float(at, value),
            None => self.text(at, &text::float(value)),
        }
    }
    fn string(&mut self, at: &Cursor<'_>, value: &str) -> VisitResult {
        if let Some(format) = self.format() {
            return format.string(at, value);
        }
        match self.place {
            Place::Header if at.shape().media_type().is_some() => {
                self.text(at, &BASE64.encode(value))
            }
            Place::Header if at.depth() > 1 => self.text(at, &header::element(value)),
            _ => self.text(at, value),
        }
    }
    fn blob(&mut self, at: &Cursor<'_>, value: &[u8]) -> VisitResult {
        if let Some(format) = self.format() {
            return format.blob(at, value);
        }
        if self.place == Place::Raw {
            self.content = Content::Raw(value.to_vec());
            return Ok(());
        }
        self.text(at, &BASE64.encode(value))
    }
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult {
        if let Some(format) = self.format() {
            return format.timestamp(at, value);
        }
        // As in the AWS CLI, which has whole seconds in headers.
        let value = match self.place {
            Place::Header | Place::PrefixHeaders => Timestamp::new(value.seconds(), 0),
            _ => value,
        };
        let text = text::timestamp(at, value, self.timestamp_format)?;
        self.text(at, &text)
    }
    fn begin(&mut self, at: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        if at.depth() == 0 && self.has_payload {
            return Ok(());
        }
        if let Some(format) = self.format() {
            return format.begin(at, kind);
        }
        let fits = match self.place {
            Place::Query | Place::Header => kind == CompoundKind::Elements && at.depth() == 1,
            Place::QueryParams => kind != CompoundKind::Members,
            Place::PrefixHeaders => kind == CompoundKind::Entries,
            _ => false,
        };
        if fits {
            return Ok(());
        }
        Err(VisitError::place(
            "it is sent as text outside the body, and is a structure, list or map",
        ))
    }
    fn member(&mut self, at: &Cursor<'_>, member: &Member<'_>, before: usize) -> VisitResult {
        if at.depth() > 1 {
            let format = self.format();
            return format.map_or(Ok(()), |format| format.member(at, member, before));
        }
        self.turn(at, member);
        if self.place != Place::Body {
            return Ok(());
        }
        self.fields += 1;
        match member.location() {
            Location::Field => self.body.member(at, member, self.fields - 1),
            _ => Ok(()),
        }
    }
    fn element(&mut self, at: &Cursor<'_>, before: usize) -> VisitResult {
        let format = self.format();
        format.map_or(Ok(()), |format| format.element(at, before))
    }
    fn entry(&mut self, at: &Cursor<'_>, key: &str, before: usize) -> VisitResult {
        if let Some(format) = self.format() {
            return format.entry(at, key, before);
        }
        key.clone_into(&mut self.key);
        match self.place {
            Place::PrefixHeaders => header::check_name(&[self.name.as_str(), key].concat()),
            _ => Ok(()),
        }
    }
    fn end(&mut self, at: &Cursor<'_>, kind: CompoundKind, parts: usize) -> VisitResult {
        if at.depth() > 0 {
            let format = self.format();
            return format.map_or(Ok(()), |format| format.end(at, kind, parts));
        }
        self.complete();
        if !self.has_payload {
            self.body.end(at, kind, self.fields)?;
        }
        let filled = self.target.filled(self.template);
        self.filled = filled.map_err(|missing| {
            VisitError::place("it is a part of the URL's path, and is missing")
                .at(missing.to_owned())
        })?;
        Ok(())
    }
    fn finish(self) -> Parts {
        Parts {
            target: self.filled,
            headers: self.headers,
            content: match self.content {
                Content::Nothing | Content::Unset if self.fields > 0 => {
                    Content::Encoded(self.body.finish())
                }
                content => content,
            },
        }
    }
}

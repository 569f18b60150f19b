//! Protocols whose requests are forms and whose answers are XML: AWS Query and EC2 Query.
//!
//! - Every request is `POST /` with the operation, the service's version and the input as a form in
//!   the body.
//! - The output of AWS Query is in an element named after the operation; that of EC2 Query is the
//!   root.

use super::{Protocol, error};
use crate::codec::form::{Form, Naming};
use crate::codec::xml::Xml;
use crate::codec::{self, Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent};
use crate::document::{Document, Map};
use crate::error::ServiceError;
use crate::http::{Request, Response};
use crate::schema::{Operation, Service, ShapeIndex};
use crate::visit::{CompoundKind, Visit, VisitError, Visitor};

/// A query protocol.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) naming: Naming,
}

impl Query {
    /// The name of the element that holds the output, below the root.
    fn wrapper(&self, operation: &Operation<'_>) -> Option<String> {
        (self.naming == Naming::Query).then(|| [operation.name, "Result"].concat())
    }
}

impl Protocol for Query {
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError> {
        let mut form = String::with_capacity(256);
        for part in ["Action=", operation.name, "&Version=", service.version] {
            form.push_str(part);
        }
        let body = match operation.input {
            Some(shape) => {
                codec::encode_as(Form::new(form, self.naming), input, service, shape, mode)?
            }
            None => Encoded {
                value: form,
                conforms: true,
            },
        };
        let mut request = Request::new("POST", "/").body(body.value.into_bytes());
        let content_type = "application/x-www-form-urlencoded; charset=utf-8";
        request.headers = vec![("content-type".into(), content_type.into())];
        Ok(Encoded {
            value: request,
            conforms: body.conforms,
        })
    }

    fn in_url(&self, request: Request) -> Request {
        let form = request.body.as_bytes().unwrap_or_default();
        // In a URL, a `+` may mean itself.
        let parameters = String::from_utf8_lossy(form).replace('+', "%20");
        let url = [request.url.as_str(), "?", &parameters].concat();
        let headers = request.headers.into_iter();
        let mut moved = Request::new("GET", url);
        moved.headers = headers.filter(|(name, _)| name != "content-type").collect();
        moved
    }

    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        let body = &response.body;
        let Some(shape) = operation.output else {
            return Xml.check(body);
        };
        output.begin(CompoundKind::Members)?;
        let wrapper = self.wrapper(operation);
        let path: Vec<&str> = wrapper.as_deref().into_iter().collect();
        let found = Xml.read_at(&path, body, service, shape, Extent::Members, output)?;
        check_wrapper(found, service, shape, &path)?;
        Ok(output.end()?)
    }

    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError> {
        let body = &response.body;
        let Some(shape) = operation.output else {
            return Xml.check(body).map(|()| Document::Map(Map::new()));
        };
        let wrapper = self.wrapper(operation);
        let path: Vec<&str> = wrapper.as_deref().into_iter().collect();
        let found = Xml.document_at(&path, body, service, shape)?;
        check_wrapper(found.is_some(), service, shape, &path)?;
        Ok(found.unwrap_or_else(|| Document::Map(Map::new())))
    }

    fn doubt(&self, _: &Service<'_>, _: &Operation<'_>, response: &Response) -> Option<Doubt> {
        Xml.doubt(&response.body, true)
    }

    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError {
        error::xml::read(service, operation, response)
    }
}

/// Refuses an answer without the element that holds the output, unless the output has no members.
fn check_wrapper(
    found: bool,
    service: &Service<'_>,
    shape: ShapeIndex,
    path: &[&str],
) -> Result<(), DeserializeError> {
    if found || service.shape(shape).members.is_empty() {
        return Ok(());
    }
    Err(DeserializeError::missing(&path.concat()))
}

#[cfg(all(test, feature = "xml"))]
mod tests;

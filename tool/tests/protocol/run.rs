//! Running a case: the call that it describes, over a transport that keeps the request and gives the
//! answer.

use crate::cases::Case;
use crate::compare::{self, Strictness, same, typed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::{Request, Response};
use opsmith_runtime::schema::{Protocol, Service};
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument, Visit as _};
use opsmith_runtime::{Client, Error};
use std::fmt;

/// How a case is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The only one.
    Whole,
    /// The answer is read through the visitor, as typed clients do.
    Visitor,
    /// The answer is read as a document, as the command does.
    Document,
}

impl Way {
    /// Whether a departure of only this way is one of this run.
    pub(crate) fn is_listed(self, only: Option<&str>) -> bool {
        match only {
            None => true,
            Some("visitor") => self == Way::Visitor,
            Some("document") => self == Way::Document,
            Some(other) => panic!("{other} is not a way of reading"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Whole => "",
            Way::Visitor => " (visitor)",
            Way::Document => " (document)",
        })
    }
}

/// The URL that stands in for the service's, unless the case has one.
const ENDPOINT: &str = "https://cases.example";

/// Makes the call of a case.
fn call(
    case: &Case,
    service: &'static Service<'static>,
    input: Document,
    answer: Answer,
) -> (Result<(Client<'static>, Response), Error>, Option<Request>) {
    let fake = Fake::answering(answer);
    let url = case.suite["clientEndpoint"].as_str().unwrap_or(ENDPOINT);
    let client = Client::new(service, fake.config().endpoint_url(url).max_attempts(1));
    let operation = &service.operations[0];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let result = runtime.block_on(async {
        let prepared = match operation.input {
            Some(shape) => {
                let document = &typed(service, shape, &input);
                let input = TypedDocument {
                    document,
                    service,
                    shape,
                };
                client.prepare(operation.name, &input)?
            }
            None => client.prepare(operation.name, &())?,
        };
        let received = client.send(prepared).await?;
        Ok((client, received.response))
    });
    (result, fake.requests().into_iter().next())
}

/// The request of a case is what it has to be.
pub(crate) fn input(case: &Case, service: &'static Service<'static>) -> Result<(), String> {
    let answer = Answer::new(200, "");
    let (result, request) = call(case, service, case.content.clone(), answer);
    let Some(request) = request else {
        return Err(result
            .err()
            .map_or_else(String::new, |error| error.to_string()));
    };
    let expected = &case.value["serialized"];
    let endpoint = case.suite["clientEndpoint"].as_str().unwrap_or(ENDPOINT);
    let (scheme, host) = endpoint.split_once("://").expect("a URL");
    let host = expected["host"].as_str().unwrap_or(host);
    let host = host.split_once('/').map_or(host, |(host, _)| host);
    let uri = expected["uri"].as_str().expect("a URI");
    compare::url(&request.url, &format!("{scheme}://{host}{uri}"))?;
    same(
        "method",
        &*request.method,
        expected["method"].as_str().expect("a method"),
    )?;
    if let Some(body) = expected["body"].as_str() {
        let found = request.body.as_bytes().ok_or("the body is a stream")?;
        compare::body(case.wire(), found, body)?;
    }
    compare::headers(case.wire(), &request, expected)
}

/// The answer of a case is read through the visitor.
pub(crate) fn output(case: &Case, service: &'static Service<'static>) -> Result<(), String> {
    let (client, response) = answered(case, service)?;
    let operation = &service.operations[0];
    let Some(shape) = operation.output else {
        return client
            .read(operation, &response, ())
            .map_err(|error| error.to_string());
    };
    let builder = client
        .read(operation, &response, DocumentBuilder::new(service, shape))
        .map_err(|error| error.to_string())?;
    let expected = typed(service, shape, &case.content);
    compare::document("", &builder.finish(), &expected, Strictness::Exact)
}

/// The answer of a case is read as a document.
pub(crate) fn document(case: &Case, service: &'static Service<'static>) -> Result<(), String> {
    let (client, response) = answered(case, service)?;
    let operation = &service.operations[0];
    let found = client
        .read_document(operation, &response)
        .map_err(|error| error.to_string())?;
    match operation.output {
        Some(shape) => same_meaning(service, shape, &found, &case.content),
        None => same("document", &found, &Document::Map(Map::new())),
    }
}

/// The answer of a case is the error that it has to be.
pub(crate) fn error(case: &Case, service: &'static Service<'static>) -> Result<(), String> {
    let (result, _) = call(case, service, Document::default(), answer(case));
    let error = match result {
        Err(Error::Service(error)) => error,
        Err(other) => return Err(format!("no error of the service: {other}")),
        Ok(_) => return Err("no error".to_owned()),
    };
    let text = |name: &str| case.value[name].as_str();
    same(
        "code",
        error.code.as_str(),
        text("errorCode").expect("a code"),
    )?;
    if let Some(message) = text("errorMessage") {
        same("message", error.message.as_str(), message)?;
    }
    let Some(shape) = service.operations[0].errors.first() else {
        return Ok(());
    };
    let details = match error.details {
        Document::Null => Document::Map(Map::new()),
        details => details,
    };
    same_meaning(service, *shape, &details, &case.content)
}

/// A document, whose values are in the form in which they came, means the content of a case.
fn same_meaning(
    service: &'static Service<'static>,
    shape: u32,
    found: &Document,
    content: &Document,
) -> Result<(), String> {
    let mut builder = DocumentBuilder::new(service, shape);
    TypedDocument {
        document: found,
        service,
        shape,
    }
    .visit(&mut builder)
    .map_err(|error| error.to_string())?;
    let expected = typed(service, shape, content);
    compare::document("", &builder.finish(), &expected, Strictness::Meaning)
}

/// A call, and the answer of the case to it.
fn answered(
    case: &Case,
    service: &'static Service<'static>,
) -> Result<(Client<'static>, Response), String> {
    let (result, _) = call(case, service, Document::default(), answer(case));
    result.map_err(|error| error.to_string())
}

fn answer(case: &Case) -> Answer {
    let response = &case.value["response"];
    let status = response["status_code"]
        .as_u64()
        .and_then(|status| status.try_into().ok())
        .expect("a status");
    let body = match (response["body"].as_str(), case.wire()) {
        (Some(body), Protocol::RpcV2Cbor) => BASE64.decode(body).expect("base64"),
        (Some(body), _) => body.as_bytes().to_vec(),
        (None, Protocol::AwsQuery | Protocol::Ec2Query) => b"<xml/>".to_vec(),
        (None, _) => Vec::new(),
    };
    let mut answer = Response::new(status, body.into());
    let headers = response["headers"].as_object().into_iter().flatten();
    answer.headers = headers
        .map(|(name, value)| {
            let value = value.as_str().expect("a header").to_owned();
            (
                name.parse().expect("a name"),
                value.try_into().expect("a value"),
            )
        })
        .collect();
    Answer::Response(answer)
}

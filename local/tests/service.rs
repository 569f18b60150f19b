//! The endpoint for a service that it has no code for: one of the generator's golden cases.

use std::sync::Mutex;

use opsmith_local::{
    Backend, BackendFuture, Call, Endpoint, Fault, FaultSchedule, Options, REGION, ServiceError,
};
use opsmith_runtime::Document;
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::validate::Mode;
use opsmith_runtime::visit::TypedDocument;

#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../../codegen/tests/golden/secrets/expected/lib.rs"]
mod service;

use service::{Around, Client, Config, DoInput, DoOutput, Error, SERVICE};

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(call.into_future())
}

fn config<B: Backend>(endpoint: &Endpoint<B>) -> Config {
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    Config::new()
        .region(REGION)
        .endpoint_url(endpoint.url())
        .credentials(Credentials::new(
            credentials.access_key_id.clone(),
            secret,
            "test",
        ))
        .max_attempts(1)
}

fn call(config: Config, number: i32) -> Result<DoOutput, Error> {
    wait(Client::new(config).r#do(DoInput::default().plain_number(number)))
}

/// The plain text of an answer.
fn text(result: Result<DoOutput, Error>) -> Option<String> {
    result.unwrap().around.and_then(|around| around.plain)
}

fn code(result: Result<DoOutput, Error>) -> Option<String> {
    result.unwrap_err().code().map(str::to_owned)
}

fn output(text: &str) -> DoOutput {
    DoOutput::default().around(Around::default().plain(text))
}

#[test]
fn operations_are_answered_with_samples_or_stubs() {
    let endpoint = Endpoint::for_service(&SERVICE).unwrap();
    assert_eq!(text(call(config(&endpoint), 10)).as_deref(), Some("plai"));

    endpoint.stub("Do", &output("ab")).unwrap();
    assert_eq!(text(call(config(&endpoint), 10)).as_deref(), Some("ab"));

    // An output for which there is no generated type.
    let document = Document::from([("around", Document::from([("plain", "cd".into())]))]);
    let document = TypedDocument {
        document: &document,
        service: &SERVICE,
        shape: SERVICE.operation("Do").unwrap().output.unwrap(),
    };
    endpoint.stub("Do", &document).unwrap();
    assert_eq!(text(call(config(&endpoint), 10)).as_deref(), Some("cd"));

    let unknown = endpoint.stub("Undo", &output("")).unwrap_err();
    assert_eq!(unknown.code, "UnknownOperationException");
    assert_eq!(unknown.message, "Test has no operation \"Undo\"");
}

#[test]
fn signatures_are_verified_and_inputs_validated_whatever_the_answer() {
    let endpoint = Endpoint::for_service(&SERVICE).unwrap();
    endpoint.stub("Do", &output("ab")).unwrap();
    let other = Credentials::new(opsmith_local::ACCESS_KEY_ID, "another key", "test");
    assert_eq!(
        code(call(config(&endpoint).credentials(other), 10)).as_deref(),
        Some("InvalidSignatureException")
    );
    assert_eq!(
        code(call(config(&endpoint).anonymous(), 10)).as_deref(),
        Some("MissingAuthenticationTokenException")
    );
    let error = call(config(&endpoint).validation(Mode::Off), 9).unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(error.to_string().contains("plainNumber"), "{error}");
}

#[test]
fn faults_are_injected() {
    let endpoint = Endpoint::for_service(&SERVICE).unwrap();
    endpoint.inject(Fault::Throttle, FaultSchedule::Next(1), "Do");
    assert_eq!(
        code(call(config(&endpoint), 10)).as_deref(),
        Some("ThrottlingException")
    );
    endpoint.inject(Fault::DropResponse, FaultSchedule::Every(1), "");
    let dropped = call(config(&endpoint), 10);
    assert!(matches!(dropped, Err(Error::Transport(_))), "{dropped:?}");
    endpoint.clear_faults();
    call(config(&endpoint), 10).unwrap();
}

/// Counts what it is given.
#[derive(Default)]
struct Counter(Mutex<i32>);

impl Backend for Counter {
    fn operations(&self) -> Vec<&'static str> {
        vec!["Do"]
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BackendFuture<'a> {
        Box::pin(async move {
            let input: DoInput = call.input()?;
            let mut sum = self.0.lock().unwrap();
            *sum += input.plain_number.unwrap_or_default();
            if *sum > 30 {
                return Err(ServiceError::new("TooMuchException", "That is too much."));
            }
            call.output(&output(&sum.to_string()))
        })
    }
}

#[test]
fn a_backend_does_operations() {
    let endpoint = Endpoint::with_backend(&SERVICE, Counter::default(), Options::new()).unwrap();
    assert_eq!(text(call(config(&endpoint), 10)).as_deref(), Some("10"));
    assert_eq!(text(call(config(&endpoint), 20)).as_deref(), Some("30"));
    assert_eq!(
        code(call(config(&endpoint), 20)).as_deref(),
        Some("TooMuchException")
    );
    assert_eq!(*endpoint.backend().0.lock().unwrap(), 50);
}

#[test]
fn without_stubs_an_unimplemented_operation_is_an_error() {
    let options = Options::new().samples(false);
    let endpoint = Endpoint::with_backend(&SERVICE, (), options).unwrap();
    let error = call(config(&endpoint), 10).unwrap_err();
    assert_eq!(error.code(), Some("NotImplementedException"));
    let message = "The local endpoint does not implement Do.";
    assert!(error.to_string().contains(message), "{error}");
}

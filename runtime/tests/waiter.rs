//! Waiters: what ends them, how long they pause, and what they say when they give up.

use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::schema::{
    Acceptor, Comparator, Delay, Expected, Matcher, Operation, Outcome, Protocol, Service, Shape,
    Trait, list, member, operation, string, structure, waiter,
};
use opsmith_runtime::waiter::Waiting;
use opsmith_runtime::{Client, Error};
use std::sync::Arc;
use std::time::Duration;

static SHAPES: &[Shape<'static>] = &[
    string("State"),
    structure("Input", INPUT),
    structure("Output", OUTPUT),
    list("States", STATES),
    structure("Missing", &[]),
];
static INPUT: &[opsmith_runtime::schema::Member<'static>] = &[member("wanted", 0)];
static OUTPUT: &[opsmith_runtime::schema::Member<'static>] =
    &[member("state", 0), member("all", 3)];
static STATES: &[opsmith_runtime::schema::Member<'static>; 1] = &[member("member", 0)];

static OPERATIONS: &[Operation<'static>] = &[operation("Look", Some(1), Some(2)).with(&[
    Trait::Waitable(&[
        waiter("Ready", Delay::Backoff(2, 5), 6, READY),
        waiter("Gone", Delay::Fixed(3), 0, GONE),
        waiter("All", Delay::Fixed(1), 2, ALL),
        waiter("Counted", Delay::Fixed(7), 2, COUNTED),
        waiter("AsWanted", Delay::Fixed(1), 2, WANTED),
    ]),
])];
static READY: &[Acceptor<'static>] = &[
    Acceptor(
        Outcome::Success,
        Matcher::Output("state", Comparator::Is, Expected::Text("READY")),
    ),
    Acceptor(
        Outcome::Failure,
        Matcher::Output("state == 'BROKEN'", Comparator::Is, Expected::Boolean(true)),
    ),
    Acceptor(Outcome::Retry, Matcher::ErrorType("Missing")),
];
static GONE: &[Acceptor<'static>] = &[
    Acceptor(Outcome::Success, Matcher::ErrorType("Missing")),
    Acceptor(
        Outcome::Failure,
        Matcher::Output("all", Comparator::Any, Expected::Text("STUCK")),
    ),
];
static ALL: &[Acceptor<'static>] = &[
    Acceptor(
        Outcome::Success,
        Matcher::Output("all[]", Comparator::All, Expected::Text("UP")),
    ),
    Acceptor(Outcome::Failure, Matcher::Success(false)),
];
static COUNTED: &[Acceptor<'static>] = &[
    Acceptor(
        Outcome::Success,
        Matcher::Output("length(all)", Comparator::Is, Expected::Number(2.0)),
    ),
    Acceptor(Outcome::Retry, Matcher::Status(404)),
    Acceptor(Outcome::Failure, Matcher::Status(201)),
];
static WANTED: &[Acceptor<'static>] = &[Acceptor(
    Outcome::Success,
    Matcher::InputOutput(
        "input.wanted == output.state",
        Comparator::Is,
        Expected::Boolean(true),
    ),
)];

static SERVICE: Service<'static> = Service {
    sdk_id: "Things",
    signing_name: "things",
    target_prefix: "Things",
    protocol: Protocol::AwsJson1_0,
    operations: OPERATIONS,
    shapes: SHAPES,
    ..Service::NONE
};

fn wait(name: &'static str, fake: &Arc<Fake>) -> Waiting<Output> {
    let client = Client::new(&SERVICE, fake.config().endpoint_url("http://localhost"));
    Waiting::new(client.call("Look", Input::default().wanted("READY")), name)
}

/// As the generator would write them.
#[derive(Clone, Copy)]
enum Shapes {
    Input = 1,
    Output = 2,
}

opsmith_runtime::structure! {
    struct Input {
        optional wanted: String,
    }
}

opsmith_runtime::structure! {
    struct Output {
        optional state: String,
        optional all: Vec<String>,
    }
}

fn run(waiting: Waiting<Output>) -> Result<Option<Output>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(waiting.into_future())
}

fn state(state: &str) -> Answer {
    Answer::new(200, &format!(r#"{{"state":"{state}"}}"#))
}

fn seconds(fake: &Fake) -> Vec<u64> {
    fake.pauses()
        .iter()
        .map(|(least, _)| least.as_secs())
        .collect()
}

#[test]
fn it_calls_until_it_is_so_and_pauses_up_to_twice_as_long_each_time() {
    let fake = Fake::playing([
        state("NEW"),
        Answer::error("Missing"),
        state("NEW"),
        state("READY"),
    ]);
    // An answer that no acceptor matches means: not yet.
    let output = run(wait("Ready", &fake))
        .expect("ready")
        .expect("an output");
    assert_eq!(output.state.as_deref(), Some("READY"));
    let most: Vec<u64> = fake
        .pauses()
        .iter()
        .map(|(_, most)| most.as_secs())
        .collect();
    assert_eq!((seconds(&fake), most), (vec![2, 2, 2], vec![2, 4, 5]));
}

#[test]
fn it_ends_when_it_can_never_be_so() {
    let fake = Fake::playing([state("NEW"), state("BROKEN")]);
    let error = run(wait("Ready", &fake)).expect_err("broken").to_string();
    assert_eq!(
        error,
        "Waiter Ready failed: Waiter encountered a terminal failure state: For expression \"state == 'BROKEN'\" we matched expected path: \"True\""
    );
    let fake = Fake::answering(Answer::new(200, r#"{"all":["UP","STUCK"]}"#));
    assert!(
        matches!(run(wait("Gone", &fake)), Err(Error::Wait { waiter, .. }) if waiter == "Gone")
    );
}

#[test]
fn an_error_may_be_what_is_waited_for() {
    let fake = Fake::playing([state("NEW"), Answer::error("Missing")]);
    assert!(run(wait("Gone", &fake)).expect("gone").is_none());
    assert_eq!(seconds(&fake), [3]);
}

#[test]
fn an_error_that_is_not_waited_for_is_the_result() {
    for name in ["Ready", "All"] {
        let fake = Fake::answering(Answer::error("Denied"));
        assert_eq!(
            run(wait(name, &fake)).expect_err("denied").code(),
            Some("Denied"),
            "{name}"
        );
        assert!(fake.pauses().is_empty());
    }
}

#[test]
fn it_gives_up_after_the_attempts_of_the_model_or_of_the_caller() {
    let fake = Fake::answering(state("NEW"));
    let error = run(wait("Ready", &fake)).expect_err("never").to_string();
    assert_eq!(
        (error.as_str(), fake.requests().len()),
        ("Waiter Ready failed: Max attempts exceeded", 6)
    );
    let fake = Fake::answering(state("NEW"));
    run(wait("Ready", &fake)
        .attempts(2)
        .delay(Duration::from_secs(9)))
    .expect_err("never");
    assert_eq!((fake.requests().len(), seconds(&fake)), (2, vec![9]));
}

#[test]
fn lists_and_inputs_are_looked_at_too() {
    let all = |all: &str| Fake::answering(Answer::new(200, &format!(r#"{{"all":{all}}}"#)));
    assert!(run(wait("All", &all(r#"["UP","UP"]"#))).is_ok());
    assert!(run(wait("All", &all(r#"["UP","DOWN"]"#))).is_err());
    assert!(run(wait("All", &all("[]"))).is_err());
    assert!(run(wait("AsWanted", &Fake::answering(state("READY")))).is_ok());
    assert!(run(wait("AsWanted", &Fake::answering(state("NEW")))).is_err());
}

#[test]
fn numbers_and_statuses_are_looked_at_too() {
    let found =
        |status, body: &str| run(wait("Counted", &Fake::answering(Answer::new(status, body))));
    assert!(found(200, r#"{"all":["a","b"]}"#).is_ok());
    // A function that is given nothing finds nothing.
    let error = found(200, "{}").expect_err("never").to_string();
    assert_eq!(error, "Waiter Counted failed: Max attempts exceeded");
    let error = found(404, r#"{"__type":"Missing"}"#)
        .expect_err("never")
        .to_string();
    let last = "Previously accepted state: Matched expected HTTP status code: 404";
    assert_eq!(
        error,
        format!("Waiter Counted failed: Max attempts exceeded. {last}")
    );
    let error = found(201, "{}").expect_err("created").to_string();
    assert!(
        error.ends_with("Matched expected HTTP status code: 201"),
        "{error}"
    );
    let fake = Fake::answering(state("NEW"));
    run(wait("Counted", &fake)).expect_err("never");
    assert_eq!(
        fake.pauses()
            .iter()
            .map(|(least, most)| (least.as_secs(), most.as_secs()))
            .collect::<Vec<_>>(),
        [(7, 7)]
    );
}

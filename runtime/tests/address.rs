//! Where requests go and how they are authenticated, by hand-written schemas.

use opsmith_runtime::config::Settings;
use opsmith_runtime::config::{Env, Loader};
use opsmith_runtime::document::Document;
use opsmith_runtime::error::ConfigError;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::{Request, TransportErrorKind};
use opsmith_runtime::identity::{Credentials, Identity, IdentityContext, ResolveIdentity};
use opsmith_runtime::schema::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};
use opsmith_runtime::schema::{
    Auth, Fault, Fixed, Protocol, Service, ShapeIndex, Step, Trait, integer, list, member,
    operation, string, structure,
};
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{BoxFuture, Client, Config, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use Expression::{Call, List, Map, Ref, Text};

const SCHEMES: &str = "authSchemes";

/// Rules that read every parameter that a client sets.
const RULES: &[Rule<'static>] = &[
    Rule::Endpoint(&[set("Endpoint")], Ref("Endpoint"), &[], &[]),
    Rule::Endpoint(
        &[set("GlobalId")],
        Text("https://{GlobalId}.global.test"),
        &[(SCHEMES, ONLY_SIGV4A)],
        &[],
    ),
    Rule::Endpoint(
        &[set("Names")],
        Text("https://names-{Names#[0]}-{Names#[1]}.test"),
        &[],
        &[],
    ),
    Rule::Endpoint(
        &[Condition(
            Call(
                Function::BooleanEquals,
                &[Ref("Control"), Expression::Boolean(true)],
            ),
            "",
        )],
        Text("https://control.test"),
        &[(SCHEMES, BOTH)],
        &[("X-Amz-Place", &[Text("{Region}")])],
    ),
    Rule::Endpoint(
        &[set("AccountId")],
        Text("https://{AccountId}.{Region}.test/v2"),
        &[],
        &[],
    ),
    Rule::Error(
        &[Condition(
            Call(Function::StringEquals, &[Ref("Mode"), Text("required")]),
            "",
        )],
        Text("an account is required"),
    ),
    Rule::Endpoint(&[], Text("https://{Region}.test"), &[], &[]),
];

const ONLY_SIGV4A: Expression<'static> = List(&[Map(&[("name", Text("sigv4a"))])]);
const BOTH: Expression<'static> = List(&[
    Map(&[("name", Text("sigv5"))]),
    Map(&[
        ("name", Text("sigv4")),
        ("signingRegion", Text("us-west-2")),
        ("signingName", Text("other")),
    ]),
]);

const fn set(name: &'static str) -> Condition<'static> {
    const ENDPOINT: &[Expression<'static>] = &[Ref("Endpoint")];
    const GLOBAL: &[Expression<'static>] = &[Ref("GlobalId")];
    const NAMES: &[Expression<'static>] = &[Ref("Names")];
    const ACCOUNT: &[Expression<'static>] = &[Ref("AccountId")];
    let argument = match name.as_bytes()[0] {
        b'E' => ENDPOINT,
        b'G' => GLOBAL,
        b'N' => NAMES,
        _ => ACCOUNT,
    };
    Condition(Call(Function::IsSet, argument), "")
}

const INPUT: ShapeIndex = 4;
const ADDRESSES: ShapeIndex = 0;

static SERVICE: Service<'static> = Service {
    id: "t#Test",
    sdk_id: "Test",
    title: "Test",
    version: "2026-01-01",
    command: "test",
    signing_name: "test",
    target_prefix: "Test",
    protocols: &[Protocol::AwsJson1_0],
    protocol: Protocol::AwsJson1_0,
    operations: &[
        operation("Control", None, None).with(&[Trait::StaticContextParams(&[(
            "Control",
            Fixed::Boolean(true),
        )])]),
        operation("DescribeEndpoints", None, Some(ADDRESSES)),
        operation("Discovered", None, None).with(&[Trait::ClientDiscoveredEndpoint(true)]),
        operation("Global", Some(INPUT), None),
        operation("Named", Some(INPUT), None).with(&[Trait::OperationContextParams(&[(
            "Names",
            &[Step::Member("Items"), Step::Each, Step::Member("GlobalId")],
        )])]),
        operation("Optional", None, None).with(&[Trait::ClientDiscoveredEndpoint(false)]),
        operation("Other", None, None).with(&[Trait::Auth(&[Auth::Other("test#knock")])]),
        operation("Plain", None, None),
        operation("Prefixed", None, None).with(&[Trait::HostPrefix("data-")]),
        operation("Unsigned", None, None).with(&[Trait::OptionalAuth]),
    ],
    shapes: &[
        structure("Addresses", &[member("Endpoints", 1)]),
        list("AddressList", &[member("member", 2)]),
        structure(
            "ResolvedEndpoint",
            &[
                member("ResolvedEndpoint", 5),
                member("CachePeriodInMinutes", 3),
            ],
        ),
        integer("Count"),
        structure(
            "Input",
            &[
                member("GlobalId", 5).with(&[Trait::ContextParam("GlobalId")]),
                member("Items", 6),
            ],
        ),
        string("Name"),
        list("Inputs", &[member("member", INPUT)]),
        structure("Gone", &[member("why", 5)]).with(&[
            Trait::AwsQueryError("Old.Gone"),
            Trait::Error(Fault::Client),
            Trait::HttpError(400),
        ]),
    ],
    endpoint: RuleSet {
        parameters: &[
            Parameter("Region", "AWS::Region", None),
            Parameter("Endpoint", "SDK::Endpoint", None),
            Parameter("AccountId", "AWS::Auth::AccountId", None),
            Parameter("Mode", "AWS::Auth::AccountIdEndpointMode", None),
            Parameter("Control", "", Some(Expression::Boolean(false))),
            Parameter("GlobalId", "", None),
            Parameter("Names", "", None),
        ],
        rules: RULES,
    },
    traits: &[
        Trait::AwsQueryCompatible,
        Trait::ClientEndpointDiscovery("DescribeEndpoints"),
    ],
    ..Service::NONE
};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn call(config: Config, operation: &str, input: Document) -> Result<(), Error> {
    call_of(&Client::new(&SERVICE, config), operation, &input)
}

fn call_of(client: &Client<'_>, operation: &str, input: &Document) -> Result<(), Error> {
    let shape = SERVICE
        .operation(operation)
        .and_then(|operation| operation.input)
        .unwrap_or(ShapeIndex::MAX);
    let prepared = client.prepare(
        operation,
        &TypedDocument {
            document: input,
            service: &SERVICE,
            shape,
        },
    )?;
    wait(client.send(prepared)).map(|_| ())
}

fn nothing() -> Document {
    Document::Map(Default::default())
}

fn of(members: &[(&str, Document)]) -> Document {
    Document::Map(
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request
        .headers
        .iter()
        .find(|(found, _)| found == name)
        .map(|(_, value)| &**value)
}

/// The requests of a call that succeeds.
fn requests(
    change: impl FnOnce(Config) -> Config,
    operation: &str,
    input: Document,
) -> Vec<Request> {
    let fake = Fake::playing([]);
    call(change(fake.config()), operation, input)
        .unwrap_or_else(|error| panic!("{operation}: {error}"));
    fake.requests()
}

fn request(change: impl FnOnce(Config) -> Config, operation: &str, input: Document) -> Request {
    requests(change, operation, input).pop().expect("a request")
}

fn url(change: impl FnOnce(Config) -> Config, operation: &str, input: Document) -> String {
    request(change, operation, input).url
}

fn refusal(change: impl FnOnce(Config) -> Config, operation: &str, input: Document) -> String {
    let fake = Fake::playing([]);
    let error = call(change(fake.config()), operation, input).expect_err(operation);
    assert!(fake.requests().is_empty(), "{operation} sent something");
    error.to_string()
}

fn account(account: Option<&str>) -> impl FnOnce(Config) -> Config {
    let mut credentials = Credentials::new("AKID", "secret", "test");
    credentials.account_id = account.map(str::to_owned);
    |config| config.credentials(credentials)
}

/// A configuration by variables of the environment.
fn by(variables: &[(&str, &str)], fake: &Arc<Fake>) -> Config {
    let env = Env::with_variables(variables.iter().copied());
    let settings = Arc::new(Settings::load(env, None).expect("settings"));
    Loader::new(settings)
        .and_then(|loader| loader.transport(fake.clone()).load())
        .expect("a configuration")
        .region("eu-west-1")
        .sleep(fake.clone())
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKID"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

#[test]
fn unsigned_operations_need_no_credentials() {
    let fake = Fake::playing([]);
    let config = || Config::new().region("eu-west-1").transport(fake.clone());
    call(config(), "Unsigned", nothing()).expect("an answer");
    let sent = fake.requests();
    assert!(
        sent.iter()
            .all(|request| header(request, "authorization").is_none()),
        "{sent:?}"
    );
    let signed = request(|config| config, "Plain", nothing());
    assert!(
        header(&signed, "authorization")
            .is_some_and(|value| value.contains("/eu-west-1/test/aws4_request"))
    );
    let error = call(config(), "Plain", nothing())
        .expect_err("no credentials")
        .to_string();
    assert!(
        error.starts_with("Unable to locate credentials") && error.contains("anonymous"),
        "{error}"
    );
    assert_eq!(fake.requests().len(), 1);
    call(config().anonymous(), "Plain", nothing()).expect("an answer");
}

#[test]
fn schemes_that_are_not_built_in_are_refused() {
    let global = || of(&[("GlobalId", "abc".into())]);
    assert_eq!(
        refusal(|config| config, "Other", nothing()),
        "Other needs authentication with test#knock, which is not supported."
    );
    #[cfg(not(feature = "sigv4a"))]
    assert_eq!(
        refusal(|config| config, "Global", global()),
        "Global needs authentication with sigv4a: turn on the feature `sigv4a` of opsmith-runtime."
    );
    // Who sends unsigned requests needs none.
    assert_eq!(
        url(Config::anonymous, "Global", global()),
        "https://abc.global.test/"
    );
}

#[test]
fn requests_go_to_the_url_that_is_given_whatever_rules_say() {
    let rules = &[
        Rule::Endpoint(
            &[set("GlobalId")],
            Text("https://{GlobalId}.test"),
            &[],
            &[],
        ),
        Rule::Endpoint(&[], Text("http://prefix.{Endpoint#authority}"), &[], &[]),
    ];
    let parsed = Condition(Call(Function::ParseUrl, &[Ref("Endpoint")]), "Endpoint");
    let rules = &[Rule::Tree(&[parsed], rules)];
    let service = Service {
        endpoint: RuleSet {
            rules,
            ..SERVICE.endpoint
        },
        ..SERVICE
    };
    let fake = Fake::playing([]);
    let client = Client::new(
        &service,
        fake.config().endpoint_url("http://host.test:9/base"),
    );
    call_of(&client, "Global", &of(&[("GlobalId", "abc".into())])).expect("an answer");
    call_of(&client, "Plain", &nothing()).expect("an answer");
    let urls: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.url)
        .collect();
    assert_eq!(
        urls,
        ["http://host.test:9/base", "http://prefix.host.test:9/"]
    );
}

#[test]
fn endpoints_say_how_they_are_signed_for_and_what_headers_they_want() {
    let sent = request(|config| config, "Control", nothing());
    assert_eq!(sent.url, "https://control.test/");
    let signature = header(&sent, "authorization").expect("a signature");
    assert!(
        signature.contains("/us-west-2/other/aws4_request") && signature.contains("x-amz-place;"),
        "{signature}"
    );
    assert_eq!(header(&sent, "x-amz-place"), Some("eu-west-1"));
}

#[test]
fn parameters_come_from_the_input_and_are_not_mixed_up() {
    let item = |name: &str| of(&[("GlobalId", name.into())]);
    let items = |a: &str, b: &str| of(&[("Items", Document::List(vec![item(a), item(b)]))]);
    let fake = Fake::playing([]);
    let client = Client::new(&SERVICE, fake.config());
    for input in [items("a", "b"), items("a", "b"), items("c", "d")] {
        call_of(&client, "Named", &input).expect("an answer");
    }
    call_of(&client, "Plain", &nothing()).expect("an answer");
    let urls: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.url)
        .collect();
    let first = "https://names-a-b.test/";
    let second = "https://names-c-d.test/";
    assert_eq!(urls, [first, first, second, "https://eu-west-1.test/"]);
}

#[test]
fn accounts_are_in_addresses() {
    assert_eq!(
        url(account(Some("123")), "Plain", nothing()),
        "https://123.eu-west-1.test/v2"
    );
    assert_eq!(
        url(account(None), "Plain", nothing()),
        "https://eu-west-1.test/"
    );
    assert_eq!(
        url(account(Some("123")), "Unsigned", nothing()),
        "https://eu-west-1.test/"
    );
    let own = |config: Config| account(Some("123"))(config).endpoint_url("http://host.test");
    assert_eq!(url(own, "Plain", nothing()), "http://host.test/");
    let fake = Fake::playing([]);
    let with = |more: &[(&'static str, &'static str)]| {
        call(by(&[&KEYS, more].concat(), &fake), "Plain", nothing())
    };
    with(&[("AWS_ACCOUNT_ID", "45")]).expect("an answer");
    with(&[
        ("AWS_ACCOUNT_ID", "45"),
        ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled"),
    ])
    .expect("an answer");
    let error = with(&[("AWS_ACCOUNT_ID_ENDPOINT_MODE", "Required")]).expect_err("no account");
    assert_eq!(error.to_string(), "an account is required");
    let urls: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.url)
        .collect();
    assert_eq!(
        urls,
        ["https://45.eu-west-1.test/v2", "https://eu-west-1.test/"]
    );
}

#[test]
fn services_with_one_endpoint_need_no_region() {
    const ONE: &[(&str, Expression<'static>)] = &[(
        SCHEMES,
        List(&[Map(&[
            ("name", Text("sigv4")),
            ("signingRegion", Text("us-east-1")),
        ])]),
    )];
    let rules = &[
        Rule::Endpoint(&[set("Endpoint")], Ref("Endpoint"), &[], &[]),
        Rule::Endpoint(&[], Text("https://{Region}.test"), ONE, &[]),
    ];
    let endpoint = RuleSet {
        rules,
        ..SERVICE.endpoint
    };
    let service = Service {
        endpoint,
        traits: &[],
        ..SERVICE
    };
    let fake = Fake::playing([]);
    let keys = Credentials::new("AKID", "secret", "test");
    let config = || {
        Config::new()
            .credentials(keys.clone())
            .transport(fake.clone())
    };
    for config in [
        config(),
        config().endpoint_url("http://host.test"),
        config().region("eu-west-1"),
    ] {
        call_of(&Client::new(&service, config), "Plain", &nothing()).expect("an answer");
    }
    let requests = fake.requests();
    let urls: Vec<_> = requests
        .iter()
        .map(|request| request.url.as_str())
        .collect();
    assert_eq!(
        urls,
        [
            "https://aws-global.test/",
            "http://host.test/",
            "https://eu-west-1.test/"
        ]
    );
    let signed = |request| {
        header(request, "authorization").is_some_and(|value| value.contains("/us-east-1/test/"))
    };
    assert!(requests.iter().all(signed), "{requests:?}");
    let error = call(config(), "Plain", nothing())
        .expect_err("no region")
        .to_string();
    assert!(error.starts_with("You must specify a region."), "{error}");
}

#[test]
fn host_prefixes_can_be_switched_off() {
    assert_eq!(
        url(|config| config, "Prefixed", nothing()),
        "https://data-eu-west-1.test/"
    );
    let own = |url: &'static str| move |config: Config| config.endpoint_url(url);
    assert_eq!(
        url(own("http://localhost:9"), "Prefixed", nothing()),
        "http://data-localhost:9/"
    );
    assert_eq!(
        url(own("http://127.0.0.1:9"), "Prefixed", nothing()),
        "http://127.0.0.1:9/"
    );
    let fake = Fake::playing([]);
    let switch = [("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")];
    call(
        by(&[&KEYS[..], &switch].concat(), &fake),
        "Prefixed",
        nothing(),
    )
    .expect("an answer");
    assert_eq!(fake.requests()[0].url, "https://eu-west-1.test/");
}

const FOUND: &str =
    r#"{"Endpoints":[{"ResolvedEndpoint":"cell-1.test","CachePeriodInMinutes":10}]}"#;

#[test]
fn endpoints_are_discovered_once_and_again_when_they_are_wrong() {
    let moved = Answer::new(421, r#"{"__type":"InvalidEndpointException"}"#);
    let elsewhere = Answer::new(200, &FOUND.replace("cell-1", "https://cell-2"));
    let ok = || Answer::new(200, "{}");
    let fake = Fake::playing([Answer::new(200, FOUND), ok(), ok(), moved, elsewhere, ok()]);
    let client = Client::new(&SERVICE, fake.config());
    for _ in 0..3 {
        call_of(&client, "Discovered", &nothing()).expect("an answer");
    }
    let requests = fake.requests();
    let urls: Vec<_> = requests
        .iter()
        .map(|request| request.url.as_str())
        .collect();
    let describe = "https://eu-west-1.test/";
    let first = "https://cell-1.test/";
    assert_eq!(
        urls,
        [
            describe,
            first,
            first,
            first,
            describe,
            "https://cell-2.test/"
        ]
    );
    assert_eq!(
        header(&requests[0], "x-amz-api-version"),
        Some("2026-01-01")
    );
    assert_eq!(header(&requests[1], "x-amz-api-version"), None);
    assert!(
        header(&requests[1], "authorization")
            .is_some_and(|value| value.contains("/eu-west-1/test/"))
    );
}

#[test]
fn discovery_is_for_those_that_need_it_unless_configured() {
    assert_eq!(requests(|config| config, "Optional", nothing()).len(), 1);
    let own = |config: Config| config.endpoint_url("http://host.test");
    assert_eq!(requests(own, "Discovered", nothing()).len(), 1);
    let with = |value, operation| {
        let fake = Fake::playing([Answer::new(200, FOUND)]);
        let variables = [&KEYS[..], &[("AWS_ENABLE_ENDPOINT_DISCOVERY", value)]].concat();
        (
            call(by(&variables, &fake), operation, nothing()),
            fake.requests().len(),
        )
    };
    assert!(matches!(with("True", "Optional"), (Ok(()), 2)));
    assert!(matches!(with("false", "Optional"), (Ok(()), 1)));
    let (refused, sent) = with("false", "Discovered");
    assert!(
        refused.is_err_and(|error| error
            .to_string()
            .contains("Endpoint Discovery is not enabled"))
            && sent == 0
    );
    let (refused, _) = with("maybe", "Discovered");
    assert!(refused.is_err_and(|error| error.to_string().contains("endpoint_discovery_enabled")));
}

#[test]
fn discovery_that_fails_is_an_error_only_where_it_is_required() {
    let failing = || vec![Answer::Failure(TransportErrorKind::Tls)];
    let fake = Fake::playing(failing());
    let error = call(fake.config(), "Discovered", nothing())
        .expect_err("no address")
        .to_string();
    assert!(
        error.starts_with("Endpoint Discovery failed to refresh the required endpoints."),
        "{error}"
    );
    let fake = Fake::playing(failing());
    let variables = [&KEYS[..], &[("AWS_ENDPOINT_DISCOVERY_ENABLED", "true")]].concat();
    call(by(&variables, &fake), "Optional", nothing()).expect("an answer");
    assert_eq!(fake.requests()[1].url, "https://eu-west-1.test/");
    for answer in [
        "{}",
        r#"{"Endpoints":[]}"#,
        r#"{"Endpoints":[{"ResolvedEndpoint":""}]}"#,
    ] {
        let fake = Fake::answering(Answer::new(200, answer));
        let error = call(fake.config(), "Discovered", nothing()).expect_err("no address");
        assert!(matches!(error, Error::Response(_)), "{answer}: {error}");
    }
    let refusing = Fake::answering(Answer::error("AccessDeniedException"));
    let error = call(refusing.config(), "Discovered", nothing()).expect_err("refused");
    assert_eq!(
        (
            error.code(),
            error.service().map(|error| error.operation.as_str())
        ),
        (Some("AccessDeniedException"), Some("DescribeEndpoints"))
    );
}

#[test]
fn old_codes_of_errors_are_asked_for_and_matched_by_either_name() {
    assert_eq!(
        header(
            &request(|config| config, "Plain", nothing()),
            "x-amzn-query-mode"
        ),
        Some("true")
    );
    let body = r#"{"__type":"t#Gone","message":"m","why":"old"}"#;
    for (answer, code) in [
        (
            Answer::new(400, body).header("x-amzn-query-error", "Old.Gone;Sender"),
            "Old.Gone",
        ),
        (
            Answer::new(400, body).header("x-amzn-query-error", ";Sender"),
            "Gone",
        ),
        (Answer::new(400, body), "Gone"),
        (
            Answer::new(400, &body.replace("t#Gone", "Old.Gone")),
            "Old.Gone",
        ),
    ] {
        let error =
            call(Fake::answering(answer).config(), "Plain", nothing()).expect_err("an error");
        let error = error.service().expect("the service's");
        assert_eq!(
            (error.code.as_str(), error.shape.as_deref()),
            (code, Some("Gone"))
        );
        assert!(error.is("Gone") && error.is(code) && !error.is("Newer"));
        assert_eq!(
            error.details.get("why").and_then(Document::as_str),
            Some("old")
        );
    }
}

/// Counts how often it is asked.
#[derive(Debug)]
struct Vault(Arc<AtomicUsize>, bool);

impl ResolveIdentity for Vault {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(context.region, "eu-west-1");
        Box::pin(async move {
            if self.1 {
                Ok(Credentials::new("AKIDVAULT", "secret", "vault").into())
            } else {
                Err(ConfigError::credentials("the vault is sealed"))
            }
        })
    }
}

#[test]
fn credentials_come_from_a_resolver_of_the_user() {
    let fake = Fake::playing([]);
    let asked = Arc::new(AtomicUsize::new(0));
    let client = Client::new(
        &SERVICE,
        fake.config().credentials_from(Vault(asked.clone(), true)),
    );
    for _ in 0..2 {
        call_of(&client, "Plain", &nothing()).expect("an answer");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert!(fake.requests().iter().all(|request| {
        header(request, "authorization")
            .is_some_and(|value| value.contains("Credential=AKIDVAULT/"))
    }));
    let text = refusal(
        |config| config.credentials_from(Vault(asked, false)),
        "Plain",
        nothing(),
    );
    assert_eq!(text, "the vault is sealed");
}

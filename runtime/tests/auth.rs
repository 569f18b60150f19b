//! How calls are authenticated, by hand-written schemas: bearer tokens, preferences, bodies that are
//! not signed, sets of regions, sessions.

use opsmith_runtime::config::{Env, Loader, Settings};
use opsmith_runtime::document::Document;
use opsmith_runtime::error::{ConfigError, ConfigErrorKind};
use opsmith_runtime::fake::Fake;
use opsmith_runtime::http::Request;
use opsmith_runtime::identity::{IdentityContext, ResolveToken, Token};
use opsmith_runtime::schema::rules::{Expression, Parameter, Rule, RuleSet};
use opsmith_runtime::schema::{Auth, Protocol, Service, ShapeIndex, Trait, operation};
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{BoxFuture, Client, Config, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use Expression::Text;

/// A service that takes signatures and tokens, of which operations take one alone.
static SERVICE: Service<'static> = Service {
    id: "t#Toys",
    sdk_id: "Toys",
    title: "Toys",
    version: "2026-01-01",
    signing_name: "toy-box",
    target_prefix: "Toys",
    protocols: &[Protocol::AwsJson1_0],
    protocol: Protocol::AwsJson1_0,
    operations: &[
        operation("Both", None, None),
        operation("Maybe", None, None).with(&[Trait::Auth(&[Auth::SigV4]), Trait::OptionalAuth]),
        operation("Open", None, None).with(&[Trait::Auth(&[]), Trait::OptionalAuth]),
        operation("Signed", None, None).with(&[Trait::Auth(&[Auth::SigV4])]),
        operation("Token", None, None).with(&[Trait::Auth(&[Auth::HttpBearerAuth])]),
        operation("Unsigned", None, None)
            .with(&[Trait::Auth(&[Auth::SigV4]), Trait::UnsignedPayload]),
    ],
    endpoint: RuleSet {
        parameters: &[Parameter("Region", "AWS::Region", None)],
        rules: &[Rule::Endpoint(&[], Text("https://{Region}.test"), &[], &[])],
    },
    traits: &[Trait::Auth(&[Auth::SigV4, Auth::HttpBearerAuth])],
    ..Service::NONE
};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn call(client: &Client<'_>, operation: &str) -> Result<(), Error> {
    let input = TypedDocument {
        document: &Document::Map(Default::default()),
        service: client.service(),
        shape: ShapeIndex::MAX,
    };
    let prepared = client.prepare(operation, &input)?;
    wait(client.send(prepared)).map(|_| ())
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(found, _)| found == name);
    found.map(|(_, value)| &**value)
}

/// The header `authorization` of a call; empty if there is none.
fn authorization(config: Config, fake: &Arc<Fake>, operation: &str) -> String {
    call(&Client::new(&SERVICE, config), operation)
        .unwrap_or_else(|error| panic!("{operation}: {error}"));
    let request = fake.requests().pop().expect("a request");
    let value = header(&request, "authorization");
    // Nothing else of the identity is sent with a token.
    if value.is_some_and(|value| value.starts_with("Bearer ")) {
        assert_eq!(header(&request, "x-amz-date"), None);
        assert_eq!(header(&request, "x-amz-security-token"), None);
    }
    value.unwrap_or_default().to_owned()
}

/// The configuration of variables of the environment.
fn by(variables: &[(&str, &str)], fake: &Arc<Fake>) -> Config {
    let env = Env::with_variables(variables.iter().copied());
    let settings = Arc::new(Settings::load(env, None).expect("settings"));
    Loader::new(settings)
        .and_then(|loader| loader.transport(fake.clone()).load())
        .expect("a configuration")
        .region("eu-west-1")
        .sleep(fake.clone())
}

const KEYS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "AKID"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];
const TOKEN: &[(&str, &str)] = &[("AWS_BEARER_TOKEN_TOY_BOX", "t0ken")];
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID";

#[test]
fn a_token_is_taken_for_its_service_and_by_preference() {
    let fake = Fake::playing([]);
    let prefer = |names| [("AWS_AUTH_SCHEME_PREFERENCE", names)];
    for (variables, operation, expected) in [
        (KEYS.to_vec(), "Both", SIGNED),
        ([KEYS, TOKEN].concat(), "Both", "Bearer t0ken"),
        (
            [KEYS, TOKEN, &prefer("sigv4")].concat(),
            "Both",
            "Bearer t0ken",
        ),
        ([KEYS, TOKEN].concat(), "Signed", SIGNED),
        ([KEYS, TOKEN].concat(), "Token", "Bearer t0ken"),
        ([KEYS, TOKEN].concat(), "Open", ""),
        (TOKEN.to_vec(), "Both", "Bearer t0ken"),
        // A token for another service is not for this one.
        (
            [KEYS, &[("AWS_BEARER_TOKEN_TOY", "other")]].concat(),
            "Both",
            SIGNED,
        ),
        ([KEYS, &prefer("noAuth")].concat(), "Maybe", ""),
        ([KEYS, &prefer("noAuth")].concat(), "Both", SIGNED),
        (KEYS.to_vec(), "Maybe", SIGNED),
    ] {
        let found = authorization(by(&variables, &fake), &fake, operation);
        let right = match expected {
            SIGNED => found.starts_with(SIGNED),
            expected => found == expected,
        };
        assert!(right, "{operation}: {found} in place of {expected}");
    }
    // Who sends unsigned requests sends no token.
    let all = [KEYS, TOKEN].concat();
    assert_eq!(
        authorization(by(&all, &fake).anonymous(), &fake, "Both"),
        ""
    );
    // What a program says goes before the environment.
    let signed = by(&all, &fake).auth_scheme_preference(["sigv4"]);
    assert!(authorization(signed, &fake, "Both").starts_with(SIGNED));
    let own = by(&all, &fake).token(Token::new("own"));
    assert_eq!(authorization(own, &fake, "Token"), "Bearer own");
}

#[test]
fn without_a_token_the_error_says_where_one_could_come_from() {
    let fake = Fake::playing([]);
    let refused = |config, operation| {
        let error = call(&Client::new(&SERVICE, config), operation).expect_err(operation);
        match &error {
            Error::Config(error) => (error.kind(), error.to_string()),
            other => panic!("{other}"),
        }
    };
    let (kind, text) = refused(by(KEYS, &fake), "Token");
    assert_eq!(kind, ConfigErrorKind::NoToken);
    assert!(
        text.starts_with("Unable to locate authorization token\n"),
        "{text}"
    );
    let by_preference = [KEYS, &[("AWS_AUTH_SCHEME_PREFERENCE", "httpBearerAuth")]].concat();
    let (kind, _) = refused(by(&by_preference, &fake), "Both");
    assert_eq!(kind, ConfigErrorKind::NoToken);
    let (kind, text) = refused(fake.config(), "Token");
    assert_eq!(kind, ConfigErrorKind::NoToken);
    assert!(text.contains("Give it one with `token`"), "{text}");
    assert!(fake.requests().is_empty());
}

#[test]
fn tokens_are_sent_over_tls_or_to_this_machine_and_are_never_shown() {
    let fake = Fake::playing([]);
    let config = || fake.config().token(Token::new("t0ken"));
    let own = config().endpoint_url("http://127.0.0.1:9");
    assert_eq!(authorization(own, &fake, "Token"), "Bearer t0ken");
    let far = Client::new(&SERVICE, config().endpoint_url("http://10.0.0.1"));
    let text = call(&far, "Token").expect_err("plain HTTP").to_string();
    assert!(
        text.contains("https://") && !text.contains("t0ken"),
        "{text}"
    );
    assert_eq!(fake.requests().len(), 1);
    let shown = format!("{far:?} {:?}", fake.requests());
    assert!(!shown.contains("t0ken"), "{shown}");
}

/// Counts how often it is asked.
#[derive(Debug)]
struct Issuer(Arc<AtomicUsize>);

impl ResolveToken for Issuer {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Token, ConfigError>> {
        assert_eq!(context.region, "eu-west-1");
        let asked = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Ok(Token::new(format!("token-{asked}"))) })
    }
}

#[test]
fn tokens_come_from_a_resolver_of_the_user() {
    let fake = Fake::playing([]);
    let asked = Arc::new(AtomicUsize::new(0));
    let client = Client::new(&SERVICE, fake.config().token_from(Issuer(asked.clone())));
    for _ in 0..2 {
        call(&client, "Token").expect("an answer");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let sent = fake.requests();
    let sent = sent.iter().map(|request| header(request, "authorization"));
    assert!(
        sent.into_iter()
            .all(|value| value == Some("Bearer token-0"))
    );
}

#[test]
fn bodies_of_some_operations_are_not_signed() {
    // As the AWS CLI does, without TLS too.
    const UNSIGNED: Option<&str> = Some("UNSIGNED-PAYLOAD");
    for (operation, url, expected) in [
        ("Unsigned", None, UNSIGNED),
        ("Unsigned", Some("http://host.test"), UNSIGNED),
        ("Signed", None, None),
    ] {
        let fake = Fake::playing([]);
        let config = url.into_iter().fold(fake.config(), Config::endpoint_url);
        assert!(!authorization(config, &fake, operation).is_empty());
        let sent = fake.requests().pop().expect("a request");
        assert_eq!(
            header(&sent, "x-amz-content-sha256"),
            expected,
            "{operation}"
        );
    }
}

/// As the AWS CLI has it of `WriteGetObjectResponse`.
#[test]
fn the_encoding_of_s3_has_bodies_signed_without_tls() {
    let service = |url: &'static str| {
        const SCHEMES: Expression<'static> = Expression::List(&[Expression::Map(&[
            ("name", Text("sigv4")),
            ("disableDoubleEncoding", Expression::Boolean(true)),
        ])]);
        let rule = Rule::Endpoint(&[], Text(url), &[("authSchemes", SCHEMES)], &[]);
        Service {
            endpoint: RuleSet {
                parameters: &[],
                rules: vec![rule].leak(),
            },
            ..SERVICE
        }
    };
    for (url, is_signed) in [("https://host.test", false), ("http://host.test", true)] {
        let (fake, service) = (Fake::playing([]), service(url));
        call(&Client::new(&service, fake.config()), "Unsigned").expect("an answer");
        let sent = fake.requests().pop().expect("a request");
        let payload = header(&sent, "x-amz-content-sha256");
        assert_eq!(
            payload != Some("UNSIGNED-PAYLOAD"),
            is_signed,
            "{url}: {payload:?}"
        );
    }
}

#[cfg(feature = "sigv4a")]
mod regions {
    use super::*;
    use Expression::{List, Map};

    const REGIONS: Expression<'static> = List(&[Map(&[
        ("name", Text("sigv4a")),
        ("signingName", Text("far")),
        ("signingRegionSet", List(&[Text("us-*"), Text("eu-west-1")])),
    ])]);

    #[test]
    fn sets_of_regions_come_from_configuration_and_endpoint() {
        let everywhere = Service {
            traits: &[Trait::Auth(&[Auth::SigV4A, Auth::SigV4])],
            ..SERVICE
        };
        let listed = Service {
            endpoint: RuleSet {
                parameters: &[],
                rules: &[Rule::Endpoint(
                    &[],
                    Text("https://all.test"),
                    &[("authSchemes", REGIONS)],
                    &[],
                )],
            },
            ..SERVICE
        };
        let configured = [
            KEYS,
            &[("AWS_SIGV4A_SIGNING_REGION_SET", " us-east-1,us-west-2 ")],
        ]
        .concat();
        for (service, variables, regions, name) in [
            (&everywhere, KEYS, "*", "toy-box"),
            (
                &everywhere,
                &configured[..],
                "us-east-1,us-west-2",
                "toy-box",
            ),
            (&listed, KEYS, "us-*,eu-west-1", "far"),
            (&listed, &configured[..], "us-east-1,us-west-2", "far"),
        ] {
            let fake = Fake::playing([]);
            call(&Client::new(service, by(variables, &fake)), "Both").expect("an answer");
            let sent = fake.requests().pop().expect("a request");
            assert_eq!(header(&sent, "x-amz-region-set"), Some(regions));
            let signature = header(&sent, "authorization").expect("a signature");
            assert!(
                signature.starts_with("AWS4-ECDSA-P256-SHA256 ")
                    && signature.contains(&format!("/{name}/aws4_request")),
                "{signature}"
            );
        }
        let fake = Fake::playing([]);
        let config = fake.config().sigv4a_signing_region_set(["eu-*", "us-*"]);
        call(&Client::new(&listed, config), "Both").expect("an answer");
        let sent = fake.requests().pop().expect("a request");
        assert_eq!(header(&sent, "x-amz-region-set"), Some("eu-*,us-*"));
    }
}

#[cfg(feature = "s3express")]
mod sessions {
    use super::*;
    use Expression::{List, Map, Ref};
    use opsmith_runtime::fake::{Answer, standing};
    use opsmith_runtime::identity::Credentials;
    use opsmith_runtime::schema::{http, member, string, structure};
    use std::time::{Duration, SystemTime};

    /// A service whose buckets need sessions.
    static BUCKETS: Service<'static> = Service {
        protocols: &[Protocol::RestXml],
        protocol: Protocol::RestXml,
        operations: &[
            operation("Get", Some(0), None).with(&[Trait::Http(&http("GET", "/key", 200))])
        ],
        shapes: &[
            structure(
                "Input",
                &[member("Bucket", 1)
                    .with(&[Trait::ContextParam("Bucket"), Trait::HttpHeader("x-bucket")])],
            ),
            string("Name"),
        ],
        endpoint: RuleSet {
            parameters: &[
                Parameter("Region", "AWS::Region", None),
                Parameter("Bucket", "", None),
            ],
            rules: &[Rule::Endpoint(
                &[],
                Text("https://{Bucket}.{Region}.test"),
                &[
                    ("backend", Text("S3Express")),
                    (
                        "authSchemes",
                        List(&[Map(&[
                            ("name", Text("sigv4-s3express")),
                            ("signingName", Text("s3express")),
                            ("signingRegion", Ref("Region")),
                            ("disableDoubleEncoding", Expression::Boolean(true)),
                        ])]),
                    ),
                ],
                &[],
            )],
        },
        traits: &[],
        ..SERVICE
    };

    fn session(id: &str, end: &str) -> Answer {
        let body = format!(
            "<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials>\
             <SessionToken>session-{id}</SessionToken><SecretAccessKey>hidden</SecretAccessKey>\
             <AccessKeyId>{id}</AccessKeyId><Expiration>{end}</Expiration></Credentials></CreateSessionResult>"
        );
        Answer::new(200, &body)
    }

    fn get(client: &Client<'_>, bucket: &str) -> Result<(), Error> {
        let input = [("Bucket".to_owned(), bucket.into())];
        let input = Document::Map(input.into_iter().collect());
        let input = TypedDocument {
            document: &input,
            service: client.service(),
            shape: 0,
        };
        let prepared = client.prepare("Get", &input)?;
        wait(client.send(prepared)).map(|_| ())
    }

    /// The path, the key that signed, and the token of the session, of each request.
    fn sent(fake: &Fake) -> Vec<(String, String, Option<String>)> {
        let one = |request: &Request| {
            let signature = header(request, "authorization").unwrap_or_default();
            let key = signature.split(['=', '/']).nth(1).unwrap_or_default();
            assert!(
                signature.contains("/eu-west-1/s3express/aws4_request"),
                "{signature}"
            );
            assert!(header(request, "x-amz-content-sha256").is_some());
            let token = header(request, "x-amz-s3session-token");
            (
                request.url.clone(),
                key.to_owned(),
                token.map(str::to_owned),
            )
        };
        fake.requests().iter().map(one).collect()
    }

    #[test]
    fn a_session_is_opened_once_for_each_bucket_and_again_before_it_ends() {
        let now = Arc::new(AtomicUsize::new(0));
        let clock = {
            let now = now.clone();
            move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed) as u64)
        };
        let ok = || Answer::new(200, "");
        let fake = Fake::playing([
            session("A1", "1970-01-01T00:05:00Z"),
            ok(),
            ok(),
            session("B1", "1970-01-01T00:05:00Z"),
            ok(),
            session("A2", "1970-01-01T00:10:00Z"),
            ok(),
        ]);
        let client = Client::new(&BUCKETS, fake.config().clock(clock));
        get(&client, "a").expect("an answer");
        get(&client, "a").expect("an answer");
        get(&client, "b").expect("an answer");
        now.store(290, Ordering::Relaxed);
        get(&client, "a").expect("an answer");
        let opening = |bucket: &str| {
            let url = format!("https://{bucket}.eu-west-1.test/?session");
            (url, "AKIDFAKE".to_owned(), None)
        };
        let within = |bucket: &str, id: &str| {
            let url = format!("https://{bucket}.eu-west-1.test/key");
            (url, id.to_owned(), Some(format!("session-{id}")))
        };
        assert_eq!(
            sent(&fake),
            [
                opening("a"),
                within("a", "A1"),
                within("a", "A1"),
                opening("b"),
                within("b", "B1"),
                opening("a"),
                within("a", "A2"),
            ]
        );
    }

    #[test]
    fn a_session_that_cannot_be_opened_is_the_error_of_the_call() {
        let refusal = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        for (answer, expected) in [
            (
                Answer::new(403, refusal),
                "An error occurred (AccessDenied) when calling the CreateSession operation: no",
            ),
            (
                Answer::new(200, "<CreateSessionResult/>"),
                "CreateSession: the answer is incomplete",
            ),
            (
                session("A", "soon"),
                "CreateSession: Credentials.Expiration: the value is not a point in time",
            ),
        ] {
            let fake = Fake::playing([answer]);
            let config = fake.config().clock(standing(SystemTime::UNIX_EPOCH));
            let error = get(&Client::new(&BUCKETS, config), "a").expect_err(expected);
            assert!(error.to_string().ends_with(expected), "{error}");
            assert!(!error.to_string().contains("hidden"));
            assert_eq!(fake.requests().len(), 1);
        }
    }

    #[test]
    fn other_credentials_have_other_sessions() {
        let fake = Fake::playing([session("A1", "2099-01-01T00:00:00Z")]);
        let config = fake
            .config()
            .credentials(Credentials::new("OTHER", "s", "test"));
        get(&Client::new(&BUCKETS, config), "a").expect("an answer");
        let sent = sent(&fake);
        assert_eq!(sent[0].1, "OTHER");
        assert_eq!(sent[1].1, "A1");
    }
}

// The readers of outside text in the runtime, each as a function of bytes.

use opsmith_codepipeline::{Client, Config, GetPipelineStateInput, ListPipelinesInput};
use opsmith_runtime::config::Settings;
use opsmith_runtime::config::credentials::Chain;
use opsmith_runtime::config::Env;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::network::{self, Network};
use opsmith_runtime::http::{HeaderName, HeaderValue, Request, Response, Transport as _};
use opsmith_runtime::identity::{Credentials, IdentityContext, ResolveIdentity as _};
use opsmith_runtime::schema::{Protocol, TimestampFormat};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(call.into_future())
}

/// A home folder of this process with the two shared files.
fn home(config: &[u8], more: &[(&str, &[u8])]) -> PathBuf {
    let name = format!(
        "opsmith-readers-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let home = std::env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&home);
    for (name, bytes) in [(".aws/config", config)].iter().chain(more) {
        let path = home.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    home
}

fn env(home: &std::path::Path, more: &[(&str, String)]) -> Env {
    let own = [("HOME", home.display().to_string())];
    Env::with_variables(
        own.iter()
            .chain(more)
            .map(|(name, value)| (*name, value.clone())),
    )
}

/// Both shared files, and every setting that a client reads.
pub fn config(bytes: &[u8]) {
    let home = home(bytes, &[(".aws/credentials", bytes)]);
    for profile in [None, Some("p")] {
        let Ok(settings) = Settings::load(env(&home, &[]), profile) else {
            continue;
        };
        let settings = Arc::new(settings);
        let _ = settings.profile_names();
        if let Ok(config) = Config::from_settings(settings) {
            let fake = Fake::answering(Answer::new(200, "{}"));
            let config = config.region("r").anonymous().transport(fake);
            let _ = wait(Client::new(config).list_pipelines(ListPipelinesInput::default()));
        }
    }
    let _ = fs::remove_dir_all(home);
}

/// A catalogue, of which every part of every service is loaded. Checksums count only outside of fuzz
/// targets.
#[cfg(feature = "catalog")]
pub fn catalog(bytes: &[u8]) {
    use opsmith_runtime::schema::Arena;
    use opsmith_runtime::schema::catalog::{Catalog as _, CatalogFile, Part};
    let Ok(file) = CatalogFile::from_bytes("catalogue", bytes.to_vec()) else {
        return;
    };
    let _ = file.sections();
    for service in file.services().unwrap_or_default() {
        let _ = file.words(service.word, &Arena::new());
        for part in [Part::Command("get-thing"), Part::Operation("GetThing"), Part::Page("get-thing"), Part::All] {
            let arena = Arena::new();
            if let Ok(Some(commands)) = file.load(service.word, part, &arena) {
                let _ = (commands.find("get-thing"), commands.doc("GetThing"));
            }
        }
    }
}

/// A bundle of certificates, which is read before anything is sent.
pub fn bundle(bytes: &[u8]) {
    let home = home(b"", &[("bundle.pem", bytes)]);
    let mut settings = network::Settings::default();
    settings.ca_bundle = Some(home.join("bundle.pem"));
    // A port that nobody listens on.
    let request = Request::new("POST", "https://127.0.0.1:1/");
    let _ = wait(async { Network::new(settings).send(&request).await.map(drop) });
    let _ = fs::remove_dir_all(home);
}

/// Answers and files of credential providers: the first byte chooses which.
pub fn credentials(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let role = "[default]\nrole_arn = r\nsource_profile = default\naws_access_key_id = A\naws_secret_access_key = s\n";
    let sso = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = r\n\
               sso_start_url = u\n";
    let token: &[u8] = br#"{"accessToken":"T","expiresAt":"2099-01-01T00:00:00Z"}"#;
    // The AWS CLI's file names for this role and these sessions.
    let kept = ".aws/cli/cache/00ff80d2b6089d12405e07a23903b90a2f77eeb6.json";
    let session = ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json";
    let login = ".aws/login/cache/043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89.json";
    let disabled = [("AWS_EC2_METADATA_DISABLED", "true".to_owned())];
    let (home, variables) = match which % 6 {
        0 => (home(role.as_bytes(), &[]), &disabled[..]),
        1 => (home(role.as_bytes(), &[(kept, body)]), &disabled[..]),
        2 => (home(sso.as_bytes(), &[(session, token)]), &disabled[..]),
        3 => (home(sso.as_bytes(), &[(session, body)]), &disabled[..]),
        5 => (home(b"[default]\nlogin_session = s\n", &[(login, body)]), &disabled[..]),
        _ => (home(b"", &[]), &[][..]),
    };
    let settings = Settings::load(env(&home, variables), None).expect("the files");
    let fake = Fake::answering(Answer::Response(Response::new(200, body.to_vec().into())));
    let context = IdentityContext::new("eu-west-1", &std::time::SystemTime::now);
    let chain = Chain::new(Arc::new(settings), fake.clone(), fake);
    let _ = wait(chain.resolve(context)).map_err(|error| error.to_string());
    let _ = fs::remove_dir_all(home);
}

/// An answer of a service, of success or failure: the first byte chooses the status, the first line
/// is a header.
pub fn answer(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, body) = rest.split_at(line);
    let value = String::from_utf8_lossy(header).into_owned();
    let Ok(value) = HeaderValue::try_from(value) else {
        return;
    };
    let names = [
        "date",
        "retry-after",
        "x-amzn-query-error",
        "x-amzn-requestid",
        "x-amz-retry-after",
    ];
    let headers = names
        .iter()
        .map(|name| (HeaderName::from_static(name), value.clone()))
        .collect();
    let status = [200, 400, 403, 300, 413][usize::from(*which) % 5];
    let body = body.strip_prefix(b"\n").unwrap_or(body).to_vec();
    let mut response = Response::new(status, body.into());
    response.headers = headers;
    let fake = Fake::answering(Answer::Response(response));
    let credentials = Credentials::new("A", "s", "test");
    let config = Config::new()
        .region("r")
        .credentials(credentials)
        .transport(fake)
        .max_attempts(1);
    let client = Client::new(config.endpoint_url("http://127.0.0.1:9"));
    if let Err(error) = wait(client.get_pipeline_state(GetPipelineStateInput::new("p"))) {
        let _ = error.to_string();
    }
}

/// An endpoint's URL, a region, a proxy, a moment: the first byte chooses which.
pub fn settings(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest).into_owned();
    let today = Some(opsmith_runtime::Timestamp::new(0, 0));
    for format in [
        TimestampFormat::DateTime,
        TimestampFormat::HttpDate,
        TimestampFormat::EpochSeconds,
    ] {
        let _ = opsmith_runtime::Timestamp::parse(&text).map(|moment| moment.format(format));
        let _ = opsmith_runtime::timestamp::Written::read(&text, today)
            .map(|written| written.point.format(format));
    }
    let variable = [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "http_proxy",
        "no_proxy",
        "AWS_MAX_ATTEMPTS",
    ][usize::from(*which) % 5];
    let home = PathBuf::from("/nonexistent");
    let Ok(settings) = Settings::load(env(&home, &[(variable, text)]), None) else {
        return;
    };
    let Ok(config) = Config::from_settings(Arc::new(settings)) else {
        return;
    };
    let fake = Fake::answering(Answer::new(200, "{}"));
    let client = Client::new(config.anonymous().transport(fake));
    let _ = wait(client.list_pipelines(ListPipelinesInput::default()))
        .map_err(|error| error.to_string());
}

/// An input of an operation, which the first byte chooses: the encoder finds something wrong exactly
/// when the validator does.
pub fn input(bytes: &[u8]) {
    let Some((which, json)) = bytes.split_first() else {
        return;
    };
    let service = &opsmith_codepipeline::SERVICE;
    let operation = &service.operations[usize::from(*which) % service.operations.len()];
    let (Some(shape), none) = (operation.input, &opsmith_runtime::schema::Service::NONE) else {
        return;
    };
    let mut visitor = opsmith_runtime::visit::DocumentBuilder::new(none, 0);
    if opsmith_runtime::codec::json::read(json, none, 0, &mut visitor).is_err() {
        return;
    }
    let document = visitor.finish();
    if let Ok(text) = std::str::from_utf8(json) {
        // Our own reader accepts whatever serde_json accepts.
        assert!(opsmith_runtime::codec::json::document(text).is_ok());
    }
    let value = opsmith_runtime::visit::TypedDocument {
        document: &document,
        service,
        shape,
    };
    let mode = opsmith_runtime::codec::EncodeMode::Checked;
    if let Ok(encoded) = opsmith_runtime::codec::json::encode(&value, service, shape, mode) {
        let found = opsmith_runtime::validate::validate(&value, service, shape);
        assert_eq!(encoded.conforms, found.is_empty());
    }
}

/// Shapes of every kind.
mod shapes {
    use opsmith_runtime::schema::*;

    const FLAT: Flags = Flags::XML_FLATTENED;

    pub(super) static SERVICE: Service<'static> = Service {
        shapes: &[
            structure(
                "Top",
                &[
                    member("s", 1),
                    member("l", 2),
                    member("f", 2).flags(FLAT),
                    member("m", 3),
                    member("n", 3).flags(FLAT),
                    member("a", 1).flags(Flags::XML_ATTRIBUTE).with(&[Trait::XmlName("x:a")]),
                    member("t", 0),
                    member("u", 4),
                    member("b", 5),
                    member("i", 6),
                    member("d", 7),
                    member("at", 8),
                    member("o", 9),
                    member("j", 10),
                ],
            ),
            string("S"),
            list("L", &[member("member", 0)]),
            map("M", &[member("key", 1), member("value", 0)]),
            union("U", &[member("s", 1), member("t", 0)]),
            boolean("B"),
            integer("I"),
            double("D"),
            timestamp("At"),
            blob("O"),
            document("J"),
            structure("Gone", &[member("Message", 1), member("t", 0)])
                .with(&[Trait::Error(Fault::Client)]),
        ],
        operations: &[operation("Op", Some(0), Some(0)).errors(&[11])],
        ..Service::NONE
    };
}

/// An answer in XML: the first byte chooses the protocol, and success or failure.
pub fn xml(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let protocols = [Protocol::Ec2Query, Protocol::AwsQuery, Protocol::RestXml];
    let protocol = protocols[usize::from(*which) % 3];
    understood(protocol, which / 3 % 2 == 1, body);
}

/// An answer in CBOR: the first byte chooses success or failure. What is sent can be read.
pub fn cbor(bytes: &[u8]) {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let Some(sent) = understood(Protocol::RpcV2Cbor, which % 2 == 1, body) else {
        return;
    };
    let response = Response::new(200, sent.body.as_bytes().expect("bytes").to_vec().into());
    let protocol = opsmith_runtime::protocol::of(Protocol::RpcV2Cbor).expect("the protocol");
    let operation = &shapes::SERVICE.operations[0];
    let read = protocol.document(&shapes::SERVICE, operation, &response);
    assert!(read.is_ok());
}

/// Reads an answer of a protocol: what types take, a document takes too. The request with the
/// document, if it can be sent.
fn understood(protocol: Protocol, is_error: bool, body: &[u8]) -> Option<Request> {
    use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
    // Without the feature there is none.
    let protocol = opsmith_runtime::protocol::of(protocol)?;
    let service = &shapes::SERVICE;
    let operation = &service.operations[0];
    let mut response = Response::new(200, body.to_vec().into());
    if is_error {
        response.status = 503;
        let _ = protocol.error(service, operation, &response).to_string();
        return None;
    }
    let _ = protocol.doubt(service, operation, &response);
    let mut builder = DocumentBuilder::new(service, 0);
    let read = protocol.output(service, operation, &response, &mut builder);
    let document = protocol.document(service, operation, &response);
    assert!(document.is_ok() || read.is_err());
    let document = document.ok()?;
    let value = TypedDocument {
        document: &document,
        service,
        shape: 0,
    };
    let mode = opsmith_runtime::codec::EncodeMode::Checked;
    let request = protocol.request(service, operation, &value, mode);
    request.ok().map(|encoded| encoded.value)
}

#[cfg(feature = "event-stream")]
mod frames {
    include!("../tests/support/frames.rs");
}

/// A service with a stream of events.
#[cfg(feature = "event-stream")]
mod streams {
    use opsmith_runtime::schema::*;

    static SHAPES: &[Shape<'static>] = &[
        structure(
            "Output",
            &[
                member("s", 6),
                member("events", 1).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING)),
            ],
        ),
        union(
            "Events",
            &[
                member("fields", 2),
                member("bytes", 3),
                member("Gone", 4),
                member("whole", 5),
            ],
        )
        .flags(Flags::STREAMING),
        structure(
            "Fields",
            &[
                member("s", 6),
                member("at", 7).flags(Flags::EVENT_HEADER),
                member("flag", 8).flags(Flags::EVENT_HEADER),
            ],
        ),
        structure("Bytes", &[member("o", 9).flags(Flags::EVENT_PAYLOAD)]),
        structure("Gone", &[member("Message", 6)]).with(&[Trait::Error(Fault::Client)]),
        structure("Whole", &[member("f", 2).flags(Flags::EVENT_PAYLOAD)]),
        string("S"),
        timestamp("At"),
        boolean("B"),
        blob("O"),
    ];

    static OPERATIONS: &[Operation<'static>] = &[operation("Watch", None, Some(0))];

    const fn service(protocol: Protocol) -> Service<'static> {
        Service {
            protocol,
            shapes: SHAPES,
            operations: OPERATIONS,
            ..Service::NONE
        }
    }

    pub(super) static SERVICE: Service<'static> = service(Protocol::RestJson1);
    pub(super) static XML: Service<'static> = service(Protocol::RestXml);
    pub(super) static RPC: Service<'static> = service(Protocol::AwsJson1_0);
    pub(super) static CBOR: Service<'static> = service(Protocol::RpcV2Cbor);

    #[allow(dead_code)]
    enum Shapes {
        Output,
        Events,
        Fields,
        Bytes,
        Gone,
        Whole,
    }

    opsmith_runtime::union! {
        pub(super) enum Events {
            Fields(Fields) => as_fields,
            Bytes(Bytes) => as_bytes,
            Whole(Whole) = 3 => as_whole,
        }
    }

    opsmith_runtime::structure! {
        pub(super) struct Fields {
            optional s: String,
            optional at: opsmith_runtime::Timestamp,
            optional flag: bool,
        }
    }

    opsmith_runtime::structure! {
        pub(super) struct Bytes {
            optional o: opsmith_runtime::Blob,
        }
    }

    opsmith_runtime::structure! {
        pub(super) struct Whole {
            optional f: Fields,
        }
    }
}

/// A stream of events: the first byte chooses the protocol, and whether the rest is the stream, or
/// headers and payload of a frame with the right checksums; the second the length of the headers.
/// What types take, documents take too.
#[cfg(feature = "event-stream")]
pub fn events(bytes: &[u8]) {
    let [which, length, rest @ ..] = bytes else {
        return;
    };
    let stream = match which / 4 % 2 {
        0 => rest.to_vec(),
        _ => {
            let (headers, payload) = rest.split_at(rest.len().min((*length).into()));
            frames::framed(headers, payload)
        }
    };
    let services = [&streams::SERVICE, &streams::XML, &streams::RPC, &streams::CBOR];
    let service = services[usize::from(*which) % 4];
    let open = async || {
        let fake = Fake::answering(Answer::Response(Response::new(200, stream.clone().into())));
        let config = Config::new().region("r").anonymous().transport(fake);
        let config = config.max_attempts(1).endpoint_url("http://127.0.0.1:9");
        let client = opsmith_runtime::Client::new(service, config);
        let received = client.send(client.prepare("Watch", &()).ok()?).await.ok()?;
        let (head, body) = (received.response, received.stream.unwrap_or_default());
        let _ = client.read_document(&service.operations[0], &head);
        client.events(&service.operations[0], &head, body).ok()
    };
    wait(async {
        let (Some(mut documents), Some(typed)) = (open().await, open().await) else {
            return;
        };
        let mut typed = typed.typed::<streams::Events>();
        let (mut of_documents, mut of_types) = (0, 0);
        while let Some(Ok(_)) = documents.next().await {
            of_documents += 1;
        }
        while let Some(Ok(event)) = typed.next().await {
            let _ = format!("{event:?}");
            of_types += 1;
        }
        assert!(of_types <= of_documents);
    });
}

//! Sensitive values are in no message: checked for a model with every kind of sensitive member, and
//! for all of botocore where `OPSMITH_BOTOCORE` names its data.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

use opsmith_codegen::Generator;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::redact;
use opsmith_runtime::schema::{Kind, Member, Service, ShapeIndex, TimestampFormat};
use opsmith_runtime::timestamp::Timestamp;
use opsmith_runtime::validate::validate;
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
use skipped::skipped;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The secret, as text and as a number.
const TEXT: &str = "HUSH";
const NUMBER: i32 = 773_459_126;

/// How the secrets are invalid.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wrong {
    /// Values of other types.
    Type,
    /// Texts and numbers out of bounds, unknown members, unknown values of an enum.
    Value,
    /// The same, with numbers below the bounds.
    Small,
    /// Text in place of lists, maps and structures that have secrets in them.
    Element,
}

/// Makes a value of a shape: secrets in all sensitive places, plain values elsewhere.
struct Filler<'a> {
    service: &'a Service<'a>,
    wrong: Wrong,
    within: Vec<ShapeIndex>,
    secrets: usize,
}

impl Filler<'_> {
    fn part(&mut self, member: &Member<'_>, hidden: bool) -> Document {
        let hidden = hidden || self.service.hides(member);
        self.value(member.target, hidden)
    }

    fn value(&mut self, ix: ShapeIndex, hidden: bool) -> Document {
        let service = self.service;
        let shape = service.shape(ix);
        let before = self.secrets;
        let inner = self.within.len();
        self.secrets += usize::from(hidden);
        let deep =
            self.within.len() > 5 || self.within.iter().filter(|around| **around == ix).count() > 1;
        self.within.push(ix);
        let value = match shape.kind {
            Kind::Structure | Kind::Union if !deep => {
                let members = shape.members.iter().take(if shape.kind == Kind::Union {
                    1
                } else {
                    usize::MAX
                });
                let mut map: Map = members
                    .map(|member| (member.name.to_owned(), self.part(member, hidden)))
                    .collect();
                if hidden && self.wrong == Wrong::Value {
                    map.insert(format!("{TEXT}unknown"), TEXT.into());
                }
                Document::Map(map)
            }
            Kind::List if !deep => {
                let parts = shape.members.iter().flat_map(|element| [element; 2]);
                Document::List(parts.map(|element| self.part(element, hidden)).collect())
            }
            Kind::Map if !deep => {
                let secret = hidden || service.hides(&shape.members[0]);
                let keys = if secret {
                    [format!("{TEXT}1"), format!("{TEXT}2")]
                } else {
                    ["a".into(), "b".into()]
                };
                Document::Map(
                    keys.into_iter()
                        .map(|key| (key, self.part(&shape.members[1], hidden)))
                        .collect(),
                )
            }
            kind if hidden => self.secret(kind),
            kind => plain(kind, shape.values),
        };
        self.within.pop();
        match (self.wrong, value) {
            (Wrong::Type, value @ Document::Map(_)) if hidden => Document::List(vec![value]),
            // A text in place of a part that contains secrets.
            (Wrong::Element, Document::List(_) | Document::Map(_))
                if inner > 0 && self.secrets > before =>
            {
                TEXT.into()
            }
            (_, value) => value,
        }
    }

    fn secret(&self, kind: Kind) -> Document {
        let number = if self.wrong == Wrong::Small {
            -NUMBER
        } else {
            NUMBER
        };
        match (kind, self.wrong) {
            (Kind::String | Kind::Enum | Kind::Blob, Wrong::Type) => {
                Document::Integer(number.into())
            }
            (_, Wrong::Type) => TEXT.into(),
            (Kind::Integer(_), _) => Document::Integer(number.into()),
            (Kind::Float | Kind::Double, _) => Document::Float(f64::from(number) + 0.5),
            (Kind::Timestamp, _) => Document::Timestamp(Timestamp::new(number.into(), 0)),
            (Kind::Blob, _) => Document::Blob(TEXT.into()),
            _ => format!("{TEXT} {TEXT}").into(),
        }
    }
}

fn plain(kind: Kind, values: &[&str]) -> Document {
    match kind {
        Kind::Integer(_) | Kind::Timestamp => Document::Integer(1),
        Kind::Float | Kind::Double => Document::Float(1.0),
        Kind::Boolean => true.into(),
        Kind::Blob => Document::Blob(b"x".to_vec()),
        Kind::String | Kind::Enum => values.first().copied().unwrap_or("x").into(),
        Kind::Document => "x".into(),
        Kind::Structure | Kind::Union | Kind::Map => Document::Map(Map::new()),
        Kind::List => Document::List(Vec::new()),
    }
}

/// A value that is printed like one of a generated type.
struct Typed<'a>(TypedDocument<'a>);

impl fmt::Debug for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redact::debug(&self.0, self.0.service, self.0.shape, f)
    }
}

/// Everything that is printed about a value: its violations, itself, its request in a dry run, and
/// why it can't be read.
fn printed(service: &Service<'_>, shape: ShapeIndex, document: &Document, wrong: Wrong) -> String {
    let value = TypedDocument {
        document,
        service,
        shape,
    };
    let mut text = String::new();
    for violation in validate(&value, service, shape) {
        let _ = writeln!(text, "{violation}\n{violation:?}");
    }
    let _ = writeln!(text, "{document:?}");
    // A generated type holds only values with the types of the model.
    if wrong != Wrong::Element {
        let _ = writeln!(text, "{0:?}\n{0:#?}", Typed(value));
    }
    let encode = |mode| json::encode(&value, service, shape, mode).map(|encoded| encoded.value);
    match encode(EncodeMode::Unchecked) {
        Ok(body) => {
            let request = encode(EncodeMode::Redacted).expect("what was written is redacted");
            let _ = writeln!(text, "{}", String::from_utf8_lossy(&request));
            let mut answer = DocumentBuilder::new(service, shape);
            if let Err(error) = json::read(&body, service, shape, &mut answer) {
                let _ = writeln!(text, "{error}\n{error:?}");
            }
        }
        Err(refused) => {
            let _ = writeln!(text, "{refused}\n{refused:?}");
        }
    }
    text
}

/// Checks all structures of a service; returns the number of secrets in them.
fn check(service: &Service<'_>) -> usize {
    let dates = [NUMBER, -NUMBER]
        .map(|seconds| Timestamp::new(seconds.into(), 0).format(TimestampFormat::DateTime));
    let unseen = [
        TEXT.to_owned(),
        NUMBER.to_string(),
        dates[0][..10].to_owned(),
        dates[1][..10].to_owned(),
    ];
    let mut secrets = 0;
    for (ix, shape) in service
        .shapes
        .iter()
        .enumerate()
        .filter(|(_, shape)| shape.kind == Kind::Structure)
    {
        let ix = ShapeIndex::try_from(ix).expect("an index");
        for wrong in [Wrong::Type, Wrong::Value, Wrong::Small, Wrong::Element] {
            let mut filler = Filler {
                service,
                wrong,
                within: Vec::new(),
                secrets: 0,
            };
            let document = filler.value(ix, service.hides_shape(shape));
            secrets += filler.secrets;
            if filler.secrets > 0 {
                let text = printed(service, ix, &document, wrong);
                for unseen in &unseen {
                    let at = text.find(unseen.as_str());
                    let line = at.map(|at| {
                        text[..at]
                            .rsplit('\n')
                            .next()
                            .unwrap_or_default()
                            .to_owned()
                    });
                    assert_eq!(
                        line, None,
                        "{}, {}, {wrong:?}: {unseen}",
                        service.sdk_id, shape.name
                    );
                }
            }
        }
    }
    secrets
}

fn schema(model: &Path) -> Option<&'static Service<'static>> {
    Generator::new(model)
        .lower(Box::leak(Box::default()))
        .ok()
        .map(|service| service.commands.service)
}

/// A model with every kind of sensitive member.
fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/golden/secrets/model.json")
}

#[test]
fn nothing_sensitive_is_in_any_message() {
    let secrets = check(schema(&model()).expect("a model"));
    assert!(secrets > 300, "only {secrets} secrets");
}

#[test]
fn nothing_sensitive_of_any_service_is_in_any_message() {
    let Some(data) = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from) else {
        return skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    };
    let folders = |folder: &Path| {
        let entries = std::fs::read_dir(folder)
            .expect("a folder")
            .flatten()
            .map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let services = folders(&data);
    let versions: Vec<_> = services.iter().flat_map(|one| folders(one)).collect();
    let left = Mutex::new(versions.iter());
    let next = || left.lock().expect("the lock").next();
    let count = || {
        std::iter::from_fn(next)
            .filter_map(|version| schema(version))
            .fold((0, 0), |(services, secrets), service| {
                (services + 1, secrets + check(service))
            })
    };
    let (services, secrets) = std::thread::scope(|scope| {
        let other = scope.spawn(count);
        let (services, secrets) = count();
        let (more_services, more_secrets) = other.join().expect("no secret is seen");
        (services + more_services, secrets + more_secrets)
    });
    println!("{secrets} secrets of {services} services");
    assert!(
        services > 100 && secrets > 10_000,
        "{secrets} secrets of {services} services"
    );
}

/// Values for every option: as a word, in shorthand and as JSON, most of them invalid.
const VALUES: [&str; 14] = [
    "HUSH",
    "HUSH=1",
    "HUSH=1,HUSH=2",
    "text=HUSH",
    "number=HUSH",
    "choice=HUSH,HUSH=HUSH",
    "at=HUSH,bytes=HUSH,table={HUSH=HUSH},words=[HUSH",
    "group={number=HUSH}",
    "table={HUSH=773459126}",
    "keyed={HUSH=HUSH}",
    "{\"HUSH\": \"HUSH\", \"number\": \"HUSH\"}",
    "{\"HUSH\": ",
    "[\"HUSH\", {\"HUSH\": 773459126}]",
    "773459126",
];

const OPTIONS: [&str; 14] = [
    "--text",
    "--choice",
    "--number",
    "--real",
    "--bytes",
    "--moment",
    "--anything",
    "--words",
    "--table",
    "--group",
    "--either",
    "--keyed",
    "--texts",
    "--groups",
];

/// Options whose names and keys are not secret.
const WITH_PUBLIC_KEYS: [&str; 3] = ["--valued", "--groups-by-name", "--around"];

/// Members of a whole document that are given a value.
const MEMBERS: [&str; 6] = ["group", "groups", "table", "keyed", "number", "moment"];

/// YAML values that can't be read, or not as a text.
const YAML: [&str; 10] = [
    "!HUSH",
    "*HUSH",
    "!!int HUSH",
    "!!binary HUSH",
    "&HUSH",
    "@HUSH",
    "`HUSH",
    "\"HUSH",
    "{HUSH: 1, HUSH: 2}",
    "!!HUSH [HUSH]",
];

/// Options with their values, each of which puts secrets into a command line.
fn command_lines() -> Vec<[String; 2]> {
    let mut lines = Vec::new();
    let mut add = |option: &str, value: String| lines.push([option.to_owned(), value]);
    for value in VALUES {
        for option in OPTIONS {
            add(option, value.to_owned());
        }
        for option in WITH_PUBLIC_KEYS {
            let value = value.replace("HUSH=", "key=");
            add(option, value.replace("{\"HUSH\"", "{\"key\""));
        }
        let json = if value.starts_with(['{', '[', '7']) {
            value
        } else {
            "\"HUSH\""
        };
        for member in MEMBERS {
            let document = format!("{{\"{member}\": {json}}}");
            add("--cli-input-json", document.clone());
            add("--cli-input-yaml", document);
        }
    }
    for value in YAML {
        add("--cli-input-yaml", format!("text: {value}\n"));
        add("--cli-input-yaml", format!("table: {{{value}: x}}\n"));
    }
    lines
}

/// All output of a dry run with these options.
fn dry_run(line: &[String; 2], validation: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"))
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "k")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .args(["opsmith", "call", "--model"])
        .arg(model())
        .args(["test", "do"])
        .args(line)
        .args(["--cli-validation", validation, "--cli-dry-run", "--debug"])
        .output()
        .expect("the command");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Neither errors nor dry runs show the values of sensitive options.
#[test]
fn nothing_sensitive_of_the_command_line_is_printed() {
    for line in command_lines() {
        for validation in ["strict", "off"] {
            let printed = dry_run(&line, validation);
            assert!(
                !printed.contains(TEXT) && !printed.contains(&NUMBER.to_string()),
                "{validation} {line:?}: {printed}"
            );
            assert!(
                printed.contains("ERROR") || printed.contains("POST"),
                "{validation} {line:?}: {printed}"
            );
            // A value that can't be read fails in the same way without validation.
            if !printed.contains("validation failed") {
                break;
            }
        }
    }
}

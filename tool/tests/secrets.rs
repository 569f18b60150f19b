//! No value inside anything sensitive is in any message: proved on a model that has every kind of
//! it, and on all of botocore where `OPSMITH_BOTOCORE` names its data.

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

/// What must not be seen, as text and as a number.
const TEXT: &str = "HUSH";
const NUMBER: i32 = 773_459_126;

/// In which way the secrets are wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wrong {
    /// Values of other types.
    Type,
    /// Texts and numbers out of bounds, unknown members, no values of an enum.
    Value,
    /// The same, and the numbers below the bounds.
    Small,
    /// Text in place of lists, maps and structures that have secrets in them.
    Element,
}

/// Fills a value of a shape: all that is sensitive with what must not be seen, and the rest
/// plainly.
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
            // Of another type than is due, and around secrets.
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

/// A value that prints as those of generated types do.
struct Typed<'a>(TypedDocument<'a>);

impl fmt::Debug for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redact::debug(&self.0, self.0.service, self.0.shape, f)
    }
}

/// All that is printed of a value: its violations, itself, its request in a dry run, and why it
/// can't be read.
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
    // Only what has the types of the model is ever of a generated type.
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

/// Tries all structures of a service; how many secrets there were.
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

fn rows(model: &Path) -> Option<&'static Service<'static>> {
    Generator::new(model)
        .lower(Box::leak(Box::default()))
        .ok()
        .map(|service| service.commands.service)
}

/// A model that has every kind of sensitive place.
fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/golden/secrets/model.json")
}

#[test]
fn nothing_sensitive_is_in_any_message() {
    let secrets = check(rows(&model()).expect("a model"));
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
    let mut services = 0;
    let mut secrets = 0;
    for service in folders(&data)
        .iter()
        .flat_map(|service| folders(service))
        .filter_map(|folder| rows(&folder))
    {
        services += 1;
        secrets += check(service);
    }
    println!("{secrets} secrets of {services} services");
    assert!(
        services > 100 && secrets > 10_000,
        "{secrets} secrets of {services} services"
    );
}

/// Errors never show the values of sensitive options. Each line here is invalid or a dry run.
#[test]
fn nothing_sensitive_of_the_command_line_is_printed() {
    let values = [
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
    let options: Vec<String> =
        "text choice number real bytes moment anything words table group either keyed valued texts groups \
                                groups-by-name around"
            .split_whitespace()
            .map(|name| format!("--{name}"))
            .collect();
    let whole = ["--cli-input-json", "--cli-input-yaml"].map(str::to_owned);
    let dry_run = |mode: &str| {
        vec![
            "--cli-validation".to_owned(),
            mode.to_owned(),
            "--cli-dry-run".to_owned(),
            "--debug".to_owned(),
        ]
    };
    let mut lines: Vec<Vec<String>> = Vec::new();
    for value in values {
        lines.extend(options.iter().map(|option| {
            // Whose names and keys are no secrets.
            let keys = ["--valued", "--groups-by-name", "--around"].contains(&&**option);
            let value = if keys {
                value
                    .replace("HUSH=", "key=")
                    .replace("{\"HUSH\"", "{\"key\"")
            } else {
                value.to_owned()
            };
            vec![option.clone(), value]
        }));
        for part in ["group", "groups", "table", "keyed", "number", "moment"] {
            let document = format!(
                "{{\"{part}\": {}}}",
                if value.starts_with(['{', '[', '7']) {
                    value
                } else {
                    "\"HUSH\""
                }
            );
            lines.extend(
                whole
                    .iter()
                    .map(|option| vec![option.clone(), document.clone()]),
            );
        }
    }
    for value in [
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
    ] {
        lines.push(vec![
            "--cli-input-yaml".to_owned(),
            format!("text: {value}\n"),
        ]);
        lines.push(vec![
            "--cli-input-yaml".to_owned(),
            format!("table: {{{value}: x}}\n"),
        ]);
    }
    for line in lines {
        for mode in ["strict", "off"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
            command
                .env_clear()
                .env("AWS_ACCESS_KEY_ID", "AKID")
                .env("AWS_SECRET_ACCESS_KEY", "k")
                .env("AWS_REGION", "eu-west-1");
            command
                .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
                .args(["opsmith", "call", "--model"])
                .arg(model());
            let output = command
                .args(["test", "do"])
                .args(&line)
                .args(dry_run(mode))
                .output()
                .expect("the command");
            let told =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(
                !told.contains(TEXT) && !told.contains(&NUMBER.to_string()),
                "{mode} {line:?}: {told}"
            );
            assert!(
                told.contains("ERROR") || told.contains("POST"),
                "{mode} {line:?}: {told}"
            );
            // What can't be read is not read otherwise when less is checked.
            if !told.contains("validation failed") {
                break;
            }
        }
    }
}

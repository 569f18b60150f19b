// The readers of outside text in the generator, each as a function of bytes.

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag};
use serde_json::json;

/// A model, generated in full.
pub fn model(bytes: &[u8]) {
    generate(bytes);
}

/// A source of services, lowered: an archive, or a model.
pub fn source(bytes: &[u8]) {
    let path = temporary("source");
    std::fs::write(&path, bytes).expect("a file");
    if let Ok(services) = opsmith_codegen::sources::Services::find([&path]) {
        for lowered in services.lower_on(1, |_, _| (), |_| {}) {
            let _ = lowered.result.map_err(|error| error.to_string());
        }
    }
    let _ = std::fs::remove_file(path);
}

/// A file of this thread.
fn temporary(name: &str) -> std::path::PathBuf {
    let name = format!(
        "opsmith-{name}-{}-{:?}.json",
        std::process::id(),
        std::thread::current().id()
    );
    std::env::temp_dir().join(name)
}

/// Names in all places that have one, one line each.
pub fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let mut name = || lines.next().unwrap_or("other").to_owned();
    let id = |name: &str| format!("t#{name}");
    let service = name();
    let operation = name();
    let input = name();
    let shape = name();
    let error = name();
    let members: serde_json::Map<_, _> = (0..3)
        .map(|_| (name(), json!({ "target": id(&shape) })))
        .collect();
    let values: serde_json::Map<_, _> = (0..3)
        .map(|_| {
            let traits = json!({ "smithy.api#enumValue": name() });
            (
                name(),
                json!({ "target": "smithy.api#Unit", "traits": traits }),
            )
        })
        .collect();
    let waiter =
        json!({ "acceptors": [{ "state": "success", "matcher": { "errorType": name() } }] });
    let model = json!({ "smithy": "2.0", "shapes": {
        id(&service): {
            "type": "service", "version": name(), "operations": [{ "target": id(&operation) }],
            "traits": {
                "aws.protocols#awsJson1_0": {}, "aws.auth#sigv4": { "name": name() }, "aws.api#service": { "sdkId": name() }
            }
        },
        id(&operation): {
            "type": "operation", "input": { "target": id(&input) }, "output": { "target": id(&input) },
            "errors": [{ "target": id(&error) }], "traits": { "smithy.waiters#waitable": { name(): waiter } }
        },
        id(&input): { "type": "structure", "members": members },
        id(&shape): { "type": "enum", "members": values },
        id(&error): { "type": "structure", "members": {}, "traits": { "smithy.api#error": "client" } },
    } });
    generate(model.to_string().as_bytes());
}

/// Prose in all places that have it.
pub fn prose(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let traits =
        json!({ "smithy.api#documentation": text, "smithy.api#deprecated": { "message": text } });
    let mut of_service = traits.clone();
    of_service["aws.protocols#awsJson1_1"] = json!({});
    of_service["aws.auth#sigv4"] = json!({ "name": "t" });
    of_service["smithy.api#title"] = json!(text);
    let value = json!({ "smithy.api#enumValue": text, "smithy.api#documentation": text });
    let model = json!({ "smithy": "2.0", "metadata": { "opsmith": { "source": text } }, "shapes": {
        "t#S": { "type": "service", "version": text, "operations": [{ "target": "t#O" }], "traits": of_service },
        "t#O": { "type": "operation", "input": { "target": "t#I" }, "traits": traits },
        "t#I": { "type": "structure", "traits": traits, "members": {
            "a": { "target": "t#E", "traits": traits }, "b": { "target": "t#P", "traits": traits } } },
        "t#E": { "type": "enum", "traits": traits, "members": { "A": { "target": "smithy.api#Unit", "traits": value } } },
        "t#P": { "type": "string", "traits": { "smithy.api#pattern": text } },
    } });
    generate(model.to_string().as_bytes());
}

/// Generates a whole model. The result must parse, and its documentation must be prose.
fn generate(model: &[u8]) {
    let path = temporary("model");
    std::fs::write(&path, model).expect("a file");
    match opsmith_codegen::Generator::new(&path).render() {
        Ok(files) => files.iter().for_each(|(name, text)| {
            assert!(
                syn::parse_file(text).is_ok(),
                "{name} does not parse: {text}"
            );
            for text in documentation(text.parse().expect("tokens")) {
                assert_prose(&text);
            }
        }),
        Err(error) => assert!(!error.to_string().contains("does not parse"), "{error}"),
    }
    let _ = std::fs::remove_file(path);
}

/// The text of each run of doc attributes. Attributes that are not literals open and close an
/// example.
fn documentation(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => {}
            TokenTree::Group(group) if group.stream().to_string().starts_with("doc =") => {
                let text = group
                    .stream()
                    .into_iter()
                    .skip(2)
                    .collect::<TokenStream>()
                    .to_string();
                let mark = if text.contains("begin") {
                    "```text"
                } else {
                    "```"
                };
                lines.push(
                    syn::parse_str::<syn::LitStr>(&text)
                        .map_or_else(|_| mark.to_owned(), |text| text.value()),
                );
            }
            other => {
                found.extend((!lines.is_empty()).then(|| std::mem::take(&mut lines).join("\n")));
                if let TokenTree::Group(group) = other {
                    found.extend(documentation(group.stream()));
                }
            }
        }
    }
    found.extend((!lines.is_empty()).then(|| lines.join("\n")));
    found
}

/// Whether it is a link to the client and the schema from the documentation of a crate, or to the
/// users of a type.
fn is_our_link(text: &str, title: &str, target: &str) -> bool {
    let items = ["`Client`", "`SERVICE`", "`opsmith_runtime::Client`"];
    let name = title
        .strip_prefix('`')
        .and_then(|name| name.strip_suffix('`'));
    let name = name.or_else(|| target.strip_prefix("super::"));
    let is_item = |name: &str| {
        name.chars()
            .all(|c| c.is_alphanumeric() || "_#".contains(c))
    };
    // Long names break the line anywhere in the sentence.
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_part = words.join(" ").contains("Part of [`");
    items.contains(&title) && text.contains("generated by Opsmith")
        || is_part && name.is_some_and(is_item)
}

/// rustdoc must render the documentation as paragraphs, our own headings and examples, and our
/// links.
fn assert_prose(text: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let resolve =
        |link: BrokenLink<'_>| Some((CowStr::from("x"), CowStr::from(link.reference.to_string())));
    for event in Parser::new_with_broken_link_callback(text, options, Some(resolve)) {
        let is_ours = match &event {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::End(_) => true,
            Event::Start(Tag::Paragraph | Tag::Emphasis | Tag::Strong) => true,
            Event::Start(Tag::Heading { .. }) => {
                text.contains("\n # Errors\n") || text.contains("\n # Example\n")
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                text.contains("\n # Example\n")
            }
            Event::Start(Tag::Link {
                title, dest_url, ..
            }) => is_our_link(text, title, dest_url),
            _ => false,
        };
        assert!(is_ours, "{event:?} in {text}");
    }
}

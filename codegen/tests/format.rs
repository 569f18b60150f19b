//! What is generated inside macros, which rustfmt leaves alone, is formatted as rustfmt formats
//! plain items.

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The items inside the macros as plain Rust: `required name: String` becomes a field, and
/// `Text(String) => as_text` a variant.
fn plain(text: &str) -> String {
    let line = |line: &str| {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let code = match code.split_once(" => ") {
            Some((variant, _)) if !code.starts_with("//") => format!("{variant},"),
            _ => code.to_owned(),
        };
        let code = match code.split_once(' ') {
            // The index after a member that was left out is not a part of the field.
            Some(("required" | "optional", field)) => match field.split_once(" = ") {
                Some((name, rest)) => {
                    format!(
                        "pub {name}: {}",
                        rest.split_once(": ").map_or("", |(_, of)| of)
                    )
                }
                None => format!("pub {field}"),
            },
            Some((head, "{")) if head.ends_with('!') => "mod inside {".to_owned(),
            _ => code.replace("pub sensitive enum", "pub enum"),
        };
        format!("{indent}{code}\n")
    };
    text.lines().map(line).collect()
}

#[test]
fn the_inside_of_macros_is_formatted() {
    let mut generators = vec![("codepipeline".to_owned(), support::own())];
    for case in support::cases("golden") {
        generators.push((case.display().to_string(), support::generator(&case)));
    }
    for (name, generator) in generators {
        let files = generator.render().expect("the files");
        for file in ["enums.rs", "errors.rs", "service.rs", "types.rs"] {
            let Some(text) = files.get(file) else {
                continue;
            };
            let mut rustfmt = Command::new("rustfmt")
                .args(["--check", "--edition", "2024"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("rustfmt");
            let mut input = rustfmt.stdin.take().expect("its input");
            input.write_all(plain(text).as_bytes()).expect("the text");
            drop(input);
            let output = rustfmt.wait_with_output().expect("its output");
            let difference = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && difference.is_empty(),
                "{name}, {file}:\n{difference}"
            );
        }
    }
}

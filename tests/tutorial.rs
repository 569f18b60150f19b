//! The tutorials, followed as a reader would: every command is run, and prints what the page shows.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{run, stderr, stdout};

/// A step of a page.
enum Step<'a> {
    /// Run this command, which prints this output.
    Run(&'a str, String),
    /// Save a file of this name.
    Save(&'a str, &'a str),
}

/// The steps of a page: `console` blocks are commands with their output, and a block after "Save
/// this as" is a file.
fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut parts = page.split("\n```");
    let mut text = parts.next().unwrap_or_default();
    while let (Some(block), Some(after)) = (parts.next(), parts.next()) {
        let (language, block) = block.split_once('\n').expect("a block");
        let named = text
            .rsplit_once("Save this as `")
            .and_then(|(_, rest)| rest.split_once("`:"));
        match (language, named) {
            ("console", _) => commands(block, &mut steps),
            (_, Some((name, ""))) => steps.push(Step::Save(name, block)),
            _ => {}
        }
        text = after.trim_end();
    }
    steps
}

fn commands<'a>(block: &'a str, steps: &mut Vec<Step<'a>>) {
    let from = steps.len();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps[from..].last_mut()) {
            (Some(command), _) => steps.push(Step::Run(command, String::new())),
            (None, Some(Step::Run(_, output))) => *output += &format!("{line}\n"),
            (None, _) => panic!("output without a command: {line}"),
        }
    }
}

#[test]
fn the_tutorial_is_true() {
    is_true("docs/tutorial.md");
}

#[test]
fn the_commands_of_the_page_on_workers_run() {
    is_true("docs/workers.md");
}

#[test]
fn the_commands_of_the_page_on_the_command_run() {
    is_true("docs/command.md");
}

/// The page on workers shows the code of the example.
#[test]
fn the_worker_in_rust_is_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect(path);
    let page = read("docs/workers.md");
    let shown = |language: &str| -> Vec<String> {
        let fence = format!("\n```{language}\n");
        let blocks = page.split(&fence).skip(1);
        blocks
            .map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned())
            .collect()
    };
    for (language, file) in [
        ("rust", "examples/worker/src/main.rs"),
        ("toml", "examples/worker/Cargo.toml"),
    ] {
        let blocks = shown(language);
        let file = read(file);
        assert!(!blocks.is_empty());
        for block in blocks {
            assert!(file.contains(&block), "not in the example:\n{block}");
        }
    }
}

fn is_true(page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join(page)).expect("the page");
    let steps = steps(&page);
    let home = tempfile::tempdir().expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    let mark = "----- the next command";
    let mut input = String::from("exec 2>&1\n");
    for step in &steps {
        input += &match step {
            Step::Run(command, _) => format!("echo '{mark}'\n{command}\n"),
            Step::Save(name, text) => {
                format!("cat > {name} <<'END OF FILE'\n{text}\nEND OF FILE\n")
            }
        };
    }
    // The endpoint ends with the page, even after an error.
    input += "kill $(jobs -p) 2>/dev/null\ntrue\n";
    let mut bash = Command::new("bash");
    let own = std::env::var_os("HOME").unwrap_or_default();
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        bash.env(
            name,
            std::env::var_os(name).unwrap_or_else(|| Path::new(&own).join(folder).into()),
        );
    }
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_"))
    {
        bash.env_remove(name);
    }
    bash.env("HOME", home.path())
        .env("TMPDIR", folder.path())
        .current_dir(root);
    let output = run(bash.stdout(Stdio::piped()).stderr(Stdio::piped()), &input);
    let printed = stdout(&output);
    let printed: Vec<_> = printed.split(&format!("{mark}\n")).skip(1).collect();
    let commands: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Run(command, expected) => Some((command, expected)),
            Step::Save(..) => None,
        })
        .collect();
    assert!(commands.len() > 10);
    assert_eq!(printed.len(), commands.len(), "{}", stderr(&output));
    for ((command, expected), found) in commands.into_iter().zip(printed) {
        assert_eq!(expected, found, "{command}");
    }
}

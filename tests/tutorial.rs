//! The tutorial, as a reader would follow it: every command is run, and prints what the page says.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{run, stderr, stdout};

/// A block of the page in a fence of this language.
fn blocks<'a>(page: &'a str, language: &'a str) -> impl Iterator<Item = &'a str> {
    let fence = format!("\n```{language}\n");
    let blocks: Vec<_> = page.split(fence.as_str()).skip(1).filter_map(|rest| rest.split_once("\n```")).collect();
    blocks.into_iter().map(|(block, _)| block)
}

/// The commands of a block of console, each with what it prints.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    commands
}

#[test]
fn the_tutorial_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/tutorial.md")).expect("the tutorial");
    let commands: Vec<_> = blocks(&page, "console").flat_map(commands).collect();
    assert!(commands.len() > 10, "{commands:?}");
    let (home, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let script = blocks(&page, "sh").next().expect("the worker");
    let mark = "----- the next command";
    let mut input = String::from("exec 2>&1\n");
    for (command, _) in &commands {
        input += &format!("echo '{mark}'\n{command}\n");
        if command.starts_with("mkdir") {
            input += &format!("cat > worker.sh <<'END OF FILE'\n{script}\nEND OF FILE\n");
        }
    }
    // Whatever happened, the endpoint ends with the page.
    input += "kill $(jobs -p) 2>/dev/null\ntrue\n";
    let mut bash = Command::new("bash");
    let own = std::env::var_os("HOME").unwrap_or_default();
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        bash.env(name, std::env::var_os(name).unwrap_or_else(|| Path::new(&own).join(folder).into()));
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        bash.env_remove(name);
    }
    bash.env("HOME", home.path()).env("TMPDIR", folder.path()).current_dir(root);
    let output = run(bash.stdout(Stdio::piped()).stderr(Stdio::piped()), &input);
    let printed = stdout(&output);
    let printed: Vec<_> = printed.split(&format!("{mark}\n")).skip(1).collect();
    assert_eq!(printed.len(), commands.len(), "{}", stderr(&output));
    for ((command, expected), found) in commands.iter().zip(printed) {
        assert_eq!(expected, found, "{command}");
    }
}

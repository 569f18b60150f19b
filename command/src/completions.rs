//! Completions: `opsmith completions SHELL` prints a short script, which asks `opsmith completions
//! answer LINE CURRENT` for the words that can complete a line.

mod position;
mod scripts;
mod values;

use crate::failure::Failure;
use crate::program::Program;
use crate::stdout::print;
use position::Position;
use scripts::{BASH, FISH, ZSH};

const SHELLS: &[(&str, &str)] = &[("bash", BASH), ("zsh", ZSH), ("fish", FISH)];

/// Runs `opsmith completions …`.
///
/// # Errors
///
/// The words don't name a shell.
pub(crate) fn command(program: &Program, words: &[&str]) -> Result<(), Failure> {
    let shells = || SHELLS.iter().map(|(shell, _)| *shell);
    let usage = || {
        format!(
            "usage: {} completions {}",
            program.name,
            shells().collect::<Vec<_>>().join("|")
        )
    };
    match words {
        ["answer", line, current @ ..] => {
            let current = current.first().copied();
            let answers = answers(program, line)
                .into_iter()
                .filter_map(|word| visible_part(&word, line, current));
            print(&answers.map(|word| word + "\n").collect::<String>())
        }
        ["help"] => print(&format!(
            "{}\n\nPrints the completions of {} for a shell.\n",
            usage(),
            program.name
        )),
        [shell] => match SHELLS.iter().find(|(name, _)| name == shell) {
            Some((_, script)) => print(&script.replace("opsmith", program.name)),
            None => Err(Failure::choice("shell", shell, shells())),
        },
        _ => Err(Failure::command_usage("completions takes the name of a shell").with_usage(usage)),
    }
}

/// A candidate without the beginning of the word that the shell does not see.
pub(crate) fn visible_part(candidate: &str, line: &str, current: Option<&str>) -> Option<String> {
    let Some(current) = current else {
        return Some(candidate.to_owned());
    };
    let (_, word) = split(line);
    // To the shell a break is a separate word. An escape in its word is not in ours.
    let current = if matches!(current, "=" | ":") {
        String::new()
    } else {
        split(current).1
    };
    let hidden = word.len().checked_sub(current.len())?;
    candidate.get(hidden..).map(str::to_owned)
}

/// The words before the last, and the last, which may be empty.
fn split(line: &str) -> (Vec<String>, String) {
    let words =
        shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect());
    let open = !line.ends_with(char::is_whitespace) && !words.is_empty();
    let mut words = words;
    let last = if open {
        words.pop().unwrap_or_default()
    } else {
        String::new()
    };
    (words, last)
}

/// The words that can complete the last word of a line.
pub(crate) fn answers(program: &Program, line: &str) -> Vec<String> {
    let (words, last) = split(line);
    let mut position = Position::new(program);
    words.iter().skip(1).for_each(|word| position.pass(word));
    position.answers(&last)
}

#[cfg(test)]
mod tests;

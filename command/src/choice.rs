//! Words that must be one of the choices.

use crate::failure::Failure;
use opsmith_runtime::config::Env;

/// Rejects a word that is not one of the choices.
///
/// # Errors
///
/// The word is not a choice. An alias of the AWS CLI is mentioned as such.
pub(crate) fn check<'a>(
    argument: &str,
    word: &str,
    choices: impl Iterator<Item = &'a str>,
    env: &Env,
) -> Result<(), Failure> {
    let choices: Vec<&str> = choices.collect();
    if choices.contains(&word) {
        Ok(())
    } else {
        Err(Failure::choice(argument, word, choices).noting(alias(env, word)))
    }
}

/// A note for a word that is an alias of the AWS CLI.
fn alias(env: &Env, word: &str) -> Option<String> {
    let path = env.expand("~/.aws/cli/alias").ok()?;
    let text = std::fs::read_to_string(&path).ok()?;
    let mut keys = text
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0.trim()));
    keys.any(|key| key == word).then(|| {
        format!(
            "It is an alias in {}, and aliases are not supported.",
            path.display()
        )
    })
}

//! Completions: `opsmith completions SHELL` prints what a shell needs, which is little: it asks
//! `opsmith completions answer LINE CURRENT` for the words that can complete a line.

use crate::args::{Arity, OptionSpec};
use crate::failure::Failure;
use crate::program::Program;
use crate::stdout::print;
use crate::{globals, operation, parameter, waiter};
use opsmith_runtime::config::Env;
use opsmith_runtime::config::Settings;
use opsmith_runtime::schema::commands::{Command, Commands};
use opsmith_runtime::schema::{Kind, Operation, Service, ShapeIndex};

const SHELLS: &[(&str, &str)] = &[("bash", BASH), ("zsh", ZSH), ("fish", FISH)];

/// bash also breaks words at `=` and `:`, so it gets only what follows the last break. Without a
/// candidate, the shells complete names of files; bash doesn't for what looks like a file of the root
/// after the break in `file://`.
const BASH: &str = r#"# Completions of opsmith for bash. To have them in every shell, add to ~/.bashrc: eval "$(opsmith completions bash)"
_opsmith() {
    local IFS=$'\n' word
    COMPREPLY=()
    for word in $(opsmith completions answer "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null); do
        printf -v word %q "$word"
        COMPREPLY+=("$word")
    done
    case "${COMPREPLY[0]-}" in *=|*/) compopt -o nospace ;; esac
    case "${COMP_WORDS[COMP_CWORD]}" in //*) compopt +o default ;; esac
} 2>/dev/null
complete -o default -F _opsmith opsmith
"#;

const ZSH: &str = r#"#compdef opsmith
# Completions of opsmith for zsh. To have them in every shell, add to ~/.zshrc, after compinit:
# source <(opsmith completions zsh)
_opsmith() {
    local -a whole open
    local word
    for word in "${(@f)$(opsmith completions answer "$LBUFFER" 2>/dev/null)}"; do
        case "$word" in '') ;; *=|*/) open+=("${(q)word}") ;; *) whole+=("${(q)word}") ;; esac
    done
    (( $#whole )) && compadd -Q -a whole
    (( $#open )) && compadd -Q -S '' -a open
    (( $#whole + $#open )) || _files
}
compdef _opsmith opsmith
"#;

const FISH: &str = r#"# Completions of opsmith for fish. To have them in every shell: opsmith completions fish > ~/.config/fish/completions/opsmith.fish
function _opsmith
    set -l words (opsmith completions answer (commandline -cp) 2>/dev/null)
    if count $words >/dev/null
        printf '%s\n' $words
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c opsmith -e
complete -c opsmith -f -a '(_opsmith)'
"#;

/// Runs `opsmith completions …`.
///
/// # Errors
///
/// Words that name no shell.
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
    let mut position = Position {
        program,
        path: Vec::new(),
        given: Vec::new(),
        due: None,
    };
    words.iter().skip(1).for_each(|word| position.pass(word));
    position.answers(&last)
}

/// The position to which the words before the last one lead.
struct Position<'a> {
    program: &'a Program,
    /// Words that are neither options nor their values: the service, the operation and others.
    path: Vec<String>,
    /// Options that were given.
    given: Vec<String>,
    /// An option that still needs its value.
    due: Option<String>,
}

impl Position<'_> {
    fn pass(&mut self, word: &str) {
        let takes =
            |option: &str| self.with_options(|known| find(known, option).map(|known| known.arity));
        if word.starts_with("--") {
            let (name, value) = word
                .split_once('=')
                .map_or((word, None), |(name, value)| (name, Some(value)));
            let due =
                value.is_none() && !matches!(takes(name), None | Some(Arity::Flag | Arity::Inline));
            self.due = due.then(|| name.to_owned());
            self.given.push(name.to_owned());
            return;
        }
        match self.due.as_deref().map(takes) {
            // More values may follow.
            Some(Some(Arity::Many)) => {}
            Some(_) => self.due = None,
            None => self.path.push(word.to_owned()),
        }
    }

    fn service(&self) -> Option<&'static Commands<'static>> {
        self.program.find(self.path.first()?)
    }

    fn operation(
        &self,
    ) -> Option<(
        &'static Commands<'static>,
        Command<'static>,
        Operation<'static>,
    )> {
        let commands = self.service()?;
        if let Some(found) = self
            .waits()
            .then(|| waiter::find(commands, self.path.get(2)?))
        {
            return found.map(|found| (commands, *found.command, waiter::unpaged(found.operation)));
        }
        let (command, operation) = commands.find(self.path.get(1)?)?;
        Some((commands, *command, *operation))
    }

    /// Whether the words name a waiter.
    fn waits(&self) -> bool {
        self.path.get(1).is_some_and(|word| word == waiter::WORD)
    }

    /// Passes the options that are known here to a task.
    fn with_options<T>(&self, task: impl FnOnce(&[OptionSpec<'_>]) -> T) -> T {
        let mut known = globals::specs();
        let Some((commands, command, operation)) = self.operation() else {
            return task(&known);
        };
        let parameters = parameter::all(commands.service, &command, &operation);
        let pagination = operation.pagination();
        known.retain(|global| !global.is_leading);
        let shown = parameters
            .iter()
            .filter(|parameter| parameter.is_shown(pagination.as_ref()));
        let shown = shown.flat_map(|parameter| {
            parameter
                .specs()
                .filter(|known| parameter.names().any(|name| name == known.name))
        });
        let mut own: Vec<OptionSpec<'_>> = shown.chain(operation::common(pagination)).collect();
        own.extend(self.waits().then(waiter::specs).into_iter().flatten());
        own.extend(known);
        task(&own)
    }

    fn answers(&self, word: &str) -> Vec<String> {
        let beginning = |candidates: Vec<String>| {
            candidates
                .into_iter()
                .filter(|found| found.starts_with(word))
                .collect()
        };
        if let Some((option, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
            let values = self.values(option, value);
            return beginning(
                values
                    .into_iter()
                    .map(|value| format!("{option}={value}"))
                    .collect(),
            );
        }
        if word.starts_with('-') {
            return beginning(self.options());
        }
        if let Some(option) = &self.due {
            let values = self.values(option, word);
            if !values.is_empty() {
                return beginning(values);
            }
        }
        match self.path.as_slice() {
            [] => beginning(
                self.program
                    .words()
                    .map(str::to_owned)
                    .chain(own_words())
                    .collect(),
            ),
            [service] => beginning(self.words_after(service)),
            [_, word] if word == waiter::WORD => beginning(self.waiters()),
            _ if self.due.is_none() && self.operation().is_some() => beginning(self.options()),
            _ => Vec::new(),
        }
    }

    /// Options that are not on the line yet.
    fn options(&self) -> Vec<String> {
        self.with_options(|known| {
            let names = known.iter().map(|known| known.name.to_owned());
            names.filter(|name| !self.given.contains(name)).collect()
        })
    }

    fn waiters(&self) -> Vec<String> {
        let waiters = self.service().into_iter().flat_map(Commands::waiters);
        waiters
            .map(|(name, ..)| name)
            .chain(["help"])
            .map(str::to_owned)
            .collect()
    }

    fn words_after(&self, word: &str) -> Vec<String> {
        match (word, self.service()) {
            (_, Some(commands)) => commands.words().map(str::to_owned).collect(),
            ("completions", None) => SHELLS
                .iter()
                .map(|(shell, _)| (*shell).to_owned())
                .collect(),
            ("local", None) if cfg!(feature = "local") => {
                ["serve", "job", "help"].map(str::to_owned).to_vec()
            }
            ("worker", None) if cfg!(feature = "worker") => {
                ["run", "help"].map(str::to_owned).to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// The possible values of an option; `so_far` is the beginning of one.
    fn values(&self, option: &str, so_far: &str) -> Vec<String> {
        if let Some(scheme) = ["file://", "fileb://"]
            .into_iter()
            .find(|scheme| so_far.starts_with(scheme))
        {
            return files(scheme, &so_far[scheme.len()..]);
        }
        let choices = self.with_options(|known| {
            let found = find(known, option);
            found.map_or_else(Vec::new, |known| {
                known
                    .choices
                    .iter()
                    .map(|choice| (*choice).to_owned())
                    .collect()
            })
        });
        match option {
            _ if !choices.is_empty() => choices,
            "--profile" => profiles(),
            "--region" => opsmith_runtime::endpoint::regions()
                .map(str::to_owned)
                .collect(),
            _ => self
                .operation()
                .map_or_else(Vec::new, |(commands, command, operation)| {
                    let parameters = parameter::all(commands.service, &command, &operation);
                    let found = parameters
                        .iter()
                        .find(|parameter| parameter.specs().any(|known| known.name == option));
                    found.map_or_else(Vec::new, |found| {
                        shorthand(commands.service, found.member.target, so_far)
                    })
                }),
        }
    }
}

fn find<'k, 'a>(known: &'k [OptionSpec<'a>], option: &str) -> Option<&'k OptionSpec<'a>> {
    known.iter().find(|known| known.name == option)
}

fn own_words() -> impl Iterator<Item = String> {
    globals::OWN_COMMANDS
        .iter()
        .filter_map(|(words, _)| words.split(' ').next().map(str::to_owned))
}

/// The profiles of the shared files; none when these can't be read.
fn profiles() -> Vec<String> {
    let settings = Settings::load(Env::real(), None);
    settings.map_or_else(
        |_| Vec::new(),
        |settings| {
            settings
                .profile_names()
                .into_iter()
                .map(str::to_owned)
                .collect()
        },
    )
}

/// The files with this beginning of a path, after the scheme. Folders end in a slash. Hidden files
/// are candidates only when the name begins with a dot.
fn files(scheme: &str, path: &str) -> Vec<String> {
    let (folder, start) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    let found = match Env::real().expand(if folder.is_empty() { "./" } else { folder }) {
        Ok(folder) => std::fs::read_dir(folder).into_iter().flatten().flatten(),
        Err(_) => return Vec::new(),
    };
    let mut files: Vec<String> = found
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_meant =
                name.starts_with(start) && (start.starts_with('.') || !name.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            is_meant.then(|| format!("{scheme}{folder}{name}{slash}"))
        })
        .collect();
    files.sort();
    files
}

/// Values of a shape in shorthand; `so_far` is the beginning of one.
fn shorthand(service: &Service<'_>, ix: ShapeIndex, so_far: &str) -> Vec<String> {
    let shape = service.shape(ix);
    match shape.kind {
        Kind::Enum => shape
            .values
            .iter()
            .map(|value| (*value).to_owned())
            .collect(),
        Kind::List => shape
            .element()
            .map_or_else(Vec::new, |member| shorthand(service, member.target, so_far)),
        Kind::Structure | Kind::Union if !so_far.contains(['{', '[', '\'', '"']) => {
            let (before, part) = so_far
                .rsplit_once(',')
                .map_or(("", so_far), |(before, part)| (before, part));
            let before = if before.is_empty() {
                String::new()
            } else {
                format!("{before},")
            };
            let used: Vec<&str> = before
                .split(',')
                .filter_map(|pair| Some(pair.split_once('=')?.0))
                .collect();
            let members = shape
                .members
                .iter()
                .filter(|member| !used.contains(&member.name));
            match part.split_once('=') {
                None => members
                    .map(|member| format!("{before}{}=", member.name))
                    .collect(),
                Some((key, _)) => {
                    let found = shape.members.iter().find(|member| member.name == key);
                    let values =
                        found.map_or(&[][..], |member| service.shape(member.target).values);
                    values
                        .iter()
                        .map(|value| format!("{before}{key}={value}"))
                        .collect()
                }
            }
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::SAMPLE;

    const FAIL: &str = "opsmith codepipeline put-third-party-job-failure-result";

    #[test]
    fn words_options_and_values_are_completed() {
        for (line, expected) in [
            ("opsmith codep", &["codepipeline"][..]),
            ("opsmith com", &["completions"]),
            ("opsmith completions ", &["bash", "zsh", "fish"]),
            ("opsmith --output ya", &["yaml", "yaml-stream"]),
            (
                "opsmith --output=ya",
                &["--output=yaml", "--output=yaml-stream"],
            ),
            (
                "opsmith --region eu-west-",
                &["eu-west-1", "eu-west-2", "eu-west-3"],
            ),
            (
                "opsmith --local codepipeline put-third",
                &[
                    "put-third-party-job-failure-result",
                    "put-third-party-job-success-result",
                ],
            ),
            (&format!("{FAIL} --job"), &["--job-id"]),
            (&format!("{FAIL} --job-id x --jo"), &[]),
            (&format!("{FAIL} --job-id --f"), &["--failure-details"]),
            (
                &format!("{FAIL} --failure-details "),
                &["type=", "message=", "externalExecutionId="],
            ),
            (
                &format!("{FAIL} --failure-details type=J"),
                &["type=JobFailed"],
            ),
            (
                &format!("{FAIL} --failure-details message=m,type=S"),
                &["message=m,type=SystemUnavailable"],
            ),
            (
                &format!("{FAIL} --failure-details type=JobFailed,m"),
                &["type=JobFailed,message="],
            ),
            (&format!("{FAIL} --failure-details message='a b"), &[]),
            (&format!("{FAIL} --generate-cli-skeleton i"), &["input"]),
            (
                "opsmith codepipeline enable-stage-transition --transition-type ",
                &["Inbound", "Outbound"],
            ),
            ("opsmith codepipeline list-pipelines --ma", &["--max-items"]),
            ("opsmith codepipeline list-pipelines --lo", &[]),
            ("opsmith nonsense ", &[]),
            ("opsmith codepipeline nonsense --job", &[]),
        ] {
            assert_eq!(answers(&SAMPLE, line), expected, "{line}");
        }
    }

    #[test]
    fn a_shell_that_breaks_words_gets_the_part_that_it_sees() {
        let line = &format!("{FAIL} --failure-details type=J");
        assert_eq!(
            visible_part("type=JobFailed", line, None).as_deref(),
            Some("type=JobFailed")
        );
        assert_eq!(
            visible_part("type=JobFailed", line, Some("J")).as_deref(),
            Some("JobFailed")
        );
        assert_eq!(
            visible_part("type=JobFailed", &line[..line.len() - 1], Some("=")).as_deref(),
            Some("JobFailed")
        );
        assert_eq!(
            visible_part("codepipeline", "opsmith c", Some("c")).as_deref(),
            Some("codepipeline")
        );
        let line = &format!("{FAIL} --failure-details file://a\\ f");
        assert_eq!(
            visible_part("file://a file", line, Some("//a\\ f")).as_deref(),
            Some("//a file")
        );
    }

    #[test]
    fn files_are_completed_after_their_scheme() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["failure.json", "fails", ".hidden"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        std::fs::create_dir(folder.path().join("falls")).expect("a folder");
        let below = folder.path().display();
        for (typed, expected) in [
            ("fa", &["fails", "failure.json", "falls/"][..]),
            ("fai", &["fails", "failure.json"]),
            ("", &["fails", "failure.json", "falls/"]),
            (".h", &[".hidden"]),
            ("nothing", &[]),
            ("nothing/fa", &[]),
        ] {
            for option in [
                "--cli-input-json file://",
                "--failure-details fileb://",
                "--failure-details=file://",
            ] {
                let word = format!("{option}{below}/");
                let whole = word.split(' ').next_back().expect("a word");
                let expected: Vec<_> = expected
                    .iter()
                    .map(|name| format!("{whole}{name}"))
                    .collect();
                assert_eq!(
                    answers(&SAMPLE, &format!("{FAIL} {word}{typed}")),
                    expected,
                    "{option}{typed}"
                );
            }
        }
    }
}

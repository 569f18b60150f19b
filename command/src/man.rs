//! `opsmith man DIR`: the help pages as manual pages.

use crate::failure::Failure;
use crate::help::{self, Page};
use crate::program::Program;
use crate::stdout::print;
use crate::{globals, waiter};
use opsmith_runtime::files::replace;
use opsmith_runtime::schema::catalog::Part;
use std::fs;
use std::path::Path;

fn usage(program: &Program) -> String {
    format!("usage: {} man DIR", program.name)
}

/// Writes all manual pages into the folder that the words name.
///
/// # Errors
///
/// Other words, and a folder that can't be written.
pub(crate) fn command(program: &Program, words: &[&str]) -> Result<(), Failure> {
    let folder = match words {
        ["help"] => {
            return print(&format!(
                "{}\n\nWrites the manual pages of {}, section 1, into the folder DIR.\n",
                usage(program),
                program.name
            ));
        }
        [folder] if !folder.starts_with('-') => Path::new(folder),
        _ => {
            return Err(
                Failure::command_usage("man takes one folder").with_usage(|| usage(program))
            );
        }
    };
    let pages = pages(program)?;
    let failed = |error| {
        Failure::general(format_args!(
            "{} can't be written: {error}",
            folder.display()
        ))
    };
    fs::create_dir_all(folder).map_err(failed)?;
    for (name, source) in &pages {
        let path = folder.join(format!("{name}.1"));
        replace(&path, source.as_bytes()).map_err(failed)?;
    }
    print(&format!(
        "{} manual pages in {}\n",
        pages.len(),
        folder.display()
    ))
}

/// Every page by its name.
fn pages(program: &Program) -> Result<Vec<(String, String)>, Failure> {
    let mut pages = Vec::new();
    let mut add = |page: Page, name: String, about: &str| {
        pages.push((name.clone(), page.roff(program, &name, about)))
    };
    let about = "operations of AWS services, with the syntax of the AWS CLI";
    add(
        help::top_page(program, &globals::help())?,
        program.name.to_owned(),
        about,
    );
    for service in program.summaries()? {
        let Some(commands) = program.load(service.word, Part::All)? else {
            continue;
        };
        let service = format!("{}-{}", program.name, commands.service.command);
        add(
            help::service_page(commands),
            service.clone(),
            commands.service.title,
        );
        for (command, operation) in commands.shown() {
            let page = help::operation_page(commands, command, operation);
            add(
                page,
                format!("{service}-{}", command.name),
                first_sentence(commands.doc(operation.name)),
            );
        }
        for (word, ..) in commands.waiters() {
            if let Some(found) = waiter::find(commands, word) {
                let page = help::waiter_page(commands, word, &found);
                add(
                    page,
                    format!("{service}-{}-{word}", waiter::WORD),
                    "waits until a resource is in a certain state",
                );
            }
        }
    }
    Ok(pages)
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(". ")
        .map_or(line, |(sentence, _)| sentence)
        .trim_end_matches('.')
}

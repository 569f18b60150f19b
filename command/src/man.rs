//! `opsmith man DIR [SERVICE...]`: the help pages as manual pages.

use crate::failure::Failure;
use crate::help::{self, Page};
use crate::program::Program;
use crate::stdout::print;
use crate::{globals, waiter};
use opsmith_runtime::files::replace;
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::commands::Commands;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

fn usage(program: &Program) -> String {
    format!("usage: {} man DIR [SERVICE...]", program.name)
}

/// Writes manual pages into the folder that the first word names: all, or those of the services that
/// the other words name.
///
/// # Errors
///
/// Other words, and a folder that can't be written.
pub(crate) fn command(program: &Program, words: &[&str]) -> Result<(), Failure> {
    let (folder, services) = match words {
        ["help"] => {
            return print(&format!(
                "{}\n\nWrites the manual pages of {}, section 1, into the folder DIR: all of them, or those of some services.\n",
                usage(program),
                program.name
            ));
        }
        [folder, services @ ..] if !words.iter().any(|word| word.starts_with('-')) => {
            (Path::new(folder), services)
        }
        _ => {
            let text = "man takes a folder, and services if it is not to be all";
            return Err(Failure::command_usage(text).with_usage(|| usage(program)));
        }
    };
    let services = chosen(program, services)?;
    let mut pages = Pages {
        program,
        folder,
        count: 0,
    };
    fs::create_dir_all(folder).map_err(|error| pages.failed(&error))?;
    match &services {
        Some(services) => pages.services(services.iter().copied())?,
        None => {
            let about = "operations of AWS services, with the syntax of the AWS CLI";
            let top = help::top_page(program, &globals::help())?;
            pages.add(&top, program.name, about)?;
            #[cfg(feature = "s3")]
            pages.s3()?;
            pages.services(program.summaries()?.iter().map(|service| service.word))?;
        }
    }
    print(&format!(
        "{} manual pages in {}\n",
        pages.count,
        folder.display()
    ))
}

/// The services of these words; `None` without words, for all.
fn chosen<'a>(
    program: &Program,
    words: &'a [&'a str],
) -> Result<Option<BTreeSet<&'a str>>, Failure> {
    for word in words {
        if !program.has(word)? {
            let known = program.summaries()?;
            let unknown = Failure::choice("service", word, known.iter().map(|known| known.word));
            return Err(unknown.noting(program.further()));
        }
    }
    Ok((!words.is_empty()).then(|| words.iter().copied().collect()))
}

/// Pages that are written to a folder.
struct Pages<'a> {
    program: &'a Program,
    folder: &'a Path,
    count: usize,
}

impl Pages<'_> {
    fn failed(&self, error: &io::Error) -> Failure {
        let folder = self.folder.display();
        Failure::general(format_args!("{folder} can't be written: {error}"))
    }

    fn add(&mut self, page: &Page, name: &str, about: &str) -> Result<(), Failure> {
        let path = self.folder.join(format!("{name}.1"));
        let text = page.roff(self.program, name, about);
        replace(&path, text.as_bytes()).map_err(|error| self.failed(&error))?;
        self.count += 1;
        Ok(())
    }

    /// Those of `s3` and its commands.
    #[cfg(feature = "s3")]
    fn s3(&mut self) -> Result<(), Failure> {
        let name = format!("{}-s3", self.program.name);
        let page = crate::s3::overview(self.program.name);
        self.add(&page, &name, "files and objects of Amazon S3")?;
        for verb in crate::s3::VERBS {
            let page = crate::s3::page(self.program.name, *verb);
            let about = first_sentence(verb.about());
            self.add(&page, &format!("{name}-{}", verb.word()), about)?;
        }
        Ok(())
    }

    /// Those of services.
    fn services<'w>(&mut self, words: impl Iterator<Item = &'w str>) -> Result<(), Failure> {
        for word in words {
            if let Some(commands) = self.program.load(word, Part::All)? {
                self.service(commands)?;
            }
        }
        Ok(())
    }

    /// Those of a service, its operations and its waiters.
    fn service(&mut self, commands: &Commands<'_>) -> Result<(), Failure> {
        let service = format!("{}-{}", self.program.name, commands.service.command);
        let page = help::service_page(&commands.words());
        self.add(&page, &service, commands.service.title)?;
        for (command, operation) in commands.shown() {
            let page = help::operation_page(commands, command, operation);
            let about = first_sentence(commands.doc(operation.name));
            self.add(&page, &format!("{service}-{}", command.name), about)?;
        }
        for (word, ..) in commands.waiters() {
            if let Some(found) = waiter::find(commands, word) {
                let page = help::waiter_page(commands, word, &found);
                let about = "waits until a resource is in a certain state";
                self.add(&page, &format!("{service}-{}-{word}", waiter::WORD), about)?;
            }
        }
        Ok(())
    }
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(". ")
        .map_or(line, |(sentence, _)| sentence)
        .trim_end_matches('.')
}

//! The help pages of a service and of the program.

use super::markdown;
use super::page::{Page, Style, plain, styled};
use crate::failure::Failure;
use crate::globals::{GlobalHelp, OWN_COMMANDS};
use crate::program::Program;
use opsmith_runtime::config::SETTINGS;
use opsmith_runtime::schema::commands::Words;

/// The page of a service: what it is, and its commands.
pub(crate) fn service_page(words: &Words<'_>) -> Page {
    let mut page = Page::new(words.service);
    page.section("NAME");
    page.paragraph(0, &format!("{} -", words.service));
    page.section("DESCRIPTION");
    match words.about.trim_start() {
        "" => page.paragraph(0, words.title),
        doc => markdown::add(&mut page, 0, doc),
    }
    page.section("AVAILABLE COMMANDS");
    let mut names: Vec<_> = words.all().collect();
    names.sort_unstable();
    names.iter().for_each(|name| page.bullet(0, plain(name)));
    page
}

/// The page of the program: the global options and the services.
///
/// # Errors
///
/// The catalogue can't be read.
pub(crate) fn top_page(program: &Program, globals: &[GlobalHelp<'_>]) -> Result<Page, Failure> {
    let name = program.name;
    let mut page = Page::new(name);
    page.section("NAME");
    page.paragraph(0, &format!("{name} -"));
    page.section("DESCRIPTION");
    page.paragraph(
        0,
        "Calls operations of AWS services, with the syntax, output and exit codes of the AWS CLI.",
    );
    page.section("SYNOPSIS");
    page.literal(
        1,
        &format!("{name} [options] <command> <subcommand> [parameters]"),
    );
    page.paragraph(
        0,
        &format!("Each command has a page too: {name} <command> help, {name} <command> <subcommand> help."),
    );
    page.section("GLOBAL OPTIONS");
    for global in globals {
        let listed = Listed {
            name: global.name,
            value: global.value,
            text: &format!("{}{}", global.text, sources(global.setting)),
            choices: global.choices,
        };
        listed.add(&mut page);
    }
    page.section("AVAILABLE SERVICES");
    program
        .summaries()?
        .iter()
        .for_each(|service| page.bullet(0, plain(service.word)));
    page.section("OWN COMMANDS");
    for (word, text) in OWN_COMMANDS {
        page.text(0, styled(Style::Bold, word));
        page.tightly(|page| page.paragraph(1, text));
    }
    Ok(page)
}

/// An option or a command, as a page lists it.
pub(crate) struct Listed<'a> {
    pub(crate) name: &'a str,
    /// The kind of its value, if it has one.
    pub(crate) value: &'a str,
    pub(crate) text: &'a str,
    pub(crate) choices: &'a [&'a str],
}

impl Listed<'_> {
    fn add(&self, page: &mut Page) {
        let mut label = styled(Style::Bold, self.name);
        if !self.value.is_empty() {
            label.extend(plain(&format!("({})", self.value)));
        }
        page.text(0, label);
        page.tightly(|page| page.paragraph(1, self.text));
        self.choices
            .iter()
            .for_each(|choice| page.bullet(1, plain(choice)));
    }
}

/// The page of a command that is no operation.
#[cfg(feature = "s3")]
pub(crate) fn own_page(
    name: &str,
    about: &[&str],
    synopsis: &str,
    section: &str,
    listed: &[Listed<'_>],
) -> Page {
    let mut page = Page::new(name);
    page.section("NAME");
    page.paragraph(0, &format!("{name} -"));
    page.section("DESCRIPTION");
    about.iter().for_each(|text| page.paragraph(0, text));
    page.section("SYNOPSIS");
    page.literal(1, synopsis);
    page.section(section);
    listed.iter().for_each(|listed| listed.add(&mut page));
    page
}

/// The variables and the key of a profile that have the same meaning as an option.
fn sources(setting: Option<&str>) -> String {
    let Some(name) = setting else {
        return String::new();
    };
    let Some(entry) = SETTINGS.iter().find(|entry| entry.name == name) else {
        return format!(" The key {name} of a profile has the same meaning.");
    };
    let variables = entry.variables.join(" or ");
    if entry.in_profile {
        format!(" The same as {variables}, and as the key {name} of a profile.")
    } else {
        format!(" The same as {variables}.")
    }
}

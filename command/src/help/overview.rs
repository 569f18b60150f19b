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
        let mut label = styled(Style::Bold, global.name);
        label.extend(plain(&format!("({})", global.value)));
        page.text(0, label);
        page.tightly(|page| {
            page.paragraph(1, &format!("{}{}", global.text, sources(global.setting)))
        });
        global
            .choices
            .iter()
            .for_each(|choice| page.bullet(1, plain(choice)));
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

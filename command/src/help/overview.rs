//! The pages of a service and of the program.

use super::markdown;
use super::page::{Page, Style, plain, styled};
use crate::globals::{GlobalHelp, OWN_COMMANDS};
use crate::program::Program;
use opsmith_runtime::config::SETTINGS;
use opsmith_runtime::schema::commands::Commands;

/// The page of a service: what it is, and its commands.
pub(crate) fn service_page(commands: &Commands<'_>) -> Page {
    let mut page = Page::new(commands.service.command);
    page.section("NAME");
    page.paragraph(0, &format!("{} -", commands.service.command));
    page.section("DESCRIPTION");
    match commands.doc(commands.service.name()) {
        "" => page.paragraph(0, commands.service.title),
        doc => markdown::add(&mut page, 0, doc),
    }
    page.section("AVAILABLE COMMANDS");
    let mut names: Vec<_> = commands.words().collect();
    names.sort_unstable();
    names.iter().for_each(|name| page.bullet(0, plain(name)));
    page
}

/// The page of the program: the global options and the services.
pub(crate) fn top_page(program: &Program, globals: &[GlobalHelp<'_>]) -> Page {
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
        .services
        .iter()
        .for_each(|commands| page.bullet(0, plain(commands.service.command)));
    page.section("OWN COMMANDS");
    for (word, text) in OWN_COMMANDS {
        page.text(0, styled(Style::Bold, word));
        page.tightly(|page| page.paragraph(1, text));
    }
    page
}

/// Which variables and which key of a profile say the same as an option.
fn sources(setting: Option<&str>) -> String {
    let Some(name) = setting else {
        return String::new();
    };
    let Some(row) = SETTINGS.iter().find(|row| row.name == name) else {
        return format!(" The key {name} of a profile says the same.");
    };
    let variables = row.variables.join(" or ");
    if row.in_profile {
        format!(" {variables} says the same, and the key {name} of a profile.")
    } else {
        format!(" {variables} says the same.")
    }
}

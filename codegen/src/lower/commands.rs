//! Command words and options: derived from names, then changed by exceptions and the AWS CLI.

use super::{closure, names, traits};
use crate::ast::{Member, Model, Reference, Shape};
use crate::aws_cli::{self, AwsCli};
use crate::diagnostics::Report;
use crate::exceptions::Exceptions;
use opsmith_schema::Arena;
use opsmith_schema::TraitKind;
use opsmith_schema::commands::{Change, Command, Shown};

/// What the command words of a service depend on.
pub(super) struct Words<'a> {
    model: &'a Model,
    exceptions: &'a Exceptions,
    facts: &'a AwsCli,
    service: &'a aws_cli::Service,
}

impl<'a> Words<'a> {
    /// The words of a service; the facts of the AWS CLI are reported if they can't be read.
    pub(super) fn of(
        model: &'a Model,
        exceptions: &'a Exceptions,
        service: &Shape,
        report: &mut Report,
    ) -> Self {
        let (facts, problem) = aws_cli::facts();
        if let Some(problem) = problem {
            report.add(
                "aws-cli.toml",
                "",
                problem,
                "this is a fault of the generator; please report it",
            );
        }
        let sdk_id = traits::part(&service.traits, TraitKind::Service, "sdkId");
        Words {
            model,
            exceptions,
            facts,
            service: facts.service(sdk_id),
        }
    }

    /// The command word of the service: what exceptions, the AWS CLI or an importer say, else the
    /// SDK id in lower case with dashes.
    pub(super) fn service(&self, id: &str, service: &Shape, report: &mut Report) -> String {
        let recorded = traits::text(&service.traits, TraitKind::Command);
        let recorded = Some(recorded).filter(|word| !word.is_empty());
        let sdk_id = traits::part(&service.traits, TraitKind::Service, "sdkId");
        match self
            .exceptions
            .command()
            .or(self.service.command())
            .or(recorded)
        {
            // It becomes the name of a folder.
            Some(word) if word != super::dashed(word) => {
                let problem = format!("{word:?} is not a command word");
                report.add(
                    &service.file,
                    id,
                    problem,
                    "use lower-case letters, digits, and dashes between them",
                );
                String::new()
            }
            Some(word) => word.to_owned(),
            None => super::dashed(if sdk_id.is_empty() {
                closure::local(id)
            } else {
                sdk_id
            }),
        }
    }

    /// The command word of an operation.
    pub(super) fn operation(&self, name: &str) -> String {
        let word = names::kebab(&self.facts.joined(name));
        self.service.operation(&word).to_owned()
    }

    /// The command of an operation, without its waiters.
    pub(super) fn command<'s>(
        &self,
        id: &str,
        operation: &Shape,
        arena: &'s Arena,
        report: &mut Report,
    ) -> Command<'s> {
        let name = &self.operation(closure::local(id));
        let target = operation
            .input
            .as_ref()
            .map_or("", |input| input.target.as_str());
        let mut changes = self.service.of_command(name, arena);
        let mut options: &[&str] = &[];
        if let Some(input) = self.model.shapes.get(target) {
            options = self.options(name, closure::local(target), input, arena);
            changes.extend(self.service.of_options(name, options, arena));
            let hoists = self.service.hoists(name, arena);
            changes.extend(
                hoists
                    .filter(|hoist| self.leads_somewhere(input, hoist.path))
                    .map(Change::Hoist),
            );
            if self.service.switches {
                changes.extend(self.switches(input, options));
            }
            changes.extend(self.service.parts(name, options, arena));
        }
        changes.extend(self.of_calls(name, operation, arena));
        for option in options.iter().filter(|option| self.facts.is_global(option)) {
            let problem = format!("the option --{option} of {name} is a global option too");
            let help = "name it otherwise with an `option` in a file of exceptions";
            report.add(&operation.file, id, problem, help);
        }
        Command {
            name: arena.text(name),
            options,
            changes: arena.list(changes),
            waiters: &[],
        }
    }

    /// The option of each member of an input.
    fn options<'s>(
        &self,
        command: &str,
        shape: &str,
        input: &Shape,
        arena: &'s Arena,
    ) -> &'s [&'s str] {
        let rules: Vec<String> = input
            .members
            .keys()
            .map(|member| names::kebab(member))
            .collect();
        let option = |(member, rule): (&String, &String)| {
            let exception = self.exceptions.option(&format!("{shape}${member}"));
            match exception.or_else(|| self.service.option(command, rule)) {
                Some(known) => arena.text(known),
                None => arena.text(&self.distinct(command, rule, &rules)),
            }
        };
        arena.list(input.members.keys().zip(&rules).map(option))
    }

    /// The option itself. If a global option has this name and the AWS CLI has no other name for it
    /// yet, the first word of the command comes before it, as in most names of the AWS CLI:
    /// `search-query` of `search-events`.
    fn distinct(&self, command: &str, option: &str, others: &[String]) -> String {
        let renamed = format!("{}-{option}", command.split('-').next().unwrap_or_default());
        let free = self.facts.is_global(option)
            && !others.contains(&renamed)
            && !self.facts.is_global(&renamed);
        if free { renamed } else { option.to_owned() }
    }

    /// Whether there are members of these names, one within the other. Models older than the AWS
    /// CLI may lack them.
    fn leads_somewhere(&self, input: &Shape, path: &[&str]) -> bool {
        let mut shape = Some(input);
        path.iter().all(|name| {
            let within = match shape {
                Some(list) if list.kind == "list" => list
                    .member
                    .as_ref()
                    .and_then(|element| self.model.shapes.get(&element.target)),
                other => other,
            };
            let member = within.and_then(|within| within.members.get(*name));
            shape = member
                .and_then(|member| self.model.target(&member.target))
                .map(|(_, shape)| shape);
            member.is_some()
        })
    }

    /// The options that are switches: those of structures with one boolean member, `Value`.
    fn switches<'s>(&self, input: &Shape, options: &[&'s str]) -> Vec<Change<'s>> {
        let is_switch = |shape: &Shape| {
            let value = shape.members.get("Value");
            shape.members.len() == 1
                && value.is_some_and(|value| self.target_is(value, |shape| shape.kind == "boolean"))
        };
        let pairs = input.members.values().zip(options);
        let switches = pairs.filter(|(member, _)| self.target_is(member, is_switch));
        switches.map(|(_, option)| Change::Switch(option)).collect()
    }

    fn target_is(&self, member: &Member, is: impl Fn(&Shape) -> bool) -> bool {
        let target = self.model.target(&member.target);
        target.is_some_and(|(_, shape)| is(shape))
    }

    /// What changes of the calls of a command.
    fn of_calls<'s>(&self, name: &str, operation: &Shape, arena: &'s Arena) -> Vec<Change<'s>> {
        let leads = |reference: &Option<Reference>, path: &[&str]| {
            let shape = reference
                .as_ref()
                .and_then(|reference| self.model.shapes.get(&reference.target));
            shape.is_some_and(|shape| self.leads_somewhere(shape, path))
        };
        self.service.of_calls(
            name,
            |member| leads(&operation.input, &[member]),
            |path| leads(&operation.output, path),
            arena,
        )
    }

    /// Shapes whose values are decoded before they are shown.
    pub(super) fn shapes<'s>(&self, arena: &'s Arena) -> &'s [(&'s str, Shown)] {
        self.service.shapes(arena)
    }

    /// Commands that the AWS CLI has and ours has not.
    pub(super) fn missing<'s>(&self, arena: &'s Arena) -> &'s [(&'s str, &'s str)] {
        self.service.missing(arena)
    }
}

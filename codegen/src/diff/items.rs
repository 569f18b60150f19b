//! The facts of a service, an operation, a shape and a member, compared one by one.

use super::findings::Findings;
use super::{Pair, Severity, pairs};
use crate::rust::{self, Member, Operation, Service, Shape, Value};
use opsmith_schema::{Flags, ShapeIndex};
use std::collections::BTreeSet;

/// Changes of the service as a whole.
pub(super) fn service(old: &Service<'_>, new: &Service<'_>) -> Findings {
    let facts = |service: &Service<'_>| {
        [
            ("name", service.id.to_owned()),
            ("title", service.title.to_owned()),
            ("SDK's name", service.sdk_id.to_owned()),
            ("protocol", format!("{:?}", service.protocol)),
            ("list of protocols", format!("{:?}", service.protocols)),
            ("version of the interface", service.version.to_owned()),
            ("signing name", service.signing_name.to_owned()),
            ("target prefix", service.target_prefix.to_owned()),
            ("endpoint rules", format!("{:?}", service.endpoint)),
            (
                "list of commands that only the AWS CLI has",
                format!("{:?}", service.commands.missing),
            ),
        ]
    };
    let mut found = Findings::default();
    for ((what, before), (_, after)) in facts(old).into_iter().zip(facts(new)) {
        if before != after {
            found.add(Severity::Additive, format!("the {what} changed"));
        }
    }
    found.traits(old.traits, new.traits, Severity::Additive);
    let [before, after] = [old.command, new.command];
    found.fact(Severity::Breaking, "the command is", before, after);
    found.docs(old.docs, new.docs);
    found
}

/// Changes of an operation.
pub(super) fn operation(
    [old_service, new_service]: [&Service<'_>; 2],
    [old, new]: [&Operation<'_>; 2],
) -> Findings {
    let mut found = Findings::default();
    let mut fact = |what, old: &str, new: &str| found.fact(Severity::Breaking, what, old, new);
    let [before, after] = [&old.method, &new.method].map(ToString::to_string);
    fact("the method is", &before, &after);
    fact("the command is", old.command.name, new.command.name);
    let before = name(old_service, old.input);
    fact("takes", before, name(new_service, new.input));
    let before = name(old_service, old.output);
    fact("answers", before, name(new_service, new.output));
    let before = errors(old_service, old);
    let after = errors(new_service, new);
    for error in after.difference(&before) {
        found.add(Severity::Additive, format!("may fail with {error}"));
    }
    for error in before.difference(&after) {
        found.add(Severity::Additive, format!("no longer fails with {error}"));
    }
    found.traits(old.traits, new.traits, Severity::Breaking);
    let options: BTreeSet<_> = new.all_options().collect();
    let gone: BTreeSet<_> = old
        .all_options()
        .filter(|it| !options.contains(it))
        .collect();
    for option in gone {
        found.add(Severity::Breaking, format!("the option --{option} is gone"));
    }
    if old.command.changes != new.command.changes {
        let change = "what the AWS CLI changes of the command is different";
        found.add(Severity::Additive, change);
    }
    found.docs(old.docs, new.docs);
    found
}

fn name<'s>(service: &'s Service<'_>, index: Option<ShapeIndex>) -> &'s str {
    let shape = index.and_then(|index| service.at(index));
    shape.map_or("nothing", |shape| shape.name)
}

fn errors<'s>(service: &'s Service<'_>, operation: &Operation<'_>) -> BTreeSet<&'s str> {
    let errors = operation.errors.iter();
    errors.map(|error| name(service, Some(*error))).collect()
}

/// Changes of a shape, without those of its members. `checked` is the severity when requests are
/// rejected.
pub(super) fn shape(old: &Shape<'_>, new: &Shape<'_>, checked: Severity) -> Findings {
    let mut found = Findings::default();
    let [before, after] = [old.kind, new.kind].map(|kind| format!("{kind:?}"));
    found.fact(Severity::Breaking, "is of the kind", before, after);
    if new.typed {
        found.fact(Severity::Breaking, "the type is", &old.rust, &new.rust);
    }
    found.flags(old.flags, new.flags, checked);
    found.traits(old.traits, new.traits, checked);
    found.deprecation("", old.deprecated, new.deprecated);
    found.bounds([old.min, old.max], [new.min, new.max], checked);
    for (value, pair) in pairs(&old.values, &new.values, |value| value.value) {
        enum_value(&mut found, value, pair);
    }
    found.docs(old.docs, new.docs);
    found
}

fn enum_value(found: &mut Findings, value: &Value<'_>, pair: Pair<'_, Value<'_>>) {
    let what = format!("the value {:?}", value.value);
    match pair {
        Pair::Removed => found.add(Severity::Breaking, format!("{what} is gone")),
        Pair::Added => found.add(Severity::Additive, format!("{what}: added")),
        Pair::Both(old) => {
            let [before, after] = [&old.rust, &value.rust];
            found.fact(Severity::Breaking, &format!("{what} is"), before, after);
            found.deprecation(&format!("{what} "), old.deprecated, value.deprecated);
        }
    }
}

/// A member that only the new shape has.
pub(super) fn added_member(shape: &Shape<'_>, member: &Member<'_>) -> Findings {
    if member.plain && shape.typed {
        let change = format!("added, and `new` of {} takes it", shape.rust);
        Findings::one(Severity::Breaking, change)
    } else {
        Findings::one(Severity::Additive, "added")
    }
}

/// Changes of a member.
pub(super) fn member(
    [old_service, new_service]: [&Service<'_>; 2],
    [old, new]: [&Member<'_>; 2],
    checked: Severity,
) -> Findings {
    let mut found = Findings::default();
    let before = field_type(old_service, old);
    let after = field_type(new_service, new);
    found.fact(Severity::Breaking, "is", before, after);
    found.fact(Severity::Breaking, "the field is", &old.rust, &new.rust);
    let told_by_type = if old.plain == new.plain {
        Flags::empty()
    } else {
        Flags::REQUIRED
    };
    found.flags(old.flags - told_by_type, new.flags - told_by_type, checked);
    found.traits(old.traits, new.traits, checked);
    found.deprecation("", old.deprecated, new.deprecated);
    found.docs(old.docs, new.docs);
    found
}

/// The type of a member's field.
fn field_type(service: &Service<'_>, member: &Member<'_>) -> String {
    let inner = rust::member_type(service, member);
    if member.plain {
        inner
    } else {
        format!("Option<{inner}>")
    }
}

//! The members that `aws.protocols#httpChecksum` names.

use super::traits;
use crate::ast::{Model, Shape};
use crate::diagnostics::Report;
use opsmith_schema::{Protocol, TraitKind};

/// Reports members that the input does not have, or not in a header, where the runtime looks for
/// their values.
pub(crate) fn check(
    model: &Model,
    place: &traits::Place<'_>,
    operation: &Shape,
    protocol: Protocol,
    report: &mut Report,
) {
    let input = operation.input.as_ref();
    let input = input.and_then(|input| model.shapes.get(&input.target));
    let kind = TraitKind::HttpChecksum;
    for part in ["requestAlgorithmMember", "requestValidationModeMember"] {
        let name = traits::part(&operation.traits, kind, part);
        if name.is_empty() {
            continue;
        }
        let member = input.and_then(|input| input.members.get(name));
        let in_header = TraitKind::HttpHeader.is_read_by(protocol);
        let problem = match member {
            None => "is no member of the input",
            Some(member) if in_header && traits::has(&member.traits, TraitKind::HttpHeader) => {
                continue;
            }
            Some(_) => "is not sent in a header, which is not supported",
        };
        let problem = format!("`{part}` is {name}, which {problem}");
        let help = "name a member of the input that is a header, or leave the operation out";
        report.add_trait(place.file, place.id, kind.id(), problem, help);
    }
}

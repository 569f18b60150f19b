//! Members that narrow the shape they target. After this pass, only shapes have constraints.

use super::{Member, Model, Shape};

/// Constraint traits. On a member, they replace those of the shape that it targets.
const CONSTRAINTS: [&str; 3] = [
    "smithy.api#length",
    "smithy.api#pattern",
    "smithy.api#range",
];

/// Types of shapes that a member can narrow: those without a separate Rust type.
const SIMPLE: [&str; 10] = [
    "bigDecimal",
    "bigInteger",
    "blob",
    "byte",
    "double",
    "float",
    "integer",
    "long",
    "short",
    "string",
];
const COLLECTIONS: [&str; 3] = ["list", "map", "set"];

impl Model {
    /// Gives each member with constraints its own shape: a copy of the targeted shape in which the
    /// member's constraints replace the original ones. The new shape has the member's id
    /// (`Job$id`).
    pub(super) fn narrow(&mut self) {
        let mut narrowing = Vec::new();
        for (id, shape) in &self.shapes {
            let members = shape.members().filter(|(_, member)| self.narrows(member));
            narrowing.extend(members.map(|(name, _)| (id.clone(), name.to_owned())));
        }
        // All members first: a list that is narrowed may have an element that is narrowed too.
        let moved: Vec<_> = narrowing
            .iter()
            .filter_map(|(shape, member)| self.retarget(shape, member))
            .collect();
        for (id, file, member) in moved {
            let Some(mut shape) = self.target(&member.target).map(|(_, shape)| shape.clone())
            else {
                continue;
            };
            shape.traits.remove("smithy.api#documentation");
            shape.traits.extend(member.traits);
            self.shapes.insert(id, Shape { file, ..shape });
        }
    }

    fn narrows(&self, member: &Member) -> bool {
        let takes = |shape: &Shape| {
            let known = SIMPLE
                .iter()
                .chain(&COLLECTIONS)
                .any(|kind| *kind == shape.kind);
            known && !shape.traits.contains_key("smithy.api#enum")
        };
        CONSTRAINTS.iter().any(|id| member.traits.contains_key(*id))
            && self
                .target(&member.target)
                .is_some_and(|(_, shape)| takes(shape))
    }

    /// Points a member to its new shape and takes the constraints off the member. Returns the id
    /// and file of the new shape, and the member to make it from.
    fn retarget(&mut self, shape: &str, name: &str) -> Option<(String, String, Member)> {
        let id = format!("{shape}${name}");
        let shape = self.shapes.get_mut(shape)?;
        let file = shape.file.clone();
        let member = shape.member_mut(name)?;
        let traits = CONSTRAINTS
            .iter()
            .filter_map(|id| member.traits.remove_entry(*id))
            .collect();
        let target = std::mem::replace(&mut member.target, id.clone());
        Some((id, file, Member { target, traits }))
    }
}

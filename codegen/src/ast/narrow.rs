//! Members that narrow the shape they target. Everything behind this finds constraints on shapes
//! alone.

use super::{Member, Model, Shape};

/// Constraints: of a member, they stand in the place of those of the shape that it targets.
const CONSTRAINTS: [&str; 3] = [
    "smithy.api#length",
    "smithy.api#pattern",
    "smithy.api#range",
];

/// Types of shapes that take constraints. Those that are Rust types of their own do not.
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
    /// Gives each member that has constraints of its own a shape of its own: the one that it
    /// targets, with the constraints of the member in place of those it had. The id of the shape is
    /// that of the member (`Job$id`).
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

    /// Points a member to the shape of its own, and takes its constraints from it: the id and file
    /// of that shape, and what it is made of.
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

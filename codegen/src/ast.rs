//! The Smithy JSON AST as it is written: it knows JSON and nothing of Rust.
//!
//! [`parse`] reads a file of a model; [`Model::merge`] merges the files, and applies `apply` statements and
//! mixins. Traits are kept as they are; [`crate::lower`] makes sense of those that it knows.

mod customizations;
mod narrow;
mod prelude;

use crate::diagnostics::Report;
use crate::read::record;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeMap;

/// Traits by id, unread.
pub(crate) type Traits = BTreeMap<String, Value>;

/// A model: all files merged.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Shapes by absolute id.
    pub(crate) shapes: BTreeMap<String, Shape>,
    /// Where the model came from, as an importer recorded it in the metadata.
    pub(crate) source: Option<Source>,
}

record! {
    /// Provenance that an importer recorded.
    pub(crate) struct Source {
        pub(crate) source: String = "source",
        pub(crate) date: String = "date",
        pub(crate) path: String = "path",
    }
    needs "source"
}

record! {
    /// One file.
    pub(crate) struct File {
        pub(crate) smithy: String = "smithy",
        pub(crate) metadata: Metadata = "metadata",
        pub(crate) shapes: BTreeMap<String, Shape> = "shapes",
    }
    needs "smithy"
}

record! {
    /// The metadata of a file.
    pub(crate) struct Metadata {
        pub(crate) opsmith: Option<Source> = "opsmith",
    }
}

record! {
    /// A shape of any type; which fields it has depends on the type.
    pub(crate) struct Shape {
        pub(crate) kind: String = "type",
        pub(crate) traits: Traits = "traits",
        /// Members in the order of the file, which is the order of options, skeletons and help.
        pub(crate) members: IndexMap<String, Member> = "members",
        pub(crate) member: Option<Member> = "member",
        pub(crate) key: Option<Member> = "key",
        pub(crate) value: Option<Member> = "value",
        pub(crate) input: Option<Reference> = "input",
        pub(crate) output: Option<Reference> = "output",
        pub(crate) errors: Vec<Reference> = "errors",
        pub(crate) version: Option<String> = "version",
        pub(crate) operations: Vec<Reference> = "operations",
        pub(crate) collection_operations: Vec<Reference> = "collectionOperations",
        pub(crate) resources: Vec<Reference> = "resources",
        pub(crate) create: Option<Reference> = "create",
        pub(crate) put: Option<Reference> = "put",
        pub(crate) read: Option<Reference> = "read",
        pub(crate) update: Option<Reference> = "update",
        pub(crate) delete: Option<Reference> = "delete",
        pub(crate) list: Option<Reference> = "list",
        pub(crate) mixins: Vec<Reference> = "mixins",
    }
    needs "type"
    with {
        /// The file that the shape is from.
        pub(crate) file: String,
    }
}

record! {
    /// A member.
    pub(crate) struct Member {
        pub(crate) target: String = "target",
        pub(crate) traits: Traits = "traits",
    }
}

record! {
    /// A reference to a shape.
    pub(crate) struct Reference {
        pub(crate) target: String = "target",
    }
    needs "target"
}

impl Model {
    /// Merges the files, each with its name.
    pub(crate) fn merge(files: Vec<(String, File)>, report: &mut Report) -> Model {
        let mut model = Model::default();
        let mut applies = Vec::new();
        for (name, file) in files {
            model.source = model.source.or(file.metadata.opsmith);
            for (id, mut shape) in file.shapes {
                shape.file.clone_from(&name);
                if shape.kind == "apply" {
                    applies.push((id, shape));
                } else if let Some(other) = model.shapes.get(&id) {
                    let problem = format!("the shape is also in {}", other.file);
                    report.add(
                        &name,
                        &id,
                        problem,
                        "keep it in one file, and use `apply` in the other",
                    );
                } else {
                    model.shapes.insert(id, shape);
                }
            }
        }
        model.mix_in(report);
        for (id, apply) in applies {
            model.apply(&id, apply, report);
        }
        model.customize(report);
        model.narrow();
        model
    }

    /// The shape that is the target of a member: one of the model's, or of `smithy.api`.
    pub(crate) fn target<'a>(&'a self, id: &'a str) -> Option<(&'a str, &'a Shape)> {
        let own = self
            .shapes
            .get_key_value(id)
            .map(|(id, shape)| (id.as_str(), shape));
        own.or_else(|| prelude::shape(id).map(|shape| (id, shape)))
    }

    fn apply(&mut self, id: &str, apply: Shape, report: &mut Report) {
        let (shape, member) = id
            .split_once('$')
            .map_or((id, None), |(shape, member)| (shape, Some(member)));
        let Some(shape) = self.shapes.get_mut(shape) else {
            let help = crate::diagnostics::nearest(shape, self.shapes.keys().map(String::as_str));
            report.add(
                &apply.file,
                id,
                "`apply` to a shape that is not in the model",
                help,
            );
            return;
        };
        let traits = match member {
            None => Some(&mut shape.traits),
            Some(name) => shape.member_mut(name).map(|member| &mut member.traits),
        };
        match traits {
            Some(traits) => traits.extend(apply.traits),
            None => {
                let names = shape.members.keys().map(String::as_str);
                let help = crate::diagnostics::nearest(member.unwrap_or_default(), names);
                report.add(
                    &apply.file,
                    id,
                    "`apply` to a member that the shape does not have",
                    help,
                );
            }
        }
    }

    /// Copies members and traits of mixins into the shapes that use them.
    fn mix_in(&mut self, report: &mut Report) {
        let users: Vec<String> = self
            .shapes
            .iter()
            .filter(|(_, shape)| !shape.mixins.is_empty())
            .map(|(id, _)| id.clone())
            .collect();
        for id in users {
            let mut seen = Vec::new();
            if let Some(mixed) = self.mixed(&id, &mut seen, report) {
                self.shapes.insert(id, mixed);
            }
        }
    }

    /// The shape with the members and traits of its mixins.
    fn mixed(&self, id: &str, seen: &mut Vec<String>, report: &mut Report) -> Option<Shape> {
        let shape = self.shapes.get(id)?;
        if seen.iter().any(|other| other == id) {
            report.add(
                &shape.file,
                id,
                "the shape is its own mixin",
                "break the cycle of `mixins`",
            );
            return None;
        }
        seen.push(id.to_owned());
        let mut members = IndexMap::new();
        let mut traits = Traits::new();
        for mixin in &shape.mixins {
            let Some(mixin) = self.mixed(&mixin.target, seen, report) else {
                let problem = format!("the mixin {} is not in the model", mixin.target);
                report.add(&shape.file, id, problem, "add the file that defines it");
                continue;
            };
            members.extend(mixin.members);
            traits.extend(
                mixin
                    .traits
                    .into_iter()
                    .filter(|(id, _)| id != "smithy.api#mixin"),
            );
        }
        seen.pop();
        let mut shape = shape.clone();
        shape.mixins.clear();
        members.extend(std::mem::take(&mut shape.members));
        traits.extend(std::mem::take(&mut shape.traits));
        (shape.members, shape.traits) = (members, traits);
        Some(shape)
    }
}

impl Shape {
    /// A simple shape without traits.
    pub(crate) fn simple(kind: &str) -> Shape {
        Shape {
            kind: kind.to_owned(),
            ..Shape::default()
        }
    }

    /// All members with their names, also of a list (`member`) or map (`key`, `value`).
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        let named = self
            .members
            .iter()
            .map(|(name, member)| (name.as_str(), member));
        let fixed = [
            ("member", &self.member),
            ("key", &self.key),
            ("value", &self.value),
        ];
        named.chain(
            fixed
                .into_iter()
                .filter_map(|(name, member)| Some((name, member.as_ref()?))),
        )
    }

    /// The member of a name, also of a list (`member`) or map (`key`, `value`).
    fn member_mut(&mut self, name: &str) -> Option<&mut Member> {
        match name {
            "member" if self.member.is_some() => self.member.as_mut(),
            "key" if self.key.is_some() => self.key.as_mut(),
            "value" if self.value.is_some() => self.value.as_mut(),
            _ => self.members.get_mut(name),
        }
    }
}

/// Parses one file; reports problems with its text.
pub(crate) fn parse(name: &str, text: &str, report: &mut Report) -> Option<File> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<File>(text) {
        Ok(file) if file.smithy.starts_with("1.") || file.smithy.starts_with("2.") => Some(file),
        Ok(file) if file.smithy == "1" || file.smithy == "2" => Some(file),
        Ok(file) => {
            let problem = format!("Smithy version {:?} is not known", file.smithy);
            report.add(name, "", problem, "give a JSON AST of Smithy 1.0 or 2.0");
            None
        }
        Err(error) => {
            let place = format!("{name}:{}:{}", error.line(), error.column());
            let problem = format!("not a Smithy JSON AST: {error}");
            report.add(
                &place,
                "",
                problem,
                "give a JSON AST of Smithy, or import a botocore folder first",
            );
            None
        }
    }
}

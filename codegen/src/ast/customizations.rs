//! What clients have to do for a service that its model does not say: facts in `customizations.toml`,
//! which become traits of the model before anything looks at it.

use super::{Member, Model, Traits};
use crate::diagnostics::Report;
use crate::read::record;
use opsmith_schema::TraitKind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

record! {
    /// The facts about all services.
    pub(crate) struct Customizations {
        /// By SDK id.
        services: BTreeMap<String, Service> = "service",
    }
    refuses unknown
}

record! {
    /// The facts about a service. Shapes are named without namespace.
    pub(crate) struct Service {
        /// Traits of shapes, operations and members; `service` is the service itself.
        apply: BTreeMap<String, Traits> = "apply",
        /// Further members of structures.
        member: BTreeMap<String, Member> = "member",
        /// By type: traits that shapes of it don't have.
        drop: BTreeMap<String, Vec<String>> = "drop",
    }
    refuses unknown
}

/// The facts, and why they can't be read: a fault of the project, which its tests find.
fn facts() -> &'static (Customizations, Option<String>) {
    static FACTS: OnceLock<(Customizations, Option<String>)> = OnceLock::new();
    FACTS.get_or_init(
        || match toml::from_str(include_str!("../../customizations.toml")) {
            Ok(facts) => (facts, None),
            Err(error) => (Customizations::default(), Some(error.to_string())),
        },
    )
}

impl Model {
    /// Makes the facts about the service a part of its model. Facts about what a model lacks, since
    /// it is an older or newer release, are skipped.
    pub(super) fn customize(&mut self, report: &mut Report) {
        let (facts, problem) = facts();
        if let Some(problem) = problem {
            let help = "this is a fault of the generator; please report it";
            report.add("customizations.toml", "", problem, help);
        }
        let services = self.shapes.iter();
        let found = services
            .filter(|(_, shape)| shape.kind == "service")
            .find_map(|(id, shape)| {
                let sdk_id = shape.traits.get(TraitKind::Service.id())?.get("sdkId")?;
                Some((id.clone(), facts.services.get(sdk_id.as_str()?)?))
            });
        if let Some((id, service)) = found {
            self.customize_as(&id, service);
        }
    }

    fn customize_as(&mut self, id: &str, service: &Service) {
        for shape in self.shapes.values_mut() {
            for dropped in service.drop.get(&shape.kind).into_iter().flatten() {
                shape.traits.remove(dropped);
            }
        }
        let namespace = id.split_once('#').map_or("", |(namespace, _)| namespace);
        for (key, added) in &service.member {
            let (shape, name) = key.split_once('$').unwrap_or((key, ""));
            if let Some(shape) = self.shapes.get_mut(&format!("{namespace}#{shape}")) {
                let members = &mut shape.members;
                members
                    .entry(name.to_owned())
                    .or_insert_with(|| added.clone());
            }
        }
        for (key, stated) in &service.apply {
            let (shape, member) = match key.split_once('$') {
                Some((shape, member)) => (shape, Some(member)),
                None => (key.as_str(), None),
            };
            let shape = match shape {
                "service" => self.shapes.get_mut(id),
                name => self.shapes.get_mut(&format!("{namespace}#{name}")),
            };
            let traits = shape.and_then(|shape| match member {
                None => Some(&mut shape.traits),
                Some(name) => shape.member_mut(name).map(|member| &mut member.traits),
            });
            let Some(traits) = traits else { continue };
            for (id, value) in stated {
                add(
                    traits.entry(id.clone()).or_insert_with(|| value.clone()),
                    value,
                );
            }
        }
    }
}

/// Adds the parts of a trait that the model does not state.
fn add(known: &mut Value, stated: &Value) {
    if let (Value::Object(known), Value::Object(stated)) = (known, stated) {
        for (name, part) in stated {
            known.entry(name.clone()).or_insert_with(|| part.clone());
        }
    }
}

#[cfg(all(test, feature = "botocore"))]
mod tests {
    use super::*;
    use crate::aws_cli::tests::{botocore, sdk_id};
    use crate::import;

    /// The model of a folder without the facts, and with them.
    fn models(folder: &std::path::Path) -> [Model; 2] {
        let file = import::model(folder).unwrap_or_else(|error| panic!("{error}"));
        let plain = || Model {
            shapes: file.shapes.clone(),
            source: None,
        };
        let mut customized = plain();
        let mut report = Report::default();
        customized.customize(&mut report);
        assert!(report.diagnostics.is_empty());
        [plain(), customized]
    }

    #[test]
    fn every_fact_changes_a_model_and_names_known_traits() {
        let (facts, problem) = facts();
        assert_eq!(problem, &None);
        let applied = facts.services.values().flat_map(|service| {
            let members = service.member.values().map(|member| &member.traits);
            service.apply.values().chain(members)
        });
        for id in applied.flat_map(|traits| traits.keys()) {
            assert!(TraitKind::of(id).is_some(), "{id}");
        }
        let mut checked = 0;
        for folder in botocore().values() {
            let Some(service) = facts.services.get(&sdk_id(folder)) else {
                continue;
            };
            checked += 1;
            let [plain, customized] = models(folder);
            let namespace = plain.shapes.keys().next().and_then(|id| id.split_once('#'));
            let (namespace, _) = namespace.expect("an id");
            for key in service.apply.keys().chain(service.member.keys()) {
                let name = key.split_once('$').map_or(key.as_str(), |(shape, _)| shape);
                let id = match name {
                    "service" => plain
                        .shapes
                        .iter()
                        .find(|(_, shape)| shape.kind == "service"),
                    name => plain.shapes.get_key_value(&format!("{namespace}#{name}")),
                };
                let (id, before) = id.unwrap_or_else(|| panic!("{key} is not in the model"));
                let after = &customized.shapes[id];
                let texts = [before, after].map(|shape| format!("{shape:?}"));
                // Some facts are for Smithy files alone, where botocore's data has what they state.
                let has_member = service.member.contains_key(key)
                    && key
                        .split_once('$')
                        .is_some_and(|(_, name)| before.members.contains_key(name));
                assert!(has_member || texts[0] != texts[1], "{key} changes nothing");
            }
            for (kind, dropped) in &service.drop {
                let has = |model: &Model| {
                    let shapes = model.shapes.values();
                    let mut shapes = shapes.filter(|shape| shape.kind == *kind);
                    shapes.any(|shape| dropped.iter().all(|id| shape.traits.contains_key(id)))
                };
                assert_eq!([has(&plain), has(&customized)], [true, false], "{kind}");
            }
        }
        // A service under a wrong name is no service of botocore's.
        let all = facts.services.len();
        assert!(
            checked == 0 || checked == all,
            "{checked} of {all} services are botocore's"
        );
        println!("the facts of {checked} services change their models");
    }
}

//! Places in the input that a path leads to.

use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Kind, Member, Service, ShapeIndex};

/// A member, the structure that has it, and the members that lead there.
pub(super) struct Place<'a> {
    pub(super) within: ShapeIndex,
    pub(super) member: &'a Member<'a>,
    /// Each with whether it is a list.
    pub(super) parents: Vec<(&'a str, bool)>,
}

impl<'a> Place<'a> {
    /// The place at the end of a path.
    pub(super) fn at(service: &Service<'a>, input: ShapeIndex, path: &[&str]) -> Option<Self> {
        let mut within = input;
        let mut parents = Vec::new();
        for (index, name) in path.iter().enumerate() {
            let member = service
                .shape(within)
                .members
                .iter()
                .find(|member| member.name == *name)?;
            if index + 1 == path.len() {
                return Some(Place {
                    within,
                    member,
                    parents,
                });
            }
            let shape = service.shape(member.target);
            let list = shape.kind == Kind::List;
            within = shape
                .element()
                .filter(|_| list)
                .map_or(member.target, |element| element.target);
            parents.push((member.name, list));
        }
        None
    }
}

/// Changes the map at the end of a path. Creates missing maps; takes the first element of a list.
pub(super) fn put(map: &mut Map, path: &[(&str, bool)], change: &mut dyn FnMut(&mut Map)) {
    let Some(((name, list), rest)) = path.split_first() else {
        return change(map);
    };
    let (mut inner, others) = match map.get_mut(*name).map(std::mem::take).unwrap_or_default() {
        Document::Map(inner) if !list => (inner, Vec::new()),
        Document::List(elements) if *list => {
            let mut elements = elements.into_iter();
            let first = elements
                .next()
                .and_then(|first| first.as_map().cloned())
                .unwrap_or_default();
            (first, elements.collect())
        }
        _ => (Map::new(), Vec::new()),
    };
    put(&mut inner, rest, change);
    let inner = Document::Map(inner);
    map.insert(
        (*name).to_owned(),
        if *list {
            [vec![inner], others].concat().into()
        } else {
            inner
        },
    );
}

//! How operations are paged: `smithy.api#paginated`, and botocore's paginators where an importer
//! recorded them, which say more and come first.

use super::closure::UNIT;
use super::traits::{has, part, value};
use crate::ast::{Model, Reference, Shape, Traits};
use opsmith_schema::Arena;
use opsmith_schema::{Pagination, Trait, TraitKind};
use serde_json::Value;

/// How an operation is paged, if it is.
pub(super) fn pages<'a>(
    model: &Model,
    operation: &Shape,
    service: &Shape,
    arena: &'a Arena,
) -> Option<Trait<'a>> {
    let shape = |reference: &Option<Reference>| {
        let target = reference
            .as_ref()
            .map(|reference| reference.target.as_str())?;
        model.shapes.get(target).filter(|_| target != UNIT)
    };
    let input = shape(&operation.input);
    let output = shape(&operation.output);
    let said = match value(&operation.traits, TraitKind::Paginator) {
        Some(paginator) => botocore(paginator, arena),
        None if has(&operation.traits, TraitKind::Paginated) => {
            smithy(model, output, &operation.traits, &service.traits, arena)
        }
        None => return None,
    };
    Some(match check(model, input, output, &said) {
        Ok(()) => Trait::Paginated(arena.item(said)),
        Err(reason) => Trait::Unpaged(arena.text(&reason)),
    })
}

fn botocore<'a>(paginator: &Value, arena: &'a Arena) -> Pagination<'a> {
    let texts = |key: &str| match paginator.get(key) {
        Some(Value::String(one)) => arena.texts([one.as_str()]),
        Some(Value::Array(all)) => arena.texts(all.iter().filter_map(Value::as_str)),
        _ => &[],
    };
    let text = |key: &str| {
        let text = paginator.get(key).and_then(Value::as_str);
        arena.text(text.unwrap_or_default())
    };
    Pagination {
        input_tokens: texts("input_token"),
        output_tokens: texts("output_token"),
        items: texts("result_key"),
        page_size: text("limit_key"),
        more: text("more_results"),
        first_page: texts("non_aggregate_keys"),
    }
}

/// Reads Smithy's trait; what it leaves out comes from the service's trait. It names at most one
/// list of items. All other lists grow with the pages too; a value that is not a list, number or
/// boolean is taken from the first page. Numbers and booleans describe one page.
fn smithy<'a>(
    model: &Model,
    output: Option<&Shape>,
    traits: &Traits,
    service: &Traits,
    arena: &'a Arena,
) -> Pagination<'a> {
    let text = |key: &str| match part(traits, TraitKind::Paginated, key) {
        "" => arena.text(part(service, TraitKind::Paginated, key)),
        given => arena.text(given),
    };
    let token = text("outputToken");
    let items = text("items");
    let mut others = Others::default();
    if let Some(output) = output {
        others.add(model, output, "", &[token, items]);
    }
    let named = Some(items).filter(|items| !items.is_empty());
    let lists = others.lists.iter().map(String::as_str);
    Pagination {
        input_tokens: arena.list([text("inputToken")]),
        output_tokens: arena.list([token]),
        items: arena.texts(named.into_iter().chain(lists)),
        page_size: text("pageSize"),
        more: "",
        first_page: arena.texts(others.rest.iter().map(String::as_str)),
    }
}

/// Paths of the members of an output that a paginator does not name.
#[derive(Default)]
struct Others {
    lists: Vec<String>,
    /// Neither lists nor numbers nor booleans.
    rest: Vec<String>,
}

impl Others {
    /// Adds the members of a shape: not those at the paths `named`, nor what holds them.
    fn add(&mut self, model: &Model, shape: &Shape, prefix: &str, named: &[&str]) {
        for (name, member) in &shape.members {
            let path = format!("{prefix}{name}");
            let Some((_, target)) = model.target(&member.target) else {
                continue;
            };
            if named.contains(&path.as_str()) {
                continue;
            }
            let holds = |named: &&str| {
                let rest = named.strip_prefix(&path);
                rest.is_some_and(|rest| rest.starts_with('.'))
            };
            if named.iter().any(holds) {
                self.add(model, target, &format!("{path}."), named);
                continue;
            }
            match target.kind.as_str() {
                "list" | "set" => self.lists.push(path),
                "boolean" | "byte" | "short" | "integer" | "intEnum" | "long" | "float"
                | "double" | "bigInteger" | "bigDecimal" => {}
                _ => self.rest.push(path),
            }
        }
    }
}

/// Reports pagination that is not supported, or refers to something that is not in the model.
fn check(
    model: &Model,
    input: Option<&Shape>,
    output: Option<&Shape>,
    said: &Pagination<'_>,
) -> Result<(), String> {
    let (Some(input), Some(output)) = (input, output) else {
        return Err("it has no input or no output".to_owned());
    };
    if said.input_tokens.is_empty() || said.input_tokens.len() != said.output_tokens.len() {
        return Err(format!(
            "{} input tokens, {} output tokens",
            said.input_tokens.len(),
            said.output_tokens.len()
        ));
    }
    if said.items.is_empty() {
        return Err("no list grows with the pages".to_owned());
    }
    let size = Some(said.page_size).filter(|size| !size.is_empty());
    for name in said.input_tokens.iter().copied().chain(size) {
        if !input.members.contains_key(name) {
            return Err(format!("the input has no member `{name}`"));
        }
    }
    let tokens = said
        .output_tokens
        .iter()
        .flat_map(|token| token.split("||"))
        .map(str::trim);
    let more = Some(said.more).filter(|more| !more.is_empty());
    let plain = said
        .items
        .iter()
        .chain(said.first_page)
        .copied()
        .chain(more);
    let mut paths = tokens
        .map(|path| (path, true))
        .chain(plain.map(|path| (path, false)));
    match paths.find(|(path, indices)| !leads_somewhere(model, output, path, *indices)) {
        Some((path, _)) => Err(format!(
            "`{path}` is not the path of a member of the output"
        )),
        None => Ok(()),
    }
}

/// Whether a path leads to a member; `indices` are allowed in paths of tokens
/// (`Shards[-1].ShardId`).
fn leads_somewhere(model: &Model, output: &Shape, path: &str, indices: bool) -> bool {
    path.split('.')
        .try_fold(output, |shape, name| step(model, shape, name, indices))
        .is_some()
}

/// The shape that a step of a path leads to.
fn step<'a>(model: &'a Model, shape: &'a Shape, step: &str, indices: bool) -> Option<&'a Shape> {
    let (name, index) = step
        .split_once('[')
        .map_or((step, None), |(name, index)| (name, Some(index)));
    let (_, target) = model.target(&shape.members.get(name)?.target)?;
    let Some(index) = index else {
        return Some(target);
    };
    index
        .strip_suffix(']')
        .filter(|_| indices)?
        .parse::<i32>()
        .ok()?;
    model
        .target(&target.member.as_ref()?.target)
        .map(|(_, element)| element)
}

#[cfg(test)]
mod tests;

//! How operations are paged: `smithy.api#paginated`, and botocore's paginators where an importer
//! recorded them, which say more and come first.

use super::closure::UNIT;
use super::traits::{PAGINATED, PAGINATOR, field};
use crate::ast::{Model, Reference, Shape, Traits};
use crate::ir::{OperationTrait, Pagination};
use serde_json::Value;

/// How an operation is paged, if it is.
pub(super) fn pages(model: &Model, operation: &Shape, service: &Shape) -> Option<OperationTrait> {
    let shape = |reference: &Option<Reference>| {
        let target = reference
            .as_ref()
            .map(|reference| reference.target.as_str())?;
        model.shapes.get(target).filter(|_| target != UNIT)
    };
    let input = shape(&operation.input);
    let output = shape(&operation.output);
    let said = match (
        operation.traits.get(PAGINATOR),
        operation.traits.contains_key(PAGINATED),
    ) {
        (Some(paginator), _) => botocore(paginator),
        (None, true) => smithy(model, output, &operation.traits, &service.traits),
        (None, false) => return None,
    };
    Some(match check(model, input, output, &said) {
        Ok(()) => OperationTrait::Paginated(said),
        Err(reason) => OperationTrait::Unpaged(reason),
    })
}

fn botocore(paginator: &Value) -> Pagination {
    let texts = |key: &str| match paginator.get(key) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    let text = |key: &str| {
        paginator
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
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

/// What Smithy's trait says, which takes from the service's what it leaves out. It names one list
/// of items at most; all other lists grow with the pages too, and what is neither list nor number
/// nor boolean counts as the first page has it. Numbers and booleans are about one page.
fn smithy(model: &Model, output: Option<&Shape>, traits: &Traits, service: &Traits) -> Pagination {
    let text = |key: &str| match field(traits, PAGINATED, key) {
        empty if empty.is_empty() => field(service, PAGINATED, key),
        given => given,
    };
    let token = text("outputToken");
    let items = text("items");
    let mut said = Pagination {
        input_tokens: vec![text("inputToken")],
        items: Some(items.clone())
            .into_iter()
            .filter(|items| !items.is_empty())
            .collect(),
        page_size: text("pageSize"),
        ..Pagination::default()
    };
    output
        .into_iter()
        .for_each(|output| beside(model, output, "", &[&token, &items], &mut said));
    Pagination {
        output_tokens: vec![token],
        ..said
    }
}

/// Adds the members of an output that a paginator does not name: not those at the paths `named`,
/// nor what holds them.
fn beside(model: &Model, shape: &Shape, prefix: &str, named: &[&str], said: &mut Pagination) {
    for (name, member) in &shape.members {
        let path = format!("{prefix}{name}");
        let Some((_, target)) = model.target(&member.target) else {
            continue;
        };
        if named.contains(&path.as_str()) {
            continue;
        }
        if named.iter().any(|named| {
            named
                .strip_prefix(&path)
                .is_some_and(|rest| rest.starts_with('.'))
        }) {
            beside(model, target, &format!("{path}."), named, said);
            continue;
        }
        match target.kind.as_str() {
            "list" | "set" => said.items.push(path),
            "boolean" | "byte" | "short" | "integer" | "intEnum" | "long" | "float" | "double"
            | "bigInteger" | "bigDecimal" => {}
            _ => said.first_page.push(path),
        }
    }
}

/// Says what of a pagination is not supported, or is not in the model.
fn check(
    model: &Model,
    input: Option<&Shape>,
    output: Option<&Shape>,
    said: &Pagination,
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
    let sizes = Some(&said.page_size).filter(|size| !size.is_empty());
    for name in said.input_tokens.iter().chain(sizes) {
        if !input.members.contains_key(name) {
            return Err(format!("the input has no member `{name}`"));
        }
    }
    let tokens = said
        .output_tokens
        .iter()
        .flat_map(|token| token.split("||"))
        .map(str::trim);
    let more = Some(said.more.as_str()).filter(|more| !more.is_empty());
    let plain = said
        .items
        .iter()
        .chain(&said.first_page)
        .map(String::as_str)
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
mod tests {
    use super::*;
    use crate::diagnostics::Report;
    use serde_json::json;

    /// How an operation with this trait is paged.
    fn paged(id: &str, value: &Value) -> OperationTrait {
        let member = |target: &str| json!({ "target": target });
        let text = member("smithy.api#String");
        let model = json!({ "smithy": "2.0", "shapes": {
            "t#Service": { "type": "service", "traits": { "smithy.api#paginated": { "inputToken": "token", "pageSize": "size" } } },
            "t#List": { "type": "operation", "input": member("t#Input"), "output": member("t#Output"), "traits": { id: value } },
            "t#Input": { "type": "structure", "members": { "token": text, "other": text, "size": member("smithy.api#Integer") } },
            "t#Output": { "type": "structure", "members": {
                "page": member("t#Page"), "token": text, "all": member("t#Items"), "name": text,
                "count": member("smithy.api#Integer"), "has": member("smithy.api#Boolean"),
            } },
            "t#Page": { "type": "structure", "members": { "next": text, "items": member("t#Items"), "title": text } },
            "t#Items": { "type": "list", "member": member("t#Item") },
            "t#Item": { "type": "structure", "members": { "id": text } },
        } });
        let mut report = Report::default();
        let model = Model::load(&[("m.json".to_owned(), model.to_string())], &mut report);
        let shape = |id: &str| model.shapes.get(id).expect("a shape");
        pages(&model, shape("t#List"), shape("t#Service")).expect("pages")
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn all_that_botocore_says() {
        let said = paged(
            PAGINATOR,
            &json!({
                "input_token": ["token", "other"], "output_token": ["token || page.items[-1].id", "page.next"],
                "result_key": ["page.items", "count"], "limit_key": "size", "more_results": "has",
                "non_aggregate_keys": ["name", "page.title"],
            }),
        );
        let expected = Pagination {
            input_tokens: texts(&["token", "other"]),
            output_tokens: texts(&["token || page.items[-1].id", "page.next"]),
            items: texts(&["page.items", "count"]),
            page_size: "size".to_owned(),
            more: "has".to_owned(),
            first_page: texts(&["name", "page.title"]),
        };
        assert!(
            matches!(&said, OperationTrait::Paginated(found) if *found == expected),
            "{said:?}"
        );
    }

    #[test]
    fn smithys_items_and_what_is_beside_them() {
        let said = paged(
            PAGINATED,
            &json!({ "outputToken": "page.next", "items": "page.items" }),
        );
        let expected = Pagination {
            input_tokens: texts(&["token"]),
            output_tokens: texts(&["page.next"]),
            items: texts(&["page.items", "all"]),
            page_size: "size".to_owned(),
            more: String::new(),
            first_page: texts(&["name", "page.title", "token"]),
        };
        assert!(
            matches!(&said, OperationTrait::Paginated(found) if *found == expected),
            "{said:?}"
        );
        let said = paged(PAGINATED, &json!({ "outputToken": "token" }));
        assert!(
            matches!(&said, OperationTrait::Paginated(found) if found.items == ["all"]),
            "{said:?}"
        );
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let reason = |token: Value, items: Value| {
            let said = paged(
                PAGINATOR,
                &json!({ "input_token": "token", "output_token": token, "result_key": items }),
            );
            match said {
                OperationTrait::Unpaged(reason) => reason,
                other => panic!("{other:?}"),
            }
        };
        let no_path = |path: &str| format!("`{path}` is not the path of a member of the output");
        assert_eq!(
            reason(json!("token"), json!([])),
            "no list grows with the pages"
        );
        assert_eq!(
            reason(json!(["token", "name"]), json!("all")),
            "1 input tokens, 2 output tokens"
        );
        for token in [
            "nope",
            "length(all)",
            "all[*].id",
            "token || nope",
            "name[0]",
        ] {
            let named = token.rsplit(" || ").next().unwrap_or_default();
            assert_eq!(reason(json!(token), json!("all")), no_path(named));
        }
        assert_eq!(reason(json!("token"), json!("all[0]")), no_path("all[0]"));
        let said = paged(
            PAGINATOR,
            &json!({ "input_token": "nope", "output_token": "token", "result_key": "all" }),
        );
        assert!(
            matches!(&said, OperationTrait::Unpaged(reason) if reason == "the input has no member `nope`"),
            "{said:?}"
        );
    }

    /// All services, whatever they speak.
    #[test]
    #[cfg(feature = "botocore")]
    fn every_paginator_and_waiter_of_botocore() {
        use std::path::PathBuf;
        let Some(data) = std::env::var_os("OPSMITH_BOTOCORE") else {
            return crate::skipped::skipped("OPSMITH_BOTOCORE names no data folder of botocore");
        };
        let folders = |folder: &std::path::Path| {
            let all = std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path());
            all.filter(|path| path.is_dir()).collect::<Vec<_>>()
        };
        let mut services = 0;
        let mut paginators = 0;
        let mut waiters = 0;
        let mut expected = (0, 0);
        let mut wrong = Vec::new();
        // An old version of DynamoDB has nothing but examples.
        let is_model = |version: &PathBuf| {
            ["service-2.json", "service-2.json.gz"]
                .iter()
                .any(|name| version.join(name).exists())
        };
        for version in folders(data.as_ref())
            .iter()
            .flat_map(|service| folders(service))
            .filter(is_model)
        {
            let sources =
                crate::import::Sources::read(&version).unwrap_or_else(|error| panic!("{error}"));
            let entries = |file: &Option<crate::import::File>, key: &str| {
                let file: Value = serde_json::from_str(&file.as_ref()?.text).ok()?;
                file.get(key)?.as_object().map(serde_json::Map::len)
            };
            expected.0 += entries(&sources.paginators, "pagination").unwrap_or(0);
            expected.1 += entries(&sources.waiters, "waiters").unwrap_or(0);
            let imported = crate::import::botocore(&sources, &crate::import::Options::default());
            let imported = imported.unwrap_or_else(|error| panic!("{error}"));
            services += 1;
            let mut report = Report::default();
            let model = Model::load(
                &[(version.display().to_string(), imported.text)],
                &mut report,
            );
            let service = model
                .shapes
                .values()
                .find(|shape| shape.kind == "service")
                .expect("a service");
            for (id, operation) in model
                .shapes
                .iter()
                .filter(|(_, shape)| shape.kind == "operation")
            {
                match pages(&model, operation, service) {
                    Some(OperationTrait::Unpaged(reason)) => wrong.push(format!("{id}: {reason}")),
                    found => paginators += usize::from(found.is_some()),
                }
                let tell = |_, problem| wrong.push(format!("{id}: {problem}"));
                waiters += super::super::waiters::waiters(
                    &operation.traits,
                    |_| super::super::ident("wait"),
                    tell,
                )
                .len();
            }
        }
        println!(
            "{services} services: {paginators} paginators and {waiters} waiters are supported, {} are not",
            wrong.len()
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!((paginators, waiters), expected);
        assert!(paginators > 1000 && waiters > 100);
    }
}

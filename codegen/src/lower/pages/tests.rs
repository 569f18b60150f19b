//! Pagination in Smithy's and botocore's words.

use super::*;
use crate::ast;
use crate::diagnostics::Report;
use serde_json::json;
#[cfg(feature = "botocore")]
use {
    super::super::waiters,
    std::path::{Path, PathBuf},
};

/// The model of a text.
fn model(name: &str, text: &str) -> Model {
    let mut report = Report::default();
    let file = ast::parse(name, text, &mut report).expect("a model");
    Model::merge(vec![(name.to_owned(), file)], &mut report)
}

/// How an operation with this trait is paged.
fn paged<'a>(kind: TraitKind, value: &Value, arena: &'a Arena) -> Trait<'a> {
    let member = |target: &str| json!({ "target": target });
    let text = member("smithy.api#String");
    let text = json!({ "smithy": "2.0", "shapes": {
        "t#Service": { "type": "service", "traits": { "smithy.api#paginated": { "inputToken": "token", "pageSize": "size" } } },
        "t#List": { "type": "operation", "input": member("t#Input"), "output": member("t#Output"), "traits": { kind.id(): value } },
        "t#Input": { "type": "structure", "members": { "token": text, "other": text, "size": member("smithy.api#Integer") } },
        "t#Output": { "type": "structure", "members": {
            "page": member("t#Page"), "token": text, "all": member("t#Items"), "name": text,
            "count": member("smithy.api#Integer"), "has": member("smithy.api#Boolean"),
        } },
        "t#Page": { "type": "structure", "members": { "next": text, "items": member("t#Items"), "title": text } },
        "t#Items": { "type": "list", "member": member("t#Item") },
        "t#Item": { "type": "structure", "members": { "id": text } },
    } });
    let model = model("m.json", &text.to_string());
    let shape = |id: &str| model.shapes.get(id).expect("a shape");
    pages(&model, shape("t#List"), shape("t#Service"), arena).expect("pages")
}

#[test]
fn all_that_botocore_says() {
    let arena = Arena::new();
    let said = paged(
        TraitKind::Paginator,
        &json!({
            "input_token": ["token", "other"], "output_token": ["token || page.items[-1].id", "page.next"],
            "result_key": ["page.items", "count"], "limit_key": "size", "more_results": "has",
            "non_aggregate_keys": ["name", "page.title"],
        }),
        &arena,
    );
    let expected = Pagination {
        input_tokens: &["token", "other"],
        output_tokens: &["token || page.items[-1].id", "page.next"],
        items: &["page.items", "count"],
        page_size: "size",
        more: "has",
        first_page: &["name", "page.title"],
    };
    assert!(said == Trait::Paginated(&expected), "{said:?}");
}

#[test]
fn smithys_items_and_what_is_beside_them() {
    let arena = Arena::new();
    let said = paged(
        TraitKind::Paginated,
        &json!({ "outputToken": "page.next", "items": "page.items" }),
        &arena,
    );
    let expected = Pagination {
        input_tokens: &["token"],
        output_tokens: &["page.next"],
        items: &["page.items", "all"],
        page_size: "size",
        more: "",
        first_page: &["name", "page.title", "token"],
    };
    assert!(said == Trait::Paginated(&expected), "{said:?}");
    let said = paged(
        TraitKind::Paginated,
        &json!({ "outputToken": "token" }),
        &arena,
    );
    assert!(
        matches!(&said, Trait::Paginated(found) if found.items == ["all"]),
        "{said:?}"
    );
}

#[test]
fn what_is_not_supported_is_said() {
    let arena = Arena::new();
    let reason = |token: Value, items: Value| {
        let said = paged(
            TraitKind::Paginator,
            &json!({ "input_token": "token", "output_token": token, "result_key": items }),
            &arena,
        );
        match said {
            Trait::Unpaged(reason) => reason.to_owned(),
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
        TraitKind::Paginator,
        &json!({ "input_token": "nope", "output_token": "token", "result_key": "all" }),
        &arena,
    );
    assert!(
        matches!(&said, Trait::Unpaged(reason) if *reason == "the input has no member `nope`"),
        "{said:?}"
    );
}

/// All services, whatever they speak.
#[test]
#[cfg(feature = "botocore")]
fn every_paginator_and_waiter_of_botocore() {
    let Some(data) = std::env::var_os("OPSMITH_BOTOCORE") else {
        return crate::skipped::skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    };
    let versions = versions(data.as_ref());
    let mut total = Count::default();
    for version in &versions {
        total.add(version);
    }
    let Count {
        stated,
        supported: (paginators, waiters),
        wrong,
    } = total;
    println!(
        "{} services: {paginators} paginators and {waiters} waiters are supported, {} are not",
        versions.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((paginators, waiters), stated);
    assert!(paginators > 1000 && waiters > 100);
}

/// The folders of all services' versions.
#[cfg(feature = "botocore")]
fn versions(data: &Path) -> Vec<PathBuf> {
    let folders = |folder: &Path| {
        let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
        all.map(|entry| entry.path()).filter(|path| path.is_dir())
    };
    // An old version of DynamoDB has nothing but examples.
    let is_model = |version: &PathBuf| {
        let names = ["service-2.json", "service-2.json.gz"];
        names.iter().any(|name| version.join(name).exists())
    };
    let versions = folders(data).flat_map(|service| folders(&service));
    versions.filter(is_model).collect()
}

/// Numbers of paginators and waiters.
#[cfg(feature = "botocore")]
#[derive(Default)]
struct Count {
    /// That botocore's files have.
    stated: (usize, usize),
    supported: (usize, usize),
    /// Those that are not supported, and why.
    wrong: Vec<String>,
}

#[cfg(feature = "botocore")]
impl Count {
    /// Adds those of a version of a service.
    fn add(&mut self, version: &Path) {
        use crate::import::{File, Options, Sources, botocore};
        let sources = Sources::read(version).unwrap_or_else(|error| panic!("{error}"));
        let entries = |file: &Option<File>, key: &str| {
            let file: Value = serde_json::from_str(&file.as_ref()?.text).ok()?;
            file.get(key)?.as_object().map(serde_json::Map::len)
        };
        self.stated.0 += entries(&sources.paginators, "pagination").unwrap_or(0);
        self.stated.1 += entries(&sources.waiters, "waiters").unwrap_or(0);
        let imported = botocore(&sources, &Options::default());
        let imported = imported.unwrap_or_else(|error| panic!("{error}"));
        let model = model(&version.display().to_string(), &imported.text);
        let of_kind = |kind: &'static str| {
            let shapes = model.shapes.iter();
            shapes.filter(move |(_, shape)| shape.kind == kind)
        };
        let (_, service) = of_kind("service").next().expect("a service");
        let arena = Arena::new();
        for (id, operation) in of_kind("operation") {
            match pages(&model, operation, service, &arena) {
                Some(Trait::Unpaged(reason)) => self.wrong.push(format!("{id}: {reason}")),
                found => self.supported.0 += usize::from(found.is_some()),
            }
            let tell = |_, problem| self.wrong.push(format!("{id}: {problem}"));
            let waiters = waiters::waiters(&operation.traits, &arena, tell);
            self.supported.1 += waiters.len();
        }
    }
}

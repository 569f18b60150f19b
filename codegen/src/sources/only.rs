//! A choice of services and operations: `s3api`, `ec2:DescribeInstances`, `ec2:describe-instances`.

use super::peek::{Peek, Until, peek_text};
use super::{Entry, Model, Problems, Services, find};
use crate::diagnostics::{Diagnostic, nearest};
use std::collections::BTreeMap;

impl Services {
    /// Keeps these services: each item is the word of a service, or this, a colon, and the name or
    /// the command word of an operation.
    ///
    /// # Errors
    ///
    /// All services and operations that there are not, with names that are near.
    pub fn only<S: AsRef<str>>(
        mut self,
        items: impl IntoIterator<Item = S>,
    ) -> Result<Self, Problems> {
        let mut wanted: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        for item in items {
            let (word, operation) = match item.as_ref().split_once(':') {
                Some((word, operation)) => (word, Some(operation)),
                None => (item.as_ref(), None),
            };
            let all = wanted
                .entry(word.to_owned())
                .or_insert_with(|| Some(Vec::new()));
            match (operation, all) {
                (Some(operation), Some(some)) => some.push(operation.to_owned()),
                (Some(_), None) => {}
                (None, all) => *all = None,
            }
        }
        let mut problems = Problems::default();
        let words = || self.entries.iter().map(|entry| entry.found.word.as_str());
        for word in wanted
            .keys()
            .filter(|word| !words().any(|known| known == *word))
        {
            problems.0.push(unknown(
                word,
                format!("there is no service {word:?} in the sources"),
                nearest(word, words()),
            ));
        }
        self.entries
            .retain(|entry| wanted.contains_key(&entry.found.word));
        for entry in &mut self.entries {
            if let Some(Some(operations)) = wanted.get(&entry.found.word) {
                entry.operations = named(entry, operations, &mut problems);
            }
        }
        problems.or(self)
    }
}

fn unknown(item: &str, problem: String, help: String) -> Diagnostic {
    Diagnostic {
        file: item.to_owned(),
        shape: String::new(),
        r#trait: String::new(),
        problem,
        help,
    }
}

/// The names of operations that are given by name or by command word.
fn named(entry: &Entry, given: &[String], problems: &mut Problems) -> Vec<String> {
    let looked = match &entry.model {
        Model::Botocore(folder) => find::look(folder.as_ref(), Until::End),
        Model::Refused(_) => return given.to_vec(),
        Model::Smithy(generator) => generator
            .first_text()
            .map_or_else(|_| Peek::default(), |text| peek_text(&text)),
    };
    let (facts, _) = crate::aws_cli::facts();
    let service = facts.service(&entry.found.sdk_id);
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for name in &looked.operations {
        let word = crate::lower::kebab(&facts.joined(name));
        names.insert(service.operation(&word).to_owned(), name);
        names.insert(name.clone(), name);
    }
    let find = |given: &String| match names.get(given) {
        Some(name) => Some((*name).to_owned()),
        None => {
            let word = &entry.found.word;
            let near = nearest(given, names.keys().map(String::as_str));
            let problem = format!("the service has no operation {given:?}");
            problems
                .0
                .push(unknown(&format!("{word}:{given}"), problem, near));
            None
        }
    };
    given.iter().filter_map(find).collect()
}

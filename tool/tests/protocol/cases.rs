//! The files of cases, and the service that each case is about.

use opsmith_codegen::Generator;
use opsmith_runtime::document::Document;
use opsmith_runtime::protocol;
use opsmith_runtime::schema::{Protocol, Service};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A request.
    Input,
    /// An answer.
    Output,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Input => "input",
            Kind::Output => "output",
        })
    }
}

/// One case, with what its suite says.
pub(crate) struct Case {
    /// The name of the file of cases.
    pub(crate) protocol: String,
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// The case as it is written.
    pub(crate) value: Value,
    /// The parameters of the call, or what is in the answer: in the order in which they are written.
    pub(crate) content: Document,
    /// The suite without its cases.
    pub(crate) suite: Value,
}

/// All cases of a folder.
pub(crate) fn read(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in [Kind::Input, Kind::Output] {
        let folder = folder.join(kind.to_string());
        if !folder.exists() {
            continue;
        }
        let entries = fs::read_dir(&folder).expect("the folder of cases");
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        for file in files {
            read_file(&file, kind, &mut cases);
        }
    }
    cases
}

fn read_file(file: &Path, kind: Kind, cases: &mut Vec<Case>) {
    let text = fs::read_to_string(file).expect("a file of cases");
    let mut suites: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let ordered: Document = text.parse().expect("JSON");
    for (suite, ordered) in suites.iter_mut().zip(ordered.as_list().expect("suites")) {
        let Value::Array(values) = suite["cases"].take() else {
            panic!("{file:?}: a suite without cases");
        };
        let ordered = ordered.get("cases").and_then(Document::as_list);
        for (value, ordered) in values.into_iter().zip(ordered.expect("cases")) {
            let content = ["params", "result", "error"]
                .iter()
                .find_map(|name| ordered.get(name));
            let name = file.file_stem().expect("a name").to_string_lossy();
            cases.push(Case {
                protocol: name.into_owned(),
                kind,
                id: value["id"].as_str().expect("an id").to_owned(),
                content: content.cloned().unwrap_or_default(),
                value,
                suite: suite.clone(),
            });
        }
    }
}

impl Case {
    /// The protocol of the case's service.
    pub(crate) fn wire(&self) -> Protocol {
        let metadata = &self.suite["metadata"];
        match metadata["protocol"].as_str().expect("a protocol") {
            "json" if metadata["jsonVersion"] == "1.0" => Protocol::AwsJson1_0,
            "json" => Protocol::AwsJson1_1,
            "rest-json" => Protocol::RestJson1,
            "rest-xml" => Protocol::RestXml,
            "query" => Protocol::AwsQuery,
            "ec2" => Protocol::Ec2Query,
            "smithy-rpc-v2-cbor" => Protocol::RpcV2Cbor,
            other => panic!("protocol {other}"),
        }
    }

    /// Whether the runtime has the protocol.
    pub(crate) fn is_built_in(&self) -> bool {
        protocol::of(self.wire()).is_some()
    }

    /// The service of the case's model, imported as any service of botocore's is.
    pub(crate) fn service(&self) -> Result<&'static Service<'static>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let version = folder.path().join("cases/2020-07-14");
        fs::create_dir_all(&version).expect("a folder");
        fs::write(version.join("service-2.json"), self.model().to_string()).expect("a file");
        let lowered = Generator::new(version).lower(Box::leak(Box::default()));
        let service = lowered.map_err(|error| error.to_string())?.commands.service;
        if service.protocol == self.wire() {
            Ok(service)
        } else {
            Err(format!("the protocol is {:?}", service.protocol))
        }
    }

    /// The model in botocore's form, with what the cases leave out.
    fn model(&self) -> Value {
        let mut metadata = json!({
            "serviceId": "Protocol Cases", "endpointPrefix": "cases", "signatureVersion": "v4", "uid": "cases",
        });
        let given = self.suite["metadata"].as_object().cloned();
        metadata
            .as_object_mut()
            .expect("an object")
            .extend(given.expect("metadata"));
        let mut operation = self.value["given"].clone();
        let name = operation["name"].as_str().expect("a name").to_owned();
        if self.wire() == Protocol::AwsQuery && operation["output"].is_object() {
            operation["output"]["resultWrapper"] = format!("{name}Result").into();
        }
        let operations: Map<_, _> = [(name, operation)].into_iter().collect();
        json!({ "version": "2.0", "metadata": metadata, "operations": operations, "shapes": self.suite["shapes"] })
    }
}

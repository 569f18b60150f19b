//! What watches the attempts of a call.

use opsmith_codepipeline::{Client, ListPipelinesInput};
use opsmith_runtime::call::Observe;
use opsmith_runtime::error::ServiceError;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Body;
use std::sync::{Arc, Mutex};

#[derive(Debug, Default)]
struct Seen(Mutex<Vec<String>>);

impl Observe for Seen {
    fn sending(&self, body: Body) -> Body {
        self.0.lock().expect("a list").push(format!("{body:?}"));
        body
    }

    fn retrying(&self, error: Option<&ServiceError>) {
        let code = error.map(|error| error.code.clone());
        self.0.lock().expect("a list").extend(code);
    }
}

#[test]
fn each_attempt_is_seen_and_why_another_follows() {
    let answer = Answer::new(200, r#"{"pipelines": []}"#);
    let fake = Fake::playing([Answer::error("ThrottlingException"), answer]);
    let client = Client::new(fake.config());
    let seen = Arc::new(Seen::default());
    let call = client.list_pipelines(ListPipelinesInput::new());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let made = runtime.block_on(async { call.observed(seen.clone()).await });
    made.expect("an answer");
    let seen = seen.0.lock().expect("a list");
    assert_eq!(*seen, ["2 bytes", "ThrottlingException", "2 bytes"]);
}

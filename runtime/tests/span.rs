//! The span of a call, and the trace of its attempts. Alone in its program, for tracing remembers by program who listens.

use opsmith_codepipeline::{Client, ListPipelinesInput};
use opsmith_runtime::fake::{Answer, Fake};
use std::sync::Arc;

#[test]
fn a_call_is_a_span_of_tracing() {
    /// Keeps the fields of spans and the texts of events.
    #[derive(Default)]
    struct Spans(std::sync::Mutex<Vec<String>>);
    impl tracing::field::Visit for &Spans {
        fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
            self.0
                .lock()
                .expect("lock")
                .push(format!("{field}={value:?}"));
        }
    }
    struct Subscriber(Arc<Spans>);
    impl tracing::Subscriber for Subscriber {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            metadata.target() == "opsmith"
        }
        fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            span.record(&mut &*self.0);
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut &*self.0);
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let spans = Arc::new(Spans::default());
    tracing::subscriber::set_global_default(Subscriber(spans.clone())).expect("the only one");
    let fake = Fake::playing([Answer::new(503, "{}"), Answer::new(200, "{}")]);
    let call = Client::new(fake.config()).list_pipelines(ListPipelinesInput::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime
        .expect("a runtime")
        .block_on(call.into_future())
        .expect("ok");
    let mut traced = spans.0.lock().expect("lock").clone();
    traced.retain(|text| !text.starts_with("message=sending"));
    traced.retain(|text| !text.starts_with("message=answered"));
    assert_eq!(
        traced,
        [
            r#"service="CodePipeline""#,
            r#"operation="ListPipelines""#,
            "message=attempt 1 failed, another follows",
        ]
    );
}

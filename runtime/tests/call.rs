//! What is different about one call: its region, attempts, checks and time; its pages; and waiting
//! for it without async code.

use opsmith_codepipeline::{
    Client, Error, ListPipelinesInput, ListPipelinesOutput, PipelineSummary,
};
use opsmith_runtime::call::Call;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::{Request, TransportErrorKind};
use opsmith_runtime::validate::Mode;
use std::sync::Arc;
use std::time::Duration;

fn list(fake: &Arc<Fake>) -> Call<ListPipelinesOutput> {
    Client::new(fake.config()).list_pipelines(ListPipelinesInput::default())
}

fn wait<T>(future: impl IntoFuture<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(future.into_future())
}

fn page(names: &[&str], next: Option<&str>) -> Answer {
    let pipelines: Vec<_> = names
        .iter()
        .map(|name| format!(r#"{{"name":"{name}"}}"#))
        .collect();
    let next = next.map_or(String::new(), |token| format!(r#","nextToken":"{token}""#));
    Answer::new(
        200,
        &format!(r#"{{"pipelines":[{}]{next}}}"#, pipelines.join(",")),
    )
}

fn names(page: &ListPipelinesOutput) -> Vec<String> {
    let name = |summary: &PipelineSummary| summary.name.clone().unwrap_or_default();
    page.pipelines.iter().flatten().map(name).collect()
}

fn bodies(fake: &Fake) -> Vec<String> {
    let body = |request: Request| {
        String::from_utf8(request.body.as_bytes().expect("bytes").to_vec()).expect("UTF-8")
    };
    fake.requests().into_iter().map(body).collect()
}

#[test]
fn a_call_goes_to_its_own_region() {
    let fake = Fake::answering(page(&[], None));
    let client = Client::new(fake.config());
    let call = || client.list_pipelines(ListPipelinesInput::default());
    let regions = ["us-west-2", "us-west-2", "cn-north-1", "us-west-2"];
    for region in regions {
        wait(call().region(region)).expect("ok");
    }
    for (request, region) in fake.requests().iter().zip(regions) {
        let end = if region == "cn-north-1" { ".cn" } else { "" };
        assert_eq!(
            request.url,
            format!("https://codepipeline.{region}.amazonaws.com{end}/")
        );
        let scope = format!("/{region}/codepipeline/aws4_request");
        assert!(
            request
                .headers
                .iter()
                .any(|(_, value)| value.contains(&scope)),
            "{region}"
        );
    }
}

#[test]
fn a_call_has_its_own_attempts() {
    let fake = Fake::answering(Answer::new(500, ""));
    wait(list(&fake).max_attempts(5)).expect_err("it never works");
    assert_eq!(fake.requests().len(), 5);
}

#[test]
fn a_call_is_checked_in_its_own_way() {
    let fake = Fake::answering(page(&[], None));
    let client = Client::new(fake.config());
    let call = || client.list_pipelines(ListPipelinesInput::default().max_results(0));
    assert!(matches!(wait(call()), Err(Error::Invalid(_))));
    wait(call().validation(Mode::Off)).expect("unchecked");
    assert_eq!(bodies(&fake), [r#"{"maxResults":0}"#]);
}

#[test]
fn a_call_ends_when_its_time_is_over() {
    let fake = Fake::answering(Answer::Never);
    let error = wait(list(&fake).timeout(Duration::from_millis(1))).expect_err("no time left");
    let Error::Transport(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind, TransportErrorKind::CallTimeout);
    assert!(error.to_string().contains("ListPipelines"), "{error}");
}

#[test]
fn pages_follow_the_tokens() {
    let fake = Fake::playing([
        page(&["a", "b"], Some("1")),
        page(&[], Some("2")),
        page(&["c"], None),
    ]);
    let found = wait(async {
        let mut pages = list(&fake).pages();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            found.push(names(&page.expect("a page")));
        }
        assert!(pages.next().await.is_none());
        found
    });
    assert_eq!(found, [vec!["a", "b"], vec![], vec!["c"]]);
    assert_eq!(
        bodies(&fake),
        ["{}", r#"{"nextToken":"1"}"#, r#"{"nextToken":"2"}"#]
    );
}

#[test]
fn pages_are_a_stream_of_the_futures_crates() {
    use futures_core::Stream as _;
    let fake = Fake::playing([page(&["a"], Some("1")), page(&["b"], None)]);
    let mut pages = Box::pin(list(&fake).pages());
    let mut next = || {
        wait(std::future::poll_fn(|context| {
            pages.as_mut().poll_next(context)
        }))
    };
    let mut name = || next().map(|page| names(&page.expect("a page")));
    assert_eq!(
        (name(), name(), name()),
        (Some(vec!["a".to_owned()]), Some(vec!["b".to_owned()]), None)
    );
}

#[test]
fn pages_end_with_the_first_error() {
    let fake = Fake::playing([
        page(&["a"], Some("1")),
        Answer::error("InvalidNextTokenException"),
    ]);
    wait(async {
        let mut pages = list(&fake).pages();
        pages.next().await.expect("a page").expect("the first");
        pages.next().await.expect("a page").expect_err("the second");
        assert!(pages.next().await.is_none());
    });
    assert_eq!(fake.requests().len(), 2);
}

#[cfg(feature = "blocking")]
#[test]
fn calls_and_pages_can_be_waited_for() {
    let fake = Fake::playing([
        page(&["x"], None),
        page(&["a"], Some("1")),
        page(&["b"], None),
    ]);
    assert_eq!(names(&list(&fake).blocking().expect("ok")), ["x"]);
    let pages: Result<Vec<_>, _> = list(&fake).pages().blocking().collect();
    assert_eq!(
        pages
            .expect("pages")
            .iter()
            .flat_map(names)
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    // Within a runtime, which it would block, it is refused.
    let error = wait(async { list(&fake).blocking() }).expect_err("within a runtime");
    assert!(error.to_string().contains("await"), "{error}");
    let refused = wait(async {
        list(&fake)
            .pages()
            .blocking()
            .map(|page| page.is_err())
            .collect::<Vec<_>>()
    });
    assert_eq!(refused, [true]);
}

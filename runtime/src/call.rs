//! [`Call`]: a call of a typed client before it is made, with its own settings; and [`Pages`], the
//! calls of a paged result.

mod observe;
mod output;
mod presign;

pub use observe::Observe;
pub use output::{Output, Streamed};

use crate::client::Client;
use crate::error::{Cause, Error};
use crate::future::BoxFuture;
use crate::http::{Body, TransportError, TransportErrorKind};
use crate::pages::{Next, Pager};
use crate::pipeline::{self, Overrides, Start};
use crate::validate::Mode;
use crate::visit::{Visit, Visitor};
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tracing::Instrument as _;

/// A call that is made when it is awaited (or by `blocking`, a feature).
///
/// ```no_run
/// # async fn example(call: opsmith_runtime::call::Call<()>) -> Result<(), opsmith_runtime::Error> {
/// use std::time::Duration;
/// call.region("eu-west-1").timeout(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct Call<O> {
    client: Client<'static>,
    operation: &'static str,
    input: Box<dyn Visit + Send + Sync>,
    body: Body,
    overrides: Overrides,
    timeout: Option<Duration>,
    output: PhantomData<fn() -> O>,
}

impl<O> std::fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

impl Client<'static> {
    /// A call of an operation with a typed input, to be awaited.
    pub fn call<O: Output>(
        &self,
        operation: &'static str,
        input: impl Visit + Send + Sync + 'static,
    ) -> Call<O> {
        Call::new(self.clone(), operation, Box::new(input))
    }
}

impl<O: Output> Call<O> {
    fn new(
        client: Client<'static>,
        operation: &'static str,
        input: Box<dyn Visit + Send + Sync>,
    ) -> Self {
        Call {
            client,
            operation,
            input,
            body: Body::Empty,
            overrides: Overrides::default(),
            timeout: None,
            output: PhantomData,
        }
    }

    /// The body of an operation that takes a stream.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Calls this region in place of the client's.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.overrides.region = Some(region.into());
        self
    }

    /// How strictly the input of this call is checked.
    pub fn validation(mut self, mode: Mode) -> Self {
        self.overrides.validation = Some(mode);
        self
    }

    /// Maximum number of attempts of this call, counting the first.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.overrides.max_attempts = Some(attempts.max(1));
        self
    }

    /// Ends the call with an error if it takes longer, counting all attempts and the time between
    /// them.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Makes the call and waits for it.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`], and within an async runtime, which must not be blocked,
    /// [`Error::Request`].
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<O, Error> {
        block_on(self.into_future())?
    }

    /// The output, with the HTTP status of the answer.
    async fn make(&self, input: &(dyn Visit + Sync)) -> Result<(O, u16), Error> {
        let span = tracing::debug_span!(
            target: "opsmith", "call", service = self.client.service().sdk_id, operation = self.operation
        );
        let made = async {
            let start = Start::Input {
                operation: self.operation,
                input,
                body: self.body.clone(),
                overrides: &self.overrides,
            };
            let mut output = O::Structure::default();
            let received = pipeline::run_boxed(&self.client, start, Some(&mut output)).await?;
            let status = received.response.status;
            let output = O::new(output, received, &self.client, self.operation)?;
            Ok((output, status))
        };
        self.limited(made.instrument(span)).await
    }

    /// What a future gives, within the time of the call.
    async fn limited<T>(&self, made: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match self.timeout {
            None => made.await,
            Some(_) if tokio::runtime::Handle::try_current().is_err() => Err(Error::Request(
                "a call with a timeout must be awaited within a tokio runtime".into(),
            )),
            Some(timeout) => tokio::time::timeout(timeout, made)
                .await
                .unwrap_or_else(|_| {
                    let url = format!("{} of {}", self.operation, self.client.service().title);
                    let kind = TransportErrorKind::CallTimeout;
                    Err(Error::Transport(TransportError::new(kind, &url)))
                }),
        }
    }
}

impl<O: Visitor + Default + Send + 'static> Call<O> {
    /// The pages of the result, or the result as the only page if the operation has no pages. They
    /// end after the last page, or after a page whose token is the one that it was called with.
    pub fn pages(self) -> Pages<O> {
        Pages::new(self)
    }
}

/// What a waiter needs to repeat the same call.
#[cfg(feature = "waiters")]
impl<O: Output> Call<O> {
    pub(crate) fn client(&self) -> &Client<'static> {
        &self.client
    }

    pub(crate) fn operation(&self) -> &'static str {
        self.operation
    }

    pub(crate) fn input(&self) -> &(dyn Visit + Send + Sync) {
        &*self.input
    }

    pub(crate) async fn again(&self) -> Result<(O, u16), Error> {
        self.make(&*self.input).await
    }
}

impl<O: Output> IntoFuture for Call<O> {
    type Output = Result<O, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.make(&*self.input).await?.0) })
    }
}

/// The pages of a result, one call each: a stream, and with the feature `blocking` an iterator too.
///
/// ```no_run
/// # async fn example<O>(call: opsmith_runtime::call::Call<O>) -> Result<(), opsmith_runtime::Error>
/// # where O: opsmith_runtime::visit::Visitor + opsmith_runtime::visit::Visit + Default + Send + 'static {
/// let mut pages = call.pages();
/// while let Some(page) = pages.next().await {
///     let page = page?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "calls are made when pages are asked for"]
pub struct Pages<O> {
    state: State<O>,
}

/// A page, and the walk when it goes on.
type Step<O> = (Option<Box<Walk<O>>>, Result<O, Error>);

/// Between two pages, within a call for one, or at the end.
enum State<O> {
    Waiting(Box<Walk<O>>),
    Calling(BoxFuture<'static, Step<O>>),
    Done,
}

/// A walk over pages.
struct Walk<O> {
    call: Call<O>,
    /// The pager, once the first page was requested.
    pager: Option<Pager<'static>>,
}

impl<O> std::fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pages")
    }
}

impl<O: Visitor + Default + Send + 'static> Pages<O> {
    fn new(call: Call<O>) -> Self {
        Pages {
            state: State::Waiting(Box::new(Walk { call, pager: None })),
        }
    }
}

impl<O: Visitor + Visit + Default + Send + 'static> Pages<O> {
    /// The next page; `None` after the last, and after an error.
    pub async fn next(&mut self) -> Option<Result<O, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// The pages, each of which is waited for. Within an async runtime each is an error.
    #[cfg(feature = "blocking")]
    pub fn blocking(mut self) -> impl Iterator<Item = Result<O, Error>> {
        std::iter::from_fn(move || {
            if matches!(self.state, State::Done) {
                return None;
            }
            block_on(self.next()).unwrap_or_else(|error| {
                self.state = State::Done;
                Some(Err(error))
            })
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Waiting(walk) => self.state = State::Calling(Box::pin(walk.step())),
                State::Calling(mut step) => match step.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Calling(step);
                        return Poll::Pending;
                    }
                    Poll::Ready((walk, page)) => {
                        self.state = walk.map_or(State::Done, State::Waiting);
                        return Poll::Ready(Some(page));
                    }
                },
            }
        }
    }
}

impl<O: Visitor + Visit + Default + Send + 'static> futures_core::Stream for Pages<O> {
    type Item = Result<O, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<O: Visitor + Visit + Default + Send + 'static> Walk<O> {
    /// One page, and the walk when it goes on.
    async fn step(mut self: Box<Self>) -> Step<O> {
        let page = match self.page().await {
            Ok(page) => page,
            Err(error) => return (None, Err(error)),
        };
        let followed = match &mut self.pager {
            Some(pager) => pager
                .follow(&page)
                .map_err(|error| Error::Response(Cause::of(error))),
            None => Ok(Next::End),
        };
        match followed {
            Ok(Next::Page) => (Some(self), Ok(page)),
            // A service that repeats a token has no more pages.
            Ok(Next::End | Next::Same) => (None, Ok(page)),
            Err(error) => (None, Err(error)),
        }
    }

    async fn page(&mut self) -> Result<O, Error> {
        if self.pager.is_none() {
            let service = self.call.client.service();
            if let Some(operation) = service.operation(self.call.operation) {
                if let Some(reason) = operation.unpaged() {
                    let text = format!(
                        "{} can't be paged: {reason}; call it for one page",
                        operation.name
                    );
                    return Err(Error::Request(text.into()));
                }
                let pager = Pager::beginning(service, operation, &*self.call.input);
                self.pager = pager.map_err(|error| Error::Request(Cause::of(error)))?;
            }
        }
        let page = match &self.pager {
            Some(pager) => self.call.make(&pager.input(&*self.call.input)).await,
            None => self.call.make(&*self.call.input).await,
        };
        Ok(page?.0)
    }
}

/// Waits for a future on a runtime that all blocking calls of the process share, so that they share
/// connections.
#[cfg(feature = "blocking")]
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    static RUNTIME: std::sync::Mutex<Option<std::sync::Arc<tokio::runtime::Runtime>>> =
        std::sync::Mutex::new(None);
    if tokio::runtime::Handle::try_current().is_ok() {
        let text = "a blocking call within an async runtime would keep it from running: await the call there";
        return Err(Error::Request(text.into()));
    }
    let mut shared = RUNTIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let runtime = match &*shared {
        Some(runtime) => runtime.clone(),
        None => {
            let made = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let made = made.map_err(|error| {
                let message = format!("no runtime for a blocking call: {error}");
                Error::Request(Cause::with(message, error))
            })?;
            shared.insert(std::sync::Arc::new(made)).clone()
        }
    };
    drop(shared);
    Ok(runtime.block_on(future))
}

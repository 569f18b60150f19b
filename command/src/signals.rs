//! Interruption by the user.

use crate::failure::Failure;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// The output of a future, unless the user interrupts first.
///
/// # Errors
///
/// The user interrupted.
pub(crate) async fn unless_interrupted<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let mut future = pin!(future);
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => interrupt
            .as_mut()
            .poll(context)
            .map(|_| Err(Failure::interrupted())),
    })
    .await
}

//! [`BoxFuture`]: the futures that the traits of this crate return; and work that blocks.

use std::future::Future;
use std::pin::Pin;

/// A future on the heap, as methods of traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs blocking work on tokio's blocking pool, where it starts at once, or inline when there is no
/// runtime. It fails if the work panics or the runtime ends.
#[cfg(feature = "client")]
pub(crate) fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> BoxFuture<'static, std::io::Result<T>> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let task = runtime.spawn_blocking(work);
            Box::pin(async { Ok(task.await?) })
        }
        Err(_) => Box::pin(async { Ok(work()) }),
    }
}

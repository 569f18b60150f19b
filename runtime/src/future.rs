//! [`BoxFuture`]: the futures that the traits of this crate return; and work that blocks.

use std::future::Future;
use std::pin::Pin;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use std::time::{Duration, Instant};

/// A future on the heap, as methods of traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Work that is quicker than this is done at once.
const QUICK: Duration = Duration::from_millis(2);

/// Work of one kind that blocks, such as writing one file. It begins on tokio's blocking pool. As long
/// as it is quick (2 ms), it is done at once: to write a piece of a file on another thread costs as
/// much as to write it. Clones know of each other's work.
#[derive(Clone, Debug, Default)]
pub struct Work {
    was_quick: Arc<AtomicBool>,
}

impl Work {
    /// Does a piece of the work and returns its result.
    ///
    /// # Errors
    ///
    /// If the piece panics on the pool, or the runtime ends. A piece that is done at once panics here.
    pub async fn run<T: Send + 'static>(
        &self,
        piece: impl FnOnce() -> T + Send + 'static,
    ) -> std::io::Result<T> {
        let timed = move || {
            let start = Instant::now();
            (piece(), start.elapsed() < QUICK)
        };
        let (done, is_quick) = if self.was_quick.load(Relaxed) {
            // Others have their turn between two pieces.
            tokio::task::yield_now().await;
            timed()
        } else {
            spawn_blocking(timed).await?
        };
        self.was_quick.store(is_quick, Relaxed);
        Ok(done)
    }
}

/// Runs blocking work on tokio's blocking pool, where it starts at once, or inline when there is no
/// runtime. It fails if the work panics or the runtime ends.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Which of the pieces, of which some take so long, are done on the thread that awaits them.
    async fn done_here(work: &Work, pieces: &[u64]) -> Vec<bool> {
        let here = thread::current().id();
        let mut done = Vec::new();
        for millis in pieces {
            let pause = Duration::from_millis(*millis);
            let piece = move || {
                thread::sleep(pause);
                thread::current().id()
            };
            done.push(work.run(piece).await.expect("a result") == here);
        }
        done
    }

    #[test]
    fn quick_work_is_done_at_once_until_it_is_slow() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let pieces = [0, 0, 20, 20, 0, 0];
        let done = runtime
            .expect("a runtime")
            .block_on(done_here(&Work::default(), &pieces));
        assert_eq!(done, [false, true, true, false, false, true]);
    }
}

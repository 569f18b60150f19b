//! [`Budget`]: the requests and the memory that all transfers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of one permit of memory, so that a semaphore can count any size.
const UNIT: u64 = 1 << 10;

/// How many requests may be in flight, and how much of bodies may be in memory.
///
/// The number of requests adapts to the service: when it asks to slow down, the number is halved,
/// at most once for all requests that were in flight together; each success adds a part of one, so
/// that the number grows by one while as many requests succeed, up to the maximum.
pub(crate) struct Budget {
    requests: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// Permits of all memory.
    units: u32,
    load: Mutex<Load>,
}

/// How many requests the service takes at once.
#[derive(Debug)]
struct Load {
    limit: f64,
    max: usize,
    /// Permits that are taken from the semaphore when their requests end.
    debt: usize,
    /// How often the limit was lowered.
    lowered: u64,
}

/// The permission for one request. Dropped, it is free for another.
pub(crate) struct Permit {
    signal: Signal,
    permit: Option<OwnedSemaphorePermit>,
}

/// Reports what became of a request.
#[derive(Clone)]
pub(crate) struct Signal {
    budget: Arc<Budget>,
    /// How often the limit was lowered before the request.
    lowered: u64,
}

/// The permission for bytes in memory.
pub(crate) struct Memory(Option<OwnedSemaphorePermit>);

impl Memory {
    /// No memory.
    pub(crate) fn none() -> Self {
        Memory(None)
    }

    /// Gives back what is more than so many bytes.
    pub(crate) fn shrink(&mut self, bytes: u64) {
        if let Some(permit) = &mut self.0 {
            let units = usize::try_from(bytes.div_ceil(UNIT)).unwrap_or(usize::MAX);
            drop(permit.split(permit.num_permits().saturating_sub(units)));
        }
    }
}

impl Budget {
    /// A budget of this many requests and bytes.
    pub(crate) fn new(requests: usize, memory: u64) -> Arc<Self> {
        let requests = requests.clamp(1, Semaphore::MAX_PERMITS);
        let units = u32::try_from(memory / UNIT).unwrap_or(u32::MAX).max(1);
        Arc::new(Budget {
            requests: Arc::new(Semaphore::new(requests)),
            memory: Arc::new(Semaphore::new(units as usize)),
            units,
            load: Mutex::new(Load {
                limit: requests as f64,
                max: requests,
                debt: 0,
                lowered: 0,
            }),
        })
    }

    /// Waits until another request may be made. Who needs memory for it takes that first.
    pub(crate) async fn request(self: &Arc<Self>) -> Permit {
        // The semaphore is never closed.
        let permit = self.requests.clone().acquire_owned().await.ok();
        let signal = Signal {
            budget: self.clone(),
            lowered: self.load().lowered,
        };
        Permit { signal, permit }
    }

    /// Waits until so many bytes may be in memory. More than there are counts as all.
    pub(crate) async fn memory(&self, bytes: u64) -> Memory {
        let permit = self.memory.clone().acquire_many_owned(self.units(bytes));
        Memory(permit.await.ok())
    }

    /// The permission for so many bytes, if they may be in memory now.
    pub(crate) fn try_memory(&self, bytes: u64) -> Option<Memory> {
        let permit = self
            .memory
            .clone()
            .try_acquire_many_owned(self.units(bytes));
        permit.ok().map(|permit| Memory(Some(permit)))
    }

    fn units(&self, bytes: u64) -> u32 {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        units.min(self.units)
    }

    /// How many requests may be made now.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.requests.available_permits()
    }

    fn load(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// What reports what became of the request.
    pub(crate) fn signal(&self) -> &Signal {
        &self.signal
    }
}

impl Signal {
    /// The service asks to slow down.
    pub(crate) fn throttled(&self) {
        let mut load = self.budget.load();
        // What was in flight together is throttled together.
        if load.lowered != self.lowered {
            return;
        }
        let before = load.limit as usize;
        load.limit = (load.limit / 2.0).max(1.0);
        let fewer = before - load.limit as usize;
        load.debt += fewer - self.budget.requests.forget_permits(fewer);
        load.lowered += 1;
    }

    /// The request succeeded.
    pub(crate) fn succeeded(&self) {
        let mut load = self.budget.load();
        if load.limit >= load.max as f64 {
            return;
        }
        let before = load.limit as usize;
        load.limit = (load.limit + 1.0 / load.limit).min(load.max as f64);
        if load.limit as usize > before {
            if load.debt > 0 {
                load.debt -= 1;
            } else {
                self.budget.requests.add_permits(1);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut load = self.signal.budget.load();
        if load.debt > 0
            && let Some(permit) = self.permit.take()
        {
            load.debt -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    #[test]
    fn requests_are_halved_once_for_all_that_were_in_flight_and_grow_back() {
        wait(async {
            let budget = Budget::new(8, 1 << 20);
            let mut permits = Vec::new();
            for _ in 0..8 {
                permits.push(budget.request().await);
            }
            assert_eq!(budget.free(), 0);
            for permit in &permits {
                permit.signal().throttled();
            }
            permits.clear();
            assert_eq!(budget.free(), 4);
            for _ in 0..4 {
                let permit = budget.request().await;
                permit.signal().throttled();
            }
            assert_eq!(budget.free(), 1);
            let mut grown = vec![1];
            for _ in 0..100 {
                budget.request().await.signal().succeeded();
                grown.push(budget.free());
            }
            assert!(grown.is_sorted_by(|a, b| b - a <= 1), "{grown:?}");
            assert_eq!(budget.free(), 8);
        });
    }

    #[test]
    fn more_memory_than_there_is_counts_as_all() {
        wait(async {
            let budget = Budget::new(1, 10 << 10);
            let one = budget.memory(4 << 10).await;
            assert_eq!(budget.memory.available_permits(), 6);
            drop(one);
            let all = budget.memory(1 << 40).await;
            assert_eq!(budget.memory.available_permits(), 0);
            drop(all);
            assert_eq!(budget.memory.available_permits(), 10);
            let mut some = budget.memory(8 << 10).await;
            some.shrink(1);
            assert_eq!(budget.memory.available_permits(), 9);
            some.shrink(5 << 10);
            assert_eq!(budget.memory.available_permits(), 9);
        });
    }
}

//! [`Buffers`]: memory for parts that is used again.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// The size in bytes from which memory is kept. Below, the allocator does as well.
const LARGE: usize = 1 << 20;

/// Memory that parts are read into. It is kept, because allocators keep large memory for each thread
/// that frees it, and new memory must be cleared.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// So many bytes, as `fill` makes them. Their memory comes back when the last clone is dropped.
    pub(crate) fn filled<E>(
        self: &Arc<Self>,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Bytes, E> {
        if len < LARGE {
            let mut bytes = vec![0; len];
            fill(&mut bytes)?;
            return Ok(bytes.into());
        }
        let kept = self.kept().pop();
        let mut buffer = Buffer {
            bytes: kept.unwrap_or_else(|| vec![0; len]),
            owner: self.clone(),
        };
        buffer.bytes.resize(len, 0);
        fill(&mut buffer.bytes)?;
        Ok(Bytes::from_owner(buffer))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Memory in use.
struct Buffer {
    bytes: Vec<u8>,
    owner: Arc<Buffers>,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.owner.kept().push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_when_nothing_needs_it() {
        let buffers = Arc::new(Buffers::default());
        let filled = |len, byte| {
            let fill = |bytes: &mut [u8]| {
                bytes.fill(byte);
                Ok::<_, ()>(())
            };
            buffers.filled(len, fill).expect("filled")
        };
        let (one, other) = (filled(LARGE, 1), filled(LARGE, 2));
        let part = one.slice(7..);
        drop(one);
        assert!(buffers.kept().is_empty());
        assert!(part.iter().all(|byte| *byte == 1));
        drop(part);
        let again = filled(LARGE + 1, 3);
        assert!(again.len() == LARGE + 1 && again.iter().all(|byte| *byte == 3));
        assert!(other.iter().all(|byte| *byte == 2));
        drop((again, other, filled(5, 4)));
        assert_eq!(buffers.kept().len(), 2);
        let same = filled(LARGE, 5);
        assert_eq!((same.len(), buffers.kept().len()), (LARGE, 1));
        buffers.filled(LARGE, |_| Err(())).expect_err("an error");
        assert_eq!(buffers.kept().len(), 1);
    }
}

//! Randomness of the system.

use std::sync::{Mutex, PoisonError};

/// A random UUID (version 4), for invocation ids and idempotency tokens.
pub fn uuid() -> String {
    uuid::Builder::from_random_bytes(bytes())
        .into_uuid()
        .to_string()
}

/// A random number from 0 up to 1.
pub fn fraction() -> f64 {
    f64::from(u32::from_ne_bytes(bytes())) / f64::from(u32::MAX)
}

/// Random bytes that were fetched and not used yet: a system call for each id would be a hundredth
/// of a call.
static POOL: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn bytes<const N: usize>() -> [u8; N] {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.len() < N {
        pool.resize(16 * N, 0);
        // If the system has no randomness, ids are less unique and delays less spread; nothing else
        // depends on it.
        let _ = rustls::crypto::ring::default_provider()
            .secure_random
            .fill(&mut pool);
    }
    let left = pool.len() - N;
    let mut bytes = [0; N];
    bytes.copy_from_slice(&pool[left..]);
    pool.truncate(left);
    bytes
}

#[cfg(test)]
mod tests {
    use super::uuid;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_of_version_4_and_all_different() {
        let ids: BTreeSet<String> = (0..1000).map(|_| uuid()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(
            ids.iter()
                .all(|id| id.len() == 36 && id.as_bytes()[14] == b'4')
        );
    }
}

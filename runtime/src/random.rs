//! Randomness of the system.

/// A random UUID (version 4), for invocation ids and idempotency tokens.
pub fn uuid() -> String {
    uuid::Builder::from_random_bytes(bytes()).into_uuid().to_string()
}

/// A random number from 0 up to 1.
pub fn fraction() -> f64 {
    f64::from(u32::from_ne_bytes(bytes())) / f64::from(u32::MAX)
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Should the system have no randomness, ids are less unique and pauses less spread, and nothing else depends on it.
    let _ = rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes);
    bytes
}

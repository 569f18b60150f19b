//! Randomness of the system.

/// A random UUID (version 4), for invocation ids and idempotency tokens.
pub fn uuid() -> String {
    let mut bytes = [0; 16];
    // Should the system have no randomness, the id is less unique, and nothing else depends on it.
    let _ = rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

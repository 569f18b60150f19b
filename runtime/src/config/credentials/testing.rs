//! What the tests of providers share.

use super::*;
use crate::fake::{Answer, Fake};
use crate::http::{Request, TransportErrorKind};
use std::future::Future;

/// A time that no test reaches.
pub(super) const LATE: &str = "2099-01-01T00:00:00Z";

/// A network that returns these answers in order, and then always fails.
pub(super) fn answering(answers: &[(u16, &str)]) -> Arc<Fake> {
    let fake = Fake::answering(Answer::Failure(TransportErrorKind::Tls));
    fake.play(
        answers
            .iter()
            .map(|(status, body)| Answer::new(*status, body)),
    );
    fake
}

/// A network where every request fails.
pub(super) fn failing() -> Arc<Fake> {
    answering(&[])
}

/// Headers that all calls of services have.
const IN_ALL: [&str; 4] = [
    "authorization",
    "user-agent",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
];

/// The requests so far, each in a few lines: method and URL, headers of their own with values, body.
pub(super) fn sent(fake: &Fake) -> Vec<String> {
    let shown = |request: &Request| {
        let headers: String = request
            .headers
            .iter()
            .filter(|(name, _)| !IN_ALL.contains(&&**name))
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        let body = String::from_utf8_lossy(request.body.as_bytes().unwrap_or_default());
        format!("{} {}\n{headers}{body}", request.method, request.url)
    };
    fake.requests().iter().map(shown).collect()
}

/// The key that signed the last request.
pub(super) fn signed_by(fake: &Fake) -> Option<String> {
    let request = fake.requests().pop()?;
    let (_, value) = request
        .headers
        .iter()
        .find(|(name, _)| name == "authorization")?;
    let (_, credential) = value.split_once("Credential=")?;
    Some(credential.split('/').next()?.to_owned())
}

/// Runs a future to its end.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

/// The result of the chain for settings and for answers of services.
pub(super) fn resolve(
    settings: &Arc<Settings>,
    fake: &Arc<Fake>,
) -> Result<Credentials, ConfigError> {
    resolve_in("eu-west-1", settings, fake)
}

/// The same, for calls in a region.
pub(super) fn resolve_in(
    region: &str,
    settings: &Arc<Settings>,
    fake: &Arc<Fake>,
) -> Result<Credentials, ConfigError> {
    let chain = Chain::new(settings.clone(), fake.clone(), fake.clone());
    let clock = || settings.env().now();
    wait(chain.credentials(IdentityContext::new(region, &clock)))
}

/// The result of one provider for a profile.
pub(super) fn provide(
    provider: &dyn Provider,
    settings: &Settings,
) -> Result<ProviderResult, ConfigError> {
    let fake: Arc<dyn Transport> = failing();
    let clock = || settings.env().now();
    wait(provider.provide(ProviderContext {
        settings,
        identity: IdentityContext::new("eu-west-1", &clock),
        transport: &fake,
        metadata: &*fake,
        prompt: None,
        source: None,
    }))
}

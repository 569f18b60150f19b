//! [`Cache`]: resolves an identity or a token once, and again before it expires.

use super::{Identity, IdentityContext, ResolveIdentity, ResolveToken, Token};
use crate::error::ConfigError;
use crate::future::BoxFuture;
use std::fmt;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// The longest time before their expiration at which credentials are replaced.
const REFRESH_BEFORE: Duration = Duration::from_secs(15 * 60);

/// What is resolved, and may expire.
pub(crate) trait Expiring: Clone + fmt::Debug + Send + Sync + 'static {
    fn expiration(&self) -> Option<SystemTime>;
}

impl Expiring for Identity {
    fn expiration(&self) -> Option<SystemTime> {
        self.credentials().expiration
    }
}

impl Expiring for Token {
    fn expiration(&self) -> Option<SystemTime> {
        self.expiration
    }
}

/// A [`ResolveIdentity`] or a [`ResolveToken`].
pub(crate) trait Resolve<T>: fmt::Debug + Send + Sync {
    fn resolve<'a>(&'a self, context: IdentityContext<'a>)
    -> BoxFuture<'a, Result<T, ConfigError>>;
}

impl<R: ResolveIdentity> Resolve<Identity> for R {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
        ResolveIdentity::resolve(self, context)
    }
}

impl<R: ResolveToken> Resolve<Token> for R {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Token, ConfigError>> {
        ResolveToken::resolve(self, context)
    }
}

/// Keeps what a resolver returns. Callers that arrive while it resolves share its result. When a
/// refresh fails, the old identity is used until it expires.
#[derive(Debug)]
pub(crate) struct Cache<T> {
    resolver: Box<dyn Resolve<T>>,
    cached: Mutex<Option<Cached<T>>>,
}

/// A cache of credentials.
pub(crate) type IdentityCache = Cache<Identity>;

#[derive(Debug)]
struct Cached<T> {
    resolved: T,
    refresh_at: Option<SystemTime>,
}

impl<T: Expiring> Cached<T> {
    fn is_fresh(&self, now: SystemTime) -> bool {
        self.refresh_at.is_none_or(|at| now < at)
    }

    fn is_expired(&self, now: SystemTime) -> bool {
        let expiration = self.resolved.expiration();
        expiration.is_some_and(|end| end <= now)
    }
}

impl<T: Expiring> Cache<T> {
    pub(crate) fn new(resolver: impl Resolve<T> + 'static) -> Self {
        Cache {
            resolver: Box::new(resolver),
            cached: Mutex::new(None),
        }
    }

    /// What is cached, if it needs no refresh; otherwise, it is resolved again.
    pub(crate) async fn get(&self, context: IdentityContext<'_>) -> Result<T, ConfigError> {
        match self.cached(context.now()) {
            Some(fresh) => Ok(fresh),
            None => self.resolve(context).await,
        }
    }

    /// What is cached, if it needs no refresh.
    fn cached(&self, now: SystemTime) -> Option<T> {
        let cached = self.cached.try_lock().ok()?;
        let fresh = cached.as_ref().filter(|cached| cached.is_fresh(now))?;
        Some(fresh.resolved.clone())
    }

    /// The future is on the heap, as resolvers may make calls.
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<T, ConfigError>> {
        Box::pin(self.fresh(context))
    }

    async fn fresh(&self, context: IdentityContext<'_>) -> Result<T, ConfigError> {
        let mut cached = self.cached.lock().await;
        // Both the lock and the resolver may take minutes, so the time is read after each.
        let now = context.now();
        if let Some(fresh) = cached.as_ref().filter(|cached| cached.is_fresh(now)) {
            return Ok(fresh.resolved.clone());
        }
        let resolved = self.resolver.resolve(context).await;
        let now = context.now();
        match (resolved, cached.as_mut()) {
            (Ok(new), _) => {
                *cached = Some(Cached {
                    resolved: new.clone(),
                    refresh_at: new.expiration().map(|end| refresh_time(now, end)),
                });
                Ok(new)
            }
            (Err(error), Some(old)) if !old.is_expired(now) => {
                tracing::warn!(target: "opsmith", "{error}; what is used now is still valid");
                // Not at each call, so that calls don't wait for one another.
                let left = old.resolved.expiration();
                old.refresh_at =
                    left.map(|end| now + end.duration_since(now).unwrap_or_default() / 2);
                Ok(old.resolved.clone())
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// When to replace credentials that are fresh now and expire at `end`: a quarter of their life
/// earlier, so that short-lived ones are not resolved for every call.
fn refresh_time(now: SystemTime, end: SystemTime) -> SystemTime {
    let life = end.duration_since(now).unwrap_or_default();
    end.checked_sub((life / 4).min(REFRESH_BEFORE))
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ConfigErrorKind;
    use crate::identity::Credentials;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Counts its calls. Returns credentials that last this long, or fails if that is zero.
    /// Takes its time on its clock, in seconds.
    #[derive(Debug, Default)]
    struct Counting {
        asked: AtomicU64,
        life: AtomicU64,
        takes: AtomicU64,
        clock: AtomicU64,
    }

    impl Counting {
        fn now(&self) -> SystemTime {
            second(self.clock.load(Ordering::SeqCst))
        }
    }

    fn second(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    impl ResolveIdentity for Arc<Counting> {
        fn resolve<'a>(
            &'a self,
            context: IdentityContext<'a>,
        ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
            Box::pin(async move {
                let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
                let life = self.life.load(Ordering::SeqCst);
                let takes = self.takes.load(Ordering::SeqCst);
                self.clock.fetch_add(takes, Ordering::SeqCst);
                if life == 0 {
                    return Err(ConfigError::credentials("sealed"));
                }
                let mut credentials = Credentials::new(asked.to_string(), "hidden", "counting");
                credentials.expiration =
                    (life != u64::MAX).then(|| context.now() + Duration::from_secs(life));
                Ok(credentials.into())
            })
        }
    }

    fn counting(life: u64) -> (IdentityCache, Arc<Counting>) {
        let resolver = Arc::new(Counting::default());
        resolver.life.store(life, Ordering::SeqCst);
        (IdentityCache::new(resolver.clone()), resolver)
    }

    /// The key of the identity at a second.
    fn key(cache: &IdentityCache, at: u64) -> Result<String, ConfigErrorKind> {
        wait(cache.resolve(IdentityContext::new("r", &|| second(at))))
    }

    /// The key of a resolved identity.
    fn wait(
        resolving: BoxFuture<'_, Result<Identity, ConfigError>>,
    ) -> Result<String, ConfigErrorKind> {
        let resolved = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(resolving);
        resolved
            .map(|identity| identity.credentials().access_key_id.clone())
            .map_err(|error| error.kind())
    }

    #[test]
    fn identities_are_cached_and_refreshed_before_they_expire() {
        for (life, moments) in [
            (u64::MAX, &[(0, "1"), (1_000_000, "1")][..]),
            (
                3600,
                &[(0, "1"), (2699, "1"), (2700, "2"), (5399, "2"), (5400, "3")],
            ),
            (100, &[(0, "1"), (74, "1"), (75, "2"), (500, "3")]),
        ] {
            let (cache, _) = counting(life);
            for (second, expected) in moments {
                assert_eq!(
                    key(&cache, *second),
                    Ok((*expected).into()),
                    "{life} {second}"
                );
            }
        }
    }

    #[test]
    fn a_failed_refresh_leaves_valid_credentials_in_force() {
        let (cache, resolver) = counting(100);
        assert_eq!(key(&cache, 0), Ok("1".into()));
        resolver.life.store(0, Ordering::SeqCst);
        assert_eq!(key(&cache, 99), Ok("1".into()));
        assert_eq!(key(&cache, 100), Err(ConfigErrorKind::CredentialRetrieval));
    }

    #[test]
    fn the_time_goes_on_while_a_resolver_works_and_callers_wait() {
        let (cache, resolver) = counting(100);
        let clock = || resolver.now();
        let context = IdentityContext::new("r", &clock);
        resolver.takes.store(1000, Ordering::SeqCst);
        // The credentials are as long-lived as they are at the end of a slow answer.
        assert_eq!(wait(cache.resolve(context)), Ok("1".into()));
        assert_eq!(wait(cache.resolve(context)), Ok("1".into()));
        // They expire during a slow failure.
        resolver.life.store(0, Ordering::SeqCst);
        resolver.clock.store(1080, Ordering::SeqCst);
        let expired = Err(ConfigErrorKind::CredentialRetrieval);
        assert_eq!(wait(cache.resolve(context)), expired);
        // They are no longer fresh when a caller has waited for another.
        resolver.life.store(100, Ordering::SeqCst);
        assert_eq!(wait(cache.resolve(context)), Ok("3".into()));
        let other = cache.cached.try_lock().expect("nobody else");
        let mut waiting = cache.resolve(context);
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(waiting.as_mut().poll(&mut task).is_pending());
        resolver.clock.fetch_add(80, Ordering::SeqCst);
        drop(other);
        assert_eq!(wait(waiting), Ok("4".into()));
    }

    #[test]
    fn callers_at_once_share_one_answer() {
        let (cache, resolver) = counting(100);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| key(&cache, 0).expect("an answer"));
            }
        });
        assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    }
}

//! Credentials: a chain of providers, the first that answers wins.
//!
//! A provider is one small file and one entry of [`Chain::standard`]. It answers with credentials,
//! or says why it has none to give, or fails when it is configured and does not work; the chain
//! then stops, as a later provider might stand for another account. When none answers, the error
//! lists every provider and its reason.
//!
//! Roles and single sign-on are asked for over the same transport as the service. What they give is
//! kept in the AWS CLI's cache, so that each finds what the other was given.

mod assume_role;
mod cache;
mod container;
mod environment;
mod instance;
mod login;
mod metadata;
mod process;
mod profile;
mod services;
mod sso;
mod sts;
mod web_identity;

pub use instance::region as region_of_instance;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;

use crate::config::{Profile, Settings};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::http::Transport;
use crate::identity::{Credentials, Identity};

/// What a provider says.
#[derive(Debug)]
pub enum ProviderResult {
    /// Here they are.
    Found(Credentials),
    /// The provider is not configured: why, in words that end a line `provider: …`.
    NotConfigured(String),
}

/// What providers are asked with.
#[derive(Debug, Clone, Copy)]
pub struct ProviderContext<'a> {
    /// What the environment and the shared files say.
    pub settings: &'a Settings,
    /// The region of the call that credentials are for.
    pub region: &'a str,
    /// Carries requests to services.
    pub transport: &'a dyn Transport,
    /// Carries requests to the machine's own metadata, past any proxy.
    pub metadata: &'a dyn Transport,
    /// Asks a person for the code of a device; without it a role that needs one is an error.
    pub prompt: Option<&'a Arc<dyn Prompt>>,
    /// The profile to look at in place of the settings' own, which is then the source of a role;
    /// variables of the environment do not count for it.
    source: Option<&'a str>,
}

impl<'a> ProviderContext<'a> {
    /// Asks with these settings, for calls in this region, over these transports.
    pub fn new(
        settings: &'a Settings,
        region: &'a str,
        transport: &'a dyn Transport,
        metadata: &'a dyn Transport,
    ) -> Self {
        ProviderContext {
            settings,
            region,
            transport,
            metadata,
            prompt: None,
            source: None,
        }
    }

    /// The profile to look at.
    fn profile(&self) -> Result<Profile<'a>, ConfigError> {
        match self.source {
            Some(name) => Ok(self.settings.profile_named(name)),
            None => self.settings.profile(),
        }
    }

    /// Whether the variables of the environment count.
    fn environment_counts(&self) -> bool {
        self.source.is_none() && !self.settings.profile_is_option()
    }

    fn now(&self) -> SystemTime {
        self.settings.env().now()
    }
}

/// Asks a person for the code of a device.
pub trait Prompt: fmt::Debug + Send + Sync {
    /// Shows `question` and returns the answer. May wait for as long as the person takes.
    fn ask(&self, question: &str) -> io::Result<String>;
}

/// The future of an answer.
pub type ProviderFuture<'a> = BoxFuture<'a, Result<ProviderResult, ConfigError>>;

/// A source of credentials.
pub trait Provider: fmt::Debug + Send + Sync {
    /// The name by which the AWS CLI calls it.
    fn name(&self) -> &'static str;

    /// Credentials, or why there are none. An error means: configured, but it does not work.
    fn provide<'a>(&'a self, context: ProviderContext<'a>) -> ProviderFuture<'a>;
}

/// Providers in the order in which they are asked.
#[derive(Debug)]
pub struct Chain {
    providers: Vec<Box<dyn Provider>>,
}

impl Chain {
    /// Asks these providers, in this order.
    pub fn new(providers: Vec<Box<dyn Provider>>) -> Self {
        Self { providers }
    }

    /// The AWS CLI's providers in its order.
    pub fn standard() -> Self {
        let mut chain = Self::of_profile();
        chain.providers.splice(
            ..0,
            [
                Box::new(environment::Environment) as _,
                Box::new(assume_role::AssumeRole) as _,
            ],
        );
        chain.providers.extend([
            Box::new(container::Container) as _,
            Box::new(instance::Instance) as _,
        ]);
        chain
    }

    /// Those that look at a profile, which may also be the source of a role.
    fn of_profile() -> Self {
        Self::new(vec![
            Box::new(web_identity::WebIdentity),
            Box::new(sso::Sso),
            Box::new(profile::SharedCredentialsFile),
            Box::new(login::Login),
            Box::new(process::Process),
            Box::new(profile::ConfigFile),
        ])
    }

    /// The credentials of the first provider that has some.
    ///
    /// Fails when the profile does not exist, a provider fails, the credentials have expired, or no
    /// provider answers ([`ConfigErrorKind::NoCredentials`]). May ask services, run a process, and wait
    /// for it.
    pub async fn resolve(&self, context: ProviderContext<'_>) -> Result<Credentials, ConfigError> {
        context.settings.profile()?;
        let reasons = match self.ask(context).await? {
            Ok(credentials) => return unexpired(credentials, context.now()),
            Err(reasons) => reasons,
        };
        let text =
            "Unable to locate credentials. You can configure credentials by running \"aws login\".";
        Err(ConfigError::new(
            ConfigErrorKind::NoCredentials,
            format!("{text}{reasons}"),
        ))
    }

    /// The credentials of the first provider that has some, or why each has none, a line each.
    async fn ask(
        &self,
        context: ProviderContext<'_>,
    ) -> Result<Result<Credentials, String>, ConfigError> {
        let mut reasons = String::new();
        for provider in &self.providers {
            match provider.provide(context).await? {
                ProviderResult::Found(credentials) => return Ok(Ok(credentials)),
                ProviderResult::NotConfigured(reason) => {
                    reasons.push_str(&format!("\n  {}: {reason}", provider.name()))
                }
            }
        }
        Ok(Err(reasons))
    }
}

/// A provider that is configured and does not work.
fn failed(provider: &str, reason: impl fmt::Display) -> ConfigError {
    let text = format!("ConfigError when retrieving credentials from {provider}: {reason}");
    ConfigError::new(ConfigErrorKind::CredentialRetrieval, text)
}

/// Runs what may block for long, beside the runtime's own work where there is a runtime.
async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ConfigError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .map_err(|error| failed("a process", error)),
        Err(_) => Ok(work()),
    }
}

fn unexpired(credentials: Credentials, now: SystemTime) -> Result<Credentials, ConfigError> {
    match credentials.expiration {
        Some(expiration) if expiration <= now => Err(ConfigError::new(
            ConfigErrorKind::CredentialRetrieval,
            format!(
                "Credentials were refreshed, but the refreshed credentials are still expired.\nThey come from the \
                 provider {}.",
                credentials.source
            ),
        )),
        _ => Ok(credentials),
    }
}

/// At most this long before their end, credentials are replaced.
const REFRESH_BEFORE: Duration = Duration::from_secs(15 * 60);

/// A chain that keeps its answer, and asks again before it expires.
///
/// Callers that arrive while the chain is being asked wait for that one answer. When a refresh
/// fails, the credentials at hand serve until they end.
#[derive(Debug)]
pub struct CachedChain {
    chain: Chain,
    settings: Arc<Settings>,
    prompt: Option<Arc<dyn Prompt>>,
    answer: Mutex<Option<CachedIdentity>>,
}

#[derive(Debug, Clone)]
struct CachedIdentity {
    credentials: Arc<Credentials>,
    identity: Identity,
    refresh_at: Option<SystemTime>,
}

impl CachedIdentity {
    /// Whether the credentials don't end soon.
    fn lasts(&self, now: SystemTime) -> bool {
        self.refresh_at.is_none_or(|at| now < at)
    }
}

impl CachedChain {
    /// Asks nothing yet. `prompt` is for the codes of devices; without it a role that needs one is
    /// an error.
    pub fn new(chain: Chain, settings: Arc<Settings>, prompt: Option<Arc<dyn Prompt>>) -> Self {
        Self {
            chain,
            settings,
            prompt,
            answer: Mutex::new(None),
        }
    }

    /// As whom to sign, when there is no need to wait for other credentials.
    pub(crate) fn cached(&self) -> Option<Identity> {
        let answer = self.answer.try_lock().ok()?;
        let kept = answer
            .as_ref()
            .filter(|kept| kept.lasts(self.settings.env().now()))?;
        Some(kept.identity.clone())
    }

    /// As whom to sign, as [`CachedChain::resolve`].
    pub(crate) async fn identity(
        &self,
        region: &str,
        transport: &dyn Transport,
        metadata: &dyn Transport,
    ) -> Result<Identity, ConfigError> {
        Ok(self.kept(region, transport, metadata).await?.identity)
    }

    /// The credentials at hand, or fresh ones when there are none or they end soon, for calls in a
    /// region. Fails as [`Chain::resolve`].
    pub async fn resolve(
        &self,
        region: &str,
        transport: &dyn Transport,
        metadata: &dyn Transport,
    ) -> Result<Arc<Credentials>, ConfigError> {
        Ok(self.kept(region, transport, metadata).await?.credentials)
    }

    async fn kept(
        &self,
        region: &str,
        transport: &dyn Transport,
        metadata: &dyn Transport,
    ) -> Result<CachedIdentity, ConfigError> {
        let mut answer = self.answer.lock().await;
        let now = self.settings.env().now();
        if let Some(kept) = answer.as_ref().filter(|kept| kept.lasts(now)) {
            return Ok(kept.clone());
        }
        let context = ProviderContext {
            prompt: self.prompt.as_ref(),
            ..ProviderContext::new(&self.settings, region, transport, metadata)
        };
        match (self.chain.resolve(context).await, answer.as_ref()) {
            (Ok(credentials), _) => {
                let refresh_at = credentials.expiration.map(|end| refresh_time(now, end));
                let identity = Identity::from(&credentials);
                let kept = CachedIdentity {
                    credentials: Arc::new(credentials),
                    identity,
                    refresh_at,
                };
                Ok(answer.insert(kept).clone())
            }
            (Err(_), Some(kept)) if kept.credentials.expiration.is_some_and(|end| now < end) => {
                Ok(kept.clone())
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// When credentials that are fresh now and last until `end` are to be replaced: before their end,
/// by a quarter of their life, so that short-lived ones are not asked for with every call.
fn refresh_time(now: SystemTime, end: SystemTime) -> SystemTime {
    let life = end.duration_since(now).unwrap_or_default();
    end.checked_sub((life / 4).min(REFRESH_BEFORE))
        .unwrap_or(end)
}

/// A moment as credential sources write it: ISO 8601 with an offset, as `2030-01-01T00:00:00Z`, or
/// with `UTC` for one.
fn moment(text: &str) -> Option<SystemTime> {
    use time::OffsetDateTime;
    use time::format_description::well_known::{Iso8601, Rfc3339};
    let text = text
        .strip_suffix("UTC")
        .map_or_else(|| text.to_owned(), |local| format!("{local}Z"));
    OffsetDateTime::parse(&text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&text, &Iso8601::DEFAULT))
        .ok()
        .map(SystemTime::from)
}

/// What the tests of providers share.
#[cfg(test)]
mod testing {
    use std::future::Future;
    use std::sync::Mutex;

    use super::*;
    use crate::http::{BodyReader, Bytes, Request, Response, TransportError, TransportErrorKind};

    /// Answers one request after the other as told, then none, and keeps the requests.
    #[derive(Debug, Default)]
    pub(super) struct Fake {
        answers: Mutex<Vec<(u16, String)>>,
        pub(super) requests: Mutex<Vec<Request>>,
    }

    impl Fake {
        pub(super) fn answering(answers: &[(u16, &str)]) -> Self {
            let answers = answers
                .iter()
                .rev()
                .map(|(status, body)| (*status, (*body).to_owned()))
                .collect();
            Fake {
                answers: Mutex::new(answers),
                requests: Mutex::default(),
            }
        }

        /// Requests, each in a few lines: method and URL, headers with their values, body.
        pub(super) fn sent(&self) -> Vec<String> {
            let shown = |request: &Request| {
                let headers = request
                    .headers
                    .iter()
                    .filter(|(name, _)| name != "authorization");
                let headers: String = headers
                    .map(|(name, value)| format!("{name}: {value}\n"))
                    .collect();
                format!(
                    "{} {}\n{headers}{}",
                    request.method,
                    request.url,
                    String::from_utf8_lossy(request.body.as_bytes().unwrap_or_default())
                )
            };
            self.requests
                .lock()
                .expect("the lock")
                .iter()
                .map(shown)
                .collect()
        }

        pub(super) fn signed_by(&self) -> Option<String> {
            let requests = self.requests.lock().expect("the lock");
            let (_, value) = requests
                .last()?
                .headers
                .iter()
                .find(|(name, _)| name == "authorization")?;
            Some(
                value
                    .split_once("Credential=")?
                    .1
                    .split('/')
                    .next()?
                    .to_owned(),
            )
        }
    }

    impl Transport for Fake {
        fn send<'a>(
            &'a self,
            request: &'a Request,
        ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
            self.requests
                .lock()
                .expect("the lock")
                .push(request.clone());
            let answer = self.answers.lock().expect("the lock").pop();
            let nothing = TransportError::new(TransportErrorKind::Tls, &request.url);
            Box::pin(async move {
                let (status, body) = answer.ok_or(nothing)?;
                Ok(Response::new(status, Bytes::from(body)).into())
            })
        }
    }

    /// A moment that nothing of the tests has passed.
    pub(super) const LATE: &str = "2099-01-01T00:00:00Z";

    /// Runs a future to its end.
    pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(future)
    }

    /// What the chain makes of settings and of what services answer.
    pub(super) fn resolve(settings: &Settings, fake: &Fake) -> Result<Credentials, ConfigError> {
        wait(Chain::standard().resolve(ProviderContext::new(settings, "eu-west-1", fake, fake)))
    }

    /// What one provider says of a profile.
    pub(super) fn provide(
        provider: &dyn Provider,
        settings: &Settings,
    ) -> Result<ProviderResult, ConfigError> {
        let fake = Fake::default();
        wait(provider.provide(ProviderContext::new(settings, "eu-west-1", &fake, &fake)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::testing::{Fake, wait};
    use super::*;
    use crate::config::Env;
    use crate::config::env::testing::Scene;

    const CREDENTIALS: &str =
        "[default]\naws_access_key_id = FILE\naws_secret_access_key = hidden\n";
    const ENVIRONMENT: &[(&str, &str)] = &[
        ("AWS_ACCESS_KEY_ID", "ENV"),
        ("AWS_SECRET_ACCESS_KEY", "hidden"),
    ];

    fn resolve(scene: &Scene, profile: Option<&str>) -> Result<Credentials, ConfigError> {
        super::testing::resolve(&Settings::load(scene.env(), profile)?, &Fake::default())
    }

    #[test]
    fn the_first_provider_that_answers_wins() {
        let config = "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = hidden\n";
        let process = format!(
            r#"{config}credential_process = printf '{}'"#,
            process::tests::ANSWER
        );
        for (case, config, credentials, variables, profile, winner) in [
            (
                "environment first",
                &*process,
                CREDENTIALS,
                ENVIRONMENT,
                None,
                "env",
            ),
            (
                "an option removes the environment",
                &*process,
                CREDENTIALS,
                ENVIRONMENT,
                Some("default"),
                "shared-credentials-file",
            ),
            (
                "an empty option does not",
                &*process,
                CREDENTIALS,
                ENVIRONMENT,
                Some(""),
                "env",
            ),
            (
                "credentials file before process",
                &*process,
                CREDENTIALS,
                &[],
                None,
                "shared-credentials-file",
            ),
            (
                "process before config file",
                &*process,
                "",
                &[],
                None,
                "custom-process",
            ),
            ("config file last", config, "", &[], None, "config-file"),
        ] {
            let scene = Scene::new(config, credentials, variables);
            assert_eq!(
                resolve(&scene, profile).map(|found| found.source),
                Ok(winner),
                "{case}"
            );
        }
    }

    #[test]
    fn a_profile_variable_keeps_the_environment() {
        let variables = [ENVIRONMENT, &[("AWS_PROFILE", "default")]].concat();
        assert_eq!(
            resolve(&Scene::new("", CREDENTIALS, &variables), None).map(|found| found.source),
            Ok("env")
        );
    }

    #[test]
    fn no_answer_lists_every_provider() {
        let scene = Scene::new("[default]\nregion = us-east-1\n", "", &[]);
        let error = resolve(&scene, None).unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::NoCredentials);
        let config = scene.path(".aws/config");
        let expected = format!(
            "Unable to locate credentials. You can configure credentials by running \"aws login\".\n  \
             env: AWS_ACCESS_KEY_ID is not set\n  \
             assume-role: the profile \"default\" has no role_arn\n  \
             assume-role-with-web-identity: neither AWS_WEB_IDENTITY_TOKEN_FILE nor the key web_identity_token_file is \
             there\n  \
             sso: the profile \"default\" has neither sso_role_name nor sso_account_id\n  \
             shared-credentials-file: {} does not exist\n  \
             login: the profile \"default\" has no login_session\n  \
             custom-process: the profile \"default\" has no credential_process\n  \
             config-file: the profile \"default\" in {config} has no aws_access_key_id\n  \
             container-role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is \
             set\n  \
             iam-role: SSL validation failed for http://169.254.169.254/latest/meta-data/iam/security-credentials/",
            scene.path(".aws/credentials"),
        );
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_unknown_profile_is_an_error_even_with_keys_in_the_environment() {
        let variables = [ENVIRONMENT, &[("AWS_PROFILE", "nope")]].concat();
        let error = resolve(&Scene::new("", CREDENTIALS, &variables), None).unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::ProfileNotFound);
    }

    #[test]
    fn debug_redacts() {
        let mut credentials = Credentials::new("AKID", "secret-1", "env");
        credentials.session_token = Some("secret-2".into());
        let shown = format!("{credentials:?}");
        assert!(
            shown.contains("AKID") && !shown.contains("secret-1") && !shown.contains("secret-2"),
            "{shown}"
        );
    }

    /// Counts how often it is asked; answers with credentials of the given life, or fails when that
    /// is zero.
    #[derive(Debug, Default)]
    struct Counting {
        asked: AtomicU64,
        life: AtomicU64,
    }

    impl Provider for Arc<Counting> {
        fn name(&self) -> &'static str {
            "counting"
        }

        fn provide<'a>(&'a self, context: ProviderContext<'a>) -> ProviderFuture<'a> {
            Box::pin(async move { self.answer(context) })
        }
    }

    impl Counting {
        fn answer(&self, context: ProviderContext<'_>) -> Result<ProviderResult, ConfigError> {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            let life = self.life.load(Ordering::SeqCst);
            if life == 0 {
                return Ok(ProviderResult::NotConfigured("told to fail".into()));
            }
            let expiration = (life != u64::MAX).then(|| context.now() + Duration::from_secs(life));
            Ok(ProviderResult::Found(Credentials {
                expiration,
                ..Credentials::new(asked.to_string(), "hidden", "counting")
            }))
        }
    }

    /// A cached chain over a counting provider, and the clock's hand in seconds.
    fn counting(life: u64) -> (CachedChain, Arc<Counting>, Arc<AtomicU64>) {
        let provider = Arc::new(Counting::default());
        let hand = Arc::new(AtomicU64::new(0));
        provider.life.store(life, Ordering::SeqCst);
        let clock = hand.clone();
        let env = Env::with_variables([("HOME", "")]).with_clock(move || {
            SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst))
        });
        let settings = Arc::new(Settings::load(env, None).expect("no files"));
        (
            CachedChain::new(Chain::new(vec![Box::new(provider.clone())]), settings, None),
            provider,
            hand,
        )
    }

    fn ask(chain: &CachedChain) -> Result<Arc<Credentials>, ConfigError> {
        let fake = Fake::default();
        wait(chain.resolve("r", &fake, &fake))
    }

    #[test]
    fn credentials_are_kept_and_refreshed_before_they_end() {
        for (life, moments) in [
            (u64::MAX, &[(0, "1"), (1_000_000, "1")][..]),
            (
                3600,
                &[(0, "1"), (2699, "1"), (2700, "2"), (5399, "2"), (5400, "3")],
            ),
            (100, &[(0, "1"), (74, "1"), (75, "2"), (500, "3")]),
        ] {
            let (chain, _, hand) = counting(life);
            for (second, key) in moments {
                hand.store(*second, Ordering::SeqCst);
                assert_eq!(
                    ask(&chain).map(|found| found.access_key_id.clone()),
                    Ok((*key).into()),
                    "{life} {second}"
                );
            }
        }
    }

    #[test]
    fn a_failed_refresh_leaves_valid_credentials_in_force() {
        let (chain, provider, hand) = counting(100);
        ask(&chain).expect("the first answer");
        provider.life.store(0, Ordering::SeqCst);
        hand.store(99, Ordering::SeqCst);
        assert_eq!(
            ask(&chain).map(|found| found.access_key_id.clone()),
            Ok("1".into())
        );
        hand.store(100, Ordering::SeqCst);
        assert_eq!(
            ask(&chain).map_err(|error| error.kind()),
            Err(ConfigErrorKind::NoCredentials)
        );
    }

    #[test]
    fn callers_at_once_share_one_answer() {
        let (chain, provider, _) = counting(100);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| ask(&chain).expect("an answer"));
            }
        });
        assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn moments_need_an_offset() {
        let epoch = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        for (text, expected) in [
            ("1970-01-01T00:01:00Z", epoch(60)),
            ("1970-01-01T01:01:00+01:00", epoch(60)),
            ("19700101T010100+0100", epoch(60)),
            ("1970-01-01T00:01:00", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }
}

//! Sessions: credentials for one bucket (S3 Express), which the client's own credentials open and
//! which last some minutes. The endpoint rules say which calls need one.

use super::sigv4::Scope;
use crate::client::Client;
use crate::document::{Document, Map};
use crate::endpoint::ResolvedEndpoint;
use crate::error::{ConfigError, ConfigErrorKind, Error};
use crate::future::BoxFuture;
use crate::http::Body;
use crate::identity::{Credentials, Identity, IdentityCache, IdentityContext, ResolveIdentity};
use crate::pipeline::{self, Overrides, Start};
use crate::schema::rules::{Expression, Parameter, Rule, RuleSet};
use crate::schema::{
    Protocol, Service, ShapeIndex, Trait, http, member, operation, string, structure, timestamp,
};
use crate::visit::{DocumentBuilder, TypedDocument};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// The operation that opens a session.
const OPERATION: &str = "CreateSession";
const OUTPUT: ShapeIndex = 1;

/// What is called to open a session, at the URL of the bucket. It is a service of its own, as the
/// client's may be generated without the operation.
static SERVICE: Service<'static> = Service {
    id: "opsmith#Sessions",
    title: "Sessions",
    signing_name: "s3express",
    protocols: &[Protocol::RestXml],
    protocol: Protocol::RestXml,
    operations: &[
        operation(OPERATION, None, Some(OUTPUT)).with(&[Trait::Http(&http(
            "GET",
            "/?session",
            200,
        ))]),
    ],
    shapes: &[
        structure(
            "Credentials",
            &[
                member("AccessKeyId", 2),
                member("Expiration", 3),
                member("SecretAccessKey", 2),
                member("SessionToken", 2),
            ],
        )
        .sensitive(),
        structure("Output", &[member("Credentials", 0)]),
        string("Text"),
        timestamp("Time"),
    ],
    endpoint: RuleSet {
        parameters: &[Parameter("Endpoint", "SDK::Endpoint", None)],
        rules: &[Rule::Endpoint(
            &[],
            Expression::Ref("Endpoint"),
            &[("authSchemes", SIGNED_ONCE)],
            &[],
        )],
    },
    ..Service::NONE
};

/// The service signs paths as they are.
const SIGNED_ONCE: Expression<'static> = Expression::List(&[Expression::Map(&[
    ("name", Expression::Text("sigv4")),
    ("disableDoubleEncoding", Expression::Boolean(true)),
])]);

/// How many sessions a client keeps; beyond that, the one that was not used for longest is forgotten.
const MAX_SESSIONS: usize = 100;

/// The sessions of a client: one for each bucket, by its URL, and each access key. The last one was
/// used last.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Vec<CachedSession>>);

#[derive(Debug)]
struct CachedSession {
    url: String,
    access_key_id: String,
    session: Arc<IdentityCache>,
}

impl Sessions {
    /// The credentials of the session that an identity has for the bucket of an endpoint. They are
    /// cached, and replaced before they expire.
    ///
    /// # Errors
    ///
    /// The session can't be opened.
    pub(crate) async fn open(
        &self,
        client: &Client<'_>,
        endpoint: &ResolvedEndpoint,
        scope: Scope<'_>,
        identity: &Identity,
    ) -> Result<Identity, Error> {
        let session = self.of(client, &endpoint.url.0, scope, identity);
        // The service says when a session ends, by its own clock.
        let clock = || client.shared.retries.corrected(client.now());
        Ok(session
            .get(IdentityContext::new(scope.region, &clock))
            .await?)
    }

    /// The session, which is opened later.
    fn of(
        &self,
        client: &Client<'_>,
        url: &str,
        scope: Scope<'_>,
        identity: &Identity,
    ) -> Arc<IdentityCache> {
        let Credentials { access_key_id, .. } = identity.credentials();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let matches =
            |cached: &CachedSession| cached.url == url && cached.access_key_id == *access_key_id;
        if let Some(at) = all.iter().position(matches) {
            let cached = all.remove(at);
            let session = cached.session.clone();
            all.push(cached);
            return session;
        }
        if all.len() >= MAX_SESSIONS {
            all.remove(0);
        }
        let mut config = client.shared.config.clone();
        // The URL is all that the rules need.
        config.endpoint_parameters.clear();
        let config = config.region(scope.region).endpoint_url(url);
        let bucket = Bucket(Client::new(&SERVICE, config.identity(identity.clone())));
        let session = Arc::new(IdentityCache::new(bucket));
        all.push(CachedSession {
            url: url.to_owned(),
            access_key_id: access_key_id.clone(),
            session: session.clone(),
        });
        session
    }
}

/// A bucket, and who opens sessions for it.
struct Bucket(Client<'static>);

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bucket")
    }
}

impl ResolveIdentity for Bucket {
    fn resolve<'a>(
        &'a self,
        _: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
        Box::pin(async move {
            let answer = self.create_session().await.map_err(refused)?;
            credentials(&answer).map(Identity::from).ok_or_else(|| {
                ConfigError::credentials(format!("{OPERATION}: the answer is incomplete"))
            })
        })
    }
}

impl Bucket {
    async fn create_session(&self) -> Result<Document, Error> {
        let input = TypedDocument {
            document: &Document::Map(Map::new()),
            service: &SERVICE,
            shape: ShapeIndex::MAX,
        };
        let mut output = DocumentBuilder::new(&SERVICE, OUTPUT);
        let start = Start::Input {
            operation: OPERATION,
            input: &input,
            body: Body::Empty,
            overrides: &Overrides::default(),
        };
        pipeline::run_boxed(&self.0, start, Some(&mut output)).await?;
        Ok(output.finish())
    }
}

fn credentials(answer: &Document) -> Option<Credentials> {
    let found = answer.get("Credentials")?;
    let text = |name| found.get(name).and_then(Document::as_str);
    let mut credentials =
        Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?, "session");
    credentials.session_token = Some(text("SessionToken")?.to_owned());
    credentials.expiration = match found.get("Expiration")? {
        Document::Timestamp(end) => Some(SystemTime::try_from(*end).ok()?),
        _ => return None,
    };
    Some(credentials)
}

/// An error of the service's, in the AWS CLI's words; any other as it is.
fn refused(error: Error) -> ConfigError {
    match error {
        Error::Config(error) => error,
        Error::Service(error) => {
            let text = format!(
                "An error occurred ({}) when calling the {OPERATION} operation: {}",
                error.code, error.message
            );
            ConfigError::new(ConfigErrorKind::RefusedByService, text)
        }
        other => ConfigError::credentials(other),
    }
}

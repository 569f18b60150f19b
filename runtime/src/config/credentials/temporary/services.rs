//! Calls of the services that give credentials, with schemas that the generator makes of small
//! models (`model/credentials`).
//!
//! They are calls like any others: endpoint rules, authentication, retries and errors are the
//! pipeline's.

#[rustfmt::skip]
#[allow(unreachable_pub, reason = "generated code, which is a module of a crate elsewhere")]
mod signin;
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "generated code, which is a module of a crate elsewhere")]
mod sso;
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "generated code, which is a module of a crate elsewhere")]
mod sso_oidc;
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "generated code, which is a module of a crate elsewhere")]
mod sts;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::{Credentials, ProviderContext, failed};
use crate::client::{Client, Config};
use crate::clock::Clock;
use crate::document::{Document, Map};
use crate::endpoint;
use crate::error::{ConfigError, ConfigErrorKind, Error, ServiceError};
use crate::pipeline::Prepared;
use crate::protocol::{self, Protocol};
use crate::schema::{self, ShapeIndex};
use crate::visit::{DocumentBuilder, TypedDocument};

/// A service that gives credentials.
pub(super) struct Service {
    schema: &'static schema::Service<'static>,
    /// Its protocol, known to the compiler, so that no other is linked.
    protocol: Option<&'static dyn Protocol>,
}

pub(super) static STS: Service = Service {
    schema: &sts::SERVICE,
    protocol: Some(protocol::AWS_QUERY),
};

pub(super) static SSO: Service = Service {
    schema: &sso::SERVICE,
    protocol: protocol::of(sso::SERVICE.protocol),
};

pub(super) static SSO_OIDC: Service = Service {
    schema: &sso_oidc::SERVICE,
    protocol: protocol::of(sso_oidc::SERVICE.protocol),
};

pub(super) static SIGNIN: Service = Service {
    schema: &signin::SERVICE,
    protocol: protocol::of(signin::SERVICE.protocol),
};

/// A call of such a service.
pub(super) struct Call<'a> {
    pub(super) service: &'static Service,
    pub(super) operation: &'static str,
    pub(super) region: &'a str,
    /// What signs it, if the operation is signed.
    pub(super) signed_by: Option<&'a Credentials>,
}

impl Call<'_> {
    /// Makes the call with these members of its input, and returns the output.
    pub(super) async fn make(
        &self,
        context: &ProviderContext<'_>,
        input: Map,
    ) -> Result<Document, Error> {
        let time = Arc::new(Mutex::new(context.now()));
        let clock = Clock::new({
            let time = time.clone();
            move || *time.lock().unwrap_or_else(PoisonError::into_inner)
        });
        let client = self.client(context, clock)?;
        let mut call = pin!(self.answered(&client, Document::Map(input)));
        // The client can't keep the context's clock, so it is told the time whenever it goes on.
        poll_fn(|task| {
            set(&time, context.now());
            call.as_mut().poll(task)
        })
        .await
    }

    /// The URL to which the call goes.
    pub(super) async fn url(
        &self,
        context: &ProviderContext<'_>,
        input: Map,
    ) -> Result<String, Error> {
        let client = self.client(context, Clock::default())?;
        let prepared = self.prepared(&client, &Document::Map(input))?;
        Ok(client.signed(prepared).await?.url)
    }

    fn client(
        &self,
        context: &ProviderContext<'_>,
        clock: Clock,
    ) -> Result<Client<'static>, ConfigError> {
        let Service { schema, protocol } = self.service;
        let config = self.config(context, clock)?;
        Ok(Client::with_protocol(schema, *protocol, config))
    }

    fn prepared(
        &self,
        client: &Client<'static>,
        input: &Document,
    ) -> Result<Prepared<'static>, Error> {
        let service = client.service();
        let operation = service.operation(self.operation);
        let shape = operation.and_then(|operation| operation.input);
        let input = TypedDocument {
            document: input,
            service,
            shape: shape.unwrap_or(ShapeIndex::MAX),
        };
        client.prepare(self.operation, &input)
    }

    async fn answered(&self, client: &Client<'static>, input: Document) -> Result<Document, Error> {
        let received = client.send(self.prepared(client, &input)?).await?;
        let service = client.service();
        let Some(operation) = service.operation(self.operation) else {
            return Ok(Document::Null);
        };
        let output = DocumentBuilder::new(service, operation.output.unwrap_or(ShapeIndex::MAX));
        let read = client.read(operation, &received.response, output)?;
        Ok(read.finish())
    }

    /// The configuration of the call. Options of the call that needs credentials don't apply: they
    /// concern the service that is called.
    fn config(&self, context: &ProviderContext<'_>, clock: Clock) -> Result<Config, ConfigError> {
        let settings = context.settings;
        let mut config = Config {
            fips: settings.flag("use_fips_endpoint", false)?,
            dual_stack: settings.flag("use_dualstack_endpoint", false)?,
            max_attempts: settings.max_attempts()?,
            transport: Some(context.transport.clone()),
            clock,
            ..Config::new()
        };
        if let Some(url) = settings.configured_endpoint_url(self.service.schema.sdk_id)? {
            endpoint::configured(&url.text)
                .map_err(|problem| ConfigError::invalid(problem, &url.origin))?;
            config = config.endpoint_url(url.text);
        }
        if let Some(credentials) = self.signed_by {
            config = config.credentials(credentials.clone());
        }
        Ok(config.region(self.region))
    }
}

fn set(time: &Mutex<SystemTime>, now: SystemTime) {
    *time.lock().unwrap_or_else(PoisonError::into_inner) = now;
}

/// A text of an output, which must be there.
pub(super) fn text(output: &Document, name: &str) -> Result<String, String> {
    let text = output.get(name).and_then(Document::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("the answer has no {name}"))
}

/// The error of a provider whose call failed.
pub(super) fn failure(provider: &str, error: Error) -> ConfigError {
    match error {
        Error::Config(error) => error,
        Error::Service(error) => {
            ConfigError::new(ConfigErrorKind::RefusedByService, refusal(&error))
        }
        Error::Transport(error) => ConfigError::credentials(error),
        error => failed(provider, &error).caused_by(error),
    }
}

/// An error of the service's, in the AWS CLI's words.
fn refusal(error: &ServiceError) -> String {
    let ServiceError {
        code,
        operation,
        message,
        ..
    } = error;
    let mut text =
        format!("An error occurred ({code}) when calling the {operation} operation: {message}");
    if let Some(id) = &error.request_id {
        text += &format!("\nRequest ID: {id}");
    }
    if let Some(note) = error.attempts.note() {
        text += &format!("\n{note}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::credentials::testing::{LATE, answering, resolve};
    use crate::config::env::testing::Scene;
    use crate::endpoint::{Value, evaluate};
    use crate::schema::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn hosts_are_those_of_the_region_and_its_partition() {
        for (service, region, fips, dual_stack, host) in [
            (
                &STS,
                "eu-west-1",
                false,
                false,
                "sts.eu-west-1.amazonaws.com",
            ),
            (
                &STS,
                "us-east-2",
                true,
                false,
                "sts-fips.us-east-2.amazonaws.com",
            ),
            (
                &STS,
                "us-gov-west-1",
                true,
                false,
                "sts.us-gov-west-1.amazonaws.com",
            ),
            (&STS, "us-east-1", true, true, "sts-fips.us-east-1.api.aws"),
            (
                &STS,
                "nowhere-1",
                false,
                false,
                "sts.nowhere-1.amazonaws.com",
            ),
            (
                &SSO,
                "cn-north-1",
                false,
                false,
                "portal.sso.cn-north-1.amazonaws.com.cn",
            ),
            (
                &SSO,
                "us-east-1",
                true,
                false,
                "portal.sso-fips.us-east-1.amazonaws.com",
            ),
            (
                &SSO_OIDC,
                "us-gov-east-1",
                true,
                false,
                "oidc.us-gov-east-1.amazonaws.com",
            ),
            (
                &SSO_OIDC,
                "eu-west-1",
                false,
                true,
                "oidc.eu-west-1.api.aws",
            ),
            (
                &SIGNIN,
                "eu-west-1",
                false,
                false,
                "eu-west-1.signin.aws.amazon.com",
            ),
            (
                &SIGNIN,
                "cn-north-1",
                false,
                false,
                "cn-north-1.signin.amazonaws.cn",
            ),
            (
                &SIGNIN,
                "eu-west-1",
                false,
                true,
                "signin.eu-west-1.api.aws",
            ),
            (
                &SIGNIN,
                "us-gov-west-1",
                true,
                false,
                "signin-fips.amazonaws-us-gov.com",
            ),
            (
                &SIGNIN,
                "us-gov-east-1",
                true,
                false,
                "us-gov-east-1.signin-fips.amazonaws-us-gov.com",
            ),
            (
                &SIGNIN,
                "us-east-1",
                true,
                false,
                "signin-fips.us-east-1.amazonaws.com",
            ),
        ] {
            let given = [
                ("Region", Value::from(region)),
                ("UseFIPS", Value::Boolean(fips)),
                ("UseDualStack", Value::Boolean(dual_stack)),
            ];
            let found = evaluate(&service.schema.endpoint, given);
            assert_eq!(found.expect(host).url, format!("https://{host}"));
        }
    }

    /// So that no message, log or dry run shows them.
    #[test]
    fn secrets_are_marked_in_the_models() {
        for (service, expected) in [
            (
                &STS,
                &[
                    "SecretAccessKey",
                    "SessionToken",
                    "TokenCode",
                    "WebIdentityToken",
                ][..],
            ),
            (&SSO, &["accessToken", "secretAccessKey", "sessionToken"]),
            (&SSO_OIDC, &["accessToken", "clientSecret", "refreshToken"]),
            (
                &SIGNIN,
                &[
                    "accessToken",
                    "proof",
                    "refreshToken",
                    "secretAccessKey",
                    "sessionToken",
                ],
            ),
        ] {
            let schema = service.schema;
            let structures = schema.shapes.iter();
            let structures = structures.filter(|shape| shape.kind == Kind::Structure);
            let members = structures.flat_map(|shape| shape.members);
            let secrets = members.filter(|member| schema.hides(member));
            let secrets: BTreeSet<_> = secrets.map(|member| member.name).collect();
            assert_eq!(Vec::from_iter(secrets), expected, "{}", schema.sdk_id);
        }
    }

    #[test]
    fn a_failure_that_the_model_calls_retryable_is_retried() {
        let failure =
            "<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error></ErrorResponse>";
        let answer = format!(
            "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s\
             </SecretAccessKey><SessionToken>t</SessionToken><Expiration>{LATE}</Expiration></Credentials>\
             </AssumeRoleWithWebIdentityResult></R>"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token").display().to_string();
        std::fs::write(&file, "token").expect("a file");
        let config = format!("[default]\nrole_arn = r\nweb_identity_token_file = {file}\n");
        let scene = Scene::new(&config, "", &[]);
        let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
        let fake = answering(&[(400, failure), (200, &answer)]);
        let found = resolve(&settings, &fake).expect("credentials");
        assert_eq!(found.access_key_id, "ASIA");
        assert_eq!(fake.requests().len(), 2);
    }
}

//! The step that authenticates an attempt.

use super::Prepared;
use super::endpoint::Destination;
use crate::auth::sigv4::Scope;
use crate::auth::{self, AuthScheme, Caller, Identities, Needs, Options, Payload, Signing};
use crate::client::Client;
use crate::client::config::{IdentitySource, TokenSource};
use crate::error::{Cause, ConfigError, Error};
use crate::http::{Header, Request};
use crate::identity::{Identity, IdentityContext, Token};
use crate::schema::Auth;

/// How many headers an attempt adds: signature (3), user agent, and those that count attempts (2).
const HEADERS_OF_ATTEMPT: usize = 6;

/// A copy of the request for one attempt, with the endpoint's headers, a signature, and the user
/// agent. The copy shares the body. `payload` is kept from attempt to attempt.
pub(super) async fn authenticate(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    payload: &mut Option<Payload>,
) -> Result<Request, Error> {
    let (scheme, scope) = selected(client, prepared, destination)?;
    let caller = caller(client, prepared, destination, scheme.needs(), scope).await?;
    let unsigned = prepared.operation.has_unsigned_payload();
    // Services that have the path encoded once, as S3 does, have it signed where TLS does not protect it.
    if unsigned && (scope.double_encoding || destination.is_https()) {
        payload.get_or_insert(Payload::Unsigned);
    }
    // A stream is read for it, so not before there is something to sign with.
    let payload = match &caller {
        Caller::Credentials(_) => {
            if leaves_body_out(client, prepared, destination, scope) {
                payload.get_or_insert(Payload::Unsigned);
            }
            Some(payload_once(prepared, payload).await?)
        }
        Caller::Anonymous | Caller::Token(_) => payload.as_ref(),
    };
    let mut attempt = copy(&prepared.request, destination);
    #[cfg(feature = "checksums")]
    if let (Caller::Anonymous, Some(Payload::UnsignedTrailer)) = (&caller, payload) {
        // A signature would have it.
        attempt = attempt.header("x-amz-content-sha256", Payload::TRAILER);
    }
    let with = Signing {
        caller: &caller,
        scope,
        payload,
        states_payload: unsigned,
        now: client.shared.retries.corrected(client.now()),
    };
    scheme
        .sign(&mut attempt, &with)
        .map_err(|error| Error::Request(Cause::of(error)))?;
    // After the signature, as proxies may change it.
    let user_agent = client.shared.config.user_agent.clone();
    Ok(attempt.header("user-agent", user_agent))
}

/// The scheme of a call's requests, and what they are signed for.
pub(super) fn selected<'d>(
    client: &'d Client<'_>,
    prepared: &'d Prepared<'_>,
    destination: &'d Destination,
) -> Result<(&'static dyn AuthScheme, Scope<'d>), Error> {
    let config = &client.shared.config;
    let token_of_service = service_token(client, prepared)?.is_some();
    let identities = Identities {
        credentials: !matches!(config.identity, IdentitySource::Missing),
        token: token_of_service || config.token.is_some(),
        token_of_service,
    };
    let anonymous = matches!(config.identity, IdentitySource::Anonymous);
    let options = Options {
        of_model: client.service.auth(prepared.operation),
        optional: prepared.operation.is_auth_optional(),
        of_endpoint: &destination.endpoint.auth,
        usual: destination.endpoint.scope(),
        region_set: config.signing_regions.as_deref(),
        preference: &config.auth_preference,
        identities: (!anonymous).then_some(identities),
    };
    auth::select(prepared.operation.name, &options)
}

/// Who makes a call, as its scheme needs it.
pub(super) async fn caller(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    needs: Needs,
    scope: Scope<'_>,
) -> Result<Caller, Error> {
    match needs {
        Needs::Nothing => return Ok(Caller::Anonymous),
        Needs::Token => {
            return Ok(Caller::Token(match service_token(client, prepared)? {
                Some(token) => token,
                None => token(client, &prepared.region).await?,
            }));
        }
        _ => {}
    }
    // A set of regions is none that credentials could come from.
    let region = Some(scope.region).filter(|region| !region.contains(['*', ',']));
    let region = region.unwrap_or(destination.endpoint.scope().region);
    let Some(identity) = identity(client, region).await? else {
        return Ok(Caller::Anonymous);
    };
    #[cfg(feature = "s3express")]
    if needs == Needs::Session {
        let sessions = &client.shared.sessions;
        let opened = sessions.open(client, &destination.endpoint, scope, &identity);
        return Ok(Caller::Credentials(opened.await?));
    }
    Ok(Caller::Credentials(identity))
}

/// The token that is for this service alone, if the operation takes tokens and there is one.
fn service_token(client: &Client<'_>, prepared: &Prepared<'_>) -> Result<Option<Token>, Error> {
    let service = client.service;
    let schemes = service.auth(prepared.operation);
    match &client.shared.config.service_tokens {
        Some(tokens) if schemes.contains(&Auth::HttpBearerAuth) => {
            Ok(tokens.token(service.signing_name)?)
        }
        _ => Ok(None),
    }
}

/// The token that authenticates requests in a region.
async fn token(client: &Client<'_>, region: &str) -> Result<Token, Error> {
    match &client.shared.config.token {
        None => Err(ConfigError::no_token(
            ": the configuration has none. Give it one with `token`, or take it from the environment with \
             `Config::from_env`.",
        )
        .into()),
        Some(TokenSource::Fixed(token)) => Ok(token.clone()),
        Some(TokenSource::Resolved(cache)) => {
            let clock = || client.now();
            Ok(cache.get(IdentityContext::new(region, &clock)).await?)
        }
    }
}

/// The request at its destination, with the endpoint's headers. The body is shared.
pub(super) fn copy(request: &Request, destination: &Destination) -> Request {
    // What the endpoint asks for replaces what the input has.
    let asked = &destination.endpoint.headers;
    let kept = |(name, _): &&Header| asked.iter().all(|(other, _)| other != name);
    let headers = request.headers.iter().filter(kept).chain(asked);
    let url = joined(&destination.url, &request.url);
    let mut copy = Request::new(request.method.clone(), url);
    copy.headers = Vec::with_capacity(request.headers.len() + asked.len() + HEADERS_OF_ATTEMPT);
    copy.headers.extend(headers.cloned());
    copy.body = request.body.clone();
    copy
}

/// The URL of a request: the endpoint's path goes before the target's, if that has any, and what the
/// endpoint has in its query string before the target's.
fn joined(endpoint: &str, target: &str) -> String {
    if target == "/" {
        return endpoint.to_owned();
    }
    let (base, fixed) = endpoint.split_once('?').unwrap_or((endpoint, ""));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut url = match path {
        "/" => base.to_owned(),
        path => [base.strip_suffix('/').unwrap_or(base), path].concat(),
    };
    let mut separator = '?';
    for part in [fixed, query].into_iter().filter(|part| !part.is_empty()) {
        url.push(separator);
        url.push_str(part);
        separator = '&';
    }
    url
}

/// How signatures cover the body: `known` from an earlier attempt, as the body is the same for all.
pub(super) async fn payload_once<'p>(
    prepared: &Prepared<'_>,
    known: &'p mut Option<Payload>,
) -> Result<&'p Payload, Error> {
    let payload = match known.take() {
        Some(payload) => payload,
        None => {
            let payload = Payload::of(&prepared.request.body).await;
            payload.map_err(unreadable_body)?
        }
    };
    Ok(known.insert(payload))
}

/// Whether signatures don't cover the body. Only services that have the path encoded once, as S3
/// does, take such requests: the configuration says so, or the body is a stream over TLS that the
/// caller's MD5 protects.
fn leaves_body_out(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    scope: Scope<'_>,
) -> bool {
    let stream = client.service.stream(prepared.operation.input);
    let covers = client.shared.config.bodies.signed.unwrap_or_else(|| {
        let protected = prepared.request.value("content-md5").is_some();
        !(protected && stream.is_some() && destination.is_https())
    });
    !scope.double_encoding && !covers
}

/// The error of a body that can't be read before it is sent.
pub(super) fn unreadable_body(error: std::io::Error) -> Error {
    let message = format!("the body of the request can't be read: {error}");
    Error::Request(Cause::with(message, error))
}

/// The identity that signs requests for a region, or `None` if the client doesn't sign.
pub(super) async fn identity(client: &Client<'_>, region: &str) -> Result<Option<Identity>, Error> {
    let cache = match &client.shared.config.identity {
        IdentitySource::Missing => return Err(ConfigError::no_credentials().into()),
        IdentitySource::Anonymous => return Ok(None),
        IdentitySource::Fixed(identity) => return Ok(Some(identity.clone())),
        IdentitySource::Resolved(cache) => cache,
    };
    let clock = || client.now();
    let context = IdentityContext::new(region, &clock);
    Ok(Some(cache.get(context).await?))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_target_follows_the_endpoint() {
        for (endpoint, target, expected) in [
            ("http://a/", "/", "http://a/"),
            ("http://a/base", "/", "http://a/base"),
            ("http://a/?x", "/", "http://a/?x"),
            ("http://a/", "/b?c", "http://a/b?c"),
            ("http://a/base", "/b", "http://a/base/b"),
            ("http://a/base/", "/b/", "http://a/base/b/"),
            ("http://a/base?x=1", "/b?c", "http://a/base/b?x=1&c"),
            ("http://a/", "//b/../c", "http://a//b/../c"),
            ("http://a/", "/?c", "http://a/?c"),
        ] {
            assert_eq!(joined(endpoint, target), expected);
        }
    }
}

//! Which scheme authenticates a request.

use super::sigv4::{Scope, SigV4};
use super::{AuthScheme, NoAuth};
use crate::error::Error;
use crate::schema::Auth;

/// The schemes that need an identity.
const SCHEMES: &[&dyn AuthScheme] = &[&SigV4];

/// A scheme that an endpoint lists in `authSchemes`, with its properties.
#[derive(Debug)]
pub(crate) struct EndpointAuth {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) double_encoding: bool,
}

impl EndpointAuth {
    fn scope(&self) -> Scope<'_> {
        Scope {
            region: &self.region,
            service: &self.service,
            double_encoding: self.double_encoding,
        }
    }
}

/// The scheme of an operation's requests, and what they are signed for.
///
/// - `of_model`: the schemes of the model for the operation, best first; empty if it is unsigned.
/// - `of_endpoint`: the schemes that the endpoint lists, best first. They replace the model's, but
///   don't make an operation signed that the model has unsigned.
/// - `usual`: what to sign for if the endpoint doesn't say.
/// - `has_identity`: whether the client signs at all.
///
/// # Errors
///
/// None of the schemes is supported.
pub(crate) fn select<'a>(
    operation: &str,
    of_model: &[Auth<'_>],
    of_endpoint: &'a [EndpointAuth],
    usual: Scope<'a>,
    has_identity: bool,
) -> Result<(&'static dyn AuthScheme, Scope<'a>), Error> {
    let Some(first) = of_model.first().filter(|_| has_identity) else {
        return Ok((&NoAuth, usual));
    };
    let selected = if of_endpoint.is_empty() {
        let mut schemes = of_model.iter().filter_map(|auth| built_in(name(auth)));
        schemes.next().map(|scheme| (scheme, usual))
    } else {
        of_endpoint
            .iter()
            .find_map(|listed| Some((built_in(&listed.name)?, listed.scope())))
    };
    selected.ok_or_else(|| {
        let best = of_endpoint
            .first()
            .map_or(name(first), |listed| listed.name.as_str());
        let problem = format!(
            "{operation} needs authentication with {best}, which is not supported: requests are signed with SigV4 only."
        );
        Error::Request(problem.into())
    })
}

fn built_in(name: &str) -> Option<&'static dyn AuthScheme> {
    SCHEMES.iter().find(|scheme| scheme.name() == name).copied()
}

/// The name of a scheme of the model in endpoint rules, or its id if they have no name for it.
fn name<'a>(auth: &Auth<'a>) -> &'a str {
    match auth {
        Auth::SigV4 => "sigv4",
        Auth::Other(id) => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_chosen_by_operation_endpoint_and_identity() {
        const V4A: Auth<'_> = Auth::Other("aws.auth#sigv4a");
        const BEARER: Auth<'_> = Auth::Other("smithy.api#httpBearerAuth");
        for (of_model, of_endpoint, has_identity, expected) in [
            // What the model lists, in its order.
            (&[Auth::SigV4][..], &[][..], true, Ok("sigv4 for usual")),
            (&[V4A, Auth::SigV4], &[], true, Ok("sigv4 for usual")),
            (&[BEARER], &[], true, Err("smithy.api#httpBearerAuth")),
            (&[V4A, BEARER], &[], true, Err("aws.auth#sigv4a")),
            // What the endpoint lists replaces it.
            (&[BEARER], &["sigv4"], true, Ok("sigv4 for endpoint")),
            (
                &[Auth::SigV4],
                &["sigv4a", "sigv4"],
                true,
                Ok("sigv4 for endpoint"),
            ),
            (&[Auth::SigV4], &["sigv4a", "bearer"], true, Err("sigv4a")),
            // An operation that is not signed stays so.
            (&[], &[], true, Ok("none for usual")),
            (&[], &["sigv4"], true, Ok("none for usual")),
            // A client that doesn't sign calls everything.
            (&[Auth::SigV4], &["sigv4"], false, Ok("none for usual")),
            (&[BEARER], &["bearer"], false, Ok("none for usual")),
        ] {
            let of_endpoint: Vec<_> = of_endpoint
                .iter()
                .map(|name| EndpointAuth {
                    name: (*name).to_owned(),
                    region: "endpoint".to_owned(),
                    service: "s".to_owned(),
                    double_encoding: true,
                })
                .collect();
            let usual = Scope::new("usual", "s");
            let selected = select("Op", of_model, &of_endpoint, usual, has_identity)
                .map(|(scheme, scope)| format!("{} for {}", scheme.name(), scope.region))
                .map_err(|error| error.to_string());
            let expected = expected.map(str::to_owned).map_err(|name| {
                format!("Op needs authentication with {name}, which is not supported: requests are signed with SigV4 only.")
            });
            assert_eq!(selected, expected, "{of_model:?} {of_endpoint:?}");
        }
    }
}

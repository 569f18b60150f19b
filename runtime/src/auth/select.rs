//! Which scheme authenticates a request.

use super::bearer::HttpBearerAuth;
use super::sigv4::{Scope, SigV4};
use super::{AuthScheme, Needs, NoAuth};
use crate::error::Error;
use crate::schema::Auth;

/// The schemes that need an identity.
const SCHEMES: &[&dyn AuthScheme] = &[
    &SigV4::Regional,
    #[cfg(feature = "sigv4a")]
    &SigV4::MultiRegion,
    &HttpBearerAuth,
    #[cfg(feature = "s3express")]
    &SigV4::Session,
];

/// The feature of this crate with a scheme, if it is one.
fn feature(scheme: &str) -> Option<&'static str> {
    match scheme {
        "sigv4a" => Some("sigv4a"),
        "sigv4-s3express" => Some("s3express"),
        _ => None,
    }
}

/// A scheme that an endpoint lists in `authSchemes`, with its properties.
#[derive(Debug)]
pub(crate) struct EndpointAuth {
    pub(crate) name: String,
    /// The region; of SigV4a, the set of regions with commas between them.
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

/// Schemes that a configuration prefers (`auth_scheme_preference`): names such as `sigv4a`, best
/// first. Names that the model does not allow have no effect, nor have unknown ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preference {
    pub(crate) names: Vec<String>,
    /// Whether a program states it, which beats a token of the environment.
    pub(crate) by_program: bool,
}

impl Preference {
    /// The names in a text that separates them with commas.
    pub(crate) fn of_text(text: &str) -> Self {
        let names = text.split(',').map(|name| name.replace([' ', '\t'], ""));
        Preference {
            names: names.filter(|name| !name.is_empty()).collect(),
            by_program: false,
        }
    }
}

/// Which identities a client has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identities {
    pub(crate) credentials: bool,
    pub(crate) token: bool,
    /// Whether the token is for this service alone. A service that takes tokens then gets it.
    pub(crate) token_of_service: bool,
}

/// What is selected from.
#[derive(Debug)]
pub(crate) struct Options<'a> {
    /// The schemes of the model for the operation, best first; empty if it is unsigned.
    pub(crate) of_model: &'a [Auth<'a>],
    /// Whether the model allows unsigned requests as well.
    pub(crate) optional: bool,
    /// The schemes that the endpoint lists, best first. They replace the model's, but don't make an
    /// operation signed that the model has unsigned.
    pub(crate) of_endpoint: &'a [EndpointAuth],
    /// What to sign for if the endpoint doesn't say.
    pub(crate) usual: Scope<'a>,
    /// The regions that requests are signed for with SigV4a, in place of the endpoint's.
    pub(crate) region_set: Option<&'a str>,
    pub(crate) preference: &'a Preference,
    /// `None` of a client that doesn't sign.
    pub(crate) identities: Option<Identities>,
}

/// The scheme of an operation's requests, and what they are signed for: of those that are supported,
/// one whose identity the client has, then the one that is preferred, then the first.
///
/// # Errors
///
/// None of the schemes is supported.
pub(crate) fn select<'a>(
    operation: &str,
    options: &Options<'a>,
) -> Result<(&'static dyn AuthScheme, Scope<'a>), Error> {
    let (Some(first), Some(identities)) = (options.of_model.first(), options.identities) else {
        return Ok((&NoAuth, options.usual));
    };
    let best = |(scheme, _): &(&'static dyn AuthScheme, Scope<'_>)| {
        let has_none = match scheme.needs() {
            Needs::Nothing => false,
            Needs::Token => !identities.token,
            _ => !identities.credentials,
        };
        (has_none, options.rank(scheme.name(), identities))
    };
    let (scheme, mut scope) = options.supported().min_by_key(best).ok_or_else(|| {
        let listed = options.of_endpoint.first().map(|listed| &*listed.name);
        Error::Request(refusal(operation, listed.unwrap_or(name(first))).into())
    })?;
    if let Some(regions) = options.region_set.filter(|_| scheme.name() == "sigv4a") {
        scope.region = regions;
    }
    Ok((scheme, scope))
}

impl<'a> Options<'a> {
    /// The schemes that are supported, with what they sign for.
    fn supported(&self) -> impl Iterator<Item = (&'static dyn AuthScheme, Scope<'a>)> {
        let of_endpoint = self.of_endpoint.iter();
        let of_endpoint = of_endpoint.map(|listed| (&*listed.name, listed.scope()));
        let by_endpoint = !self.of_endpoint.is_empty();
        let usual = self.usual;
        let of_model = self.of_model.iter().filter(move |_| !by_endpoint);
        let of_model = of_model.map(move |auth| match auth {
            Auth::SigV4A => (
                name(auth),
                Scope {
                    region: "*",
                    ..usual
                },
            ),
            _ => (name(auth), usual),
        });
        let unsigned = NoAuth.name();
        let prefers_unsigned = self.preference.names.iter().any(|name| name == unsigned);
        let unsigned: Option<(&'static dyn AuthScheme, _)> =
            (self.optional && prefers_unsigned).then_some((&NoAuth, usual));
        let listed = of_endpoint.chain(of_model);
        let listed = listed.filter_map(|(name, scope)| Some((built_in(name)?, scope)));
        listed.chain(unsigned)
    }

    /// How much a scheme is preferred: the less, the more.
    fn rank(&self, scheme: &str, identities: Identities) -> usize {
        let Preference { names, by_program } = self.preference;
        let takes_token = scheme == HttpBearerAuth.name();
        if takes_token && identities.token_of_service && !by_program {
            return 0;
        }
        let stated = names.iter().position(|name| name == scheme);
        stated.map_or(usize::MAX, |at| at + 1)
    }
}

fn refusal(operation: &str, scheme: &str) -> String {
    match feature(scheme) {
        Some(feature) => format!(
            "{operation} needs authentication with {scheme}: turn on the feature `{feature}` of opsmith-runtime."
        ),
        None => format!("{operation} needs authentication with {scheme}, which is not supported."),
    }
}

/// The scheme of this name. Endpoint rules have a shorter one for bearer tokens.
fn built_in(name: &str) -> Option<&'static dyn AuthScheme> {
    let name = if name == "bearer" {
        HttpBearerAuth.name()
    } else {
        name
    };
    SCHEMES.iter().find(|scheme| scheme.name() == name).copied()
}

/// The name of a scheme of the model, or its id if it is not known.
fn name<'a>(auth: &Auth<'a>) -> &'a str {
    match *auth {
        Auth::Other(id) => id,
        known => known.id().split_once('#').map_or("", |(_, name)| name),
    }
}

#[cfg(test)]
mod tests;

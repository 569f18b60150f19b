//! The `Authorization` header.

use std::collections::BTreeSet;
use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::time::SigningTime;
use super::{ALGORITHM, SignatureError, TERMINATOR, incomplete, single};

/// The parts of an `Authorization` header.
pub(super) struct Authorization<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) scope: Scope<'a>,
    /// In the order of the canonical request.
    pub(super) signed_headers: BTreeSet<&'a str>,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    pub(super) fn from_headers(headers: &'a HeaderMap) -> Result<Self, SignatureError> {
        let value = single(headers, AUTHORIZATION.as_str())?
            .unwrap_or_default()
            .trim();
        let (algorithm, parameters) = value.split_once(' ').unwrap_or((value, ""));
        if algorithm.is_empty() {
            return Err(SignatureError::MissingAuthenticationToken);
        }
        if algorithm != ALGORITHM {
            return Err(incomplete(format!(
                "the Authorization header has to begin with {ALGORITHM}"
            )));
        }
        let credential = parameter(parameters, "Credential")?;
        let signed_headers = parameter(parameters, "SignedHeaders")?;
        let signature = parameter(parameters, "Signature")?;
        let (access_key_id, scope) = Scope::from_credential(credential)?;
        let signed_headers = signed_headers.split(';').collect();
        Ok(Self {
            access_key_id,
            scope,
            signed_headers,
            signature,
        })
    }
}

/// The value of `Name=value` in a list that is separated by commas, spaces or both.
fn parameter<'a>(parameters: &'a str, name: &str) -> Result<&'a str, SignatureError> {
    let mut values = parameters
        .split([',', ' '])
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(given, value)| *given == name && !value.is_empty());
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(incomplete(format!(
            "the Authorization header requires the parameter '{name}'"
        ))),
        (Some(_), Some(_)) => Err(incomplete(format!(
            "the Authorization header has the parameter '{name}' twice"
        ))),
    }
}

/// Where and when a signing key is good: the credential without its access key ID.
pub(super) struct Scope<'a> {
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
}

impl<'a> Scope<'a> {
    /// Splits a credential into the access key ID and the scope.
    fn from_credential(credential: &'a str) -> Result<(&'a str, Self), SignatureError> {
        let parts: Vec<&str> = credential.split('/').collect();
        match parts[..] {
            [access_key_id, date, region, service, terminator]
                if parts.iter().all(|part| !part.is_empty()) =>
            {
                Ok((
                    access_key_id,
                    Self {
                        date,
                        region,
                        service,
                        terminator,
                    },
                ))
            }
            _ => Err(incomplete(format!(
                "Credential must have the form ACCESS_KEY_ID/YYYYMMDD/REGION/SERVICE/{TERMINATOR}"
            ))),
        }
    }

    pub(super) fn check(
        &self,
        service: &str,
        signed_at: &SigningTime,
    ) -> Result<(), SignatureError> {
        let Self {
            date,
            region: _,
            service: given,
            terminator,
        } = self;
        let message = if *terminator != TERMINATOR {
            format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'."
            )
        } else if *given != service {
            format!("Credential should be scoped to correct service: '{service}', not '{given}'.")
        } else if signed_at.text.split('T').next() != Some(date) {
            format!(
                "Date in Credential scope, '{date}', is not the date of signing, {}.",
                signed_at.text
            )
        } else {
            return Ok(());
        };
        Err(SignatureError::InvalidSignature(message))
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            region,
            service,
            terminator,
        } = self;
        write!(f, "{date}/{region}/{service}/{terminator}")
    }
}

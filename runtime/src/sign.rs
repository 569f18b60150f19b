//! Signature Version 4: the one file that names `aws_sigv4`.

use crate::credentials::Credentials;
use crate::http::Request;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign as signed,
};
use aws_sigv4::sign::v4::SigningParams;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// Credentials in the form that requests are signed with. `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Identity {
    key: aws_smithy_runtime_api::client::identity::Identity,
    account_id: Option<Arc<str>>,
}

impl Identity {
    /// The account that the credentials belong to, if their source states it.
    pub(crate) fn account_id(&self) -> Option<&Arc<str>> {
        self.account_id.as_ref()
    }
}

impl From<&Credentials> for Identity {
    fn from(credentials: &Credentials) -> Self {
        let key = aws_credential_types::Credentials::new(
            credentials.access_key_id.as_str(),
            credentials.secret_access_key.as_str(),
            credentials.session_token.clone(),
            None,
            "opsmith",
        );
        Identity {
            key: key.into(),
            account_id: credentials.account_id.as_deref().map(Arc::from),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// What a signature is valid for, and how the path is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// Whether the path is percent-encoded a second time, as all services but S3 have it.
    pub double_encoding: bool,
}

impl<'a> Scope<'a> {
    /// The scope of a service in a region.
    pub fn new(region: &'a str, service: &'a str) -> Self {
        Scope {
            region,
            service,
            double_encoding: true,
        }
    }
}

/// Signs the request: adds the headers `x-amz-date`, `x-amz-security-token` (with a session token)
/// and `authorization`. Every header that is there is signed. What is added to the request later is
/// not, as headers must be that proxies change.
///
/// # Errors
///
/// When the URL or a header can't stand in a canonical request, in words without secrets.
pub fn sign(
    request: &mut Request,
    identity: &Identity,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<(), String> {
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    if !scope.double_encoding {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
    }
    let parameters = SigningParams::builder()
        .identity(&identity.key)
        .region(scope.region)
        .name(scope.service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?;
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value));
    let body = SignableBody::Bytes(&request.body);
    let signable = SignableRequest::new(request.method, request.url.as_str(), headers, body);
    let instructions = signable.and_then(|signable| signed(signable, &parameters.into()));
    let (instructions, _signature) = instructions
        .map_err(|error| error.to_string())?
        .into_parts();
    let (headers, _parameters) = instructions.into_parts();
    request.headers.extend(
        headers
            .iter()
            .map(|header| (header.name().into(), header.value().to_owned().into())),
    );
    Ok(())
}

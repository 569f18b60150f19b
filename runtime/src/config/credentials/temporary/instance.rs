//! The credentials of an instance's role, and its region, from the instance metadata service,
//! version 2 or else 1.

use std::time::{Duration, SystemTime};

use super::{Credentials, Provider, ProviderContext, ProviderResult, failed, metadata};
use crate::config::Settings;
use crate::error::ConfigError;
use crate::future::BoxFuture;
use crate::http::{Header, Request, Response, Transport};

const NAME: &str = "iam-role";
const ROLE: &str = "latest/meta-data/iam/security-credentials/";
const ZONE: &str = "latest/meta-data/placement/availability-zone/";
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";

/// The instance metadata service.
#[derive(Debug)]
pub(super) struct Instance;

impl Provider for Instance {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let Some(service) = Service::of(context.settings, context.metadata)? else {
                return Ok(ProviderResult::NotConfigured(format!("{DISABLED} is true")));
            };
            // No instance, or an instance without a role, is not an error.
            Ok(match service.credentials().await {
                Ok(credentials) => ProviderResult::Found(extended(credentials, context.now())),
                Err(Problem::Absent(reason)) => ProviderResult::NotConfigured(reason),
                Err(Problem::NoToken) => return Err(failed(NAME, NO_TOKEN)),
            })
        })
    }
}

/// The region of the instance that this program runs on; `None` when it runs elsewhere, or must not
/// ask.
///
/// # Errors
///
/// Settings of the metadata service that can't be read.
pub async fn region(
    settings: &Settings,
    metadata: &dyn Transport,
) -> Result<Option<String>, ConfigError> {
    let Some(service) = Service::of(settings, metadata)? else {
        return Ok(None);
    };
    let zone = match service.token().await {
        Ok(token) => service.get(ZONE, token.as_deref()).await,
        Err(problem) => Err(problem),
    };
    // A zone is its region with a letter.
    Ok(zone
        .ok()
        .and_then(|mut zone| zone.pop().map(|_| zone))
        .filter(|region| !region.is_empty()))
}

const NO_TOKEN: &str = "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled";

/// Why there are no credentials.
enum Problem {
    /// There is no instance, or it has no credentials, and why.
    Absent(String),
    /// IMDSv2 gives no token, and IMDSv1 must not be used.
    NoToken,
}

/// Extends credentials that IMDS has not renewed in time. EC2 keeps honouring them, so they are
/// treated as valid until the next refresh.
fn extended(mut credentials: Credentials, now: SystemTime) -> Credentials {
    let minutes = 15.0 + 2.0 + 8.0 * crate::random::fraction();
    let least = now + Duration::from_secs_f64(60.0 * minutes);
    credentials.expiration = credentials.expiration.map(|end| end.max(least));
    credentials
}

/// The service as it is configured.
struct Service<'a> {
    transport: &'a dyn Transport,
    url: String,
    patience: Duration,
    attempts: u32,
    /// Whether the service may be asked without a token.
    version_1: bool,
}

impl<'a> Service<'a> {
    /// The service, unless it must not be asked.
    fn of(settings: &Settings, transport: &'a dyn Transport) -> Result<Option<Self>, ConfigError> {
        if settings.flag("ec2_metadata_disabled", false)? {
            return Ok(None);
        }
        let usual = if by_ipv6(settings)? {
            "http://[fd00:ec2::254]/"
        } else {
            "http://169.254.169.254/"
        };
        let url = settings
            .get("ec2_metadata_service_endpoint")?
            .map(|value| value.text);
        let mut url = url.unwrap_or_else(|| usual.to_owned());
        if !url.ends_with('/') {
            url.push('/');
        }
        let number = |key: &str| -> Result<u32, ConfigError> {
            let Some(value) = settings.get(key)? else {
                return Ok(1);
            };
            let wrong = |_| {
                ConfigError::invalid(
                    format!("invalid literal for int() with base 10: '{}'", value.text),
                    &value.origin,
                )
            };
            value.text.trim().parse().map_err(wrong)
        };
        Ok(Some(Service {
            transport,
            url,
            patience: Duration::from_secs(number("metadata_service_timeout")?.into()),
            attempts: number("metadata_service_num_attempts")?.max(1),
            version_1: !settings.flag("ec2_metadata_v1_disabled", false)?,
        }))
    }

    async fn credentials(&self) -> Result<Credentials, Problem> {
        let token = self.token().await?;
        let role = self.get(ROLE, token.as_deref()).await?;
        let answer = self.get(&format!("{ROLE}{role}"), token.as_deref()).await?;
        metadata::credentials(answer.as_bytes(), NAME).map_err(Problem::Absent)
    }

    /// The token that IMDSv2 requires. `None` selects IMDSv1: when the service knows no tokens, and
    /// when the token can't be had, as within a container.
    async fn token(&self) -> Result<Option<String>, Problem> {
        let life = (
            "x-aws-ec2-metadata-token-ttl-seconds".into(),
            "21600".into(),
        );
        match self.ask("PUT", "latest/api/token", vec![life]).await {
            Ok(response) if response.status == 200 => {
                Ok(Some(String::from_utf8_lossy(&response.body).into_owned()))
            }
            Ok(response) if response.status == 400 => Err(Problem::Absent(format!(
                "{} answered 400 when asked for a token",
                self.url
            ))),
            _ if self.version_1 => Ok(None),
            _ => Err(Problem::NoToken),
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<String, Problem> {
        let token = token.map(|token| ("x-aws-ec2-metadata-token".into(), token.to_owned().into()));
        let response = self
            .ask("GET", path, token.into_iter().collect())
            .await
            .map_err(Problem::Absent)?;
        let text = String::from_utf8_lossy(&response.body).trim().to_owned();
        match (response.status, text.is_empty()) {
            (200, false) => Ok(text),
            (200, true) => Err(Problem::Absent(format!("{}{path} is empty", self.url))),
            (status, _) => Err(Problem::Absent(format!(
                "{}{path} answered {status}",
                self.url
            ))),
        }
    }

    async fn ask(
        &self,
        method: &'static str,
        path: &str,
        headers: Vec<Header>,
    ) -> Result<Response, String> {
        let mut request = Request::new(method, format!("{}{path}", self.url));
        request.headers = headers;
        let mut answer = Err(String::new());
        for _ in 0..self.attempts {
            answer = metadata::ask(self.transport, &request, self.patience).await;
            if answer.as_ref().is_ok_and(|response| response.status < 500) {
                break;
            }
        }
        answer
    }
}

/// Whether the service is called at its IPv6 address.
fn by_ipv6(settings: &Settings) -> Result<bool, ConfigError> {
    let Some(mode) = settings.get("ec2_metadata_service_endpoint_mode")? else {
        return settings.flag("imds_use_ipv6", false);
    };
    match mode.text.to_ascii_lowercase().as_str() {
        "ipv4" => Ok(false),
        "ipv6" => Ok(true),
        _ => Err(ConfigError::invalid(
            format!(
                "Invalid EC2 Instance Metadata endpoint mode: {}\nValid endpoint modes (case-insensitive): ipv4, ipv6",
                mode.text
            ),
            &mode.origin,
        )),
    }
}

#[cfg(test)]
mod tests;

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
            let Some(service) = Service::of(context)? else {
                return Ok(ProviderResult::NotConfigured(format!("{DISABLED} is true")));
            };
            // It is no error that there is no instance, or that it has no role.
            Ok(match service.credentials().await {
                Ok(credentials) => ProviderResult::Found(extended(credentials, context.now)),
                Err(Problem::Absent(reason)) => ProviderResult::NotConfigured(reason),
                Err(Problem::NoToken) => return Err(failed(NAME, NO_TOKEN)),
            })
        })
    }
}

/// The region of the instance that this program runs on; none when it runs on none, or must not
/// ask.
///
/// # Errors
///
/// Settings of the metadata service that can't be read.
pub async fn region(
    settings: &Settings,
    metadata: &dyn Transport,
) -> Result<Option<String>, ConfigError> {
    let context = ProviderContext {
        settings,
        region: "",
        now: settings.env().now(),
        transport: metadata,
        metadata,
        prompt: None,
        source: None,
    };
    let Some(service) = Service::of(context)? else {
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
    /// There is no instance, or it has none to give, and why.
    Absent(String),
    /// Version 2 gives no token, and version 1 must not be asked.
    NoToken,
}

/// Credentials that the service is late to renew: they are taken for good until they are asked for
/// again, as instances keep them in force then.
fn extended(mut credentials: Credentials, now: SystemTime) -> Credentials {
    let minutes = 15.0 + 2.0 + 8.0 * crate::random::fraction();
    let least = now + Duration::from_secs_f64(60.0 * minutes);
    credentials.expiration = credentials.expiration.map(|end| end.max(least));
    credentials
}

/// The service as it is configured.
struct Service<'a> {
    context: ProviderContext<'a>,
    url: String,
    patience: Duration,
    attempts: u32,
    /// Whether the service may be asked without a token.
    version_1: bool,
}

impl<'a> Service<'a> {
    /// The service, unless it must not be asked.
    fn of(context: ProviderContext<'a>) -> Result<Option<Self>, ConfigError> {
        let settings = context.settings;
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
            context,
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

    /// The token that version 2 asks for; none where version 1 is asked: where the service knows no
    /// other, and where the token does not come through, as from within a container.
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
            answer = metadata::ask(&self.context, &request, self.patience).await;
            if answer.as_ref().is_ok_and(|response| response.status < 500) {
                break;
            }
        }
        answer
    }
}

/// Whether the service is asked by its address of IPv6.
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
mod tests {
    use super::super::testing::{LATE, answering, failing, resolve, sent, wait};
    use super::*;
    use crate::config::env::testing::Scene;
    use std::sync::Arc;

    fn settings(variables: &[(&str, &str)]) -> (Scene, Arc<Settings>) {
        let scene = Scene::new("", "", variables);
        let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
        (scene, settings)
    }

    fn answer() -> String {
        format!(
            r#"{{"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"hidden","Token":"t","Expiration":"{LATE}"}}"#
        )
    }

    #[test]
    fn a_token_opens_the_role() {
        let (_scene, settings) = settings(&[]);
        let fake = answering(&[(200, "TOKEN"), (200, "role"), (200, &answer())]);
        assert_eq!(
            resolve(&settings, &fake).map(|found| (found.source, found.access_key_id)),
            Ok((NAME, "ASIA".into()))
        );
        let url = "http://169.254.169.254/latest";
        let expected = [
            format!("PUT {url}/api/token\nx-aws-ec2-metadata-token-ttl-seconds: 21600\n"),
            format!(
                "GET {url}/meta-data/iam/security-credentials/\nx-aws-ec2-metadata-token: TOKEN\n"
            ),
            format!(
                "GET {url}/meta-data/iam/security-credentials/role\nx-aws-ec2-metadata-token: TOKEN\n"
            ),
        ];
        assert_eq!(sent(&fake), expected);
    }

    #[test]
    fn version_1_is_asked_where_it_is_allowed() {
        let answers = [(404, ""), (200, "role"), (200, &*answer())];
        let (_scene, open) = settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[::1]:7")]);
        let fake = answering(&answers);
        assert_eq!(resolve(&open, &fake).map(|found| found.source), Ok(NAME));
        assert!(
            sent(&fake)[2]
                .starts_with("GET http://[::1]:7/latest/meta-data/iam/security-credentials/role\n")
        );
        let (_scene, closed) = settings(&[("AWS_EC2_METADATA_V1_DISABLED", "true")]);
        let error = resolve(&closed, &answering(&answers))
            .expect_err("version 2 alone")
            .to_string();
        assert!(error.ends_with(NO_TOKEN), "{error}");
        // A service that does not answer with a token may still know version 1.
        let answers = [(503, ""), (200, "role"), (200, &*answer())];
        assert_eq!(
            resolve(&open, &answering(&answers)).map(|found| found.source),
            Ok(NAME)
        );
    }

    #[test]
    fn credentials_that_are_renewed_late_stay_in_force() {
        let (_scene, settings) = settings(&[]);
        let late = answer().replace(LATE, "2020-01-01T00:00:00Z");
        let found = resolve(
            &settings,
            &answering(&[(200, "T"), (200, "role"), (200, &late)]),
        )
        .expect("credentials");
        let life = found
            .expiration
            .expect("an end")
            .duration_since(SystemTime::now())
            .expect("in future");
        assert!(
            life > Duration::from_secs(16 * 60) && life < Duration::from_secs(26 * 60),
            "{life:?}"
        );
    }

    #[test]
    fn settings_of_the_service_are_checked() {
        for (name, value, expected) in [
            (
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                "ipv5",
                "Invalid EC2 Instance Metadata endpoint mode: ipv5\n",
            ),
            (
                "AWS_METADATA_SERVICE_TIMEOUT",
                "soon",
                "invalid literal for int() with base 10: 'soon'\n",
            ),
        ] {
            let (_scene, settings) = settings(&[(name, value)]);
            let error = resolve(&settings, &failing()).expect_err(name).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        for name in [
            "AWS_IMDS_USE_IPV6",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        ] {
            let (_scene, settings) =
                settings(&[(name, if name.ends_with('6') { "true" } else { "IPv6" })]);
            let fake = answering(&[(200, "T"), (200, "role"), (200, &answer())]);
            resolve(&settings, &fake).expect("credentials");
            assert!(
                sent(&fake)[0].starts_with("PUT http://[fd00:ec2::254]/"),
                "{:?}",
                sent(&fake)
            );
        }
    }

    #[test]
    fn an_instance_without_a_role_has_nothing_to_give() {
        for (variables, answers, expected) in [
            (
                &[("AWS_EC2_METADATA_DISABLED", "True")][..],
                &[][..],
                "AWS_EC2_METADATA_DISABLED is true",
            ),
            (
                &[],
                &[(200, "T"), (404, "")],
                "security-credentials/ answered 404",
            ),
            (
                &[],
                &[
                    (200, "T"),
                    (200, "r"),
                    (200, r#"{"Code":"C","Message":"M"}"#),
                ],
                "iam-role: C: M",
            ),
            (
                &[],
                &[(200, "T"), (200, "r"), (200, "<html>")],
                "iam-role: the answer is no JSON",
            ),
        ] {
            let (_scene, settings) = settings(variables);
            let error = resolve(&settings, &answering(answers))
                .expect_err(expected)
                .to_string();
            assert!(
                error.starts_with("Unable to locate credentials.") && error.ends_with(expected),
                "{error}"
            );
        }
    }

    #[test]
    fn a_zone_tells_the_region() {
        for (variables, answers, expected) in [
            (
                &[][..],
                &[(200, "T"), (200, "eu-west-1b")][..],
                Some("eu-west-1"),
            ),
            (&[], &[(200, "T"), (200, "b")], None),
            (&[], &[], None),
            (
                &[("AWS_EC2_METADATA_DISABLED", "true")],
                &[(200, "T"), (200, "eu-west-1b")],
                None,
            ),
        ] {
            let (_scene, settings) = settings(variables);
            let found = wait(region(&settings, &*answering(answers))).expect("settings");
            assert_eq!(found.as_deref(), expected);
        }
    }
}

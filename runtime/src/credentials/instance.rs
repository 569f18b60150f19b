//! The credentials of an instance's role, and its region, from the instance metadata service, version 2 or else 1.

use std::time::Duration;

use super::{Answer, Asking, Provider, Providing, metadata};
use crate::config::{Error, Settings};
use crate::http::{Request, Response, Transport};

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

    fn provide<'a>(&'a self, asking: Asking<'a>) -> Providing<'a> {
        Box::pin(async move {
            let Some(service) = Service::of(asking)? else {
                return Ok(Answer::NotConfigured(format!("{DISABLED} is true")));
            };
            // What an instance does not give, another provider can't either; it is no error that there is no instance.
            Ok(match service.credentials().await {
                Ok(credentials) => Answer::Found(credentials),
                Err(reason) => Answer::NotConfigured(reason),
            })
        })
    }
}

/// The region of the instance that this program runs on; none when it runs on none, or must not ask.
///
/// # Errors
///
/// Settings of the metadata service that can't be read.
pub async fn region(settings: &Settings, metadata: &dyn Transport) -> Result<Option<String>, Error> {
    let Some(service) = Service::of(Asking::new(settings, "", metadata, metadata))? else { return Ok(None) };
    let zone = match service.token().await {
        Ok(token) => service.get(ZONE, token.as_deref()).await,
        Err(reason) => Err(reason),
    };
    // A zone is its region with a letter.
    Ok(zone.ok().and_then(|mut zone| zone.pop().map(|_| zone)).filter(|region| !region.is_empty()))
}

/// The service as it is configured.
struct Service<'a> {
    asking: Asking<'a>,
    url: String,
    patience: Duration,
    attempts: u32,
    /// Whether the service may be asked without a token.
    version_1: bool,
}

impl<'a> Service<'a> {
    /// The service, unless it must not be asked.
    fn of(asking: Asking<'a>) -> Result<Option<Self>, Error> {
        let settings = asking.settings;
        if settings.flag("ec2_metadata_disabled", false)? {
            return Ok(None);
        }
        let text = |key: &str| Ok::<_, Error>(settings.get(key)?.map(|value| value.text));
        let mode = text("ec2_metadata_service_endpoint_mode")?.unwrap_or_default();
        let usual =
            if mode.eq_ignore_ascii_case("ipv6") { "http://[fd00:ec2::254]/" } else { "http://169.254.169.254/" };
        let mut url = text("ec2_metadata_service_endpoint")?.unwrap_or_else(|| usual.to_owned());
        if !url.ends_with('/') {
            url.push('/');
        }
        let number =
            |key: &str| Ok::<_, Error>(text(key)?.and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(1));
        Ok(Some(Service {
            asking,
            url,
            patience: Duration::from_secs(number("metadata_service_timeout")?.into()),
            attempts: number("metadata_service_num_attempts")?.max(1),
            version_1: !settings.flag("ec2_metadata_v1_disabled", false)?,
        }))
    }

    async fn credentials(&self) -> Result<super::Credentials, String> {
        let token = self.token().await?;
        let role = self.get(ROLE, token.as_deref()).await?;
        let answer = self.get(&format!("{ROLE}{role}"), token.as_deref()).await?;
        metadata::credentials(answer.as_bytes(), NAME)
    }

    /// The token that version 2 asks for; none where the service only knows version 1.
    async fn token(&self) -> Result<Option<String>, String> {
        let life = ("x-aws-ec2-metadata-token-ttl-seconds".to_owned(), "21600".to_owned());
        let response = self.ask("PUT", "latest/api/token", vec![life]).await?;
        match response.status {
            200 => Ok(Some(String::from_utf8_lossy(&response.body).into_owned())),
            403..=405 if self.version_1 => Ok(None),
            status => Err(format!("{} answered {status} when asked for a token", self.url)),
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<String, String> {
        let token = token.map(|token| ("x-aws-ec2-metadata-token".to_owned(), token.to_owned()));
        let response = self.ask("GET", path, token.into_iter().collect()).await?;
        let text = String::from_utf8_lossy(&response.body).trim().to_owned();
        match (response.status, text.is_empty()) {
            (200, false) => Ok(text),
            (200, true) => Err(format!("{}{path} is empty", self.url)),
            (status, _) => Err(format!("{}{path} answered {status}", self.url)),
        }
    }

    async fn ask(&self, method: &'static str, path: &str, headers: Vec<(String, String)>) -> Result<Response, String> {
        let request = Request { method, url: format!("{}{path}", self.url), headers, body: Vec::new() };
        let mut answer = Err(String::new());
        for _ in 0..self.attempts {
            answer = metadata::ask(&self.asking, &request, self.patience).await;
            if answer.as_ref().is_ok_and(|response| response.status < 500) {
                break;
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fake, LATE, resolve, wait};
    use super::*;
    use crate::surroundings::testing::Scene;

    fn settings(variables: &[(&str, &str)]) -> (Scene, Settings) {
        let scene = Scene::new("", "", variables);
        let settings = Settings::load(scene.surroundings(), None).expect("files");
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
        let fake = Fake::answering(&[(200, "TOKEN"), (200, "role"), (200, &answer())]);
        assert_eq!(
            resolve(&settings, &fake).map(|found| (found.source, found.access_key_id)),
            Ok((NAME, "ASIA".into()))
        );
        let url = "http://169.254.169.254/latest";
        let expected = [
            format!("PUT {url}/api/token\nx-aws-ec2-metadata-token-ttl-seconds: 21600\n"),
            format!("GET {url}/meta-data/iam/security-credentials/\nx-aws-ec2-metadata-token: TOKEN\n"),
            format!("GET {url}/meta-data/iam/security-credentials/role\nx-aws-ec2-metadata-token: TOKEN\n"),
        ];
        assert_eq!(fake.sent(), expected);
    }

    #[test]
    fn version_1_is_asked_where_it_is_allowed() {
        let answers = [(404, ""), (200, "role"), (200, &*answer())];
        let (_scene, open) = settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[::1]:7")]);
        let fake = Fake::answering(&answers);
        assert_eq!(resolve(&open, &fake).map(|found| found.source), Ok(NAME));
        assert!(fake.sent()[2].starts_with("GET http://[::1]:7/latest/meta-data/iam/security-credentials/role\n"));
        let (_scene, closed) = settings(&[("AWS_EC2_METADATA_V1_DISABLED", "true")]);
        let error = resolve(&closed, &Fake::answering(&answers)).expect_err("version 2 alone").to_string();
        assert!(error.ends_with("iam-role: http://169.254.169.254/ answered 404 when asked for a token"), "{error}");
    }

    #[test]
    fn an_instance_without_a_role_has_nothing_to_give() {
        for (variables, answers, expected) in [
            (&[("AWS_EC2_METADATA_DISABLED", "True")][..], &[][..], "AWS_EC2_METADATA_DISABLED is true"),
            (&[], &[(200, "T"), (404, "")], "security-credentials/ answered 404"),
            (&[], &[(200, "T"), (200, "r"), (200, r#"{"Code":"C","Message":"M"}"#)], "iam-role: C: M"),
            (&[], &[(200, "T"), (200, "r"), (200, "<html>")], "iam-role: the answer is no JSON"),
        ] {
            let (_scene, settings) = settings(variables);
            let error = resolve(&settings, &Fake::answering(answers)).expect_err(expected).to_string();
            assert!(error.starts_with("Unable to locate credentials.") && error.ends_with(expected), "{error}");
        }
    }

    #[test]
    fn a_zone_tells_the_region() {
        for (variables, answers, expected) in [
            (&[][..], &[(200, "T"), (200, "eu-west-1b")][..], Some("eu-west-1")),
            (&[], &[(200, "T"), (200, "b")], None),
            (&[], &[], None),
            (&[("AWS_EC2_METADATA_DISABLED", "true")], &[(200, "T"), (200, "eu-west-1b")], None),
        ] {
            let (_scene, settings) = settings(variables);
            let found = wait(region(&settings, &Fake::answering(answers))).expect("settings");
            assert_eq!(found.as_deref(), expected);
        }
    }
}

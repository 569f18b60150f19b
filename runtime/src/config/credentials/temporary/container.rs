//! Credentials of a container's role, from an address that the container's environment names.

use std::time::Duration;

use super::{Credentials, Provider, ProviderContext, ProviderResult, failed, metadata};
use crate::config::Env;
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::http::{Header, Request, masked};
use crate::retry::{Sleep as _, TokioSleep};
use ::http::Uri;

const NAME: &str = "container-role";
const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// Where relative addresses lead.
const HOST: &str = "169.254.170.2";
/// Hosts that may be called without TLS, in addition to loopback addresses.
const HOSTS: [&str; 4] = [HOST, "169.254.170.23", "fd00:ec2::23", "localhost"];
const PATIENCE: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;

/// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
#[derive(Debug)]
pub(super) struct Container;

impl Provider for Container {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let env = context.settings.env();
            let url = match (env.variable(RELATIVE)?, env.variable(FULL)?) {
                (Some(path), _) => format!("http://{HOST}{path}"),
                (None, Some(url)) => url,
                (None, None) => {
                    return Ok(ProviderResult::NotConfigured(format!(
                        "neither {RELATIVE} nor {FULL} is set"
                    )));
                }
            };
            check(&url)?;
            let mut request = Request::new("GET", url).header("accept", "application/json");
            request.headers.extend(authorization(env)?);
            let mut attempt = 1;
            loop {
                match asked(&context, &request).await {
                    Ok(credentials) => return Ok(ProviderResult::Found(credentials)),
                    Err(problem) if attempt == ATTEMPTS => {
                        return Err(failed(
                            NAME,
                            format_args!("Error retrieving metadata: {problem}"),
                        ));
                    }
                    Err(_) => {
                        TokioSleep
                            .sleep(Duration::from_secs(1), Duration::from_secs(1))
                            .await
                    }
                }
                attempt += 1;
            }
        })
    }
}

/// Refuses to send the container's token where anybody could read it.
fn check(url: &str) -> Result<(), ConfigError> {
    let invalid = |text: String| {
        ConfigError::new(
            ConfigErrorKind::InvalidValue,
            format!("{text}\nThe value comes from {FULL}."),
        )
    };
    let uri: Option<Uri> = url.parse().ok();
    let uri = uri
        .filter(|uri| uri.scheme().is_some())
        .ok_or_else(|| invalid(format!("{} is not a URL.", masked(url))))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    if uri.scheme_str() == Some("https") || loopback || HOSTS.contains(&host) {
        Ok(())
    } else {
        Err(invalid(format!(
            "Unsupported host '{host}'.  Can only retrieve metadata from a loopback address or one of these hosts: {}",
            HOSTS.join(", ")
        )))
    }
}

/// The container's token, which a file or a variable holds.
fn authorization(env: &Env) -> Result<Option<Header>, ConfigError> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let token = match env.variable(FILE)? {
        Some(path) => {
            let unread = |error| {
                failed(
                    NAME,
                    format_args!("{path} can't be read: {error}\nIt is named by {FILE}."),
                )
            };
            Some(std::fs::read_to_string(&path).map_err(unread)?)
        }
        None => env.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")?,
    };
    match token {
        Some(token) if token.contains(['\r', '\n']) => {
            Err(failed(NAME, "Auth token value is not a legal header value"))
        }
        token => Ok(token.map(|token| ("authorization".into(), token.into()))),
    }
}

/// Asks once.
async fn asked(context: &ProviderContext<'_>, request: &Request) -> Result<Credentials, String> {
    let response = metadata::ask(context.metadata, request, PATIENCE).await?;
    let body = String::from_utf8_lossy(&response.body);
    match response.status {
        200 => metadata::credentials(&response.body, NAME),
        status => Err(format!(
            "Received non 200 response {status} from container metadata: {body}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::credentials::testing::{LATE, answering, failing, resolve};
    use crate::config::env::testing::Scene;
    use std::sync::Arc;

    fn settings(variables: &[(&str, &str)]) -> (Scene, Arc<Settings>) {
        let scene = Scene::new(
            "",
            "",
            &[&[("AWS_EC2_METADATA_DISABLED", "true")], variables].concat(),
        );
        let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
        (scene, settings)
    }

    fn answer() -> String {
        format!(
            r#"{{"AccessKeyId":"ASIA","SecretAccessKey":"hidden","Token":"t","Expiration":"{LATE}"}}"#
        )
    }

    #[test]
    fn the_address_of_the_environment_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token").display().to_string();
        std::fs::write(&file, "of-file").expect("a file");
        let json = "accept: application/json\n";
        for (variables, expected) in [
            (
                &[(RELATIVE, "/v2/x?y")][..],
                format!("GET http://169.254.170.2/v2/x?y\n{json}"),
            ),
            (
                &[
                    (FULL, "http://localhost:7/a"),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-variable"),
                ],
                format!("GET http://localhost:7/a\n{json}authorization: of-variable\n"),
            ),
            (
                &[
                    (FULL, "https://any.example/a"),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file),
                ],
                format!("GET https://any.example/a\n{json}authorization: of-file\n"),
            ),
            (
                &[
                    (FULL, "http://169.254.170.23/a"),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-variable"),
                ],
                format!("GET http://169.254.170.23/a\n{json}authorization: of-file\n"),
            ),
            (
                &[(FULL, "http://[fd00:ec2::23]/a")],
                format!("GET http://[fd00:ec2::23]/a\n{json}"),
            ),
            (
                &[(FULL, "http://169.254.170.23/a")],
                format!("GET http://169.254.170.23/a\n{json}"),
            ),
        ] {
            let (_scene, settings) = settings(variables);
            let fake = answering(&[(500, "no"), (200, &answer())]);
            assert_eq!(
                resolve(&settings, &fake).map(|found| found.source),
                Ok(NAME)
            );
            let sent = fake.requests().last().cloned().expect("a request");
            let headers: String = sent
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\n"))
                .collect();
            assert_eq!(format!("GET {}\n{headers}", sent.url), expected);
        }
    }

    #[test]
    fn what_fails_is_told() {
        let host = "Unsupported host 'example.invalid'.  Can only retrieve metadata from a loopback address or one of these \
                    hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost\n";
        let not_there = "Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 \
                         response 404 from container metadata: gone";
        let answers = &[(404, "gone"), (404, "gone"), (404, "gone")][..];
        for (url, answers, expected) in [
            ("http://example.invalid/", &[][..], host),
            ("nonsense", &[], "nonsense is not a URL."),
            (
                "http://me:hunter2 x@127.0.0.1:1/",
                &[],
                "http://***:***@127.0.0.1:1/ is not a URL.",
            ),
            ("http://127.0.0.1:7/", answers, not_there),
        ] {
            let (_scene, settings) = settings(&[(FULL, url)]);
            let error = resolve(&settings, &answering(answers))
                .expect_err(url)
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let (_scene, settings) = settings(&[
            (FULL, "http://127.0.0.1:7/"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb"),
        ]);
        assert!(
            resolve(&settings, &failing())
                .expect_err("a token")
                .to_string()
                .contains("legal header value")
        );
    }
}

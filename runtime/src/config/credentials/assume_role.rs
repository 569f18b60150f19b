//! `role_arn`: a role taken with the credentials of another profile (`source_profile`) or source
//! (`credential_source`).

use super::sts::Role;
use super::{
    Credentials, OF_PROFILE, Provider, ProviderContext, ProviderResult, container, environment,
    failed, first, instance, spawn_blocking,
};
use crate::config::{Origin, Profile, Value};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;

/// The provider's name, which stands in every error too.
const NAME: &str = "assume-role";

/// The profile's `role_arn`.
#[derive(Debug)]
pub(super) struct AssumeRole;

impl Provider for AssumeRole {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            match role_arn(&profile)? {
                Some(role) => taken(context, role, vec![profile.name.to_owned()])
                    .await
                    .map(ProviderResult::Found),
                None => Ok(ProviderResult::NotConfigured(format!(
                    "the profile \"{}\" has no role_arn",
                    profile.name
                ))),
            }
        })
    }
}

/// The role of a profile, unless it is taken with a token of web identity.
fn role_arn(profile: &Profile<'_>) -> Result<Option<Value>, ConfigError> {
    match profile.get("web_identity_token_file")? {
        Some(_) => Ok(None),
        None => profile.get("role_arn"),
    }
}

/// What the profile says of the role's session.
fn role(profile: &Profile<'_>, arn: String) -> Result<Role, ConfigError> {
    let text = |key: &str| Ok::<_, ConfigError>(profile.get(key)?.map(|value| value.text));
    let duration = text("duration_seconds")?.and_then(|text| text.trim().parse().ok());
    let external_id = text("external_id")?;
    let session = text("role_session_name")?;
    let device = text("mfa_serial")?;
    Ok(Role {
        duration,
        external_id,
        arn,
        session,
        device,
    })
}

/// Takes the role of a profile, or finds it in the cache. `visited` are the profiles that led here,
/// this one the last.
async fn taken(
    context: ProviderContext<'_>,
    arn: Value,
    visited: Vec<String>,
) -> Result<Credentials, ConfigError> {
    let profile = context
        .settings
        .profile_named(visited.last().map(String::as_str).unwrap_or_default());
    let source = Source::of(context, &profile, &arn.origin, &visited)?;
    let role = role(&profile, arn.text)?;
    if let Some(found) = role.cached(&context, NAME) {
        return Ok(found);
    }
    let identity = source
        .credentials(context, profile.name, visited.clone())
        .await?;
    let code = match &role.device {
        Some(device) => Some(code(&context, device).await?),
        None => None,
    };
    role.take(
        &context,
        NAME,
        "AssumeRole",
        code.map(|code| ("TokenCode", code)),
        Some(&identity),
    )
    .await
}

/// The code of a device, from whoever sits before it.
async fn code(context: &ProviderContext<'_>, device: &str) -> Result<String, ConfigError> {
    let Some(prompt) = context.prompt.cloned() else {
        let text =
            format!("the role asks for a code of {device}, and there is nobody to ask for it");
        return Err(failed(NAME, text));
    };
    let question = format!("Enter MFA code for {device}: ");
    let answer = spawn_blocking(move || prompt.ask(&question)).await?;
    answer
        .map(|code| code.trim().to_owned())
        .map_err(|error| failed(NAME, format!("no code was given: {error}")))
}

/// Where the credentials come from that a role is taken with.
enum Source {
    Profile(String),
    Environment,
    Container,
    Instance,
}

impl Source {
    fn of(
        context: ProviderContext<'_>,
        profile: &Profile<'_>,
        role: &Origin,
        visited: &[String],
    ) -> Result<Self, ConfigError> {
        let name = profile.name;
        match (
            profile.get("source_profile")?,
            profile.get("credential_source")?,
        ) {
            (Some(source), Some(_)) => Err(ConfigError::invalid(
                format!(
                    "The profile \"{name}\" contains both source_profile and credential_source."
                ),
                &source.origin,
            )),
            (None, None) => Err(ConfigError::new(
                ConfigErrorKind::PartialCredentials,
                format!(
                    "Partial credentials found in {NAME}, missing: source_profile or credential_source\nThe role is in \
                     {role}."
                ),
            )),
            (None, Some(source)) => match source.text.as_str() {
                "Environment" => Ok(Source::Environment),
                "EcsContainer" => Ok(Source::Container),
                "Ec2InstanceMetadata" => Ok(Source::Instance),
                other => Err(ConfigError::invalid(
                    format!(
                        "The credential source \"{other}\" referenced in profile \"{name}\" is not valid."
                    ),
                    &source.origin,
                )),
            },
            (Some(source), None) => {
                let found = context.settings.profile_named(&source.text);
                if !found.exists() {
                    let text = format!(
                        "The source_profile \"{}\" referenced in the profile \"{name}\" does not exist.",
                        found.name
                    );
                    return Err(ConfigError::invalid(text, &source.origin));
                }
                if visited.contains(&source.text) && !(found.name == name && has_keys(&found)?) {
                    let visited: Vec<_> = visited.iter().map(|name| format!("'{name}'")).collect();
                    let text = format!(
                        "Infinite loop in credential configuration detected. Attempting to load from profile {} which has \
                         already been visited. Visited profiles: [{}]",
                        found.name,
                        visited.join(", ")
                    );
                    return Err(ConfigError::invalid(text, &source.origin));
                }
                Ok(Source::Profile(source.text))
            }
        }
    }

    /// The credentials of the source, for the profile of this name.
    async fn credentials(
        self,
        context: ProviderContext<'_>,
        of: &str,
        mut visited: Vec<String>,
    ) -> Result<Credentials, ConfigError> {
        let (name, answer) = match self {
            Source::Environment => (
                "Environment",
                environment::Environment.variables(context.settings)?,
            ),
            Source::Container => ("EcsContainer", container::Container.provide(context).await?),
            Source::Instance => (
                "Ec2InstanceMetadata",
                instance::Instance.provide(context).await?,
            ),
            Source::Profile(source) => {
                let found = context.settings.profile_named(&source);
                let arn = if has_keys(&found)? {
                    None
                } else {
                    role_arn(&found)?
                };
                let Some(arn) = arn else {
                    return of_profile(context, &source).await;
                };
                visited.push(source);
                return Box::pin(taken(context, arn, visited)).await;
            }
        };
        match answer {
            ProviderResult::Found(credentials) => Ok(credentials),
            ProviderResult::NotConfigured(reason) => {
                let text = "No credentials found in credential_source referenced in profile";
                Err(failed(name, format_args!("{text} {of}\n{reason}")))
            }
        }
    }
}

fn has_keys(profile: &Profile<'_>) -> Result<bool, ConfigError> {
    Ok(profile.get("aws_access_key_id")?.is_some()
        || profile.get("aws_secret_access_key")?.is_some())
}

/// The credentials of a profile that has no role to take first.
async fn of_profile(context: ProviderContext<'_>, name: &str) -> Result<Credentials, ConfigError> {
    let context = ProviderContext {
        source: Some(name),
        ..context
    };
    match first(OF_PROFILE, context).await? {
        Ok(credentials) => Ok(credentials),
        Err(reasons) => {
            let text = format!("The source profile \"{name}\" must have credentials.{reasons}");
            Err(ConfigError::new(ConfigErrorKind::InvalidValue, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::super::testing::{
        LATE, answering, failing, resolve, resolve_in, sent, signed_by, wait,
    };
    use super::super::{Chain, IdentityContext, Prompt};
    use super::*;
    use crate::config::Settings;
    use crate::config::env::testing::Scene;

    const KEYS: &str = "aws_access_key_id = BASE\naws_secret_access_key = hidden\n";

    fn answer(key: &str) -> String {
        format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>\
             arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>{key}\
             </AccessKeyId><SecretAccessKey>hidden</SecretAccessKey><SessionToken>token</SessionToken><Expiration>{LATE}\
             </Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        )
    }

    fn settings(scene: &Scene) -> Arc<Settings> {
        Arc::new(Settings::load(scene.env(), None).expect("files"))
    }

    #[test]
    fn a_role_is_taken_with_the_keys_of_another_profile_and_kept() {
        let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nexternal_id = e+1\n\
                      role_session_name = s\nduration_seconds = 900\n";
        let scene = Scene::new(config, &format!("[base]\n{KEYS}"), &[]);
        let fake = answering(&[(200, &answer("ASIA"))]);
        let found = resolve(&settings(&scene), &fake).expect("credentials");
        assert_eq!((found.access_key_id.as_str(), found.source), ("ASIA", NAME));
        assert_eq!(found.account_id.as_deref(), Some("123456789012"));
        assert_eq!(signed_by(&fake).as_deref(), Some("BASE"));
        let sent = sent(&fake).concat();
        assert!(
            sent.starts_with("POST https://sts.eu-west-1.amazonaws.com/\n"),
            "{sent}"
        );
        let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&\
                    RoleSessionName=s&ExternalId=e%2B1&DurationSeconds=900";
        assert!(sent.ends_with(form), "{sent}");
        // The name is the one that the AWS CLI gives the file.
        let kept = scene.path(".aws/cli/cache/fc4932b3c6db18262cdfa5922bd898b236f00dfb.json");
        assert!(std::path::Path::new(&kept).exists(), "{kept}");
        let found = resolve(&settings(&scene), &failing()).expect("credentials of the cache");
        assert_eq!(found.access_key_id, "ASIA");
    }

    #[test]
    fn roles_lead_to_roles() {
        let config = format!(
            "[default]\nrole_arn = r1\nsource_profile = middle\n[profile middle]\nrole_arn = r2\nsource_profile = \
             base\n[profile base]\nrole_arn = unused\nsource_profile = default\n{KEYS}"
        );
        let scene = Scene::new(&config, "", &[]);
        let fake = answering(&[(200, &answer("MIDDLE")), (200, &answer("LAST"))]);
        let found = resolve(&settings(&scene), &fake).expect("credentials");
        assert_eq!(
            (found.access_key_id.as_str(), signed_by(&fake).as_deref()),
            ("LAST", Some("MIDDLE"))
        );
        // The file of a role without anything more, as the AWS CLI names it.
        assert!(
            std::path::Path::new(
                &scene.path(".aws/cli/cache/e76435e08febb9fb724241d2d4debec2e13709cc.json")
            )
            .exists()
        );
    }

    #[test]
    fn sources_are_checked() {
        for (config, expected) in [
            (
                "role_arn = r\n",
                "Partial credentials found in assume-role, missing: source_profile or credential_source\n",
            ),
            (
                "role_arn = r\nsource_profile = nope\n",
                "The source_profile \"nope\" referenced in the profile \"default\" does not exist.\n",
            ),
            (
                "role_arn = r\nsource_profile = p\ncredential_source = Environment\n[profile p]\n",
                "The profile \"default\" contains both source_profile and credential_source.\n",
            ),
            (
                "role_arn = r\ncredential_source = Foo\n",
                "The credential source \"Foo\" referenced in profile \"default\" is not valid.\n",
            ),
            (
                "role_arn = r\ncredential_source = Environment\n",
                "Error when retrieving credentials from Environment: No credentials found in credential_source referenced in \
                 profile default\nAWS_ACCESS_KEY_ID is not set",
            ),
            (
                "role_arn = r\nsource_profile = p\n[profile p]\nrole_arn = q\nsource_profile = default\n",
                "Infinite loop in credential configuration detected. Attempting to load from profile default which has \
                 already been visited. Visited profiles: ['default', 'p']\n",
            ),
            (
                "role_arn = r\nsource_profile = p\n[profile p]\nregion = r\n",
                "The source profile \"p\" must have credentials.\n",
            ),
        ] {
            let scene = Scene::new(&format!("[default]\n{config}"), "", &[]);
            let error = resolve(&settings(&scene), &failing())
                .expect_err(config)
                .to_string();
            assert!(error.starts_with(expected), "{config}: {error}");
        }
    }

    #[test]
    fn errors_of_the_service_are_told_in_its_words() {
        let config = format!("[default]\nrole_arn = r\nsource_profile = default\n{KEYS}");
        let refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No &amp; no.</Message></Error>\
                       <RequestId>id-1</RequestId></ErrorResponse>";
        let said = "An error occurred (AccessDenied) when calling the AssumeRole operation: No & no.\nRequest ID: id-1";
        for (status, body, expected) in [
            (403, refused, said),
            (
                400,
                "",
                "An error occurred (400) when calling the AssumeRole operation: ",
            ),
            (
                200,
                "{}",
                "Error when retrieving credentials from assume-role: the answer of STS is no XML",
            ),
            (
                200,
                "<a/>",
                "Error when retrieving credentials from assume-role: the answer of STS has no Expiration",
            ),
        ] {
            let scene = Scene::new(&config, "", &[]);
            let error = resolve(&settings(&scene), &answering(&[(status, body)]))
                .expect_err(body)
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[derive(Debug)]
    struct Person;

    impl Prompt for Person {
        fn ask(&self, question: &str) -> io::Result<String> {
            assert_eq!(question, "Enter MFA code for arn:aws:iam::1:mfa/me: ");
            Ok("123456\n".to_owned())
        }
    }

    #[test]
    fn a_person_is_asked_for_the_code_of_a_device() {
        let config = format!(
            "[default]\nrole_arn = r\nsource_profile = default\nmfa_serial = arn:aws:iam::1:mfa/me\n{KEYS}"
        );
        let scene = Scene::new(&config, "", &[]);
        let error = resolve(&settings(&scene), &failing())
            .expect_err("nobody is there")
            .to_string();
        assert!(
            error.contains("the role asks for a code of arn:aws:iam::1:mfa/me"),
            "{error}"
        );
        let fake = answering(&[(200, &answer("ASIA"))]);
        let settings = settings(&scene);
        let context = IdentityContext::new("r", settings.env().now());
        let chain = Chain::new(settings, fake.clone(), fake.clone()).prompt(Arc::new(Person));
        wait(chain.credentials(context)).expect("credentials");
        assert!(
            sent(&fake)
                .concat()
                .ends_with("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456")
        );
    }

    #[test]
    fn the_endpoint_of_sts_is_the_configured_one_and_not_the_option_of_the_call() {
        let config = format!("[default]\nrole_arn = r\nsource_profile = default\n{KEYS}");
        for (variables, region, expected) in [
            (&[][..], "eu-west-1", "https://sts.eu-west-1.amazonaws.com/"),
            (
                &[("AWS_USE_FIPS_ENDPOINT", "true")],
                "us-east-1",
                "https://sts-fips.us-east-1.amazonaws.com/",
            ),
            (
                &[("AWS_USE_DUALSTACK_ENDPOINT", "true")],
                "cn-north-1",
                "https://sts.cn-north-1.api.amazonwebservices.com.cn/",
            ),
            (
                &[("AWS_ENDPOINT_URL_STS", "http://localhost:1/x")],
                "eu-west-1",
                "http://localhost:1/x",
            ),
            (&[], "aws-global", "https://sts.us-east-1.amazonaws.com/"),
        ] {
            let scene = Scene::new(&config, "", variables);
            let mut settings = Settings::load(scene.env(), None).expect("files");
            settings.set("endpoint_url", "http://localhost:2", "--endpoint-url");
            let fake = answering(&[(200, &answer("ASIA"))]);
            resolve_in(region, &Arc::new(settings), &fake).expect("credentials");
            assert!(
                sent(&fake)
                    .concat()
                    .starts_with(&format!("POST {expected}\n")),
                "{:?}",
                sent(&fake)
            );
        }
    }
}

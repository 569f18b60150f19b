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

/// The provider's name, which every error contains.
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

/// The profile's settings for the role's session.
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

/// Asks a person for the MFA code of a device.
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

/// The source of the credentials that assume a role.
enum Source {
    Profile(String),
    Environment,
    Container,
    Instance,
}

impl Source {
    /// The source that a profile names for its role.
    fn of(
        context: ProviderContext<'_>,
        profile: &Profile<'_>,
        role: &Origin,
        visited: &[String],
    ) -> Result<Self, ConfigError> {
        match (
            profile.get("source_profile")?,
            profile.get("credential_source")?,
        ) {
            (Some(source), None) => Self::profile(context, profile.name, source, visited),
            (None, Some(source)) => Self::named(profile.name, &source),
            (Some(source), Some(_)) => {
                let text = format!(
                    "The profile \"{}\" contains both source_profile and credential_source.",
                    profile.name
                );
                Err(ConfigError::invalid(text, &source.origin))
            }
            (None, None) => {
                let text = format!(
                    "Partial credentials found in {NAME}, missing: source_profile or credential_source\n\
                     The role is in {role}."
                );
                Err(ConfigError::new(ConfigErrorKind::PartialCredentials, text))
            }
        }
    }

    /// A `credential_source` of the profile `of`.
    fn named(of: &str, source: &Value) -> Result<Self, ConfigError> {
        match source.text.as_str() {
            "Environment" => Ok(Source::Environment),
            "EcsContainer" => Ok(Source::Container),
            "Ec2InstanceMetadata" => Ok(Source::Instance),
            other => {
                let text = format!(
                    "The credential source \"{other}\" referenced in profile \"{of}\" is not valid."
                );
                Err(ConfigError::invalid(text, &source.origin))
            }
        }
    }

    /// A `source_profile` of the profile `of`. Only a profile with keys may name itself.
    fn profile(
        context: ProviderContext<'_>,
        of: &str,
        source: Value,
        visited: &[String],
    ) -> Result<Self, ConfigError> {
        let found = context.settings.profile_named(&source.text);
        if !found.exists() {
            let text = format!(
                "The source_profile \"{}\" referenced in the profile \"{of}\" does not exist.",
                found.name
            );
            return Err(ConfigError::invalid(text, &source.origin));
        }
        if visited.contains(&source.text) && !(found.name == of && has_keys(&found)?) {
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
mod tests;

//! Parameters of endpoint rules that are the same for all calls of a client: the program states
//! them ([`Config::endpoint_parameter`](crate::Config::endpoint_parameter)), or the configuration.

use super::{EndpointError, EndpointSettings, Value};
use crate::error::{ConfigError, Error};
use crate::schema::Service;
use crate::schema::rules::Parameter;
use ::http::Uri;

/// The built-in parameter that puts buckets into the path of a URL, and not into its host name.
pub(crate) const PATH_STYLE: &str = "AWS::S3::ForcePathStyle";

/// The built-in parameter that speeds up transfers. Buckets are in the host name then.
const ACCELERATE: &str = "AWS::S3::Accelerate";

/// Hosts for such transfers, which a client can be given as its URL.
const ACCELERATED: [&str; 2] = [
    "s3-accelerate.amazonaws.com",
    "s3-accelerate.dualstack.amazonaws.com",
];

/// What services with buckets look up in place of the setting for all services. No model has it.
const DUAL_STACK_OF_BUCKETS: &str = "AWS::S3::UseDualStack";

/// Built-in parameters that a client has anyway, and that more than endpoint rules look at.
const OWN: [&str; 2] = ["AWS::Region", "SDK::Endpoint"];

/// Where the values of a client's parameters come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// What the program states, by name. The last of several counts.
    pub(crate) stated: &'a [(String, Value)],
    /// Where configuration is looked up.
    pub(crate) configured: Option<&'a dyn EndpointSettings>,
    /// The URL that is configured in place of the service's own.
    pub(crate) url: Option<&'a str>,
}

impl Sources<'_> {
    /// The parameters of all calls to a service, by name.
    ///
    /// # Errors
    ///
    /// The program states a parameter that the rules don't have, or a setting can't be read.
    pub(crate) fn parameters(&self, service: &Service<'_>) -> Result<Vec<(String, Value)>, Error> {
        self.check(service)?;
        let mut found = Vec::new();
        for parameter in service.endpoint.parameters {
            let value = self.value(service, parameter)?;
            found.extend(value.map(|value| (parameter.0.to_owned(), value)));
        }
        Ok(found)
    }

    /// Refuses what the program states and the rules don't have.
    fn check(&self, service: &Service<'_>) -> Result<(), EndpointError> {
        let names = || {
            let parameters = service.endpoint.parameters.iter();
            parameters
                .filter(|Parameter(_, built_in, _)| !OWN.contains(built_in))
                .map(|Parameter(name, ..)| *name)
        };
        let mut stated = self.stated.iter().map(|(name, _)| name.as_str());
        match stated.find(|stated| !names().any(|name| name == *stated)) {
            None => Ok(()),
            Some(unknown) => Err(EndpointError::new(format!(
                "The endpoint rules of {} have no parameter {unknown} that a client can set. They have {}.",
                service.title,
                names().collect::<Vec<_>>().join(", ")
            ))),
        }
    }

    fn value(
        &self,
        service: &Service<'_>,
        Parameter(name, built_in, _): &Parameter<'_>,
    ) -> Result<Option<Value>, ConfigError> {
        let mut stated = self.stated.iter().rev();
        if let Some((_, value)) = stated.find(|(stated, _)| stated == name) {
            return Ok(Some(value.clone()));
        }
        let flag = match *built_in {
            PATH_STYLE => Some(self.path_style(service)?),
            "AWS::UseDualStack" => self.dual_stack(service)?,
            "" => self.configured(name)?,
            built_in => self.configured(built_in)?,
        };
        Ok(flag.map(Value::Boolean))
    }

    fn configured(&self, parameter: &str) -> Result<Option<bool>, ConfigError> {
        self.configured
            .map_or(Ok(None), |settings| settings.parameter(parameter))
    }

    /// Whether buckets are in the path: with a URL of the user's own they are by default, as its
    /// host name is known to exist.
    fn path_style(&self, service: &Service<'_>) -> Result<bool, ConfigError> {
        let mut parameters = service.endpoint.parameters.iter();
        let accelerate = parameters.find(|Parameter(_, built_in, _)| *built_in == ACCELERATE);
        let accelerate = accelerate.map_or(Ok(None), |found| self.value(service, found))?;
        if accelerate == Some(Value::Boolean(true)) {
            return Ok(false);
        }
        let own = self.url.is_some_and(|url| !is_accelerated(url));
        Ok(self.configured(PATH_STYLE)?.unwrap_or(own))
    }

    /// The setting for services with buckets alone. A URL of the user's own is used as it is.
    fn dual_stack(&self, service: &Service<'_>) -> Result<Option<bool>, ConfigError> {
        let mut parameters = service.endpoint.parameters.iter();
        let has_buckets =
            parameters.any(|Parameter(_, built_in, _)| built_in.starts_with("AWS::S3"));
        match self.url {
            None if has_buckets => self.configured(DUAL_STACK_OF_BUCKETS),
            _ => Ok(None),
        }
    }
}

/// Whether a URL is one for transfers that are sped up.
fn is_accelerated(url: &str) -> bool {
    let url = url.parse::<Uri>().ok();
    let host = url.as_ref().and_then(Uri::host);
    host.is_some_and(|host| ACCELERATED.contains(&host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rules::RuleSet;

    /// Configuration in which these are stated.
    #[derive(Debug)]
    struct Settings(&'static [(&'static str, bool)]);

    impl EndpointSettings for Settings {
        fn endpoint_url(
            &self,
            _: &str,
        ) -> Result<Option<super::super::ConfiguredUrl>, ConfigError> {
            Ok(None)
        }

        fn parameter(&self, parameter: &str) -> Result<Option<bool>, ConfigError> {
            let found = self.0.iter().find(|(name, _)| *name == parameter);
            Ok(found.map(|(_, value)| *value))
        }
    }

    const BUCKETS: Service<'static> = Service {
        title: "Buckets",
        endpoint: RuleSet {
            parameters: &[
                Parameter("Accelerate", ACCELERATE, None),
                Parameter("ForcePathStyle", PATH_STYLE, None),
                Parameter("Plain", "", None),
                Parameter("Region", "AWS::Region", None),
                Parameter("UseDualStack", "AWS::UseDualStack", None),
            ],
            rules: &[],
        },
        ..Service::NONE
    };

    fn parameters(
        service: &Service<'_>,
        stated: &[(&str, bool)],
        configured: &'static [(&'static str, bool)],
        url: Option<&str>,
    ) -> Result<String, String> {
        let stated = stated.iter();
        let stated: Vec<_> = stated
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        let sources = Sources {
            stated: &stated,
            configured: Some(&Settings(configured)),
            url,
        };
        let found = sources.parameters(service);
        let found = found.map_err(|error| error.to_string())?;
        let one = |(name, value): &(String, Value)| match value {
            Value::Boolean(true) => format!("+{name}"),
            _ => format!("-{name}"),
        };
        Ok(found.iter().map(one).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn programs_go_before_configuration() {
        for (stated, configured, url, expected) in [
            (&[][..], &[][..], None, "-ForcePathStyle"),
            (&[], &[(PATH_STYLE, true)], None, "+ForcePathStyle"),
            (
                &[("ForcePathStyle", false)],
                &[(PATH_STYLE, true)],
                None,
                "-ForcePathStyle",
            ),
            (
                &[("Plain", false), ("Plain", true)],
                &[("Plain", false)],
                None,
                "-ForcePathStyle +Plain",
            ),
            // A URL of the user's own.
            (&[], &[], Some("http://localhost:9"), "+ForcePathStyle"),
            (
                &[],
                &[(PATH_STYLE, false)],
                Some("http://localhost:9"),
                "-ForcePathStyle",
            ),
            (
                &[],
                &[],
                Some("https://s3-accelerate.amazonaws.com"),
                "-ForcePathStyle",
            ),
            // Accelerated transfers.
            (
                &[],
                &[(ACCELERATE, true), (PATH_STYLE, true)],
                None,
                "+Accelerate -ForcePathStyle",
            ),
            (
                &[("Accelerate", true)],
                &[],
                Some("http://localhost"),
                "+Accelerate -ForcePathStyle",
            ),
            // Both kinds of addresses.
            (
                &[],
                &[(DUAL_STACK_OF_BUCKETS, true)],
                None,
                "-ForcePathStyle +UseDualStack",
            ),
            (
                &[],
                &[(DUAL_STACK_OF_BUCKETS, true)],
                Some("http://h"),
                "+ForcePathStyle",
            ),
        ] {
            let found = parameters(&BUCKETS, stated, configured, url);
            assert_eq!(
                found.as_deref(),
                Ok(expected),
                "{stated:?} {configured:?} {url:?}"
            );
        }
    }

    #[test]
    fn parameters_that_the_rules_do_not_have_are_refused() {
        let text = "The endpoint rules of Buckets have no parameter Bucked that a client can set. They have \
                    Accelerate, ForcePathStyle, Plain, UseDualStack.";
        let found = parameters(&BUCKETS, &[("Plain", true), ("Bucked", true)], &[], None);
        assert_eq!(found, Err(text.to_owned()));
        let found = parameters(&BUCKETS, &[("Region", true)], &[], None);
        assert!(found.is_err_and(|text| text.contains("no parameter Region")));
    }
}

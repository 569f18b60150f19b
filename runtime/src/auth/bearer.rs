//! Bearer tokens (`smithy.api#httpBearerAuth`, RFC 6750).

use super::{AuthScheme, Caller, Needs, Signing, SigningError};
use crate::http::Request;
use ::http::Uri;
use std::net::IpAddr;

/// The name of the header's scheme, before the token.
const PREFIX: &str = "Bearer ";

/// The token in the header `authorization`.
#[derive(Debug)]
pub(crate) struct HttpBearerAuth;

impl AuthScheme for HttpBearerAuth {
    fn name(&self) -> &'static str {
        "httpBearerAuth"
    }

    fn needs(&self) -> Needs {
        Needs::Token
    }

    fn sign(&self, attempt: &mut Request, with: &Signing<'_>) -> Result<(), SigningError> {
        let Caller::Token(token) = with.caller else {
            return Err(SigningError::new("there is no token"));
        };
        if !keeps_secrets(&attempt.url) {
            return Err(SigningError::new(
                "whoever sees a bearer token can use it, so it is sent over TLS only: give an endpoint that begins with \
                 https:// (http:// is allowed for this machine, such as http://localhost)",
            ));
        }
        if token.value.is_empty() || !token.value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SigningError::new(
                "the token is empty, or has blanks or other characters that a header can't have",
            ));
        }
        let value = [PREFIX, &token.value].concat();
        attempt.headers.push(("authorization".into(), value.into()));
        Ok(())
    }
}

/// Whether nobody on the way to a URL can read the request: it goes over TLS, or does not leave the
/// machine.
fn keeps_secrets(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else {
        return false;
    };
    let host = url.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    url.scheme_str() == Some("https")
        || host.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::sigv4::Scope;
    use crate::identity::Token;
    use std::time::SystemTime;

    /// The header of a request to a URL, or why it has none.
    fn header(url: &str, token: &str) -> Result<String, String> {
        let caller = Caller::Token(Token::new(token));
        let with = Signing {
            caller: &caller,
            scope: Scope::new("r", "s"),
            payload: None,
            states_payload: false,
            now: SystemTime::UNIX_EPOCH,
        };
        let mut request = Request::new("GET", url);
        match HttpBearerAuth.sign(&mut request, &with) {
            Ok(()) => Ok(request.headers.remove(0).1.into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn tokens_go_over_tls_or_stay_on_the_machine() {
        for (url, sent) in [
            ("https://a.test/", true),
            ("HTTPS://a.test/", true),
            ("http://localhost:8080/", true),
            ("http://LocalHost/", true),
            ("http://127.0.0.1:1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:1/", true),
            ("http://a.test/", false),
            ("http://localhost.a.test/", false),
            ("http://localhost@a.test/", false),
            ("http://10.0.0.1/", false),
            ("http://[::2]/", false),
            ("not a URL", false),
        ] {
            let found = header(url, "t0ken");
            let expected = "Bearer t0ken".to_owned();
            assert_eq!(found.clone().ok(), sent.then_some(expected), "{url}");
            assert!(!found.is_err_and(|text| text.contains("t0ken")), "{url}");
        }
    }

    #[test]
    fn tokens_that_a_header_cannot_have_are_refused_and_not_shown() {
        for token in ["", "se cret", "secret\n", "secré"] {
            let text = header("https://a.test/", token).expect_err(token);
            assert!(text.contains("the token is empty, or has blanks"), "{text}");
            assert!(!text.contains("secr"), "{text}");
        }
        // Those of services may have any of these.
        assert!(header("https://a.test/", "aA0-._~+/==").is_ok());
    }
}

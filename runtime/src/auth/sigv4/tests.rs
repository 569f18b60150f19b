//! Signatures, and the headers that go with them.

use super::*;
use crate::identity::Credentials;

/// The headers of a signed request.
fn headers(path: &str, change: impl FnOnce(&mut Signing<'_>)) -> Vec<(String, String)> {
    let mut credentials = Credentials::new("AKID", "secret", "test");
    credentials.session_token = Some("session".to_owned());
    let caller = Caller::Credentials(Identity::from(credentials));
    let payload = Payload::Bytes(Default::default());
    let mut with = Signing {
        caller: &caller,
        scope: Scope::new("eu-west-1", "test"),
        payload: Some(&payload),
        states_payload: false,
        now: SystemTime::UNIX_EPOCH,
    };
    change(&mut with);
    let mut request = Request::new("GET", format!("http://localhost{path}"));
    SigV4::Regional.sign(&mut request, &with).expect("signed");
    let headers = request.headers.into_iter();
    headers
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let found = headers.iter().find(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str())
}

/// The signature of a request for a path.
fn signature(path: &str, double_encoding: bool) -> String {
    let headers = headers(path, |with| with.scope.double_encoding = double_encoding);
    value(&headers, "authorization")
        .expect("a signature")
        .to_owned()
}

#[test]
fn paths_are_normalized_unless_they_are_encoded_once() {
    for (path, normalized) in [("/a//b", "/a/b"), ("/a/./b", "/a/b"), ("/a/../b", "/b")] {
        assert_eq!(signature(path, true), signature(normalized, true));
        assert_ne!(signature(path, false), signature(normalized, false));
    }
    assert_ne!(signature("/a%2Fb", true), signature("/a%2Fb", false));
    assert!(signature("/", false).contains("x-amz-content-sha256"));
    assert!(!signature("/", true).contains("x-amz-content-sha256"));
    assert_ne!(signature("/a%2Fb", true), signature("/a/b", true));
}

#[test]
fn a_header_says_how_the_body_is_covered() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (payload, states, single, expected) in [
        (Payload::Bytes(Default::default()), false, false, None),
        (Payload::Bytes(Default::default()), true, false, Some(EMPTY)),
        (Payload::Bytes(Default::default()), false, true, Some(EMPTY)),
        (Payload::Sha256("abc".into()), true, false, Some("abc")),
        (Payload::Unsigned, true, false, Some("UNSIGNED-PAYLOAD")),
        (Payload::Unsigned, false, true, Some("UNSIGNED-PAYLOAD")),
    ] {
        let caller = Caller::Credentials(Credentials::new("AKID", "secret", "test").into());
        let mut scope = Scope::new("eu-west-1", "test");
        scope.double_encoding = !single;
        let with = Signing {
            caller: &caller,
            scope,
            payload: Some(&payload),
            states_payload: states,
            now: SystemTime::UNIX_EPOCH,
        };
        let mut request = Request::new("GET", "https://a.test/");
        SigV4::Regional.sign(&mut request, &with).expect("signed");
        let mut headers = request.headers.iter();
        let found = headers.find(|(name, _)| name == "x-amz-content-sha256");
        assert_eq!(
            found.map(|(_, value)| &**value),
            expected,
            "{states} {single}"
        );
        let signature = request
            .headers
            .iter()
            .find(|(name, _)| name == "authorization");
        let signature = &signature.expect("a signature").1;
        assert_eq!(
            signature.contains("x-amz-content-sha256"),
            expected.is_some(),
            "{signature}"
        );
    }
}

/// The signature of a request with this header.
fn signature_with(header: (&'static str, &'static str)) -> String {
    let caller = Caller::Credentials(Credentials::new("AKID", "secret", "test").into());
    let payload = Payload::Bytes(Default::default());
    let with = Signing {
        caller: &caller,
        scope: Scope::new("eu-west-1", "test"),
        payload: Some(&payload),
        states_payload: false,
        now: SystemTime::UNIX_EPOCH,
    };
    let mut request = Request::new("GET", "https://a.test/").header(header.0, header.1);
    SigV4::Regional.sign(&mut request, &with).expect("signed");
    let mut headers = request.headers.iter();
    let found = headers.find(|(name, _)| name == "authorization");
    found.expect("a signature").1.to_string()
}

#[test]
fn headers_that_proxies_change_are_not_signed() {
    for name in UNSIGNED_HEADERS {
        assert_eq!(
            signature_with((name, "1")),
            signature_with((name, "2")),
            "{name}"
        );
    }
    assert_ne!(signature_with(("x-a", "1")), signature_with(("x-a", "2")));
    // Blanks around and within a value are one.
    let plain = signature_with(("x-a", "b c"));
    assert_eq!(signature_with(("x-a", " b   c ")), plain);
}

#[test]
fn parameters_are_signed_in_order_and_with_a_value() {
    assert_eq!(
        signature("/?location", false),
        signature("/?location=", false)
    );
    assert_eq!(
        signature("/?b=1&a=2&a=1", false),
        signature("/?a=1&a=2&b=1", false)
    );
    assert_eq!(
        signature("/?a=%C3%A9+", false),
        signature("/?a=%C3%A9%20", false)
    );
    assert_ne!(signature("/?a=%2F", false), signature("/?a=%252F", false));
}

#[test]
fn tokens_of_sessions_are_signed() {
    let headers = headers("/", |_| ());
    assert_eq!(value(&headers, "x-amz-security-token"), Some("session"));
    let signature = value(&headers, "authorization").expect("a signature");
    assert!(signature.contains("x-amz-security-token"), "{signature}");
}

#[cfg(feature = "s3express")]
#[test]
fn sessions_of_directory_buckets_have_a_header_of_their_own() {
    let mut credentials = Credentials::new("AKID", "secret", "test");
    credentials.session_token = Some("session".to_owned());
    let caller = Caller::Credentials(credentials.into());
    let with = Signing {
        caller: &caller,
        scope: Scope {
            double_encoding: false,
            ..Scope::new("us-west-2", "s3express")
        },
        payload: Some(&Payload::Unsigned),
        states_payload: false,
        now: SystemTime::UNIX_EPOCH,
    };
    let mut request = Request::new("GET", "https://a.test/b//c");
    SigV4::Session.sign(&mut request, &with).expect("signed");
    let of = |name: &str| {
        let mut headers = request.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| &**value)
    };
    assert_eq!(of("x-amz-s3session-token"), Some("session"));
    assert_eq!(of("x-amz-security-token"), None);
    let signature = of("authorization").expect("a signature");
    assert!(
        signature.contains("/us-west-2/s3express/aws4_request")
            && signature.contains("x-amz-s3session-token"),
        "{signature}"
    );
}

/// The example of Amazon's documentation: "Authenticating Requests: Using Query Parameters".
#[test]
fn a_request_is_presigned_as_in_the_documentation() {
    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", key, "test");
    let caller = Caller::Credentials(credentials.into());
    let with = Signing {
        caller: &caller,
        scope: Scope {
            double_encoding: false,
            ..Scope::new("us-east-1", "s3")
        },
        payload: Some(&Payload::Unsigned),
        states_payload: false,
        // 2013-05-24, 00:00:00
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600),
    };
    let mut request = Request::new("GET", "https://examplebucket.s3.amazonaws.com/test.txt");
    let day = Duration::from_secs(86_400);
    SigV4::Regional
        .presign(&mut request, &with, day)
        .expect("a signature");
    assert_eq!(
        request.url,
        "https://examplebucket.s3.amazonaws.com/test.txt\
         ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z\
         &X-Amz-Expires=86400\
         &X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

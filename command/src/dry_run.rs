//! `--cli-dry-run`: the signed request as text, in place of sending it.

use opsmith_runtime::http::{Request, masked};
use opsmith_runtime::redact::REDACTED;
use std::fmt::Write as _;

/// Values of the option: the form, and whether secrets are shown.
pub(crate) const FORMS: &[&str] = &["http", "http-secrets", "curl", "curl-secrets"];

/// Headers that let a reader act in the name of the caller.
const SECRET: &[&str] = &["authorization", "x-amz-security-token"];

/// Whether the form of this name shows secrets.
pub(crate) fn shows_secrets(form: Option<&str>) -> bool {
    form.is_some_and(|form| form.ends_with("-secrets"))
}

/// The request in the form of this name; as HTTP has it without one. Its input is redacted already
/// where the form hides secrets.
pub(crate) fn request_text(mut request: Request, form: Option<&str>) -> String {
    if !shows_secrets(form) {
        hide(&mut request);
    }
    if form.is_some_and(|form| form.starts_with("curl")) {
        curl(&request)
    } else {
        http(&request)
    }
}

/// Replaces what lets a reader act in the name of the caller.
fn hide(request: &mut Request) {
    for (_, value) in request
        .headers
        .iter_mut()
        .filter(|(name, _)| SECRET.contains(&&**name))
    {
        *value = REDACTED.into();
    }
    request.url = masked(&request.url);
}

/// The request line, the headers, a blank line, the body.
fn http(request: &Request) -> String {
    let mut text = format!("{} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    text + "\n" + &String::from_utf8_lossy(content(request)) + "\n"
}

/// The body, which all operations that are generated today have in memory.
fn content(request: &Request) -> &[u8] {
    request.body.as_bytes().unwrap_or_default()
}

/// A command line for a shell, one header per line.
fn curl(request: &Request) -> String {
    // `-X HEAD` waits for a body.
    let method = match &*request.method {
        "HEAD" => "--head".to_owned(),
        method => format!("-X {method}"),
    };
    let mut text = format!("curl {method} {}", quoted(&request.url));
    for (name, value) in &request.headers {
        // curl drops a header whose value is empty, unless it ends so.
        let header = if value.is_empty() {
            format!("{name};")
        } else {
            format!("{name}: {value}")
        };
        let _ = write!(text, " \\\n  -H {}", quoted(&header));
    }
    // With data, even empty, curl adds a content type.
    if !request.body.is_empty() {
        let body = String::from_utf8_lossy(content(request));
        text += &format!(" \\\n  --data-raw {}", quoted(&body));
    }
    text + "\n"
}

/// The text as one word of a shell. Requests have no NUL, which a word can't have.
fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| format!("{text:?}"), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str) -> Request {
        Request::new("POST", "https://me:secret@host.test/")
            .header("x-a", "")
            .header("authorization", "AWS4 secret")
            .header("x-amz-security-token", "token")
            .body(body.to_owned())
    }

    #[test]
    fn a_request_as_a_command_line() {
        let text = request_text(request("{\"a\":\"it's\"}"), Some("curl-secrets"));
        let words = shlex::split(&text.replace("\\\n", " ")).expect("words of a shell");
        let expected = [
            "curl",
            "-X",
            "POST",
            "https://me:secret@host.test/",
            "-H",
            "x-a;",
            "-H",
            "authorization: AWS4 secret",
            "-H",
        ];
        assert_eq!(words[..9], expected);
        assert_eq!(
            words[9..],
            [
                "x-amz-security-token: token",
                "--data-raw",
                "{\"a\":\"it's\"}"
            ]
        );
    }

    #[test]
    fn secrets_are_left_out() {
        for form in [None, Some("http"), Some("curl")] {
            let text = request_text(request("{}"), form);
            assert!(
                !text.contains("secret")
                    && !text.contains("token: token")
                    && text.contains(REDACTED),
                "{text}"
            );
        }
    }
}

//! `--cli-dry-run`: the signed request as text, in place of sending it.

use crate::args::ParsedArgs;
use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opsmith_runtime::http::{Body, Presigned, Request, masked};
use opsmith_runtime::redact::REDACTED;
use std::fmt::Write as _;
use std::time::Duration;

/// Values of the option: the form, and whether secrets are shown. A presigned URL is a secret as a
/// whole, and is printed to be given to others.
pub(crate) const FORMS: &[&str] = &[
    "http",
    "http-secrets",
    "curl",
    "curl-secrets",
    "presigned",
    PRESIGNED_CURL,
];

const PRESIGNED_CURL: &str = "presigned-curl";

/// The option with the time for which a presigned URL is valid, and its default, in seconds. The
/// default is that of the AWS CLI's `s3 presign`.
const EXPIRES_IN: (&str, u64) = ("--cli-expires-in", 3600);

/// For how long the URL is to be valid, where the dry run prints a presigned one.
///
/// # Errors
///
/// A time that is no number, or is not for a presigned URL.
pub(crate) fn expires_in(globals: &ParsedArgs<'_, '_>) -> Result<Option<Duration>, Failure> {
    let (option, usual) = EXPIRES_IN;
    let form = globals.value("--cli-dry-run");
    let is_presigned = form.is_some_and(|form| form.starts_with("presigned"));
    match globals.value(option) {
        None => Ok(is_presigned.then(|| Duration::from_secs(usual))),
        Some(_) if !is_presigned => Err(Failure::parameter(format_args!(
            "{option} can only be given with --cli-dry-run=presigned"
        ))),
        Some(seconds) => seconds
            .parse()
            .map(Duration::from_secs)
            .map(Some)
            .map_err(|_| {
                Failure::parameter(format_args!(
                    "Bad value for {option} {seconds}: it takes a number of seconds"
                ))
            }),
    }
}

/// A presigned request as text, and what the text does not show. As a URL, it lacks what must be
/// sent with it.
///
/// # Errors
///
/// A body that a command line can't have.
pub(crate) fn presigned_text(
    presigned: Presigned,
    form: Option<&str>,
) -> Result<(String, Option<String>), Failure> {
    if form == Some(PRESIGNED_CURL) {
        return Ok((curl(&presigned.into())?, None));
    }
    let mut needs = Vec::new();
    if presigned.method != "GET" {
        needs.push(format!("the method {}", presigned.method));
    }
    if !presigned.headers.is_empty() {
        let names: Vec<&str> = presigned.headers.iter().map(|(name, _)| &**name).collect();
        needs.push(format!("the headers {}", names.join(", ")));
    }
    if !presigned.body.is_empty() {
        needs.push("a body".to_owned());
    }
    let note = (!needs.is_empty()).then(|| {
        let needs = needs.join(" and ");
        format!(
            "the URL must be used with {needs}: --cli-dry-run={PRESIGNED_CURL} prints all of it"
        )
    });
    Ok((presigned.url + "\n", note))
}

/// Headers that let a reader act in the name of the caller.
const SECRET: &[&str] = &[
    "authorization",
    "x-amz-s3session-token",
    "x-amz-security-token",
];

/// Whether the form of this name shows secrets.
pub(crate) fn shows_secrets(form: Option<&str>) -> bool {
    form.is_some_and(|form| form.ends_with("-secrets"))
}

/// The request in the form of this name; as HTTP has it without one. Its input is redacted already
/// where the form hides secrets.
///
/// # Errors
///
/// A body that a command line can't have.
pub(crate) fn request_text(mut request: Request, form: Option<&str>) -> Result<String, Failure> {
    if !shows_secrets(form) {
        hide(&mut request);
    }
    if form.is_some_and(|form| form.starts_with("curl")) {
        curl(&request)
    } else {
        Ok(http(&request))
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
    let body = match (content(&request.body), request.body.as_bytes()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(bytes)) => format!("(in base64) {}", STANDARD.encode(bytes)),
        (None, None) => "(a stream, which is not shown)".to_owned(),
    };
    text + "\n" + &body + "\n"
}

/// The body, if it is text in memory.
fn content(body: &Body) -> Option<&str> {
    match body {
        Body::Empty => Some(""),
        body => std::str::from_utf8(body.as_bytes()?).ok(),
    }
}

/// A command line for a shell, one header per line.
fn curl(request: &Request) -> Result<String, Failure> {
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
        let body = content(&request.body).filter(|text| !text.contains('\0'));
        let body = body.ok_or_else(|| {
            Failure::general(
                "the body of the request can't be part of a command line: use --cli-dry-run=http",
            )
        })?;
        text += &format!(" \\\n  --data-raw {}", quoted(body));
    }
    Ok(text + "\n")
}

/// The text as one word of a shell. URLs and headers have no NUL, which a word can't have.
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
        let text = text.expect("a command line");
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
            let text = request_text(request("{}"), form).expect("a text");
            assert!(
                !text.contains("secret")
                    && !text.contains("token: token")
                    && text.contains(REDACTED),
                "{text}"
            );
        }
    }

    #[test]
    fn a_body_that_is_no_text_is_not_damaged() {
        let request = || Request::new("POST", "https://host.test/").body(vec![0xff, 0x00]);
        let text = request_text(request(), None).expect("a text");
        assert!(text.ends_with("\n\n(in base64) /wA=\n"), "{text}");
        let error = request_text(request(), Some("curl")).expect_err("no word of a shell");
        assert!(error.text.contains("use --cli-dry-run=http"), "{error:?}");
    }
}

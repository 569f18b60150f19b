//! XML, as far as S3 needs it.

use http::Response;
use hyper::body::Bytes;

/// An answer with XML.
pub(crate) fn answer(body: String) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(format!("<?xml version=\"1.0\"?>\n{body}")));
    let kind = http::HeaderValue::from_static("application/xml");
    answer.headers_mut().insert("content-type", kind);
    answer
}

/// An error of the service.
pub(crate) fn error(status: u16, code: &str) -> Response<Bytes> {
    let mut answer = answer(format!(
        "<Error><Code>{code}</Code><Message>{code}.</Message></Error>"
    ));
    *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    answer
}

/// Text as part of XML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The texts of all elements of this name.
pub(crate) fn texts(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let starts = xml.split(&open).skip(1);
    let texts = starts.filter_map(|rest| Some(rest.split_once(&close)?.0));
    texts.map(unescaped).collect()
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (code, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&#13;", "\r"),
        ("&#xD;", "\r"),
        ("&#10;", "\n"),
        ("&#xA;", "\n"),
        ("&#9;", "\t"),
        ("&#x9;", "\t"),
        ("&amp;", "&"),
    ] {
        text = text.replace(code, plain);
    }
    text
}

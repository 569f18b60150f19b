//! The common part of the two kinds of metadata services. Each is on the machine itself: it answers
//! quickly, or does not exist.

use std::time::Duration;

use serde_json::Value as Json;

use super::{Credentials, parse_time};
use crate::http::{LARGEST_ANSWER, Request, Response, Transport};

/// Sends one request, with this timeout.
pub(super) async fn ask(
    transport: &dyn Transport,
    request: &Request,
    patience: Duration,
) -> Result<Response, String> {
    let answer = async { transport.send(request).await?.collect(LARGEST_ANSWER).await };
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!(
            "{} did not answer within {patience:?}",
            request.url
        )),
    }
}

/// The credentials in an answer, whose keys are those of both services.
pub(super) fn credentials(body: &[u8], source: &'static str) -> Result<Credentials, String> {
    let answer: Json =
        serde_json::from_slice(body).map_err(|_| "the answer is not JSON".to_owned())?;
    let text = |key: &str| answer.get(key).and_then(Json::as_str).map(str::to_owned);
    let required = |key: &str| text(key).ok_or_else(|| missing(key, text("Code"), text("Message")));
    let expiration = text("Expiration")
        .map(|text| parse_time(&text).ok_or("the Expiration in the answer is not a time"));
    Ok(Credentials {
        session_token: text("Token"),
        expiration: expiration.transpose()?,
        account_id: text("AccountId"),
        ..Credentials::new(
            required("AccessKeyId")?,
            required("SecretAccessKey")?,
            source,
        )
    })
}

fn missing(key: &str, code: Option<String>, message: Option<String>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => format!("the answer has no {key}"),
    }
}

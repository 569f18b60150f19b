//! Buckets in endpoint rules: the parameter `Bucket` of services that can put it into the path.

use super::client::PATH_STYLE;
use super::{EndpointBindings, Value};
use crate::schema::Service;
use crate::schema::rules::Parameter;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The parameter's name.
pub(crate) const PARAMETER: &str = "Bucket";

/// What the AWS CLI takes for the name of a bucket, and for an ARN in its place.
const NAME: &str = r"[a-zA-Z0-9.\-_]{1,255}";
const ACCESS_POINT: &str =
    r"arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}";
const OUTPOST: &str = r"arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}";

/// The bucket of a call, of services that have them; or an ARN in its place.
pub(crate) fn of<'b>(service: &Service<'_>, bound: &'b EndpointBindings<'_>) -> Option<&'b str> {
    path_style(service)?;
    bucket(&bound.parameters)
}

fn bucket<'b>(parameters: &'b [(&str, Value)]) -> Option<&'b str> {
    let mut parameters = parameters.iter();
    let (_, bucket) = parameters.find(|(name, _)| *name == PARAMETER)?;
    bucket.as_text()
}

/// The parameter that puts buckets into the path, of services that have them.
fn path_style<'a>(service: &Service<'a>) -> Option<&'a str> {
    let mut parameters = service.endpoint.parameters.iter();
    let found = parameters.find(|Parameter(_, built_in, _)| *built_in == PATH_STYLE);
    found.map(|Parameter(name, ..)| *name)
}

/// What keeps an ARN out of the path, which has no place for it.
pub(super) fn not_in_path<'a>(
    service: &Service<'a>,
    parameters: &[(&str, Value)],
) -> Option<(&'a str, Value)> {
    bucket(parameters).filter(|bucket| is_arn(bucket))?;
    Some((path_style(service)?, Value::Boolean(false)))
}

/// Whether it is an ARN.
pub(crate) fn is_arn(bucket: &str) -> bool {
    bucket.starts_with("arn:")
}

/// Why this can't be a bucket; `None` if it can.
pub(crate) fn problem(bucket: &str) -> Option<String> {
    let is_name = is_word(bucket, 255, b"-._");
    (!is_name && !is_access_point(bucket)).then(|| {
        format!(
            "a bucket must match the regex \"^{NAME}$\" or be an ARN matching the regex \"^{ACCESS_POINT}$|^{OUTPOST}$\""
        )
    })
}

/// Whether text has at most this many letters, digits and further characters, and is not empty.
fn is_word(text: &str, most: usize, further: &[u8]) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || further.contains(&byte);
    (1..=most).contains(&text.len()) && text.bytes().all(inner)
}

/// Whether it is the ARN of an access point.
fn is_access_point(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return false;
    };
    let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let resource: Vec<&str> = resource.split([':', '/']).collect();
    let is_resource = match (service, resource.as_slice()) {
        ("s3" | "s3-object-lambda", ["accesspoint", name]) => is_word(name, 63, b"-."),
        ("s3-outposts", ["outpost", outpost, "accesspoint", name]) => {
            !region.is_empty() && is_word(outpost, 63, b"-") && is_word(name, 63, b"-")
        }
        _ => false,
    };
    partition.starts_with("aws") && region.bytes().all(is_region) && is_account && is_resource
}

/// How many buckets' regions a client remembers; beyond that, it finds them anew.
const MAX_BUCKETS: usize = 1000;

/// The regions of buckets that were not where they were called.
#[derive(Debug, Default)]
pub(crate) struct Regions(Mutex<HashMap<String, Redirect>>);

#[derive(Debug)]
struct Redirect {
    /// The region of the call that was redirected.
    from: String,
    to: String,
}

impl Regions {
    /// The region of a bucket that is called in this one, if an earlier call was redirected.
    pub(crate) fn of(&self, bucket: &str, called: &str) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let redirect = known.get(bucket)?;
        (redirect.from == called).then(|| redirect.to.clone())
    }

    pub(crate) fn remember(&self, bucket: &str, called: &str, region: String) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_BUCKETS {
            known.clear();
        }
        let redirect = Redirect {
            from: called.to_owned(),
            to: region,
        };
        known.insert(bucket.to_owned(), redirect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_names_or_arns_of_access_points() {
        let longest = "b".repeat(255);
        for bucket in [
            "my-bucket",
            "My_Bucket.x",
            &longest,
            "arn:aws:s3:us-west-2:123456789012:accesspoint/ap",
            "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:ap-1.x",
            "arn:aws:s3::123456789012:accesspoint:alias.mrap",
            "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/ap",
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01/accesspoint/ap",
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost:op-01:accesspoint:ap",
        ] {
            assert_eq!(problem(bucket), None, "{bucket}");
        }
        for bucket in [
            "",
            "a b",
            "a/b",
            "é",
            &format!("{longest}b"),
            "arn:aws:s3:us-west-2:123456789012:bucket/b",
            "arn:aws:s3:us-west-2:12345678901:accesspoint/ap",
            "arn:aws:s3:us-west-2:123456789012:accesspoint/ap/more",
            "arn:aws:s3:us_west:123456789012:accesspoint/ap",
            "arn:aws:s3-outposts::123456789012:outpost/op-01/accesspoint/ap",
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01",
            "arn:other:s3:us-west-2:123456789012:accesspoint/ap",
            "arn:aws:sns:us-west-2:123456789012:accesspoint/ap",
        ] {
            assert!(problem(bucket).is_some(), "{bucket}");
        }
    }
}

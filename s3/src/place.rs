//! [`Place`]: where an object is.

use std::fmt;
use std::str::FromStr;

/// A bucket and a key in it, or a prefix of keys. Its text is an S3 URI, such as
/// `s3://bucket/folder/key`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The name of the bucket, or the ARN or alias of an access point.
    pub bucket: String,
    /// The key, or the start of keys; empty for the whole bucket.
    pub key: String,
}

/// Why a text is not the URI of a bucket or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceError {
    /// It does not begin with `s3://`.
    Scheme,
    /// It is an access point of S3 Object Lambda.
    ObjectLambda,
    /// It is a bucket on Outposts, which has access points for objects.
    OutpostBucket,
}

impl Place {
    /// A bucket and a key.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Place {
            bucket: bucket.into(),
            key: key.into(),
        }
    }

    /// The place of `bucket/key`, where the bucket may be the ARN of an access point.
    ///
    /// # Errors
    ///
    /// An ARN of something that has no objects of its own.
    pub fn of_path(path: &str) -> Result<Self, PlaceError> {
        let len = match arn_len(path) {
            Some(Arn::AccessPoint(len)) => len,
            Some(Arn::ObjectLambda) => return Err(PlaceError::ObjectLambda),
            Some(Arn::OutpostBucket) => return Err(PlaceError::OutpostBucket),
            None => path.find('/').unwrap_or(path.len()),
        };
        let (bucket, rest) = path.split_at(len);
        let is_arn = bucket.starts_with("arn:");
        let key = rest.strip_prefix('/');
        let key = key.or_else(|| rest.strip_prefix(':').filter(|_| is_arn));
        Ok(Place::new(bucket, key.unwrap_or(rest)))
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    /// The place of a URI `s3://bucket/key`.
    fn from_str(uri: &str) -> Result<Self, PlaceError> {
        let path = uri.strip_prefix("s3://").ok_or(PlaceError::Scheme)?;
        Place::of_path(path)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PlaceError::Scheme => "it does not begin with s3://",
            PlaceError::ObjectLambda => {
                "s3 commands do not support S3 Object Lambda resources. Use s3api commands instead."
            }
            PlaceError::OutpostBucket => {
                "s3 commands do not support Outpost Bucket ARNs. Use s3control commands instead."
            }
        })
    }
}

impl std::error::Error for PlaceError {}

/// What the ARN at the start of a path is.
enum Arn {
    /// An access point, whose ARN has this length.
    AccessPoint(usize),
    ObjectLambda,
    OutpostBucket,
}

/// The ARN at the start of a path, as the AWS CLI finds it: `arn:aws:s3:region:account:accesspoint/name`,
/// or `arn:aws:s3-outposts:region:account:outpost/id/accesspoint/name`, with `:` in place of `/` too.
fn arn_len(path: &str) -> Option<Arn> {
    let mut parts = path.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let is_region = region
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if arn != "arn" || !partition.starts_with("aws") || !is_region || !is_account {
        return None;
    }
    let start = path.len() - resource.len();
    match service {
        "s3" => {
            let name = word(resource, "accesspoint")?;
            let end = name.find('/').unwrap_or(name.len());
            (end > 0).then(|| Arn::AccessPoint(start + "accesspoint/".len() + end))
        }
        "s3-object-lambda" if !region.is_empty() => {
            let name = word(resource, "accesspoint")?;
            (name_len(name) > 0).then_some(Arn::ObjectLambda)
        }
        "s3-outposts" if !region.is_empty() => {
            let outpost = word(resource, "outpost")?;
            let inner = &outpost[name_len(outpost)..];
            let inner = inner
                .strip_prefix(['/', ':'])
                .filter(|_| name_len(outpost) > 0)?;
            if word(inner, "bucket").is_some_and(|name| name_len(name) > 0) {
                return Some(Arn::OutpostBucket);
            }
            let name = word(inner, "accesspoint")?;
            let len = name_len(name);
            (len > 0).then(|| Arn::AccessPoint(path.len() - name.len() + len))
        }
        _ => None,
    }
}

/// What follows a word and a separator.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)?.strip_prefix(['/', ':'])
}

/// The length of the name at the start of a text.
fn name_len(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    end.unwrap_or(text.len()).min(63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_into_bucket_and_key() {
        let point = "arn:aws:s3:us-west-2:123456789012:accesspoint/mine";
        let outpost = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/mine";
        let colons = "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:mine";
        for (path, bucket, key) in [
            ("bucket", "bucket", ""),
            ("bucket/", "bucket", ""),
            ("bucket/a/b", "bucket", "a/b"),
            ("bucket//a", "bucket", "/a"),
            ("", "", ""),
            ("/key", "", "key"),
            (point, point, ""),
            (&format!("{point}/a/b:c"), point, "a/b:c"),
            (&format!("{point}//a"), point, "/a"),
            (&format!("{colons}/k"), colons, "k"),
            (&format!("{outpost}/k/l"), outpost, "k/l"),
            (&format!("{outpost}:k"), outpost, "k"),
            (
                "arn:aws:s3:us-west-2:123:accesspoint/mine",
                "arn:aws:s3:us-west-2:123:accesspoint",
                "mine",
            ),
        ] {
            assert_eq!(Place::of_path(path), Ok(Place::new(bucket, key)), "{path}");
        }
    }

    #[test]
    fn what_has_no_objects_is_refused() {
        let lambda = "s3://arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine/key";
        assert_eq!(lambda.parse::<Place>(), Err(PlaceError::ObjectLambda));
        let bucket = "s3://arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/bucket/b";
        assert_eq!(bucket.parse::<Place>(), Err(PlaceError::OutpostBucket));
        assert_eq!("bucket/key".parse::<Place>(), Err(PlaceError::Scheme));
        assert_eq!(
            "s3://b/k/l".parse::<Place>().map(|p| p.to_string()),
            Ok("s3://b/k/l".to_owned())
        );
    }
}

//! The AWS CLI's files of temporary credentials and tokens: `~/.aws/cli/cache/KEY.json` and
//! `~/.aws/sso/cache/KEY.json`, where `KEY` is a hash of the request's parameters. Both
//! programs read what the other wrote.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Value as Json, json};

use super::{Credentials, ProviderContext, parse_time};
use crate::files;
use crate::timestamp::iso8601;

/// Credentials that end sooner are not taken from the cache.
const LEAST_LIFE: Duration = Duration::from_secs(15 * 60);

/// The hash that names a file.
pub(super) fn key(text: &str) -> String {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Path of a file; `None` without a home folder.
pub(super) fn path(context: &ProviderContext<'_>, folder: &str, key: &str) -> Option<PathBuf> {
    Some(
        context
            .settings
            .env()
            .home()?
            .join(".aws")
            .join(folder)
            .join(format!("{key}.json")),
    )
}

/// The content of a file, or `None` if it does not exist or is not JSON.
pub(super) fn read(path: &Path) -> Option<Json> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Replaces a file in one step, readable for its owner alone. A failed write is not an error: the
/// next call requests again.
pub(super) fn write(path: &Path, value: &Json) {
    if let Err(error) = replace(path, value.to_string().as_bytes()) {
        tracing::warn!(target: "opsmith", "{} can't be written: {error}", path.display());
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    files::replace_private(path, |file| file.write_all(bytes)).map(drop)
}

/// Credentials in the cache of roles that last a while.
pub(super) fn credentials(
    path: &Path,
    source: &'static str,
    now: SystemTime,
) -> Option<Credentials> {
    let entry = read(path)?;
    let found = entry.get("Credentials")?;
    let text = |name: &str| found.get(name)?.as_str().map(str::to_owned);
    let expiration = parse_time(&text("Expiration")?)?;
    (expiration.duration_since(now).ok()? >= LEAST_LIFE).then_some(())?;
    Some(Credentials {
        session_token: Some(text("SessionToken")?),
        expiration: Some(expiration),
        account_id: text("AccountId"),
        ..Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?, source)
    })
}

/// An entry of the cache of roles. Credentials without an end are not kept.
pub(super) fn keep(path: &Path, credentials: &Credentials, provider: Option<&str>) {
    let Some(expiration) = credentials.expiration.and_then(iso8601) else {
        return;
    };
    let mut entry = json!({"Credentials": {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": expiration,
    }});
    if let (Some(account), Some(found)) = (&credentials.account_id, entry.get_mut("Credentials")) {
        found["AccountId"] = account.as_str().into();
    }
    if let Some(provider) = provider {
        entry["ProviderType"] = provider.into();
    }
    write(path, &entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_for_their_owner_and_replaced_whole() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("a/b/key.json");
        for number in [1, 2] {
            write(&path, &json!({"n": number}));
            assert_eq!(read(&path), Some(json!({"n": number})));
        }
        let folder = path.parent().expect("a folder");
        assert_eq!(fs::read_dir(folder).expect("a folder").count(), 1);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).expect("a file").permissions()
            ) & 0o777,
            0o600
        );
        write(Path::new("/proc/none/key.json"), &json!({}));
    }

    #[test]
    fn entries_of_the_aws_cli_are_read() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("key.json");
        let now = SystemTime::UNIX_EPOCH;
        for (entry, found) in [
            (
                r#"{"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "1970-01-01T00:20:00UTC"}, "AssumedRoleUser": {}}"#,
                true,
            ),
            (
                r#"{"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "1970-01-01T00:20:00Z"}}"#,
                true,
            ),
            (
                r#"{"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "1970-01-01T00:14:59Z"}}"#,
                false,
            ),
            (
                r#"{"Credentials": {"AccessKeyId": 1, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "1970-01-01T00:20:00Z"}}"#,
                false,
            ),
            (r#"{"Credentials": []}"#, false),
            ("[", false),
        ] {
            fs::write(&path, entry).expect("a file");
            assert_eq!(credentials(&path, "test", now).is_some(), found, "{entry}");
        }
        let mut kept = Credentials::new("A", "s", "test");
        kept.session_token = Some("t".into());
        kept.account_id = Some("1".into());
        kept.expiration = Some(now + Duration::from_secs(3600));
        keep(&path, &kept, Some("sso"));
        assert_eq!(credentials(&path, "test", now), Some(kept));
        assert_eq!(iso8601(now + Duration::from_secs(1 << 40)), None);
    }
}

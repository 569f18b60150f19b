//! [`Settings`]: how transfers are made, and what a profile says of it.

use opsmith_runtime::client::When;
use opsmith_runtime::config;
use opsmith_runtime::error::ConfigError;
use std::fmt;

/// How transfers are made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The largest number of requests at once.
    pub max_concurrent_requests: usize,
    /// The size in bytes from which objects are transferred in parts.
    pub multipart_threshold: u64,
    /// The size in bytes of parts. It is adjusted to what the service takes.
    pub multipart_chunksize: u64,
    /// How many transfers may wait: a hint for callers.
    pub max_queue_size: usize,
    /// The largest number of bytes of bodies that are sent and received in a second.
    pub max_bandwidth: Option<u64>,
    /// The number of bytes of bodies that may be in memory.
    pub memory: u64,
    /// How often the body of an answer is asked for before a download fails.
    pub download_attempts: u32,
    /// Whether uploads get a checksum that the options don't ask for. It should be what the
    /// configuration of the client says.
    pub request_checksums: When,
    /// Whether downloads are checked without options that ask for it. It should be what the
    /// configuration of the client says.
    pub response_checksums: When,
}

const MIB: u64 = 1 << 20;

impl Default for Settings {
    /// The defaults of the AWS CLI.
    fn default() -> Self {
        Settings {
            max_concurrent_requests: 10,
            multipart_threshold: 8 * MIB,
            multipart_chunksize: 8 * MIB,
            max_queue_size: 1000,
            max_bandwidth: None,
            memory: 96 * MIB,
            download_attempts: 5,
            request_checksums: When::Supported,
            response_checksums: When::Supported,
        }
    }
}

/// Why the settings of a profile can't be used. The text is that of the AWS CLI.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A setting has a value that it can't have.
    Value(String),
    /// The settings can't be read.
    Config(ConfigError),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingsError::Value(text) => f.write_str(text),
            SettingsError::Config(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SettingsError {}

impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        SettingsError::Config(error)
    }
}

/// The clients of transfers that the AWS CLI has.
const CLIENTS: [&str; 4] = ["auto", "classic", "crt", "default"];

impl Settings {
    /// What the section `s3` of the profile says. Settings that only the AWS CLI has are checked and
    /// have no effect.
    ///
    /// # Errors
    ///
    /// A value that the AWS CLI refuses.
    pub fn from_profile(settings: &config::Settings) -> Result<Self, SettingsError> {
        let mut set = Settings::default();
        let profile = Section(settings);
        let threshold = profile.size("multipart_threshold")?;
        let chunksize = profile.size("multipart_chunksize")?;
        let io_chunksize = profile.size("io_chunksize")?;
        let bandwidth = profile.rate("max_bandwidth")?;
        let target = profile.rate("target_bandwidth")?;
        let disk = profile.rate("disk_throughput")?;
        let concurrency = profile.text("max_concurrent_requests")?;
        let queue = profile.text("max_queue_size")?;
        // The order in which the AWS CLI checks.
        let chunksize = positive("multipart_chunksize", chunksize)?;
        let threshold = positive("multipart_threshold", threshold)?;
        let concurrency = positive("max_concurrent_requests", concurrency.map(Given::Text))?;
        let queue = positive("max_queue_size", queue.map(Given::Text))?;
        set.max_bandwidth = positive("max_bandwidth", bandwidth)?;
        positive("target_bandwidth", target)?;
        positive("io_chunksize", io_chunksize)?;
        positive("disk_throughput", disk)?;
        profile.check_client()?;
        set.multipart_chunksize = chunksize.unwrap_or(set.multipart_chunksize);
        set.multipart_threshold = threshold.unwrap_or(set.multipart_threshold);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        set.max_concurrent_requests = concurrency.map_or(set.max_concurrent_requests, count);
        set.max_queue_size = queue.map_or(set.max_queue_size, count);
        set.request_checksums = profile.when("request_checksum_calculation")?;
        set.response_checksums = profile.when("response_checksum_validation")?;
        Ok(set)
    }
}

/// The section `s3` of a profile.
struct Section<'a>(&'a config::Settings);

/// A setting, before it is known to be positive.
#[derive(Debug)]
enum Given {
    Text(String),
    Number(i128),
}

impl Section<'_> {
    fn text(&self, key: &str) -> Result<Option<String>, SettingsError> {
        let value = self.0.nested("s3", key)?;
        Ok(value.map(|value| value.text))
    }

    fn size(&self, key: &str) -> Result<Option<Given>, SettingsError> {
        let text = self.text(key)?;
        let size = text.map(|text| size(&text).map(Given::Number));
        size.transpose().map_err(SettingsError::Value)
    }

    fn rate(&self, key: &str) -> Result<Option<Given>, SettingsError> {
        let text = self.text(key)?;
        let rate = text.map(|text| rate(&text).map(Given::Number));
        rate.transpose().map_err(SettingsError::Value)
    }

    fn check_client(&self) -> Result<(), SettingsError> {
        const KEY: &str = "preferred_transfer_client";
        match self.text(KEY)? {
            Some(text) if !CLIENTS.contains(&text.as_str()) => {
                let known = CLIENTS[..3].join(", ");
                Err(SettingsError::Value(format!(
                    "Invalid value: \"{text}\" for configuration option: \"{KEY}\". Supported values are: {known}"
                )))
            }
            _ => Ok(()),
        }
    }

    fn when(&self, setting: &str) -> Result<When, SettingsError> {
        let value = self.0.get(setting)?;
        let required = value.is_some_and(|value| value.text.eq_ignore_ascii_case("when_required"));
        Ok(if required {
            When::Required
        } else {
            When::Supported
        })
    }
}

/// A number that must be above zero.
fn positive(name: &str, given: Option<Given>) -> Result<Option<u64>, SettingsError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let (number, text) = match given {
        Given::Number(number) => (Some(number), number.to_string()),
        Given::Text(text) => (integer(&text), text),
    };
    match number {
        Some(number) if number > 0 => Ok(Some(u64::try_from(number).unwrap_or(u64::MAX))),
        _ => Err(SettingsError::Value(format!(
            "Value for {name} must be a positive integer: {text}"
        ))),
    }
}

/// What suffixes of sizes mean.
const SUFFIXES: [(&str, i128); 8] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1 << 10),
    ("mb", 1 << 20),
    ("gb", 1 << 30),
    ("tb", 1 << 40),
];

/// A size such as `8MB`.
fn size(text: &str) -> Result<i128, String> {
    let text = text.to_lowercase();
    for (suffix, factor) in SUFFIXES {
        if let Some(number) = text.strip_suffix(suffix) {
            let wrong = || format!("invalid literal for int() with base 10: '{number}'");
            let number = integer(number).ok_or_else(wrong)?;
            return Ok(number.saturating_mul(factor));
        }
    }
    integer(&text).ok_or_else(|| format!("Invalid size value: {text}"))
}

/// A rate such as `10MB/s` or `100Mb/s`, in bytes per second.
fn rate(text: &str) -> Result<i128, String> {
    let bits = text.ends_with("b/s");
    if bits || text.ends_with("B/s") {
        let plain = &text[..text.len() - 3];
        let rate = match integer(plain) {
            Some(number) => number,
            None => size(&text[..text.len() - 2])?,
        };
        return Ok(if bits { rate / 8 } else { rate });
    }
    integer(text).ok_or_else(|| {
        format!(
            "Invalid rate: {text}. The value must be expressed as an integer in terms of bytes per second \
             (e.g. 10485760) or a rate in terms of bytes per second (e.g. 10MB/s or 800KB/s) or bits per \
             second (e.g. 10Mb/s or 800Kb/s)"
        )
    })
}

/// An integer, as Python reads one.
fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = digits
        .split('_')
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    well_formed.then(|| text.replace('_', "").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsmith_runtime::config::{Env, Settings as Profile};

    /// The settings of a profile with these lines in its section `s3`.
    fn read(lines: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        std::fs::write(&path, format!("[default]\n{lines}")).expect("written");
        let path = path.to_str().expect("a path");
        let env = Env::with_variables([("AWS_CONFIG_FILE", path), ("HOME", "/nowhere")]);
        let profile = Profile::load(env, None).expect("settings");
        Settings::from_profile(&profile).map_err(|error| error.to_string())
    }

    #[test]
    fn the_section_of_the_profile() {
        let default = read("").expect("settings");
        assert_eq!(default.max_concurrent_requests, 10);
        assert_eq!(default.multipart_threshold, 8 << 20);
        assert_eq!(default.max_bandwidth, None);
        let lines = "request_checksum_calculation = when_required\ns3 =\n  max_concurrent_requests = 20\n  \
                     max_queue_size = 7\n  multipart_threshold = 64MB\n  multipart_chunksize = 16MiB\n  \
                     max_bandwidth = 50MB/s\n  preferred_transfer_client = crt\n  target_bandwidth = 5Gb/s\n";
        let set = read(lines).expect("settings");
        assert_eq!((set.max_concurrent_requests, set.max_queue_size), (20, 7));
        let sizes = (set.multipart_threshold, set.multipart_chunksize);
        assert_eq!(sizes, (64 << 20, 16 << 20));
        assert_eq!(set.max_bandwidth, Some(50 << 20));
        assert_eq!(set.request_checksums, When::Required);
        assert_eq!(set.response_checksums, When::Supported);
    }

    #[test]
    fn what_the_aws_cli_refuses() {
        for (line, error) in [
            (
                "max_concurrent_requests = 0",
                "Value for max_concurrent_requests must be a positive integer: 0",
            ),
            (
                "max_concurrent_requests = ten",
                "Value for max_concurrent_requests must be a positive integer: ten",
            ),
            (
                "max_queue_size = -1",
                "Value for max_queue_size must be a positive integer: -1",
            ),
            (
                "multipart_threshold = 0MB",
                "Value for multipart_threshold must be a positive integer: 0",
            ),
            (
                "multipart_threshold = 1.5MB",
                "invalid literal for int() with base 10: '1.5'",
            ),
            ("multipart_chunksize = much", "Invalid size value: much"),
            (
                "disk_throughput = 0",
                "Value for disk_throughput must be a positive integer: 0",
            ),
            ("target_bandwidth = xB/s", "Invalid size value: xb"),
            (
                "preferred_transfer_client = fast",
                "Invalid value: \"fast\" for configuration option: \"preferred_transfer_client\". \
                 Supported values are: auto, classic, crt",
            ),
            (
                "max_bandwidth = 10MB",
                "Invalid rate: 10MB. The value must be expressed as an integer in terms of bytes per second \
                 (e.g. 10485760) or a rate in terms of bytes per second (e.g. 10MB/s or 800KB/s) or bits per \
                 second (e.g. 10Mb/s or 800Kb/s)",
            ),
        ] {
            let found = read(&format!("s3 =\n  {line}\n")).expect_err(line);
            assert_eq!(found, error);
        }
    }

    #[test]
    fn sizes_and_rates() {
        for (text, bytes) in [
            ("8MB", 8 << 20),
            ("8mib", 8 << 20),
            ("1_000", 1000),
            ("2TB", 2 << 40),
            ("3 KB", 3 << 10),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for (text, bytes) in [
            ("1024", 1024),
            ("1024B/s", 1024),
            ("8MB/s", 8 << 20),
            ("8Mb/s", 1 << 20),
            ("80b/s", 10),
        ] {
            assert_eq!(rate(text), Ok(bytes), "{text}");
        }
    }
}

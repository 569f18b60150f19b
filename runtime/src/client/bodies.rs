//! Settings of bodies: checksums, compression, and whether signatures cover them.

use super::Config;

/// When a checksum is computed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Wherever the operation supports it.
    #[default]
    Supported,
    /// Only where the service or the caller requires it.
    Required,
}

/// How bodies are protected and compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bodies {
    pub(crate) request_checksums: When,
    pub(crate) response_checksums: When,
    /// The length in bytes from which bodies are compressed; `None` means never.
    pub(crate) compressed_from: Option<u32>,
    /// Whether signatures for services like S3 cover the body, if that is stated.
    pub(crate) signed: Option<bool>,
}

impl Bodies {
    /// The usual length in bytes from which bodies are compressed.
    pub(crate) const COMPRESSED_FROM: u32 = 10_240;
}

impl Default for Bodies {
    fn default() -> Self {
        Bodies {
            request_checksums: When::Supported,
            response_checksums: When::Supported,
            compressed_from: Some(Bodies::COMPRESSED_FROM),
            signed: None,
        }
    }
}

impl Config {
    /// When requests get a checksum that the caller did not ask for, as the setting
    /// `request_checksum_calculation` of the AWS CLI. It is CRC64NVME, as there.
    pub fn request_checksum_calculation(mut self, when: When) -> Self {
        self.bodies.request_checksums = when;
        self
    }

    /// When answers are checked against the checksum that the service sends, as the setting
    /// `response_checksum_validation` of the AWS CLI. [`When::Required`] means: when the input asks
    /// for it.
    pub fn response_checksum_validation(mut self, when: When) -> Self {
        self.bodies.response_checksums = when;
        self
    }

    /// Sends no compressed bodies, as the setting `disable_request_compression` of the AWS CLI.
    pub fn disable_request_compression(mut self) -> Self {
        self.bodies.compressed_from = None;
        self
    }

    /// The length in bytes from which bodies are compressed where the operation supports it
    /// (default: 10240), from 1 to 1048576; numbers beyond become these.
    pub fn request_min_compression_size_bytes(mut self, bytes: u32) -> Self {
        self.bodies.compressed_from = Some(bytes.clamp(1, 1 << 20));
        self
    }

    /// Whether signatures for S3 and services like it cover the body, as the setting
    /// `payload_signing_enabled` of the AWS CLI. Without it they do, unless the body is a stream over
    /// HTTPS whose MD5 is in a header. A body that is followed by its checksum is never covered.
    pub fn payload_signing_enabled(mut self, enabled: bool) -> Self {
        self.bodies.signed = Some(enabled);
        self
    }
}

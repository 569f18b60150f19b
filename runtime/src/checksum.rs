//! Checksums of bodies: the algorithms, and the two ways in which a checksum travels with a body.

pub(crate) mod chunked;
pub(crate) mod verified;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use xxhash_rust::xxh3::Xxh3Default;
use xxhash_rust::xxh64::Xxh64;

/// An algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// XXH3 with 128 bits.
    Xxhash128,
    /// XXH3 with 64 bits.
    Xxhash3,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// XXH64.
    Xxhash64,
    /// CRC-32/ISCSI, Castagnoli's.
    Crc32c,
    /// CRC-32/ISO-HDLC, that of zip.
    Crc32,
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    /// All of them. When an answer has checksums by several, the first of these is checked.
    pub(crate) const ALL: &[Algorithm] = &[
        Algorithm::Xxhash128,
        Algorithm::Xxhash3,
        Algorithm::Crc64Nvme,
        Algorithm::Xxhash64,
        Algorithm::Crc32c,
        Algorithm::Crc32,
        Algorithm::Sha1,
        Algorithm::Sha256,
        Algorithm::Sha512,
    ];

    /// The one that is taken where nothing names one, by the AWS CLI too.
    pub(crate) const DEFAULT: Algorithm = Algorithm::Crc64Nvme;

    /// The word that models and members have for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc32 => "CRC32",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha512 => "SHA512",
            Algorithm::Xxhash64 => "XXHASH64",
            Algorithm::Xxhash3 => "XXHASH3",
            Algorithm::Xxhash128 => "XXHASH128",
        }
    }

    /// The algorithm of a word, in any letter case.
    pub(crate) fn named(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|found| found.word().eq_ignore_ascii_case(word))
    }

    /// The header, or the field of a trailer, that has the checksum.
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Algorithm::Crc32c => "x-amz-checksum-crc32c",
            Algorithm::Crc32 => "x-amz-checksum-crc32",
            Algorithm::Sha1 => "x-amz-checksum-sha1",
            Algorithm::Sha256 => "x-amz-checksum-sha256",
            Algorithm::Sha512 => "x-amz-checksum-sha512",
            Algorithm::Xxhash64 => "x-amz-checksum-xxhash64",
            Algorithm::Xxhash3 => "x-amz-checksum-xxhash3",
            Algorithm::Xxhash128 => "x-amz-checksum-xxhash128",
        }
    }

    /// The number of bytes of a checksum.
    const fn len(self) -> usize {
        match self {
            Algorithm::Crc64Nvme | Algorithm::Xxhash64 | Algorithm::Xxhash3 => 8,
            Algorithm::Xxhash128 => 16,
            Algorithm::Crc32c | Algorithm::Crc32 => 4,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }
}

/// A checksum of what has come so far.
pub(crate) enum Hasher {
    Crc64Nvme(crc64fast_nvme::Digest),
    Crc32c(u32),
    Crc32(crc32fast::Hasher),
    Sha(Box<Context>),
    Xxhash64(Box<Xxh64>),
    Xxhash3(Box<Xxh3Default>),
    Xxhash128(Box<Xxh3Default>),
}

impl Hasher {
    /// A checksum of nothing.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let sha = |algorithm| Hasher::Sha(Box::new(Context::new(algorithm)));
        match algorithm {
            Algorithm::Crc64Nvme => Hasher::Crc64Nvme(crc64fast_nvme::Digest::new()),
            Algorithm::Crc32c => Hasher::Crc32c(0),
            Algorithm::Crc32 => Hasher::Crc32(crc32fast::Hasher::new()),
            Algorithm::Sha1 => sha(&SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Sha256 => sha(&SHA256),
            Algorithm::Sha512 => sha(&SHA512),
            Algorithm::Xxhash64 => Hasher::Xxhash64(Box::new(Xxh64::new(0))),
            Algorithm::Xxhash3 => Hasher::Xxhash3(Box::default()),
            Algorithm::Xxhash128 => Hasher::Xxhash128(Box::default()),
        }
    }

    /// Adds the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Crc64Nvme(crc) => crc.write(bytes),
            Hasher::Crc32c(crc) => *crc = crc32c::crc32c_append(*crc, bytes),
            Hasher::Crc32(crc) => crc.update(bytes),
            Hasher::Sha(sha) => sha.update(bytes),
            Hasher::Xxhash64(hash) => hash.update(bytes),
            Hasher::Xxhash3(hash) | Hasher::Xxhash128(hash) => hash.update(bytes),
        }
    }

    /// The checksum, with the most significant byte first, in base64: as headers have it.
    pub(crate) fn finish(self) -> String {
        match self {
            Hasher::Crc64Nvme(crc) => BASE64.encode(crc.sum64().to_be_bytes()),
            Hasher::Crc32c(crc) => BASE64.encode(crc.to_be_bytes()),
            Hasher::Crc32(crc) => BASE64.encode(crc.finalize().to_be_bytes()),
            Hasher::Sha(sha) => BASE64.encode(sha.finish()),
            Hasher::Xxhash64(hash) => BASE64.encode(hash.digest().to_be_bytes()),
            Hasher::Xxhash3(hash) => BASE64.encode(hash.digest().to_be_bytes()),
            Hasher::Xxhash128(hash) => BASE64.encode(hash.digest128().to_be_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter::repeat_n;

    /// The checksum in hexadecimal digits, of pieces of this size.
    fn checksum(algorithm: Algorithm, content: &[u8], size: usize) -> String {
        let mut hasher = Hasher::new(algorithm);
        for piece in content.chunks(size) {
            hasher.update(piece);
        }
        let bytes = BASE64.decode(hasher.finish()).expect("base64");
        assert_eq!(bytes.len(), algorithm.len());
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The check values of the catalogue of CRC algorithms, the examples of RFC 3720, B.4, those of
    /// FIPS 180 and RFC 6234, and what the AWS Common Runtime has for XXHash.
    #[test]
    fn published_values() {
        use Algorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256, Sha512};
        use Algorithm::{Xxhash3, Xxhash64, Xxhash128};
        let up: Vec<u8> = (0..32).collect();
        let down: Vec<u8> = (0..32).rev().collect();
        let long: Vec<u8> = (0..=255).cycle().take(5120).collect();
        let million: Vec<u8> = repeat_n(b'a', 1_000_000).collect();
        let million_of_sha256 = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        let abc_of_sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        for (algorithm, content, expected) in [
            (Crc64Nvme, &b"123456789"[..], "ae8b14860a799888"),
            (Crc64Nvme, &[], "0000000000000000"),
            (Crc64Nvme, &[0; 4096], "6482d367eb22b64e"),
            (Crc64Nvme, &[0xff; 4096], "c0ddba7302eca3ac"),
            (Crc32c, b"123456789", "e3069283"),
            (Crc32c, &[0; 32], "8a9136aa"),
            (Crc32c, &[0xff; 32], "62a8ab43"),
            (Crc32c, &up, "46dd794e"),
            (Crc32c, &down, "113fdb5c"),
            (Crc32, b"123456789", "cbf43926"),
            (Sha1, b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Sha1, &million, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
            (Sha256, &million, million_of_sha256),
            (Sha512, b"abc", abc_of_sha512),
            (Xxhash64, b"123456789", "8cb841db40e6ae83"),
            (Xxhash64, &long, "53fb246813d6de9f"),
            (Xxhash3, &[], "2d06800538d394c2"),
            (Xxhash3, b"123456789", "72dcb18b67a17dff"),
            (Xxhash3, &long, "f875f2fa2e99df80"),
            (Xxhash128, b"123456789", "33119477ede5dcd5e9716427681d5860"),
            (Xxhash128, &long, "87cf83cc9a055cf4f875f2fa2e99df80"),
        ] {
            for size in [1, 7, 4096, 1 << 20] {
                assert_eq!(
                    checksum(algorithm, content, size),
                    expected,
                    "{algorithm:?}"
                );
            }
        }
    }

    #[test]
    fn words_and_headers() {
        for algorithm in Algorithm::ALL {
            let word = algorithm.word().to_ascii_lowercase();
            assert_eq!(Algorithm::named(&word), Some(*algorithm));
            assert_eq!(algorithm.header(), format!("x-amz-checksum-{word}"));
        }
        assert_eq!(Algorithm::named("MD5"), None);
    }
}

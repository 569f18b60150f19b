//! Checksums of whole objects whose parts come in any order.

use crate::api::{ChecksumType, HeadObjectOutput};
use crate::error::TransferError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// A cyclic redundancy check: that of a whole is known from those of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "crc32",
            Algorithm::Crc32c => "crc32c",
            Algorithm::Crc64Nvme => "crc64nvme",
        }
    }

    /// The polynomial, the coefficient of the highest power in the lowest bit.
    const fn polynomial(self) -> u64 {
        match self {
            Algorithm::Crc32 => 0xedb8_8320,
            Algorithm::Crc32c => 0x82f6_3b78,
            Algorithm::Crc64Nvme => 0x9a6c_9329_ac4b_c9b5,
        }
    }

    const fn bits(self) -> usize {
        match self {
            Algorithm::Crc32 | Algorithm::Crc32c => 32,
            Algorithm::Crc64Nvme => 64,
        }
    }

    /// The checksum of two parts that follow each other, from those of the parts.
    fn combined(self, first: u64, second: u64, len_of_second: u64) -> u64 {
        // Zeros of the length of the second part, shifted through the register: a linear map, which is
        // a matrix over the field of two elements. It is the power of that for a bit.
        let mut power = [0; 64];
        power[0] = self.polynomial();
        for (bit, row) in power.iter_mut().enumerate().skip(1) {
            *row = 1 << (bit - 1);
        }
        for _ in 0..3 {
            power = squared(&power, self.bits());
        }
        let (mut crc, mut len) = (first, len_of_second);
        while len > 0 {
            if len & 1 == 1 {
                crc = product(&power, crc);
            }
            power = squared(&power, self.bits());
            len >>= 1;
        }
        crc ^ second
    }
}

/// The product of a matrix and a vector.
fn product(matrix: &[u64; 64], vector: u64) -> u64 {
    let bits = matrix.iter().enumerate();
    bits.fold(0, |sum, (bit, row)| {
        if vector >> bit & 1 == 1 {
            sum ^ row
        } else {
            sum
        }
    })
}

/// The product of a matrix with itself.
fn squared(matrix: &[u64; 64], bits: usize) -> [u64; 64] {
    let mut square = [0; 64];
    for (to, from) in square.iter_mut().zip(matrix).take(bits) {
        *to = product(matrix, *from);
    }
    square
}

/// The checksum of what has come so far of a part.
pub(crate) enum Hasher {
    Crc32(crc32fast::Hasher),
    Crc32c(u32),
    Crc64Nvme(crc64fast_nvme::Digest),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Hasher::Crc32(crc32fast::Hasher::new()),
            Algorithm::Crc32c => Hasher::Crc32c(0),
            Algorithm::Crc64Nvme => Hasher::Crc64Nvme(crc64fast_nvme::Digest::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Crc32(crc) => crc.update(bytes),
            Hasher::Crc32c(crc) => *crc = crc32c::crc32c_append(*crc, bytes),
            Hasher::Crc64Nvme(crc) => crc.write(bytes),
        }
    }

    pub(crate) fn finish(self) -> u64 {
        match self {
            Hasher::Crc32(crc) => crc.finalize().into(),
            Hasher::Crc32c(crc) => crc.into(),
            Hasher::Crc64Nvme(crc) => crc.sum64(),
        }
    }
}

/// The checksum that a service has of a whole object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    algorithm: Algorithm,
    value: String,
}

impl Announced {
    /// The checksum in what the service says of an object. Checksums of checksums are none of the
    /// whole.
    pub(crate) fn of(head: &HeadObjectOutput) -> Option<Self> {
        if head.checksum_type != Some(ChecksumType::FullObject) {
            return None;
        }
        let known = [
            (Algorithm::Crc32, &head.checksum_crc32),
            (Algorithm::Crc32c, &head.checksum_crc32_c),
            (Algorithm::Crc64Nvme, &head.checksum_crc64_nvme),
        ];
        let mut found = known.into_iter();
        found.find_map(|(algorithm, value)| {
            let value = value.clone().filter(|value| !value.is_empty())?;
            Some(Announced { algorithm, value })
        })
    }

    /// What computes the checksum of a part.
    pub(crate) fn hasher(&self) -> Hasher {
        Hasher::new(self.algorithm)
    }

    /// Compares it with those of the parts, in order, each with its length.
    pub(crate) fn check(
        &self,
        parts: impl IntoIterator<Item = (u64, u64)>,
    ) -> Result<(), TransferError> {
        let Announced { algorithm, value } = self;
        let combined = parts
            .into_iter()
            .fold(0, |all, (crc, len)| algorithm.combined(all, crc, len));
        let bytes = combined.to_be_bytes();
        let bytes = &bytes[8 - algorithm.bits() / 8..];
        if BASE64.decode(value).is_ok_and(|expected| expected == bytes) {
            return Ok(());
        }
        Err(TransferError::Checksum {
            algorithm: algorithm.name(),
            expected: value.clone(),
            computed: BASE64.encode(bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Algorithm; 3] = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme];

    fn crc(algorithm: Algorithm, bytes: &[u8]) -> u64 {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The check values of the catalogue of CRC algorithms.
    #[test]
    fn published_values() {
        let values = [0xcbf4_3926, 0xe306_9283, 0xae8b_1486_0a79_9888];
        for (algorithm, value) in ALL.into_iter().zip(values) {
            assert_eq!(crc(algorithm, b"123456789"), value, "{algorithm:?}");
        }
    }

    #[test]
    fn checksums_of_parts_make_that_of_the_whole() {
        let whole: Vec<u8> = (0..100_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        for algorithm in ALL {
            for size in [77, 4096, 65_536, 99_999, 100_000, 200_000] {
                let parts = whole.chunks(size);
                let parts = parts.map(|part| (crc(algorithm, part), part.len() as u64));
                let bytes = crc(algorithm, &whole).to_be_bytes();
                let announced = Announced {
                    algorithm,
                    value: BASE64.encode(&bytes[8 - algorithm.bits() / 8..]),
                };
                announced.check(parts).expect("the same checksum");
            }
            let wrong = Announced {
                algorithm,
                value: "AAAAAAAAAAA=".to_owned(),
            };
            wrong.check([(1, 1)]).expect_err("another checksum");
        }
    }

    #[test]
    fn only_checksums_of_the_whole_object_count() {
        let mut head = HeadObjectOutput::default();
        head.checksum_crc64_nvme = Some("rosUhgp5mIg=".to_owned());
        assert_eq!(Announced::of(&head), None);
        head.checksum_type = Some(ChecksumType::Composite);
        assert_eq!(Announced::of(&head), None);
        head.checksum_type = Some(ChecksumType::FullObject);
        let found = Announced::of(&head).expect("a checksum");
        found.check([(0xae8b_1486_0a79_9888, 9)]).expect("the same");
    }
}

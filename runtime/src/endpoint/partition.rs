//! Partitions of AWS, and which regions belong to them.

use super::Value;
use super::partitions::PARTITIONS;

/// A partition.
#[derive(Debug)]
pub(super) struct Partition {
    pub(super) id: &'static str,
    pub(super) dns_suffix: &'static str,
    pub(super) dual_stack_dns_suffix: &'static str,
    pub(super) implicit_global_region: &'static str,
    pub(super) supports_fips: bool,
    pub(super) supports_dual_stack: bool,
    /// What its regions begin with, before a word and a number: `us` in `us-east-1`.
    pub(super) prefixes: &'static [&'static str],
    /// Its regions, sorted.
    pub(super) regions: &'static [&'static str],
}

impl Partition {
    /// The attributes that rules can read.
    pub(super) fn value(&self) -> Value {
        Value::Map(vec![
            ("name".to_owned(), self.id.into()),
            ("dnsSuffix".to_owned(), self.dns_suffix.into()),
            (
                "dualStackDnsSuffix".to_owned(),
                self.dual_stack_dns_suffix.into(),
            ),
            (
                "implicitGlobalRegion".to_owned(),
                self.implicit_global_region.into(),
            ),
            (
                "supportsFIPS".to_owned(),
                Value::Boolean(self.supports_fips),
            ),
            (
                "supportsDualStack".to_owned(),
                Value::Boolean(self.supports_dual_stack),
            ),
        ])
    }

    /// Whether the region has the form of this partition's regions: a prefix, a word, a number.
    fn matches(&self, region: &str) -> bool {
        let mut parts = region.rsplitn(3, '-');
        let (Some(number), Some(word), Some(prefix)) = (parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number && !word.is_empty() && word.chars().all(is_word) && self.prefixes.contains(&prefix)
    }
}

/// The partition of a region: the one that lists it, or else one whose regions have its form, or
/// else the first.
pub(super) fn of_region(region: &str) -> Option<&'static Partition> {
    let listed = PARTITIONS
        .iter()
        .find(|partition| partition.regions.binary_search(&region).is_ok());
    let alike = || {
        PARTITIONS
            .iter()
            .find(|partition| partition.matches(region))
    };
    listed.or_else(alike).or(PARTITIONS.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_belong_to_partitions() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-9", "aws-us-gov"),
            ("aws-cn-global", "aws-cn"),
            ("us-iso-west-7", "aws-iso"),
            ("mars-central-1", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(
                of_region(region).map(|found| found.id),
                Some(partition),
                "{region}"
            );
        }
    }
}

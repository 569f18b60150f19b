//! Parts: how an object is cut for requests.

use std::ops::Range;

/// The largest number of parts of an object.
const MOST: u64 = 10_000;
/// The smallest part, but for the last.
const SMALLEST: u64 = 5 << 20;
/// The largest part.
const LARGEST: u64 = 5 << 30;

/// The size of parts of an object of `size` bytes, close to the one that is wished for: doubled
/// until there are few enough of them, and within what the service takes.
pub(crate) fn size_of_parts(wished: u64, size: Option<u64>) -> u64 {
    let mut part = wished.max(1);
    while size.unwrap_or(0).div_ceil(part) > MOST {
        part = part.saturating_mul(2);
    }
    part.clamp(SMALLEST, LARGEST)
}

/// The parts of an object of `size` bytes.
pub(crate) fn parts(size: u64, part: u64) -> impl Iterator<Item = Range<u64>> {
    let part = part.max(1);
    let starts = (0..size.div_ceil(part)).map(move |index| index * part);
    starts.map(move |start| start..start.saturating_add(part).min(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn parts_are_as_large_as_the_service_takes() {
        for (wished, size, part) in [
            (8 * MIB, None, 8 * MIB),
            (8 * MIB, Some(100 * MIB), 8 * MIB),
            (8 * MIB, Some(80_000 * MIB), 8 * MIB),
            (8 * MIB, Some(80_000 * MIB + 1), 16 * MIB),
            (8 * MIB, Some(5 << 40), 1024 * MIB),
            (MIB, Some(6 * MIB), 5 * MIB),
            (0, None, 5 * MIB),
            (1 << 40, None, 5120 * MIB),
            (8 * MIB, Some(u64::MAX), 5120 * MIB),
        ] {
            assert_eq!(size_of_parts(wished, size), part, "{wished} {size:?}");
        }
    }

    #[test]
    fn parts_cover_the_object() {
        let cut = |size, part| {
            let parts = parts(size, part).map(|range| (range.start, range.end));
            parts.collect::<Vec<_>>()
        };
        assert_eq!(cut(0, 5), []);
        assert_eq!(cut(5, 5), [(0, 5)]);
        assert_eq!(cut(12, 5), [(0, 5), (5, 10), (10, 12)]);
    }
}

//! Ids and nonces: random, or the same in each run of one seed.

use opsmith_runtime::random;

/// Makes ids in the form of a UUID.
#[derive(Debug, Clone, Default)]
pub struct Ids(Option<u64>);

impl Ids {
    /// The ids of a seed.
    pub fn seeded(seed: u64) -> Self {
        Ids(Some(seed))
    }

    /// Another id.
    pub fn fresh(&mut self) -> String {
        let Some(state) = &mut self.0 else {
            return random::uuid();
        };
        let [high, low] = [mixed(state), mixed(state)];
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0xc << 60) | 0x8 << 60;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// A number from 0 to 1, without 1.
pub(crate) fn fraction(state: &mut u64) -> f64 {
    (mixed(state) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The generator splitmix64: the next state, and a number of it.
fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut number = *state;
    number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn a_seed_gives_the_same_ids_each_time() {
        let ids = |mut ids: Ids| [ids.fresh(), ids.fresh()];
        assert_eq!(ids(Ids::seeded(7)), ids(Ids::seeded(7)));
        let [first, second] = ids(Ids::seeded(7));
        assert!(
            first != second && first.len() == 36 && first.get(14..15) == Some("4"),
            "{first}"
        );
        assert_ne!(ids(Ids::default()), ids(Ids::default()));
    }
}

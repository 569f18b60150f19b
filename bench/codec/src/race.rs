//! Peers that take turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Nanoseconds of each peer: the minimum of interleaved rounds, each of which starts with another
/// peer. Preparation is not counted.
pub fn race(
    peers: &mut [&mut dyn FnMut(usize) -> Duration],
    turns: usize,
    rounds: usize,
) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; peers.len()];
    for round in 0..rounds {
        for at in 0..peers.len() {
            let at = (at + round) % peers.len();
            least[at] = least[at].min(peers[at](turns).as_nanos() as f64 / turns as f64);
        }
    }
    least
}

/// A peer that prepares this number of inputs, and is measured while it uses them.
pub fn taking<I, O>(
    prepare: impl Fn() -> I,
    take: impl Fn(I) -> O,
) -> impl FnMut(usize) -> Duration {
    move |turns| {
        let inputs: Vec<I> = (0..turns).map(|_| prepare()).collect();
        let start = Instant::now();
        let outputs: Vec<O> = inputs
            .into_iter()
            .map(|input| black_box(take(black_box(input))))
            .collect();
        let time = start.elapsed();
        drop(outputs);
        time
    }
}

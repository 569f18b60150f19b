//! Hashes of a body that some operations have in headers: SHA-256 of the whole, and SHA-256 over a tree
//! whose leaves are the hashes of each MiB. The service compares the root of the tree with those of the
//! parts that it keeps.

use super::Prepared;
use super::authenticate::unreadable_body;
use crate::error::Error;
use crate::http::Body;
use crate::schema::Trait;
use ring::digest::{Context, Digest, SHA256, digest};
use std::io;

/// The headers for the hash of the whole, and for the root of the tree.
const HEADERS: [&str; 2] = ["x-amz-content-sha256", "x-amz-sha256-tree-hash"];

/// The size of what a leaf of the tree is the hash of.
const LEAF: usize = 1 << 20;

/// The same request with the hashes that its operation asks for, but for those that it has.
///
/// # Errors
///
/// The body can't be read, or not a second time, when it is sent.
pub(super) async fn hashed(mut prepared: Prepared<'_>) -> Result<Prepared<'_>, Error> {
    let headers = &prepared.request.headers;
    let has = |name: &str| headers.iter().any(|(found, _)| found == name);
    if !prepared.operation.traits.contains(&Trait::TreeHash) || HEADERS.into_iter().all(has) {
        return Ok(prepared);
    }
    let hashes = hashes(&prepared.request.body).await;
    let hashes = hashes.map_err(unreadable_body)?;
    let headers = &mut prepared.request.headers;
    for (name, hash) in HEADERS.into_iter().zip(hashes) {
        if headers.iter().all(|(found, _)| found != name) {
            headers.push((name.into(), hash.into()));
        }
    }
    Ok(prepared)
}

/// The hash of the whole, and the root of the tree, in hexadecimal digits.
async fn hashes(body: &Body) -> io::Result<[String; 2]> {
    let mut hashes = Hashes::new();
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => hashes.update(bytes),
        Body::Stream(stream) => {
            let reason = "its hashes are sent before it";
            stream.read(reason, |chunk| hashes.update(chunk)).await?;
        }
    }
    Ok(hashes.finish())
}

/// Hashes of what came so far.
struct Hashes {
    whole: Context,
    leaf: Context,
    /// How much of the current leaf came.
    filled: usize,
    leaves: Vec<Digest>,
}

impl Hashes {
    fn new() -> Self {
        Hashes {
            whole: Context::new(&SHA256),
            leaf: Context::new(&SHA256),
            filled: 0,
            leaves: Vec::new(),
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(LEAF - self.filled));
            self.leaf.update(now);
            self.filled += now.len();
            bytes = later;
            if self.filled == LEAF {
                self.end_leaf();
            }
        }
    }

    fn end_leaf(&mut self) {
        let leaf = std::mem::replace(&mut self.leaf, Context::new(&SHA256));
        self.leaves.push(leaf.finish());
        self.filled = 0;
    }

    fn finish(mut self) -> [String; 2] {
        if self.filled > 0 || self.leaves.is_empty() {
            self.end_leaf();
        }
        while self.leaves.len() > 1 {
            let pairs = self.leaves.chunks(2);
            self.leaves = pairs
                .map(|pair| match pair {
                    [one, other] => digest(&SHA256, &[one.as_ref(), other.as_ref()].concat()),
                    one => one.first().copied().unwrap_or_else(|| digest(&SHA256, &[])),
                })
                .collect();
        }
        let root = self.leaves.first().map_or(&[][..], Digest::as_ref);
        [digits(self.whole.finish().as_ref()), digits(root)]
    }
}

fn digits(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of this many letters, in pieces of this size.
    fn of(length: usize, piece: usize) -> [String; 2] {
        let mut hashes = Hashes::new();
        vec![b'a'; length]
            .chunks(piece)
            .for_each(|piece| hashes.update(piece));
        hashes.finish()
    }

    fn hash(bytes: &[u8]) -> Digest {
        digest(&SHA256, bytes)
    }

    #[test]
    fn the_root_is_over_the_hashes_of_pairs() {
        let leaf = hash(&vec![b'a'; LEAF]);
        let pair = |one: &Digest, other: &Digest| hash(&[one.as_ref(), other.as_ref()].concat());
        let two = pair(&leaf, &leaf);
        let rest = hash(b"a");
        for (length, root) in [
            (0, hash(b"")),
            (1, rest),
            (LEAF, leaf),
            (LEAF + 1, pair(&leaf, &rest)),
            (2 * LEAF, two),
            (2 * LEAF + 1, pair(&two, &rest)),
            (4 * LEAF + 1, pair(&pair(&two, &two), &rest)),
        ] {
            for piece in [LEAF / 3, LEAF, 3 * LEAF] {
                let whole = hash(&vec![b'a'; length]);
                let expected = [digits(whole.as_ref()), digits(root.as_ref())];
                assert_eq!(of(length, piece), expected, "{length} in pieces of {piece}");
            }
        }
    }
}

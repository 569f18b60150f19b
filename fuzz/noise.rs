// Random input that is the same in each run: examples with damage. For `cargo test`; fuzz targets
// have their own source.

/// A sequence of numbers that depends on its seed only.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// An example with some of its parts changed, lost, doubled, or taken from another.
    fn damaged(&mut self, examples: &[Vec<u8>]) -> Vec<u8> {
        let pick = |noise: &mut Self| {
            examples
                .get(noise.below(examples.len()))
                .cloned()
                .unwrap_or_default()
        };
        let mut bytes = pick(self);
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = self.below(bytes.len() + 1);
            let (at, end) = (at.min(end), at.max(end));
            match self.below(6) {
                0 => bytes.insert(at, self.below(256) as u8),
                1 => bytes.truncate(end),
                2 => drop(bytes.drain(at..end.min(at + 8))),
                3 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                4 => {
                    let other = pick(self);
                    let from = self.below(other.len() + 1);
                    bytes.splice(at..end, other[from..].iter().copied());
                }
                _ => {
                    let special: [&[u8]; 10] = [
                        b"\"",
                        b"{",
                        b"[",
                        b"\\u",
                        b"\n",
                        b"=",
                        b"'",
                        b"\xff",
                        b"\0",
                        "\u{1d11e}".as_bytes(),
                    ];
                    bytes.splice(at..at, special[self.below(special.len())].iter().copied());
                }
            }
        }
        bytes.truncate(4096);
        bytes
    }
}

/// Passes the examples of `fuzz/corpus/<name>` and damaged ones to a reader. A panic names the
/// input.
fn feed(name: &str, rounds: u64, reader: fn(&[u8])) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find_map(|folder| {
            let corpus = folder.join("fuzz/corpus").join(name);
            corpus.is_dir().then_some(corpus)
        });
    let mut files: Vec<_> = std::fs::read_dir(folder.expect("a corpus"))
        .expect("a folder")
        .flatten()
        .collect();
    files.sort_by_key(|entry| entry.file_name());
    let examples: Vec<_> = files
        .iter()
        .map(|entry| std::fs::read(entry.path()).expect("a file"))
        .collect();
    assert!(!examples.is_empty(), "{name} has no examples");
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let damaged = (0..rounds)
        .map(|_| noise.damaged(&examples))
        .collect::<Vec<_>>();
    for input in examples.iter().chain(&damaged) {
        if std::panic::catch_unwind(|| reader(input)).is_err() {
            panic!("{name} panics at {:?}", String::from_utf8_lossy(input));
        }
    }
}

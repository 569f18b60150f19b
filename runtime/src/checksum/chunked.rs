//! The content coding `aws-chunked` with a checksum in its trailer: chunks, each with its size before
//! it, and after the last one a field with the checksum of the content.

use super::{Algorithm, Hasher};
use crate::http::{Body, Bytes, Coder};
use std::collections::VecDeque;
use std::io;

/// The size of all chunks but the last, so that the length of the whole is known before. Servers
/// may hold a chunk in memory.
const CHUNK: usize = 1 << 20;

/// Pieces smaller than this are copied together.
const SMALL: usize = 4 << 10;

/// The body in this coding. The checksum is made anew whenever it is read from its start.
pub(crate) fn body(content: &Body, algorithm: Algorithm) -> Body {
    let len = content.len().and_then(|len| len_of(len, algorithm));
    content.coded(len, move || Chunks {
        algorithm,
        hasher: Hasher::new(algorithm),
        held: Vec::new(),
        small: Vec::new(),
        len: 0,
    })
}

/// The length of content of this length in the coding.
fn len_of(content: u64, algorithm: Algorithm) -> Option<u64> {
    let chunk = |size: u128| format!("{size:x}\r\n\r\n").len() as u128 + size;
    let (full, rest) = (
        u128::from(content) / CHUNK as u128,
        u128::from(content) % CHUNK as u128,
    );
    let rest = if rest == 0 { 0 } else { chunk(rest) };
    let checksum = base64::encoded_len(algorithm.len(), true)?;
    let trailer = ["0\r\n", algorithm.header(), ":", "\r\n\r\n"]
        .concat()
        .len()
        + checksum;
    u64::try_from(full * chunk(CHUNK as u128) + rest + trailer as u128).ok()
}

/// What has come of the current chunk.
struct Chunks {
    algorithm: Algorithm,
    hasher: Hasher,
    held: Vec<Bytes>,
    /// Small pieces, which follow those that are held.
    small: Vec<u8>,
    /// The length of both.
    len: usize,
}

impl Chunks {
    fn hold(&mut self, piece: Bytes) {
        self.len += piece.len();
        if piece.len() < SMALL {
            self.small.extend_from_slice(&piece);
        } else {
            self.hold_small();
            self.held.push(piece);
        }
    }

    fn hold_small(&mut self) {
        if !self.small.is_empty() {
            self.held.push(std::mem::take(&mut self.small).into());
        }
    }

    /// Ends the current chunk, unless it is empty.
    fn end_chunk(&mut self, coded: &mut VecDeque<Bytes>) {
        if self.len > 0 {
            self.hold_small();
            coded.push_back(format!("{:x}\r\n", self.len).into());
            coded.extend(self.held.drain(..));
            coded.push_back(Bytes::from_static(b"\r\n"));
            self.len = 0;
        }
    }
}

impl Coder for Chunks {
    fn piece(&mut self, mut piece: Bytes, coded: &mut VecDeque<Bytes>) -> io::Result<()> {
        self.hasher.update(&piece);
        while !piece.is_empty() {
            let room = CHUNK - self.len;
            self.hold(piece.split_to(room.min(piece.len())));
            if self.len == CHUNK {
                self.end_chunk(coded);
            }
        }
        Ok(())
    }

    fn end(mut self, coded: &mut VecDeque<Bytes>) -> io::Result<()> {
        self.end_chunk(coded);
        let (name, checksum) = (self.algorithm.header(), self.hasher.finish());
        coded.push_back(format!("0\r\n{name}:{checksum}\r\n\r\n").into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    /// What is sent for content in pieces of these sizes, which are cut from `content`.
    fn coded(content: &'static [u8], sizes: &[usize], is_known: bool) -> Vec<u8> {
        let mut rest = Bytes::from_static(content);
        let pieces: Vec<_> = sizes.iter().map(|size| Ok(rest.split_to(*size))).collect();
        assert!(rest.is_empty());
        let len = is_known.then_some(content.len() as u64);
        let once = std::sync::Mutex::new(Some(pieces));
        let whole = Body::stream(len, move || {
            let pieces = once.lock().expect("a lock").take().expect("opened once");
            Ok(Box::pin(Pieces(pieces.into_iter())))
        });
        let body = body(&whole, Algorithm::Crc32);
        assert_eq!(body.len().is_some(), is_known);
        let sent = read(&body);
        assert!(body.len().is_none_or(|len| len == sent.len() as u64));
        sent
    }

    struct Pieces(std::vec::IntoIter<io::Result<Bytes>>);

    impl futures_core::Stream for Pieces {
        type Item = io::Result<Bytes>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.next())
        }
    }

    fn read(body: &Body) -> Vec<u8> {
        let Body::Stream(stream) = body else {
            panic!("a stream");
        };
        let mut stream = stream.open().expect("opened");
        let mut sent = Vec::new();
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(async {
                while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await
                {
                    sent.extend_from_slice(&piece.expect("a piece"));
                }
            });
        sent
    }

    /// Reads the coding strictly: the content, and the field of the trailer.
    fn decoded(mut coded: &[u8]) -> (Vec<u8>, &str) {
        let mut content = Vec::new();
        loop {
            let end = coded
                .windows(2)
                .position(|pair| pair == b"\r\n")
                .expect("a line");
            let digits = std::str::from_utf8(&coded[..end]).expect("digits");
            let plain = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(digits.chars().all(plain) && (digits == "0" || !digits.starts_with('0')));
            let size = usize::from_str_radix(digits, 16).expect("a size");
            coded = &coded[end + 2..];
            if size == 0 {
                let trailer = std::str::from_utf8(coded).expect("text");
                return (content, trailer.strip_suffix("\r\n\r\n").expect("its end"));
            }
            assert!(size <= CHUNK);
            content.extend_from_slice(&coded[..size]);
            coded = coded[size..]
                .strip_prefix(b"\r\n")
                .expect("the chunk's end");
        }
    }

    #[test]
    fn byte_by_byte() {
        for (content, sent) in [
            ("", "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
            (
                "123456789",
                "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n",
            ),
        ] {
            let coded = body(&Body::from(content), Algorithm::Crc32);
            assert_eq!(coded.len(), Some(sent.len() as u64));
            assert_eq!(String::from_utf8_lossy(&read(&coded)), sent);
            // And again, for a retry.
            assert_eq!(String::from_utf8_lossy(&read(&coded)), sent);
        }
    }

    #[test]
    fn chunks_have_one_size_whatever_the_pieces_are() {
        static CONTENT: [u8; (2 << 20) + 77] = [7; (2 << 20) + 77];
        let len = CONTENT.len();
        let sizes = [
            vec![len],
            vec![1 << 20, 1 << 20, 77],
            vec![0, 1, 5000, (1 << 20) - 5001, 3, len - (1 << 20) - 3],
            [vec![1; 9000], vec![len - 9000]].concat(),
        ];
        let mut hasher = Hasher::new(Algorithm::Crc32);
        hasher.update(&CONTENT);
        let trailer = format!("x-amz-checksum-crc32:{}", hasher.finish());
        for sizes in sizes {
            for is_known in [true, false] {
                let coded = coded(&CONTENT, &sizes, is_known);
                assert!(coded.starts_with(b"100000\r\n"));
                let (content, found) = decoded(&coded);
                assert!(content == CONTENT);
                assert_eq!(found, trailer);
            }
        }
    }

    #[test]
    fn lengths_of_any_size() {
        for len in [0, 1, 15, 16, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20] {
            let body = body(&Body::from(vec![0; len]), Algorithm::Sha512);
            assert_eq!(body.len(), Some(read(&body).len() as u64), "{len}");
        }
        assert_eq!(len_of(u64::MAX, Algorithm::Crc32), None);
    }
}

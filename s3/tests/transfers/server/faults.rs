//! What fails.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How a request fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// An error of the service, before anything was done.
    Status(u16, &'static str),
    /// The connection ends before anything was done.
    Reset,
    /// The connection ends when everything was done.
    Silent,
    /// The connection ends in the middle of the answer's body.
    Truncated,
}

/// Decides which requests fail.
#[derive(Default)]
pub(crate) struct Dice {
    /// One in so many fails; 0 means none.
    one_in: u32,
    state: u64,
    planned: Vec<Planned>,
}

struct Planned {
    text: String,
    after: usize,
    fault: Fault,
}

impl Dice {
    pub(crate) fn new(one_in: u32, seed: u64) -> Self {
        Dice {
            one_in,
            state: seed | 1,
            planned: Vec::new(),
        }
    }

    pub(crate) fn plan(&mut self, text: &str, after: usize, fault: Fault) {
        self.planned.push(Planned {
            text: text.to_owned(),
            after,
            fault,
        });
    }

    /// How a request fails, if it does.
    pub(crate) fn fault(&mut self, line: &str) -> Option<Fault> {
        let found = self
            .planned
            .iter()
            .position(|plan| line.contains(&plan.text));
        if let Some(found) = found {
            if self.planned[found].after == 0 {
                return Some(self.planned.remove(found).fault);
            }
            self.planned[found].after -= 1;
        }
        if self.one_in == 0 || !self.roll().is_multiple_of(self.one_in.into()) {
            return None;
        }
        Some(match self.roll() % 5 {
            0 => Fault::Status(503, "SlowDown"),
            1 => Fault::Status(500, "InternalError"),
            2 => Fault::Reset,
            // Nobody would know of the upload.
            _ if line.ends_with("?uploads") => Fault::Reset,
            3 => Fault::Silent,
            _ => Fault::Truncated,
        })
    }

    /// A number, by xorshift.
    fn roll(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 11
    }
}

/// A body that ends with an error after its half; one without content is whole.
pub(crate) struct Truncated {
    half: Option<Bytes>,
    len: u64,
}

impl Truncated {
    pub(crate) fn new(body: Bytes) -> Self {
        Truncated {
            half: Some(body.slice(..body.len() / 2)),
            len: body.len() as u64,
        }
    }
}

impl Body for Truncated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.len == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(match self.half.take() {
            Some(half) => Ok(Frame::data(half)),
            None => Err(io::Error::other("the connection ends here")),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.len == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}

//! [`Attempts`]: the number of attempts of a call, and what else explains its error.

/// The number of attempts of a call, and what else helps to understand its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// The number of attempts so far.
    pub made: u32,
    /// Maximum number of attempts.
    pub allowed: u32,
    /// Whether an attempt before the last may have taken effect: it had no answer, or a server's
    /// failure.
    pub maybe_applied: bool,
    /// Whether the last attempt failed because of the resource's state, which an unclear attempt
    /// may have changed.
    pub of_state: bool,
    /// Whether the failure could have been retried, but the client's retry quota is spent: too many
    /// of its calls failed.
    pub quota_spent: bool,
    /// Seconds by which the local clock is behind the service's (ahead if negative), if that may be
    /// the reason.
    pub clock_behind: Option<i64>,
}

impl Attempts {
    pub(crate) fn new(allowed: u32) -> Self {
        Attempts {
            made: 0,
            allowed,
            maybe_applied: false,
            of_state: false,
            quota_spent: false,
            clock_behind: None,
        }
    }

    /// A note to print with the error.
    pub fn note(&self) -> Option<String> {
        if let Some(behind) = self.clock_behind {
            let off = in_words(behind.unsigned_abs());
            let side = if behind > 0 { "behind" } else { "ahead of" };
            return Some(format!(
                "The clock of this machine is {off} {side} the service's: correct it."
            ));
        }
        if self.quota_spent {
            return Some(
                "Not retried: too many calls of this client failed, and its retry quota is spent."
                    .to_owned(),
            );
        }
        let text = "An earlier attempt of this call may have taken effect: it ended without a clear answer.";
        (self.maybe_applied && self.of_state).then(|| text.to_owned())
    }
}

fn in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

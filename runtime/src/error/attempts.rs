//! [`Attempts`]: the number of attempts of a call, and what is known of them.

/// How often a call was sent, and what else an error can't be understood without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How often the request was sent.
    pub made: u32,
    /// How often it may be sent.
    pub allowed: u32,
    /// An attempt before the last may have taken effect, its answer having been none or a failure
    /// of the server's.
    pub unclear: bool,
    /// The last attempt found a state in which the call can't be made, which may be the doing of an
    /// unclear one.
    pub of_state: bool,
    /// The failure was worth another attempt, for which the client's allowance is spent: too many
    /// of its calls failed.
    pub quota_spent: bool,
    /// By how many seconds the local clock is behind the service's (ahead, when negative), when
    /// that may be the reason.
    pub clock_behind: Option<i64>,
}

impl Attempts {
    pub(crate) fn new(allowed: u32) -> Self {
        Attempts {
            made: 0,
            allowed,
            unclear: false,
            of_state: false,
            quota_spent: false,
            clock_behind: None,
        }
    }

    /// The note for people that the error calls for, if any.
    pub fn note(&self) -> Option<String> {
        if let Some(behind) = self.clock_behind {
            let off = in_words(behind.unsigned_abs());
            let side = if behind > 0 { "behind" } else { "ahead of" };
            return Some(format!(
                "The clock of this machine is {off} {side} the service's: set it right."
            ));
        }
        if self.quota_spent {
            return Some(
                "Not retried: too many calls of this client failed, and its retry quota is spent."
                    .to_owned(),
            );
        }
        let text = "An earlier attempt of this call may have taken effect: it ended without a clear answer.";
        (self.unclear && self.of_state).then(|| text.to_owned())
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

use std::fmt;

use opsmith_runtime::redact::REDACTED;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Text that is never printed: `Debug` redacts it, and there is no `Display`. Serialized state has
/// it, though.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that has to use it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Replaces the text by [`REDACTED`], so that it can be printed.
    pub fn redact(&mut self) {
        self.0 = REDACTED.to_owned();
    }

    /// Whether `candidate` is this text. The time that this takes does not depend on where the two differ.
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{REDACTED, Secret};

    #[test]
    fn debug_is_redacted() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), REDACTED);
    }

    #[test]
    fn only_the_same_text_matches() {
        let secret = Secret::from("token");
        assert!(secret.matches("token"));
        for other in ["", "toke", "Token", "token "] {
            assert!(!secret.matches(other), "{other:?}");
        }
    }
}

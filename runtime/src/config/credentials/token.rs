//! Bearer tokens of variables, each for one service.

use crate::config::Settings;
use crate::error::ConfigError;
use crate::identity::{ServiceTokens, Token};

impl ServiceTokens for Settings {
    /// The variable for the service, unless it is empty.
    fn token(&self, signing_name: &str) -> Result<Option<Token>, ConfigError> {
        if signing_name.is_empty() {
            return Ok(None);
        }
        let name = signing_name.replace(['-', ' '], "_").to_uppercase();
        let variable = self.env().variable(&format!("AWS_BEARER_TOKEN_{name}"))?;
        Ok(variable.filter(|token| !token.is_empty()).map(Token::new))
    }
}

#[cfg(test)]
mod tests;

//! Whose client token belongs to a job.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

/// A token on its way; none for a client that is not known.
pub type Finding<'a> =
    Pin<Box<dyn Future<Output = Result<Option<String>, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Finds the client token for a client id. CodePipeline gives a worker the id; the token was agreed
/// upon with the client when it connected.
pub trait ClientTokens: Send + Sync {
    /// The token of this client; none when it is not known, so that the job is left to others.
    fn client_token<'a>(&'a self, client_id: &'a str) -> Finding<'a>;
}

impl ClientTokens for HashMap<String, String> {
    fn client_token<'a>(&'a self, client_id: &'a str) -> Finding<'a> {
        Box::pin(async move { Ok(self.get(client_id).cloned()) })
    }
}

/// One token for all clients.
impl ClientTokens for String {
    fn client_token<'a>(&'a self, _: &'a str) -> Finding<'a> {
        Box::pin(async move { Ok(Some(self.clone())) })
    }
}

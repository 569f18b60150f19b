//! [`ClientTokens`]: the client token for a job.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

/// The future token of a client; `None` if the client is not known.
pub type TokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Option<String>, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Finds the client token for a client id. CodePipeline sends the id with a job; the token was
/// agreed with the client when it connected.
pub trait ClientTokens: Send + Sync {
    /// The token of this client. Jobs of a client that is not known are left to other workers.
    fn client_token<'a>(&'a self, client_id: &'a str) -> TokenFuture<'a>;
}

impl ClientTokens for HashMap<String, String> {
    fn client_token<'a>(&'a self, client_id: &'a str) -> TokenFuture<'a> {
        Box::pin(async move { Ok(self.get(client_id).cloned()) })
    }
}

/// One token for all clients.
impl ClientTokens for String {
    fn client_token<'a>(&'a self, _: &'a str) -> TokenFuture<'a> {
        Box::pin(async move { Ok(Some(self.clone())) })
    }
}

//! Calls as URLs.

#[cfg(feature = "blocking")]
use super::block_on;
use super::{Call, Output};
use crate::error::Error;
use crate::http::Presigned;
use crate::pipeline;
use std::time::Duration;

impl<O: Output> Call<O> {
    /// The request as a URL that anyone can use until `expires_in` is over, without credentials.
    /// Nothing is sent. [`Client::presigned`](crate::Client::presigned) has the rules.
    ///
    /// ```no_run
    /// # async fn example(call: opsmith_runtime::call::Call<()>) -> Result<(), opsmith_runtime::Error> {
    /// use std::time::Duration;
    /// let presigned = call.presigned(Duration::from_secs(3600)).await?;
    /// println!("curl -X {} '{}'", presigned.method, presigned.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An input or a time that is refused, an operation that can't be presigned, no endpoint, or no
    /// credentials.
    pub async fn presigned(self, expires_in: Duration) -> Result<Presigned, Error> {
        let presigned = pipeline::presigned(
            &self.client,
            self.operation,
            &*self.input,
            self.body.clone(),
            &self.overrides,
            expires_in,
        );
        self.limited(presigned).await
    }

    /// The same for code that is not async.
    ///
    /// # Errors
    ///
    /// The same, and [`Error::Request`] within an async runtime, which must not be blocked.
    #[cfg(feature = "blocking")]
    pub fn presigned_blocking(self, expires_in: Duration) -> Result<Presigned, Error> {
        block_on(self.presigned(expires_in))?
    }
}

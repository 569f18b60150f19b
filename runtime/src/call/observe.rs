//! [`Observe`]: what watches the attempts of a call.

use super::{Call, Output};
use crate::error::ServiceError;
use crate::http::Body;
use std::fmt;
use std::sync::Arc;

/// Watches the attempts of a call.
pub trait Observe: fmt::Debug + Send + Sync {
    /// The body of an attempt as it is sent, after it is signed. The content must stay the same; it
    /// may be counted, or sent more slowly.
    fn sending(&self, body: Body) -> Body {
        body
    }

    /// An attempt failed, and another follows: after this error, if the service answered with one.
    fn retrying(&self, error: Option<&ServiceError>) {
        let _ = error;
    }
}

impl<O: Output> Call<O> {
    /// Watches the attempts of this call.
    pub fn observed(mut self, observer: Arc<dyn Observe>) -> Self {
        self.overrides.observer = Some(observer);
        self
    }
}

//! What an error says of the call that failed.

use opsmith_codepipeline::Error;

/// Whether an earlier attempt of the call may have taken effect.
pub(super) fn may_have_been_applied(error: &Error) -> bool {
    error
        .service()
        .is_some_and(|error| error.attempts.maybe_applied)
}

/// Whether a later call may succeed: the network failed, the rate was too high, or the service
/// failed.
pub(super) fn is_transient(error: &Error) -> bool {
    match error {
        Error::Transport(_) | Error::Response(_) => true,
        Error::Service(service) => service.status >= 500 || is_throttling(error),
        _ => false,
    }
}

/// Whether the call was refused because the rate was too high, and so has done nothing.
pub(super) fn is_throttling(error: &Error) -> bool {
    error
        .service()
        .is_some_and(|error| error.status == 429 || error.code.contains("Throttl"))
}

//! Whatever comes over the wire: no request makes the endpoint panic, or leaves it without an
//! answer.

include!("../../fuzz/noise.rs");
include!("../../fuzz/local_readers.rs");

#[test]
fn requests() {
    feed("request", 2000, request);
    // It still answers.
    request(b"POST / HTTP/1.1\r\nhost: x\r\n\r\n");
}

#[test]
fn definitions_of_jobs() {
    feed("jobs", 3000, jobs);
}

#[test]
fn logs_of_states() {
    feed("state", 500, state);
}

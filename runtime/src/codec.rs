//! Bytes: how values are written to and read from a format.

pub mod base64;
pub mod json;

//! The thin runtime under every client and command that Opsmith generates.

pub mod codec;
pub mod commands;
pub mod document;
pub mod endpoint;
pub mod redact;
pub mod rows;
pub mod sink;
pub mod timestamp;
pub mod typed;
pub mod validate;

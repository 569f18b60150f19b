//! The thin runtime of generated clients.

pub mod config;
pub mod credentials;
pub mod surroundings;

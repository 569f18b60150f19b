//! The thin runtime of generated clients.

pub mod config;
pub mod surroundings;

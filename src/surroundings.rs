//! What the command sees of the world: all of it, or with `--local` nothing that belongs to an account.

use crate::input::{Process, Surroundings};
use opsmith_runtime::timestamp::Timestamp;
use std::io;
use std::path::{Path, PathBuf};

/// The world of `--local`: files that parameters name, and no variable of AWS or of proxies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Isolated;

impl Surroundings for Isolated {
    fn variable(&self, name: &str) -> Option<String> {
        let hidden = name.to_ascii_uppercase();
        Process.variable(name).filter(|_| !hidden.starts_with("AWS_") && !hidden.ends_with("_PROXY"))
    }
    fn home(&self, user: &str) -> Option<PathBuf> {
        Process.home(user)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Process.read(path)
    }
    fn standard_input(&self) -> io::Result<Vec<u8>> {
        Process.standard_input()
    }
    fn now(&self) -> Timestamp {
        Process.now()
    }
}

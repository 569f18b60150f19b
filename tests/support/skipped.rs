//! Tests that have nothing to work on here.

use std::io::Write;

/// Reports why a test, or a part of one, did not run: prints the reason, and appends it to the file
/// that `OPSMITH_SKIPPED` names, from which `.ci/run` makes its list.
pub(crate) fn skipped(reason: &str) {
    println!("skipped: {reason}");
    if let Some(file) = std::env::var_os("OPSMITH_SKIPPED") {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .append(true)
            .create(true)
            .open(file)
            .expect("the file of OPSMITH_SKIPPED");
        // In one write: tests run side by side.
        file.write_all(format!("{reason}\n").as_bytes())
            .expect("OPSMITH_SKIPPED");
    }
}

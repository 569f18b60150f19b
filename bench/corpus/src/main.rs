//! Generates every service of botocore, from file to text, on all cores; prints their number.

use opsmith_codegen::Generator;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() {
    let data = std::env::args().nth(1).expect("botocore's data folder");
    let models: Vec<PathBuf> = folders(Path::new(&data))
        .iter()
        .flat_map(|service| folders(service))
        .collect();
    let next = AtomicUsize::new(0);
    let made = AtomicUsize::new(0);
    let bytes = AtomicUsize::new(0);
    let work = || {
        while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Ok(files) = Generator::new(model).render() {
                made.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(files.values().map(String::len).sum(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(2, usize::from))
            .for_each(|_| drop(scope.spawn(work)));
    });
    println!(
        "{} services, {} MB",
        made.into_inner(),
        bytes.into_inner() / 1_000_000
    );
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).collect()
}

//! Lowers all services of the sources, and says how long it took: what `opsmith services add` does
//! before it writes.

use opsmith_codegen::sources::Services;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let mut services = Services::find(
        std::env::args()
            .skip(1)
            .filter(|word| !word.starts_with("--")),
    )?;
    if std::env::args().any(|word| word == "--without-docs") {
        services = services.without_documentation();
    }
    println!(
        "{} services found in {:.2?}",
        services.len(),
        start.elapsed()
    );
    let lowered = services.lower_all(
        |_, service| (service.operations.len(), service.omitted.len()),
        |_| {},
    );
    let (mut operations, mut omitted) = (0, 0);
    for service in &lowered {
        match &service.result {
            Ok((kept, left)) => {
                operations += kept;
                omitted += left;
            }
            Err(error) => eprintln!("{}: {error}", service.word),
        }
    }
    println!(
        "{operations} operations, {omitted} left out, {:.2?}",
        start.elapsed()
    );
    Ok(())
}

//! Traits of operations whose implementation is a feature of this crate, as it brings other crates.

use crate::schema::{Feature, Operation, Service};

/// What to do about an operation with a trait that is not built in. It is a constant function:
/// generated clients evaluate it when they are compiled.
pub const fn missing_for(operation: &Operation<'_>) -> Option<&'static str> {
    let mut traits = operation.traits;
    while let [found, others @ ..] = traits {
        match found.kind().feature() {
            Some(Feature::Checksums) if !cfg!(feature = "checksums") => {
                return Some(
                    "checksums of requests and answers need the feature `checksums` of opsmith-runtime",
                );
            }
            Some(Feature::Compression) if !cfg!(feature = "compression") => {
                return Some(
                    "compressed requests need the feature `compression` of opsmith-runtime",
                );
            }
            Some(Feature::Checksums | Feature::Compression) | None => traits = others,
        }
    }
    None
}

/// The same for all operations of a service.
pub const fn missing(service: &Service<'_>) -> Option<&'static str> {
    let mut operations = service.operations;
    while let [operation, others @ ..] = operations {
        if let Some(missing) = missing_for(operation) {
            return Some(missing);
        }
        operations = others;
    }
    None
}

//! What operations cost.

use crate::diagnostics::Error;
use crate::{Generator, rust, write};
use opsmith_schema::Arena;

/// What one or several operations cost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The operation's name; empty for several.
    pub operation: String,
    /// Shapes that are needed.
    pub shapes: usize,
    /// Lines of generated code: neither blank nor comment.
    pub lines: usize,
}

impl Generator {
    /// What each of the operations costs when it is generated alone, sorted by name. The model is
    /// read once, at the start.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render), for all operations before the first.
    pub fn costs(&self) -> Result<impl ExactSizeIterator<Item = Result<Cost, Error>>, Error> {
        let loaded = self.load()?;
        let arena = Arena::new();
        let service = loaded.lower(self.named()?, &arena)?;
        let operations: Vec<String> = service
            .operations
            .into_iter()
            .map(|operation| operation.name.to_owned())
            .collect();
        let model = self.model_name();
        Ok(operations.into_iter().map(move |operation| {
            let arena = Arena::new();
            let service = loaded.lower(std::slice::from_ref(&operation), &arena)?;
            cost(operation, &service, &model)
        }))
    }

    /// What all of them cost together.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render).
    pub fn cost(&self) -> Result<Cost, Error> {
        cost(
            String::new(),
            &self.lower(&Arena::new())?,
            &self.model_name(),
        )
    }
}

fn cost(operation: String, service: &rust::Service<'_>, model: &str) -> Result<Cost, Error> {
    Ok(Cost {
        operation,
        shapes: service.shapes.len(),
        lines: write::lines(&write::texts(service, model)?),
    })
}

//! What each operation costs, generated alone.

use crate::diagnostics::Error;
use crate::{Generator, write};

/// What an operation costs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The operation's name.
    pub operation: String,
    /// Shapes that it needs.
    pub shapes: usize,
    /// Lines of generated code for it alone: neither blank nor comment.
    pub lines: usize,
}

impl Generator {
    /// What each of the operations costs when it is generated alone, sorted by name. The model is read once, at the start.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render), for all operations before the first.
    pub fn costs(&self) -> Result<impl ExactSizeIterator<Item = Result<Cost, Error>>, Error> {
        let loaded = self.load()?;
        let service = loaded.lower(self.named())?;
        let operations: Vec<String> = service.operations.into_iter().map(|operation| operation.name).collect();
        let model = self.model_name();
        Ok(operations.into_iter().map(move |operation| {
            let service = loaded.lower(std::slice::from_ref(&operation))?;
            let lines = write::lines(&write::texts(&service, &model)?);
            Ok(Cost { operation, shapes: service.shapes.len(), lines })
        }))
    }
}

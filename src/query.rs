//! `--query`.

use opsmith_runtime::document::Document;

pub(crate) struct Query;

impl Query {
    pub(crate) fn parse(_: &str) -> Result<Self, String> {
        Ok(Query)
    }
    pub(crate) fn search(&self, document: &Document) -> Result<Document, String> {
        Ok(document.clone())
    }
}

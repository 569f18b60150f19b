//! Clients of services that are known only at run time: from a catalogue, with documents.

use crate::Error;
use crate::client::{Client, Config};
use crate::document::Document;
use crate::schema::catalog::{Catalog, CatalogError, Part};
use crate::schema::{Arena, ShapeIndex};
use crate::visit::TypedDocument;

impl<'a> Client<'a> {
    /// A client for the service of this command word (`ec2`), which is loaded into the arena; `None`
    /// if the catalogue does not have it.
    ///
    /// ```no_run
    /// use opsmith_runtime::schema::{Arena, catalog::CatalogFile};
    /// use opsmith_runtime::{Client, Config, document::Document};
    ///
    /// # async fn example(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    /// let catalog = CatalogFile::open("services.catalog")?;
    /// let arena = Arena::new();
    /// if let Some(client) = Client::dynamic(&catalog, "ec2", &arena, config)? {
    ///     let regions = client.call_document("DescribeRegions", &Document::Map(Default::default())).await?;
    ///     println!("{regions:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    pub fn dynamic(
        catalog: &dyn Catalog,
        word: &str,
        arena: &'a Arena,
        config: Config,
    ) -> Result<Option<Self>, CatalogError> {
        let loaded = catalog.load(word, Part::Schema, arena)?;
        Ok(loaded.map(|commands| Client::new(commands.service, config)))
    }

    /// Calls an operation with a document of its input, and returns its output as one: values by the
    /// names of the model, as the service sent them. Streams are not a part of either;
    /// [`prepare`](Client::prepare) and [`send`](Client::send) have them.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]; [`Error::Request`] if the service has no such operation.
    pub async fn call_document(
        &self,
        operation: &str,
        input: &Document,
    ) -> Result<Document, Error> {
        let Some(operation) = self.service.operation(operation) else {
            let problem = format!("the service has no operation {operation}");
            return Err(Error::Request(problem.into()));
        };
        let input = TypedDocument {
            document: input,
            service: self.service,
            shape: operation.input.unwrap_or(ShapeIndex::MAX),
        };
        let prepared = self.prepare(operation.name, &input)?;
        let received = self.send(prepared).await?;
        self.read_document(operation, &received.response)
    }
}

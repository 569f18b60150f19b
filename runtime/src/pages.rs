//! [`Pager`]: pagination, as the typed client and the command do it: which tokens request the next
//! page.

use crate::document::{Document, Map};
use crate::schema::{Operation, Pagination, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{
    CompoundKind, DocumentBuilder, TypedDocument, Visit, VisitError, VisitResult, Visitor,
};

/// Goes from page to page of an operation's output.
#[derive(Debug)]
pub struct Pager<'a> {
    service: &'a Service<'a>,
    pagination: Pagination<'a>,
    input: ShapeIndex,
    output: ShapeIndex,
    /// The tokens that request the page, by input member; empty for the first page, which the input
    /// itself requests.
    tokens: Map,
    /// The tokens of the page before, if there is one.
    last: Option<Map>,
}

/// What follows a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    End,
    /// Another page, requested by [`Pager::tokens`].
    Page,
    /// The same page again: the service returned the tokens that requested this one.
    Same,
}

impl<'a> Pager<'a> {
    /// A pager before the first page; `None` for an operation without pages.
    pub fn new(service: &'a Service<'a>, operation: &Operation<'a>) -> Option<Self> {
        let pagination = operation.pagination()?;
        let input = operation.input?;
        let output = operation.output?;
        Some(Pager {
            service,
            pagination,
            input,
            output,
            tokens: Map::new(),
            last: None,
        })
    }

    /// The same, with the tokens that the first page's input has.
    pub(crate) fn beginning(
        service: &'a Service<'a>,
        operation: &Operation<'a>,
        input: &dyn Visit,
    ) -> Result<Option<Self>, VisitError> {
        let Some(mut pager) = Pager::new(service, operation) else {
            return Ok(None);
        };
        let given = Kept::of(input, service, pager.input, pager.pagination.input_tokens)?;
        pager.last = match given {
            Document::Map(given) if !given.is_empty() => {
                Some(pager.all(|name| given.get(name).cloned()))
            }
            _ => None,
        };
        Ok(Some(pager))
    }

    /// How the output is paged.
    pub fn pagination(&self) -> &Pagination<'a> {
        &self.pagination
    }

    /// Begins with the page that these tokens request.
    pub fn start(&mut self, tokens: &Map) {
        self.tokens = self.all(|name| tokens.get(name).cloned());
    }

    /// The tokens that request the page, by input member: all of them, or none for the first page,
    /// which the input itself requests.
    pub fn tokens(&self) -> &Map {
        &self.tokens
    }

    /// The input that requests the page, made from the first page's input.
    pub(crate) fn input<'i>(&'i self, input: &'i (dyn Visit + Sync)) -> Paged<'i> {
        Paged {
            input,
            tokens: &self.tokens,
            service: self.service,
            shape: self.input,
        }
    }

    /// Moves past this page.
    ///
    /// # Errors
    ///
    /// The page is not an output of the operation.
    pub fn follow(&mut self, page: &dyn Visit) -> Result<Next, VisitError> {
        let Pagination {
            output_tokens,
            more,
            ..
        } = self.pagination;
        let paths = output_tokens
            .iter()
            .flat_map(|token| token.split("||"))
            .chain([more]);
        let names: Vec<_> = paths
            .filter_map(|path| path.trim().split(['.', '[']).next())
            .collect();
        let page = Kept::of(page, self.service, self.output, &names)?;
        let mut found = output_tokens
            .iter()
            .map(|token| find(&page, token).cloned());
        let next = self.all(|_| found.next().flatten());
        if next.values().all(|token| *token == Document::Null)
            || (!more.is_empty() && find(&page, more).is_none())
        {
            return Ok(Next::End);
        }
        let same = self.last.as_ref() == Some(&next);
        self.last = Some(next.clone());
        self.tokens = next;
        Ok(if same { Next::Same } else { Next::Page })
    }

    /// A token for each input member; null if there is none.
    fn all(&self, mut token: impl FnMut(&str) -> Option<Document>) -> Map {
        let names = self.pagination.input_tokens.iter();
        names
            .map(|name| ((*name).to_owned(), token(name).unwrap_or_default()))
            .collect()
    }
}

/// The value of the first alternative (`a.b || c[-1].d`) that has one. Null, false, 0 and empty
/// values do not count.
fn find<'d>(document: &'d Document, expression: &str) -> Option<&'d Document> {
    expression
        .split("||")
        .find_map(|path| at(document, path.trim()))
        .filter(|value| is_something(value))
}

fn at<'d>(document: &'d Document, path: &str) -> Option<&'d Document> {
    let found = path
        .split('.')
        .try_fold(document, |value, step| match step.split_once('[') {
            None => value.get(step),
            Some((name, index)) => element(
                value.get(name)?.as_list()?,
                index.strip_suffix(']')?.parse().ok()?,
            ),
        });
    found.filter(|value| is_something(value))
}

/// The element at an index; negative indices count from the end.
fn element(list: &[Document], index: isize) -> Option<&Document> {
    let from_end = || list.len().checked_sub(index.unsigned_abs());
    list.get(usize::try_from(index).ok().or_else(from_end)?)
}

fn is_something(value: &Document) -> bool {
    match value {
        Document::Null | Document::Boolean(false) | Document::Integer(0) => false,
        Document::Float(number) => *number != 0.0,
        Document::String(text) => !text.is_empty(),
        Document::Blob(bytes) => !bytes.is_empty(),
        Document::List(list) => !list.is_empty(),
        Document::Map(map) => !map.is_empty(),
        _ => true,
    }
}

/// An input with other tokens.
pub(crate) struct Paged<'i> {
    input: &'i (dyn Visit + Sync),
    tokens: &'i Map,
    service: &'i Service<'i>,
    shape: ShapeIndex,
}

impl Visit for Paged<'_> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        if self.tokens.is_empty() {
            self.input.visit(visitor)
        } else {
            self.input.visit(&mut Replacing {
                paged: self,
                visitor,
                dropped: Dropped,
            })
        }
    }
}

/// Passes the members of a structure on, except for the tokens, which come last.
struct Replacing<'s> {
    paged: &'s Paged<'s>,
    visitor: &'s mut dyn Visitor,
    dropped: Dropped,
}

impl Visitor for Replacing<'_> {
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.visitor.begin(parts)
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        let shape = self.paged.service.shape(self.paged.shape);
        if shape
            .members
            .get(index)
            .is_some_and(|member| self.paged.tokens.contains_key(member.name))
        {
            Ok(&mut self.dropped)
        } else {
            self.visitor.member(index)
        }
    }
    fn unknown(&mut self, name: &str) -> VisitResult {
        self.visitor.unknown(name)
    }
    fn end(&mut self) -> VisitResult {
        let Paged {
            tokens,
            service,
            shape,
            ..
        } = *self.paged;
        for (name, document) in tokens.iter().filter(|(_, token)| **token != Document::Null) {
            if let Some((index, member)) = service.shape(shape).member(name) {
                TypedDocument {
                    document,
                    service,
                    shape: member.target,
                }
                .visit(self.visitor.member(index)?)?;
            }
        }
        self.visitor.end()
    }
}

/// Keeps some members of a structure as a document.
struct Kept<'a> {
    shape: &'a Shape<'a>,
    names: &'a [&'a str],
    visitor: DocumentBuilder<'a>,
    dropped: Dropped,
}

impl<'a> Kept<'a> {
    /// The members of these names.
    fn of(
        value: &dyn Visit,
        service: &'a Service<'a>,
        shape: ShapeIndex,
        names: &'a [&'a str],
    ) -> Result<Document, VisitError> {
        let visitor = DocumentBuilder::new(service, shape);
        let mut kept = Kept {
            shape: service.shape(shape),
            names,
            visitor,
            dropped: Dropped,
        };
        value.visit(&mut kept)?;
        Ok(kept.visitor.finish())
    }
}

impl Visitor for Kept<'_> {
    fn null(&mut self) -> VisitResult {
        Ok(())
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.visitor.begin(parts)
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        if self
            .shape
            .members
            .get(index)
            .is_some_and(|member| self.names.contains(&member.name))
        {
            self.visitor.member(index)
        } else {
            Ok(&mut self.dropped)
        }
    }
    fn unknown(&mut self, _name: &str) -> VisitResult {
        Ok(())
    }
    fn end(&mut self) -> VisitResult {
        self.visitor.end()
    }
}

/// Takes any value and drops it.
struct Dropped;

impl Visitor for Dropped {
    fn null(&mut self) -> VisitResult {
        Ok(())
    }
    fn boolean(&mut self, _value: bool) -> VisitResult {
        Ok(())
    }
    fn integer(&mut self, _value: i128) -> VisitResult {
        Ok(())
    }
    fn float(&mut self, _value: f64) -> VisitResult {
        Ok(())
    }
    fn string(&mut self, _value: &str) -> VisitResult {
        Ok(())
    }
    fn blob(&mut self, _value: &[u8]) -> VisitResult {
        Ok(())
    }
    fn timestamp(&mut self, _value: Timestamp) -> VisitResult {
        Ok(())
    }
    fn begin(&mut self, _parts: CompoundKind) -> VisitResult {
        Ok(())
    }
    fn member(&mut self, _index: usize) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self)
    }
    fn unknown(&mut self, _name: &str) -> VisitResult {
        Ok(())
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self)
    }
    fn entry(&mut self, _key: &str) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self)
    }
}

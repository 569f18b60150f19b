//! Paged operations: following the pages as the AWS CLI does.

mod merge;
mod options;
mod token;

pub(crate) use options::{MAX, PageOptions, hides, options, specs};

use crate::failure::Failure;
use crate::output::json;
use merge::{at, complete, count, grow, place, remove, set, slice};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::pages::{Next, Pager};
use opsmith_runtime::schema::{Kind, Operation, Pagination, Service, Shape, ShapeIndex};
use opsmith_runtime::visit::TypedDocument;

/// The pages of a result, one call each.
pub(crate) struct Pages<'a> {
    pager: Pager<'a>,
    service: &'a Service<'a>,
    output: ShapeIndex,
    parameters: Map,
    /// The number of items of the first page that the result leaves out; those at the end when
    /// negative.
    skipped: i64,
    /// The number of items that the result may still take.
    left: Option<i64>,
    calls: usize,
    done: bool,
    /// The members of the first page that hold for all pages.
    first: Document,
    /// The token with which a truncated result goes on.
    resume: Option<String>,
}

impl<'a> Pages<'a> {
    /// The pages for these parameters; `None` for an operation without pages.
    pub(crate) fn new(
        service: &'a Service<'a>,
        operation: &Operation<'a>,
        mut parameters: Map,
        options: PageOptions,
    ) -> Option<Self> {
        let mut pager = Pager::new(service, operation)?;
        let Pagination {
            input_tokens,
            page_size,
            ..
        } = *pager.pagination();
        let (tokens, skipped) = options
            .start
            .map_or_else(Default::default, |start| token::parse(&start, input_tokens));
        pager.start(&tokens);
        // Anything else in the token is a parameter, so that a token of another operation is
        // rejected.
        parameters.extend(
            tokens
                .into_iter()
                .filter(|(name, _)| !input_tokens.contains(&name.as_str())),
        );
        if let Some(size) = options.size {
            let input = service.shape(operation.input?);
            parameters.extend(size_parameter(service, input, page_size, size));
        }
        let mut pages = Pages {
            pager,
            service,
            output: operation.output?,
            parameters,
            skipped,
            left: options.max,
            calls: 0,
            done: false,
            first: Document::default(),
            resume: None,
        };
        pages.set_tokens();
        Some(pages)
    }

    /// The parameters of the call for the next page.
    pub(crate) fn parameters(&self) -> &Map {
        &self.parameters
    }

    /// The token with which a truncated result goes on, after its last page.
    pub(crate) fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    fn items(&self) -> &'a [&'a str] {
        self.pager.pagination().items
    }

    /// Calls for the next page and returns what `shown` makes of it; `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of the call, and a token that the service repeats.
    pub(crate) fn next(
        &mut self,
        call: impl FnOnce(&Map) -> Result<Document, Failure>,
        shown: impl FnOnce(Document) -> Document,
    ) -> Result<Option<Document>, Failure> {
        if self.done {
            return Ok(None);
        }
        let answer = call(&self.parameters)?;
        self.calls += 1;
        let asked = self.pager.tokens().clone();
        // The token is read before `shown`, which turns bytes into text.
        let next = self.pager.follow(&TypedDocument {
            document: &answer,
            service: self.service,
            shape: self.output,
        });
        let next = next.map_err(Failure::general)?;
        let mut page = shown(answer);
        let skipped = std::mem::take(&mut self.skipped);
        self.skip(&mut page, skipped);
        let kept = self.cut(&mut page);
        if self.calls == 1 {
            self.first = self.first_page(&page);
        }
        let is_empty = self
            .items()
            .iter()
            .all(|path| at(&page, path).is_none_or(|items| count(items) == 0));
        match (kept, next) {
            (Some(kept), _) => self.end(Some(token::encode(
                &asked,
                Some(kept.saturating_add(skipped)),
            ))),
            (None, Next::End) => self.end(None),
            (None, _) if self.left == Some(0) => {
                self.end(Some(token::encode(self.pager.tokens(), None)))
            }
            // Some services repeat the last token and return no items with it.
            (None, Next::Same) if is_empty => self.end(None),
            (None, Next::Same) => return Err(repeated_token(self.pager.tokens())),
            (None, Next::Page) => self.set_tokens(),
        }
        Ok(Some(page))
    }

    /// The result of all pages: their items, the members of the first page that hold for all, and
    /// the token with which it goes on when it is truncated.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(crate) fn merged(
        mut self,
        mut call: impl FnMut(&Map) -> Result<Document, Failure>,
        shown: impl Fn(Document) -> Document,
    ) -> Result<Document, Failure> {
        let mut whole = Document::Map(Map::new());
        while let Some(mut page) = self.next(&mut call, &shown)? {
            for path in self.items() {
                if let Some(more) = remove(&mut page, path).filter(|more| *more != Document::Null) {
                    grow(place(&mut whole, path), more);
                }
            }
        }
        let mut first = std::mem::take(&mut self.first);
        self.items()
            .iter()
            .for_each(|path| drop(remove(&mut first, path)));
        if let (Document::Map(whole), Document::Map(first)) = (&mut whole, first) {
            complete(whole, first);
        }
        if let Some(token) = self.resume {
            set(&mut whole, NEXT_TOKEN, token.into());
        }
        Ok(whole)
    }

    /// The members of a page that the format text shows; null where the page has none.
    pub(crate) fn text_part(&mut self, page: &Document) -> Document {
        let mut part = std::mem::take(&mut self.first);
        for path in self.items() {
            set(&mut part, path, at(page, path).cloned().unwrap_or_default());
        }
        part
    }

    /// The members of the first page that hold for all pages; null where it has none.
    fn first_page(&self, page: &Document) -> Document {
        let mut first = Document::Map(Map::new());
        for path in self.pager.pagination().first_page {
            set(
                &mut first,
                path,
                at(page, path).cloned().unwrap_or_default(),
            );
        }
        first
    }

    /// Removes from the first page what an earlier result had: the first items, and the other lists
    /// and texts that grow with the pages.
    fn skip(&self, page: &mut Document, skipped: i64) {
        if skipped == 0 {
            return;
        }
        for (index, path) in self.items().iter().enumerate() {
            let left = match (at(page, path), index) {
                (Some(items), 0) => slice(items, Some(skipped), None),
                (Some(Document::List(_)), _) => Document::List(Vec::new()),
                (Some(Document::String(_)), _) => "".into(),
                _ => continue,
            };
            set(page, path, left);
        }
    }

    /// Removes the items beyond the limit. If there are any, returns how many stay; when negative,
    /// how many were removed from the end.
    fn cut(&mut self, page: &mut Document) -> Option<i64> {
        let path = self.items().first()?;
        let left = self.left?;
        let items = at(page, path).cloned().unwrap_or_default();
        let count = count(&items);
        if count <= left {
            self.left = Some(left - count);
            return None;
        }
        set(page, path, slice(&items, None, Some(left)));
        Some(left)
    }

    fn end(&mut self, resume: Option<String>) {
        self.done = true;
        self.resume = resume;
    }

    /// Puts the tokens into the parameters.
    fn set_tokens(&mut self) {
        for (name, token) in self.pager.tokens() {
            if *token == Document::Null {
                self.parameters.shift_remove(name)
            } else {
                self.parameters.insert(name.clone(), token.clone())
            };
        }
    }
}

fn repeated_token(tokens: &Map) -> Failure {
    let tokens = json::compact(&Document::Map(tokens.clone()));
    Failure::general(format_args!(
        "Error during pagination: The same next token was received twice: {tokens}"
    ))
}

/// The member that limits the size of a page, as a parameter.
fn size_parameter(
    service: &Service<'_>,
    input: &Shape<'_>,
    name: &str,
    size: i64,
) -> Option<(String, Document)> {
    let (_, member) = input.member(name)?;
    let is_text = matches!(service.shape(member.target).kind, Kind::String | Kind::Enum);
    let size = if is_text {
        size.to_string().into()
    } else {
        size.into()
    };
    Some((name.to_owned(), size))
}

/// The key of the token with which a truncated result goes on.
const NEXT_TOKEN: &str = "NextToken";

/// A result with nothing but this token.
pub(crate) fn next_token(token: Document) -> Document {
    Document::from([(NEXT_TOKEN, token)])
}

#[cfg(test)]
mod tests;

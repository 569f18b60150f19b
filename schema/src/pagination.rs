//! Pagination: how the output of an operation is split into pages.

/// How an operation's output is paged. Paths are names of members with dots between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pagination<'a> {
    /// Input members that take the tokens.
    pub input_tokens: &'a [&'a str],
    /// Where an output has the next tokens, in the same order: paths, whose steps may have an index
    /// (`Shards[-1].Id`), or alternatives of them (`Next || Items[-1].Key`).
    pub output_tokens: &'a [&'a str],
    /// Paths of the output members that the pages add to. The first one holds the items that are
    /// counted.
    pub items: &'a [&'a str],
    /// Input member that limits a page; empty when there is none.
    pub page_size: &'a str,
    /// Path of the output member that says whether more pages follow; empty when the tokens alone
    /// do.
    pub more: &'a str,
    /// Paths of the output members that count for all pages as the first page has them.
    pub first_page: &'a [&'a str],
}

impl<'a> Pagination<'a> {
    /// The output member that says whether more pages follow.
    pub const fn more(mut self, more: &'a str) -> Self {
        self.more = more;
        self
    }

    /// The output members that count as the first page has them.
    pub const fn first_page(mut self, paths: &'a [&'a str]) -> Self {
        self.first_page = paths;
        self
    }
}

/// How an operation is paged: input tokens, output tokens, items and page size.
pub const fn paginated<'a>(
    input_tokens: &'a [&'a str],
    output_tokens: &'a [&'a str],
    items: &'a [&'a str],
    page_size: &'a str,
) -> Pagination<'a> {
    Pagination {
        input_tokens,
        output_tokens,
        items,
        page_size,
        more: "",
        first_page: &[],
    }
}

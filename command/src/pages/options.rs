//! The options of paged operations.

use crate::args::{Arity, OptionSpec};
use crate::failure::Failure;
use opsmith_runtime::document::Map;
use opsmith_runtime::schema::Pagination;
use opsmith_runtime::schema::commands::Change;

/// An option for paging.
pub(crate) struct PageOption {
    /// With its dashes.
    pub(crate) name: &'static str,
    /// For people: its type, and what it does.
    pub(crate) kind: &'static str,
    pub(crate) text: &'static str,
}

const START: &str = "--starting-token";
const SIZE: &str = "--page-size";
/// The option that limits the result.
pub(crate) const MAX: &str = "--max-items";

/// The options for paging.
const OPTIONS: [PageOption; 3] = [
    PageOption {
        name: START,
        kind: "string",
        text: "Where to begin: the NextToken that an earlier, truncated result ended with.",
    },
    PageOption {
        name: SIZE,
        kind: "integer",
        text: "How many items the service is asked for in one call. The result holds as many items as without it.",
    },
    PageOption {
        name: MAX,
        kind: "integer",
        text: "How many items the result holds at most. When there are more, it ends with a NextToken, which \
               --starting-token takes and the service does not.",
    },
];

/// The options of a paged operation; empty for any other.
pub(crate) fn options(
    pagination: Option<Pagination<'_>>,
) -> impl Iterator<Item = &'static PageOption> {
    let has = move |option: &&PageOption| {
        pagination.is_some_and(|paged| option.name != SIZE || !paged.page_size.is_empty())
    };
    OPTIONS.iter().filter(has)
}

/// The same as a level of the line knows them.
pub(crate) fn specs<'a>(
    pagination: Option<Pagination<'_>>,
) -> impl Iterator<Item = OptionSpec<'a>> {
    options(pagination).map(|option| OptionSpec::new(option.name, Arity::One))
}

/// Whether the options replace this member of the input.
pub(crate) fn hides(pagination: Option<&Pagination<'_>>, member: &str) -> bool {
    pagination
        .is_some_and(|paged| paged.input_tokens.contains(&member) || paged.page_size == member)
}

/// The values of the paging options: which pages to fetch.
#[derive(Debug, Default, Clone)]
pub(crate) struct PageOptions {
    pub(super) start: Option<String>,
    pub(super) size: Option<i64>,
    pub(super) max: Option<i64>,
}

impl PageOptions {
    /// Reads the options that an operation with these pages has. `value` returns the value of an
    /// option.
    ///
    /// # Errors
    ///
    /// A text in place of a number.
    pub(crate) fn read<'a>(
        pagination: Pagination<'_>,
        value: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, Failure> {
        let value = |option: &str| {
            let found = options(Some(pagination)).any(|page| page.name == option);
            value(option).filter(|_| found)
        };
        let number = |option: &str| {
            let Some(text) = value(option) else {
                return Ok(None);
            };
            let wrong = || {
                Failure::usage(format_args!(
                    "argument {option}: invalid int value: '{text}'"
                ))
            };
            text.trim().parse::<i64>().map(Some).map_err(|_| wrong())
        };
        Ok(PageOptions {
            size: number(SIZE)?,
            max: number(MAX)?,
            start: value(START).map(str::to_owned),
        })
    }

    /// The same, with the size that pages have with these parameters, unless one is given.
    pub(crate) fn sized(mut self, changes: &[Change<'_>], parameters: &Map) -> Self {
        let usual = changes.iter().find_map(|change| match change {
            Change::PageSize(size, with) => {
                let mut names = parameters.keys();
                let is_usual = names.all(|name| with.contains(&name.as_str()));
                is_usual.then_some(i64::from(*size))
            }
            _ => None,
        });
        self.size = self.size.or(usual);
        self
    }

    /// A warning about the options.
    pub(crate) fn warning(&self) -> Option<String> {
        let max = self.max.filter(|max| *max <= 0)?;
        Some(format!(
            "{MAX} {max} is not positive: the result is cut as the AWS CLI cuts it, and may miss items"
        ))
    }

    /// The options that were given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let used = [
            (START, self.start.is_some()),
            (SIZE, self.size.is_some()),
            (MAX, self.max.is_some()),
        ];
        used.into_iter()
            .filter(|(_, used)| *used)
            .map(|(option, _)| option)
    }

    /// Rejects the options for an input that asks for one page by this member.
    ///
    /// # Errors
    ///
    /// An option was given.
    pub(crate) fn refuse_with_member(&self, member: &str) -> Result<(), Failure> {
        match self.given().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => Ok(()),
            given => Err(Failure::parameter(format_args!(
                "The input has {member}, so that one page is called for: {given} can't be given with it"
            ))),
        }
    }

    /// Rejects the options for a single call, except those for which `is_parameter` returns true:
    /// parameters of the operation.
    ///
    /// # Errors
    ///
    /// An option was given that is not a parameter.
    pub(crate) fn refuse_single_call(
        &self,
        is_parameter: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let used: Vec<_> = self
            .given()
            .filter(|option| !is_parameter(option))
            .collect();
        let text = "Cannot specify --no-paginate along with pagination arguments";
        if used.is_empty() {
            Ok(())
        } else {
            Err(Failure::parameter(format_args!(
                "{text}: {}",
                used.join(", ")
            )))
        }
    }
}

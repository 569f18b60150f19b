//! Paged operations: the options that page, and following the pages as the AWS CLI does.

use crate::args::{Known, Takes};
use crate::exit::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Operation, OperationTrait, Pagination};

/// How an operation's answers are paged, if they are.
pub(crate) fn of<'a>(operation: &Operation<'a>) -> Option<Pagination<'a>> {
    operation.traits.iter().find_map(|found| match found {
        OperationTrait::Paginated(pagination) => Some(*pagination),
        _ => None,
    })
}

/// An option that pages.
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

/// The options that page.
pub(crate) const OPTIONS: [PageOption; 3] = [
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

/// The options of a paged operation; none of one that isn't.
pub(crate) fn options(pagination: Option<Pagination<'_>>) -> impl Iterator<Item = &'static PageOption> {
    let has =
        move |option: &&PageOption| pagination.is_some_and(|paged| option.name != SIZE || !paged.page_size.is_empty());
    OPTIONS.iter().filter(has)
}

/// The same as a level of the line knows them.
pub(crate) fn known<'a>(pagination: Option<Pagination<'_>>) -> impl Iterator<Item = Known<'a>> {
    options(pagination).map(|option| Known { name: option.name, takes: Takes::One, own: false, choices: &[] })
}

/// Whether a member of the input is one that the options stand for.
pub(crate) fn hides(pagination: Option<&Pagination<'_>>, member: &str) -> bool {
    pagination.is_some_and(|paged| !member.is_empty() && [paged.input_token, paged.page_size].contains(&member))
}

/// Which pages are asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wanted {
    start: Option<String>,
    size: Option<i64>,
    max: Option<usize>,
}

impl Wanted {
    /// What the options say; `value` gives an option's.
    ///
    /// # Errors
    ///
    /// Numbers that are none.
    pub(crate) fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Failure> {
        let number = |option: &str| {
            let Some(text) = value(option) else { return Ok(None) };
            let wrong = || Failure::usage(format_args!("argument {option}: invalid int value: '{text}'"));
            text.trim().parse::<i64>().map(Some).map_err(|_| wrong())
        };
        let max = number(MAX)?.map(|max| usize::try_from(max).unwrap_or(0));
        Ok(Wanted { size: number(SIZE)?, max, start: value(START).map(str::to_owned) })
    }

    /// What one call for one page can't be combined with; `shadowed` tells what is also a parameter.
    ///
    /// # Errors
    ///
    /// When there is any.
    pub(crate) fn refuse(&self, shadowed: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let used = [(START, self.start.is_some()), (SIZE, self.size.is_some()), (MAX, self.max.is_some())];
        let used = used.into_iter().filter(|(option, used)| *used && !shadowed(option));
        let used: Vec<_> = used.map(|(option, _)| option).collect();
        let text = "Cannot specify --no-paginate along with pagination arguments";
        match used.is_empty() {
            true => Ok(()),
            false => Err(Failure::parameter(format_args!("{text}: {}", used.join(", ")))),
        }
    }
}

/// The pages of a result, one call each.
pub(crate) struct Pages<'a> {
    pagination: Pagination<'a>,
    parameters: Map,
    /// What `parameters` ask for next to what the user gave.
    token: Map,
    /// Items of the first page that the result does not begin with.
    skipped: usize,
    /// Items that the result may still hold.
    left: Option<usize>,
    calls: usize,
    done: bool,
    /// Where a truncated result goes on.
    resume: Option<String>,
}

impl<'a> Pages<'a> {
    /// The pages for these parameters.
    pub(crate) fn new(pagination: Pagination<'a>, mut parameters: Map, wanted: Wanted) -> Self {
        let (token, skipped) = match &wanted.start {
            Some(start) => parse(start, pagination.input_token),
            None => (one(pagination.input_token, Document::Null), 0),
        };
        if let Some(size) = wanted.size.filter(|_| !pagination.page_size.is_empty()) {
            parameters.insert(pagination.page_size.to_owned(), Document::Integer(size.into()));
        }
        let mut pages =
            Pages { pagination, parameters, token, skipped, left: wanted.max, calls: 0, done: false, resume: None };
        pages.ask();
        pages
    }

    /// The parameters of the call for the next page.
    pub(crate) fn parameters(&self) -> &Map {
        &self.parameters
    }

    /// Where a truncated result goes on, after its last page.
    pub(crate) fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    /// The next page by a call; none after the last.
    ///
    /// # Errors
    ///
    /// Those of the call, and a service that turns in circles.
    pub(crate) fn next(
        &mut self,
        call: impl FnOnce(&Map) -> Result<Document, Failure>,
    ) -> Result<Option<Document>, Failure> {
        if self.done {
            return Ok(None);
        }
        let mut page = call(&self.parameters)?;
        self.calls += 1;
        let skipped = std::mem::take(&mut self.skipped);
        let mut items = at(&page, self.pagination.items).and_then(Document::as_list).unwrap_or_default();
        items = items.get(skipped..).unwrap_or_default();
        let kept = self.left.map_or(items.len(), |left| left.min(items.len()));
        let (truncated, shortened) = (kept < items.len(), kept < items.len() || skipped > 0);
        if shortened {
            let items = items.get(..kept).unwrap_or_default().to_vec();
            set(&mut page, self.pagination.items, Document::List(items));
        }
        self.left = self.left.map(|left| left - kept);
        if truncated {
            self.done = true;
            self.resume = Some(encode(&self.token, Some(kept + skipped)));
        } else {
            self.follow(&page)?;
        }
        Ok(Some(page))
    }

    /// The result that all pages make: their items, and where it goes on when it is truncated.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(crate) fn whole(
        mut self,
        mut call: impl FnMut(&Map) -> Result<Document, Failure>,
    ) -> Result<Document, Failure> {
        let mut items: Option<Vec<Document>> = None;
        while let Some(page) = self.next(&mut call)? {
            if let Some(more) = at(&page, self.pagination.items).and_then(Document::as_list) {
                items.get_or_insert_default().extend_from_slice(more);
            }
        }
        let mut whole = Document::Map(Map::new());
        if let Some(items) = items {
            set(&mut whole, self.pagination.items, Document::List(items));
        }
        if let Some(token) = self.resume {
            set(&mut whole, NEXT_TOKEN, token.as_str().into());
        }
        Ok(whole)
    }

    /// A page without anything but its items.
    pub(crate) fn only_items(&self, page: &Document) -> Document {
        let mut only = Document::Map(Map::new());
        let items = at(page, self.pagination.items).cloned().unwrap_or_default();
        set(&mut only, self.pagination.items, items);
        only
    }

    /// Asks for the page after this one, if there is one.
    fn follow(&mut self, page: &Document) -> Result<(), Failure> {
        let next = at(page, self.pagination.output_token).filter(|token| !is_nothing(token)).cloned();
        let Some(next) = next else {
            self.done = true;
            return Ok(());
        };
        let next = one(self.pagination.input_token, next);
        if self.left == Some(0) {
            self.done = true;
            self.resume = Some(encode(&next, None));
            return Ok(());
        }
        if self.calls > 1 && self.token == next {
            let token = crate::output::json::compact(&Document::Map(next));
            return Err(Failure::general(format_args!(
                "Error during pagination: The same next token was received twice: {token}"
            )));
        }
        self.token = next;
        self.ask();
        Ok(())
    }

    /// Puts the token into the parameters.
    fn ask(&mut self) {
        for (name, token) in &self.token {
            match is_nothing(token) {
                true => self.parameters.shift_remove(name),
                false => self.parameters.insert(name.clone(), token.clone()),
            };
        }
    }
}

/// Under which key a truncated result says where it goes on.
const NEXT_TOKEN: &str = "NextToken";

/// A result that has nothing but where it goes on.
pub(crate) fn next_token(token: Document) -> Document {
    Document::Map(one(NEXT_TOKEN, token))
}

fn one(name: &str, value: Document) -> Map {
    Map::from_iter([(name.to_owned(), value)])
}

fn is_nothing(token: &Document) -> bool {
    matches!(token, Document::Null) || token.as_str() == Some("")
}

/// How many items of the first page are skipped, in a token of the AWS CLI's.
const SKIPPED: &str = "boto_truncate_amount";

/// Reads a token of the AWS CLI's, in its form of today (base64 of JSON) or of old (`token___skipped`); any other is the
/// service's own.
fn parse(text: &str, input: &str) -> (Map, usize) {
    let decoded =
        BASE64.decode(text).ok().and_then(|bytes| crate::input::json::parse(std::str::from_utf8(&bytes).ok()?).ok());
    if let Some(Document::Map(mut token)) = decoded {
        let skipped = match token.shift_remove(SKIPPED) {
            Some(Document::Integer(skipped)) => usize::try_from(skipped).unwrap_or(0),
            _ => 0,
        };
        return (token, skipped);
    }
    let old = text.split_once("___").and_then(|(token, skipped)| Some((token, skipped.parse().ok()?)));
    let (token, skipped) = old.unwrap_or((text, 0));
    let token = if token == "None" { Document::Null } else { token.into() };
    (one(input, token), skipped)
}

/// A token as the AWS CLI writes it.
fn encode(token: &Map, skipped: Option<usize>) -> String {
    let members = token.iter().map(|(name, value)| format!("{}: {}", ascii(&name.as_str().into()), ascii(value)));
    let skipped = skipped.map(|skipped| format!("\"{SKIPPED}\": {skipped}"));
    BASE64.encode(format!("{{{}}}", members.chain(skipped).collect::<Vec<_>>().join(", ")))
}

/// JSON as Python writes it.
fn ascii(value: &Document) -> String {
    opsmith_runtime::codec::json::ascii(&crate::output::json::compact(value))
}

/// The value at a path of members, dots between.
pub(crate) fn at<'d>(document: &'d Document, path: &str) -> Option<&'d Document> {
    path.split('.').try_fold(document, |value, name| value.get(name))
}

/// Sets the value at a path of members, dots between.
pub(crate) fn set(document: &mut Document, path: &str, value: Document) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if !matches!(document, Document::Map(_)) {
        *document = Document::Map(Map::new());
    }
    let Document::Map(map) = document else { return };
    match rest {
        Some(rest) => set(map.entry(name.to_owned()).or_default(), rest, value),
        None => drop(map.insert(name.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGED: Pagination<'_> =
        Pagination { input_token: "next", output_token: "more.token", items: "out.items", page_size: "size" };

    /// The items of each page of the result and where it goes on; three pages of three items each.
    fn pages(wanted: Wanted) -> (Vec<Vec<i64>>, Option<String>) {
        let mut pages = Pages::new(PAGED, Map::new(), wanted);
        let mut found = Vec::new();
        while let Some(page) = pages.next(|parameters| Ok(answer(parameters))).expect("a page") {
            let number = |item: &Document| if let Document::Integer(number) = item { *number as i64 } else { -1 };
            found.push(at(&page, "out.items").and_then(Document::as_list).expect("items").iter().map(number).collect());
        }
        let resume =
            pages.resume().map(|token| String::from_utf8(BASE64.decode(token).expect("base64")).expect("text"));
        (found, resume)
    }

    fn answer(parameters: &Map) -> Document {
        let page: i64 =
            parameters.get("next").and_then(Document::as_str).map_or(0, |text| text.parse().expect("a page"));
        let items = (page * 3..page * 3 + 3).map(|item| Document::Integer(item.into())).collect();
        let mut answer = Document::Null;
        set(&mut answer, "out.items", Document::List(items));
        if page < 2 {
            set(&mut answer, "more.token", (page + 1).to_string().as_str().into());
        }
        answer
    }

    #[test]
    fn pages_are_followed_to_the_end() {
        assert_eq!(pages(Wanted::default()), (vec![vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]], None));
    }

    #[test]
    fn a_maximum_truncates_and_says_where_to_go_on() {
        let max = |max| pages(Wanted { max: Some(max), ..Wanted::default() });
        let cut = r#"{"next": "1", "boto_truncate_amount": 1}"#;
        assert_eq!(max(4), (vec![vec![0, 1, 2], vec![3]], Some(cut.to_owned())));
        assert_eq!(max(3), (vec![vec![0, 1, 2]], Some(r#"{"next": "1"}"#.to_owned())));
        assert_eq!(max(2), (vec![vec![0, 1]], Some(r#"{"next": null, "boto_truncate_amount": 2}"#.to_owned())));
        assert_eq!(max(99).1, None);
    }

    #[test]
    fn tokens_lead_to_where_they_say() {
        let from = |start: &str, max| pages(Wanted { start: Some(start.to_owned()), max, size: None });
        let token = encode(&one("next", "1".into()), Some(1));
        assert_eq!(
            from(&token, Some(1)),
            (vec![vec![4]], Some(r#"{"next": "1", "boto_truncate_amount": 2}"#.to_owned()))
        );
        assert_eq!(from("1___2", None).0, [vec![5], vec![6, 7, 8]]);
        assert_eq!(from("2", None).0, [vec![6, 7, 8]]);
        assert_eq!(from("None___1", None).0, [vec![1, 2], vec![3, 4, 5], vec![6, 7, 8]]);
    }

    #[test]
    fn circles_are_an_error() {
        let mut pages = Pages::new(PAGED, Map::new(), Wanted::default());
        let same = |_: &Map| {
            let mut answer = Document::Null;
            set(&mut answer, "more.token", "same".into());
            Ok(answer)
        };
        pages.next(same).expect("the first page");
        assert!(
            pages.next(same).expect_err("a circle").message(crate::exit::Manner::Legacy).contains("received twice")
        );
    }

    #[test]
    fn tokens_are_ascii() {
        assert_eq!(ascii(&"é𝄞\"".into()), r#""\u00e9\ud834\udd1e\"""#);
    }
}

//! Paged operations: the options that page, and following the pages as the AWS CLI does.

use crate::args::{Arity, OptionSpec};
use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::pages::{Next, Pager};
use opsmith_runtime::schema::{Kind, Operation, Pagination, Service, ShapeIndex, TimestampFormat};
use opsmith_runtime::visit::TypedDocument;

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

/// Whether a member of the input is one that the options stand for.
pub(crate) fn hides(pagination: Option<&Pagination<'_>>, member: &str) -> bool {
    pagination
        .is_some_and(|paged| paged.input_tokens.contains(&member) || paged.page_size == member)
}

/// Which pages are asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct PageOptions {
    start: Option<String>,
    size: Option<i64>,
    max: Option<i64>,
}

impl PageOptions {
    /// What the options say; `value` gives an option's.
    ///
    /// # Errors
    ///
    /// Numbers that are none.
    pub(crate) fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Failure> {
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

    /// What to know of the options beside their result.
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

    /// What an input that asks for one page can't be combined with.
    ///
    /// # Errors
    ///
    /// When there is any.
    pub(crate) fn refuse_beside(&self, member: &str) -> Result<(), Failure> {
        match self.given().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => Ok(()),
            given => Err(Failure::parameter(format_args!(
                "The input has {member}, so that one page is called for: {given} can't be given with it"
            ))),
        }
    }

    /// What one call for one page can't be combined with; `shadowed` tells what is also a
    /// parameter.
    ///
    /// # Errors
    ///
    /// When there is any.
    pub(crate) fn refuse(&self, shadowed: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let used: Vec<_> = self.given().filter(|option| !shadowed(option)).collect();
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

/// The pages of a result, one call each.
pub(crate) struct Pages<'a> {
    pager: Pager<'a>,
    service: &'a Service<'a>,
    output: ShapeIndex,
    parameters: Map,
    /// Items of the first page that the result does not begin with: from its end when negative.
    skipped: i64,
    /// Items that the result may still hold.
    left: Option<i64>,
    calls: usize,
    done: bool,
    /// What the first page says for all of them.
    first: Document,
    /// Where a truncated result goes on.
    resume: Option<String>,
}

impl<'a> Pages<'a> {
    /// The pages for these parameters; none for an operation without pages.
    pub(crate) fn new(
        service: &'a Service<'a>,
        operation: &Operation<'a>,
        mut parameters: Map,
        wanted: PageOptions,
    ) -> Option<Self> {
        let mut pager = Pager::new(service, operation)?;
        let Pagination {
            input_tokens,
            page_size,
            ..
        } = *pager.pagination();
        let (tokens, skipped) = wanted
            .start
            .map_or_else(Default::default, |start| parse(&start, input_tokens));
        pager.start(&tokens);
        // What else a token holds is a parameter like any other, so that a token of another
        // operation is refused.
        parameters.extend(
            tokens
                .into_iter()
                .filter(|(name, _)| !input_tokens.contains(&name.as_str())),
        );
        let size = wanted
            .size
            .zip(service.shape(operation.input?).member(page_size));
        if let Some((size, (_, member))) = size {
            let is_text = matches!(service.shape(member.target).kind, Kind::String | Kind::Enum);
            let size = if is_text {
                size.to_string().into()
            } else {
                size.into()
            };
            parameters.insert(page_size.to_owned(), size);
        }
        let output = operation.output?;
        let left = wanted.max;
        let calls = 0;
        let done = false;
        let first = Document::default();
        let resume = None;
        let mut pages = Pages {
            pager,
            service,
            output,
            parameters,
            skipped,
            left,
            calls,
            done,
            first,
            resume,
        };
        pages.ask();
        Some(pages)
    }

    /// The parameters of the call for the next page.
    pub(crate) fn parameters(&self) -> &Map {
        &self.parameters
    }

    /// Where a truncated result goes on, after its last page.
    pub(crate) fn resume(&self) -> Option<&str> {
        self.resume.as_deref()
    }

    fn items(&self) -> &'a [&'a str] {
        self.pager.pagination().items
    }

    /// The next page by a call, as `shown` makes it; none after the last.
    ///
    /// # Errors
    ///
    /// Those of the call, and a service that turns in circles.
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
        // Before it is shown, since tokens are values of their shapes: bytes among them are text in
        // what is shown.
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
            (Some(kept), _) => self.end(Some(encode(&asked, Some(kept.saturating_add(skipped))))),
            (None, Next::End) => self.end(None),
            (None, _) if self.left == Some(0) => self.end(Some(encode(self.pager.tokens(), None))),
            // Some services give the last token again and again, and nothing with it.
            (None, Next::Same) if is_empty => self.end(None),
            (None, Next::Same) => return Err(circle(self.pager.tokens())),
            (None, Next::Page) => self.ask(),
        }
        Ok(Some(page))
    }

    /// The result that all pages make: what they add to, what the first one says, and where it goes
    /// on when it is truncated.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(crate) fn whole(
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

    /// What the format text shows of a page: what the result has of it, null where the page has
    /// nothing.
    pub(crate) fn part(&mut self, page: &Document) -> Document {
        let mut part = std::mem::take(&mut self.first);
        for path in self.items() {
            set(&mut part, path, at(page, path).cloned().unwrap_or_default());
        }
        part
    }

    /// What the first page says for all of them, null where it says nothing.
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

    /// Takes from the first page what an earlier result has already: the first items, and all that
    /// grows beside them, but for numbers.
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

    /// Takes from the page the items that are too many; says then how many stay, which is a
    /// negative number where as many are taken from the end.
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
    fn ask(&mut self) {
        for (name, token) in self.pager.tokens() {
            if *token == Document::Null {
                self.parameters.shift_remove(name)
            } else {
                self.parameters.insert(name.clone(), token.clone())
            };
        }
    }
}

fn circle(tokens: &Map) -> Failure {
    let tokens = crate::output::json::compact(&Document::Map(tokens.clone()));
    Failure::general(format_args!(
        "Error during pagination: The same next token was received twice: {tokens}"
    ))
}

/// How many items a value holds; only lists and texts can be cut.
fn count(items: &Document) -> i64 {
    let count = match items {
        Document::List(list) => list.len(),
        Document::String(text) => text.chars().count(),
        _ => 0,
    };
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A part of a list or text, as Python's slices have it: negative places count from the end.
fn slice(items: &Document, from: Option<i64>, to: Option<i64>) -> Document {
    let count = count(items);
    let place = |at: i64| {
        usize::try_from(if at < 0 { at + count } else { at }.clamp(0, count)).unwrap_or(0)
    };
    let from = from.map_or(0, place);
    let length = to.map_or(usize::MAX, place).saturating_sub(from);
    match items {
        Document::List(list) => {
            Document::List(list.iter().skip(from).take(length).cloned().collect())
        }
        Document::String(text) => text
            .chars()
            .skip(from)
            .take(length)
            .collect::<String>()
            .into(),
        other => other.clone(),
    }
}

/// Adds what a page has to what pages before it had: lists, maps and texts become longer, numbers
/// are added up.
fn grow(whole: &mut Document, more: Document) {
    match (whole, more) {
        (Document::List(list), Document::List(more)) => list.extend(more),
        (Document::String(text), Document::String(more)) => text.push_str(&more),
        (Document::Integer(number), Document::Integer(more)) => {
            *number = number.saturating_add(more)
        }
        (Document::Map(map), Document::Map(more)) => {
            more.into_iter()
                .for_each(|(key, more)| grow(map.entry(key).or_default(), more));
        }
        (Document::Float(number), Document::Float(more)) => *number += more,
        (whole @ Document::Null, more) => *whole = more,
        (_, Document::Null) => {}
        // What is of another type than it should be is shown beside the items.
        (Document::List(list), more) => list.push(more),
        (whole, Document::List(more)) => {
            let first = std::mem::take(whole);
            *whole = std::iter::once(first)
                .chain(more)
                .collect::<Vec<_>>()
                .into();
        }
        _ => {}
    }
}

/// Adds what the first page says to a result.
fn complete(whole: &mut Map, first: Map) {
    for (key, value) in first {
        match (whole.get_mut(&key), value) {
            (Some(Document::Map(whole)), Document::Map(first)) => complete(whole, first),
            (Some(Document::Map(_)), Document::Null) => {}
            (_, value) => drop(whole.insert(key, value)),
        }
    }
}

/// Under which key a truncated result says where it goes on.
const NEXT_TOKEN: &str = "NextToken";

/// A result that has nothing but where it goes on.
pub(crate) fn next_token(token: Document) -> Document {
    Document::from([(NEXT_TOKEN, token)])
}

/// What a token of the AWS CLI says beside the tokens of the service: how many items of the first
/// page are skipped, and which values are bytes in base64.
const SKIPPED: &str = "boto_truncate_amount";
const ENCODED: &str = "boto_encoded_keys";

/// Reads a token of the AWS CLI's, in its form of today (base64 of JSON) or of old
/// (`token___skipped`); any other is the service's own.
fn parse(text: &str, inputs: &[&str]) -> (Map, i64) {
    let decoded = BASE64
        .decode(text)
        .ok()
        .and_then(|bytes| crate::input::json::parse(std::str::from_utf8(&bytes).ok()?).ok());
    if let Some(Document::Map(mut token)) = decoded {
        let skipped = match token.get(SKIPPED) {
            Some(&Document::Integer(skipped)) => {
                token.shift_remove(SKIPPED);
                i64::try_from(skipped).unwrap_or(if skipped < 0 { i64::MIN } else { i64::MAX })
            }
            _ => 0,
        };
        let encoded = token.shift_remove(ENCODED);
        let mut token = Document::Map(token);
        for path in encoded
            .as_ref()
            .and_then(Document::as_list)
            .unwrap_or_default()
        {
            decode(&mut token, path.as_list().unwrap_or_default());
        }
        return (token.as_map().cloned().unwrap_or_default(), skipped);
    }
    let mut parts: Vec<&str> = text.split("___").collect();
    let skipped = parts
        .last()
        .filter(|_| parts.len() == inputs.len() + 1)
        .and_then(|skipped| skipped.parse().ok());
    match skipped {
        Some(_) => drop(parts.pop()),
        None if parts.len() > inputs.len() => parts = vec![text],
        None => {}
    }
    let token = |part: &str| {
        if part == "None" {
            Document::Null
        } else {
            part.into()
        }
    };
    let tokens = inputs
        .iter()
        .zip(parts)
        .map(|(input, part)| ((*input).to_owned(), token(part)));
    (tokens.collect(), skipped.unwrap_or(0))
}

/// A token as the AWS CLI writes it.
fn encode(tokens: &Map, skipped: Option<i64>) -> String {
    let mut encoded = Vec::new();
    let mut all = Document::Map(tokens.clone());
    to_text(&mut all, &mut Vec::new(), &mut encoded);
    if let Document::Map(all) = &mut all {
        all.extend(skipped.map(|skipped| (SKIPPED.to_owned(), skipped.into())));
        all.extend(
            Some(encoded)
                .filter(|paths| !paths.is_empty())
                .map(|paths| (ENCODED.to_owned(), paths.into())),
        );
    }
    BASE64.encode(python(&all))
}

/// Makes texts of what JSON has no form for: of bytes, whose paths are added to `encoded`, and of
/// points in time.
fn to_text(value: &mut Document, path: &mut Vec<Document>, encoded: &mut Vec<Document>) {
    let mut part = |step: Document, part: &mut Document| {
        path.push(step);
        to_text(part, path, encoded);
        path.pop();
    };
    match value {
        Document::List(list) => (0_i64..)
            .zip(list)
            .for_each(|(index, item)| part(index.into(), item)),
        Document::Map(map) => map
            .iter_mut()
            .for_each(|(key, value)| part(key.as_str().into(), value)),
        Document::Blob(bytes) => {
            *value = BASE64.encode(bytes).into();
            encoded.push(path.clone().into());
        }
        Document::Timestamp(time) => *value = time.format(TimestampFormat::DateTime).into(),
        _ => {}
    }
}

/// Makes bytes of the text at a path.
fn decode(value: &mut Document, path: &[Document]) {
    match (value, path) {
        (value, []) => {
            if let Some(bytes) = value.as_str().and_then(|text| BASE64.decode(text).ok()) {
                *value = Document::Blob(bytes);
            }
        }
        (Document::Map(map), [Document::String(key), rest @ ..]) => {
            map.get_mut(key)
                .into_iter()
                .for_each(|value| decode(value, rest));
        }
        (Document::List(list), [Document::Integer(index), rest @ ..]) => {
            let item = usize::try_from(*index)
                .ok()
                .and_then(|index| list.get_mut(index));
            item.into_iter().for_each(|value| decode(value, rest));
        }
        _ => {}
    }
}

/// JSON as Python writes it.
fn python(value: &Document) -> String {
    let quoted = |value: &Document| {
        opsmith_runtime::codec::json::ascii(&crate::output::json::compact(value))
    };
    match value {
        Document::List(list) => format!(
            "[{}]",
            list.iter().map(python).collect::<Vec<_>>().join(", ")
        ),
        Document::Map(map) => {
            let members = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(&key.as_str().into()), python(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => quoted(other),
    }
}

/// The value at a path of members, dots between.
fn at<'d>(document: &'d Document, path: &str) -> Option<&'d Document> {
    path.split('.')
        .try_fold(document, |value, name| value.get(name))
}

/// Where the value at a path is; maps on the way are made.
fn place<'d>(document: &'d mut Document, path: &str) -> &'d mut Document {
    path.split('.').fold(document, |value, name| {
        if !matches!(value, Document::Map(_)) {
            *value = Document::Map(Map::new());
        }
        match value {
            Document::Map(map) => map.entry(name.to_owned()).or_default(),
            other => other,
        }
    })
}

fn set(document: &mut Document, path: &str, value: Document) {
    *place(document, path) = value;
}

/// Takes the value at a path out.
fn remove(document: &mut Document, path: &str) -> Option<Document> {
    let Document::Map(map) = document else {
        return None;
    };
    match path.split_once('.') {
        Some((name, rest)) => remove(map.get_mut(name)?, rest),
        None => map.shift_remove(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsmith_runtime::schema::{
        self, Member, OperationTrait, Shape, member, operation, paginated, structure,
    };

    static SHAPES: &[Shape<'static>] = &[
        schema::string("Text"),
        structure(
            "Input",
            &[member("next", 4), member("other", 0), member("size", 0)],
        ),
        structure("Output", OUTPUT),
        structure("More", &[member("token", 4), member("has", 6)]),
        schema::map("Key", &[member("key", 0), member("value", 5)]),
        schema::blob("Bytes"),
        schema::boolean("Boolean"),
        schema::list("Items", &[member("member", 7)]),
        schema::integer("Number"),
    ];
    static OUTPUT: &[Member<'static>] = &[
        member("items", 7),
        member("others", 7),
        member("count", 8),
        member("name", 0),
        member("more", 3),
        member("other", 0),
    ];
    static PAGED: &[OperationTrait<'static>] = &[OperationTrait::Paginated(
        paginated(
            &["next", "other"],
            &["more.token", "other"],
            &["items", "others", "count"],
            "size",
        )
        .more("more.has")
        .first_page(&["name", "missing.part"]),
    )];
    static OPERATIONS: &[Operation<'static>] = &[operation("List", Some(1), Some(2)).with(PAGED)];
    static SERVICE: Service<'static> = Service {
        operations: OPERATIONS,
        shapes: SHAPES,
        ..Service::NONE
    };

    fn pages(wanted: PageOptions) -> Pages<'static> {
        let parameters = Map::from_iter([("kept".to_owned(), "k".into())]);
        Pages::new(&SERVICE, &OPERATIONS[0], parameters, wanted).expect("pages")
    }

    /// Three pages of three items, whose tokens are maps of bytes.
    fn answer(parameters: &Map) -> Result<Document, Failure> {
        let page: i64 = match parameters.get("next").and_then(|token| token.get("k")) {
            Some(Document::Blob(bytes)) => bytes[0].into(),
            None => 0,
            Some(other) => panic!("{other:?} is no token"),
        };
        let items: Vec<Document> = (page * 3..page * 3 + 3).map(Document::from).collect();
        let token = Document::from([(
            "k",
            Document::Blob(vec![u8::try_from(page).expect("a page") + 1]),
        )]);
        Ok(Document::from([
            ("items", items.clone().into()),
            ("others", items.into()),
            ("count", 3_i64.into()),
            ("name", format!("page {page}").into()),
            (
                "more",
                Document::from([("token", token), ("has", (page < 2).into())]),
            ),
        ]))
    }

    fn whole(wanted: PageOptions) -> String {
        let mut whole = pages(wanted)
            .whole(answer, |answer| answer)
            .expect("a result");
        if let Document::Map(map) = &mut whole
            && let Some(token) = map.get_mut(NEXT_TOKEN)
        {
            let text = BASE64
                .decode(token.as_str().expect("text"))
                .expect("base64");
            *token = String::from_utf8(text).expect("text").into();
        }
        crate::output::json::compact(&whole).replace('\\', "")
    }

    fn from(start: &str, max: i64) -> PageOptions {
        PageOptions {
            start: Some(start.to_owned()),
            size: None,
            max: Some(max),
        }
    }

    fn max(max: i64) -> PageOptions {
        PageOptions {
            max: Some(max),
            ..PageOptions::default()
        }
    }

    const FIRST: &str = r#""name":"page 0","missing":{"part":null}"#;

    #[test]
    fn pages_add_up_to_a_result() {
        let all = "[0,1,2,3,4,5,6,7,8]";
        let expected = format!(r#"{{"items":{all},"others":{all},"count":9,{FIRST}}}"#);
        assert_eq!(whole(PageOptions::default()), expected);
        assert_eq!(whole(max(99)), expected);
    }

    #[test]
    fn a_maximum_truncates_and_says_where_to_go_on() {
        let page = r#""next": {"k": "AQ=="}, "other": null"#;
        let bytes = r#""boto_encoded_keys": [["next", "k"]]"#;
        let four = format!(
            r#"{{"items":[0,1,2,3],"others":[0,1,2,3,4,5],"count":6,{FIRST},"NextToken":"{{{page}, "boto_truncate_amount": 1, {bytes}}}"}}"#
        );
        assert_eq!(whole(max(4)), four);
        let three = format!(
            r#"{{"items":[0,1,2],"others":[0,1,2],"count":3,{FIRST},"NextToken":"{{{page}, {bytes}}}"}}"#
        );
        assert_eq!(whole(max(3)), three);
        for (most, items, amount) in [(2, "[0,1]", 2), (0, "[]", 0), (-1, "[0,1]", -1)] {
            let none =
                format!(r#"{{"next": null, "other": null, "boto_truncate_amount": {amount}}}"#);
            let expected = format!(
                r#"{{"items":{items},"others":[0,1,2],"count":3,{FIRST},"NextToken":"{none}"}}"#
            );
            assert_eq!(whole(max(most)), expected);
        }
    }

    #[test]
    fn a_result_goes_on_where_another_ended() {
        let start = encode(
            &answer(&Map::new())
                .expect("a page")
                .get("more")
                .map_or_else(Map::new, |more| {
                    Map::from_iter([(
                        "next".to_owned(),
                        more.get("token").cloned().unwrap_or_default(),
                    )])
                }),
            Some(1),
        );
        let cut = whole(from(&start, 1));
        assert!(
            cut.starts_with(r#"{"items":[4],"others":[],"count":3,"name":"page 1""#),
            "{cut}"
        );
        assert!(
            cut.contains(r#""boto_truncate_amount": 2, "boto_encoded_keys""#),
            "{cut}"
        );
        assert!(
            whole(from("None___None___1", 9))
                .starts_with(r#"{"items":[1,2,3,4,5,6,7,8],"others":[3,4,5,6,7,8],"count":9"#)
        );
    }

    #[test]
    fn tokens_have_several_forms() {
        let tokens = |text: &str, inputs: &[&str]| {
            let (tokens, skipped) = parse(text, inputs);
            format!(
                "{} {skipped}",
                crate::output::json::compact(&Document::Map(tokens))
            )
        };
        assert_eq!(tokens("token", &["a"]), r#"{"a":"token"} 0"#);
        assert_eq!(tokens("tok___1", &["a"]), r#"{"a":"tok"} 1"#);
        assert_eq!(tokens("x___y", &["a"]), r#"{"a":"x___y"} 0"#);
        assert_eq!(
            tokens("x___None___3", &["a", "b"]),
            r#"{"a":"x","b":null} 3"#
        );
        assert_eq!(tokens("x", &["a", "b"]), r#"{"a":"x"} 0"#);
        assert_eq!(
            tokens(
                &BASE64.encode(r#"{"a": "é", "boto_truncate_amount": -1}"#),
                &["a"]
            ),
            r#"{"a":"é"} -1"#
        );
        assert_eq!(tokens(&BASE64.encode("[1]"), &["a"]), r#"{"a":"WzFd"} 0"#);
        let skipped = |skipped: &str| {
            tokens(
                &BASE64.encode(format!(r#"{{"boto_truncate_amount":{skipped}}}"#)),
                &["a"],
            )
        };
        assert_eq!(
            skipped("99999999999999999999"),
            format!("{{}} {}", i64::MAX)
        );
        assert_eq!(
            skipped("-99999999999999999999"),
            format!("{{}} {}", i64::MIN)
        );
        assert_eq!(skipped("1.5"), r#"{"boto_truncate_amount":1.5} 0"#);
    }

    #[test]
    fn what_a_token_holds_beside_tokens_is_a_parameter() {
        let token =
            BASE64.encode(r#"{"next": null, "of-another": 1, "boto_truncate_amount": "x"}"#);
        let pages = pages(PageOptions {
            start: Some(token),
            ..PageOptions::default()
        });
        let parameters = crate::output::json::compact(&Document::Map(pages.parameters().clone()));
        assert_eq!(
            parameters,
            r#"{"kept":"k","of-another":1,"boto_truncate_amount":"x"}"#
        );
    }

    #[test]
    fn amounts_of_tokens_and_options_may_be_of_any_size() {
        for (skipped, max, items) in [
            (i64::MIN, -1, "0,1"),
            (i64::MIN, i64::MIN, ""),
            (-1, i64::MIN, ""),
            (i64::MAX, i64::MIN, ""),
            (i64::MAX, 1, "3"),
        ] {
            let token = BASE64.encode(format!(r#"{{"boto_truncate_amount":{skipped}}}"#));
            let cut = whole(from(&token, max));
            assert!(
                cut.starts_with(&format!(r#"{{"items":[{items}]"#)),
                "{skipped} {max}: {cut}"
            );
        }
    }

    #[test]
    fn circles_are_an_error_unless_nothing_comes_with_them() {
        let run = |items: &str| {
            let page =
                format!(r#"{{"items":{items},"more":{{"token":{{"k":"AQ=="}},"has":true}}}}"#);
            let mut pages = pages(PageOptions::default());
            let call = |_: &Map| Ok(crate::input::json::parse(&page).expect("JSON"));
            pages.next(call, |page| page).expect("the first page");
            pages.next(call, |page| page).map(|page| page.is_some())
        };
        let error = run("[1]").expect_err("a circle").text;
        assert!(
            error.contains("The same next token was received twice"),
            "{error}"
        );
        assert!(run("[]").expect("the last page"));
    }

    #[test]
    fn maps_grow_with_the_pages() {
        let json = |text: &str| crate::input::json::parse(text).expect("JSON");
        let mut whole = json(r#"{"a":[1],"b":"x","c":1}"#);
        grow(&mut whole, json(r#"{"a":[2],"b":"y","c":2,"d.e":true}"#));
        assert_eq!(
            crate::output::json::compact(&whole),
            r#"{"a":[1,2],"b":"xy","c":3,"d.e":true}"#
        );
    }

    #[test]
    fn pages_of_other_types_lose_nothing() {
        for (first, second, both) in [
            ("[1]", r#""x""#, r#"[1,"x"]"#),
            (r#""x""#, "[1]", r#"["x",1]"#),
            (r#"{"a":1}"#, "[1]", r#"[{"a":1},1]"#),
            ("[1]", "null", "[1]"),
            ("1.5", "2.0", "3.5"),
        ] {
            let mut whole = crate::input::json::parse(first).expect("JSON");
            grow(&mut whole, crate::input::json::parse(second).expect("JSON"));
            assert_eq!(crate::output::json::compact(&whole), both);
        }
    }

    #[test]
    fn tokens_are_ascii() {
        assert_eq!(
            python(&Document::from([(
                "é𝄞\"",
                Document::List(vec![1_i64.into(), Document::Null])
            )])),
            r#"{"\u00e9\ud834\udd1e\"": [1, null]}"#
        );
    }
}

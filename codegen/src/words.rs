//! Traits in words, for explanations and differences.

use opsmith_schema::{Auth, Delay, Fixed, HttpChecksum, Pagination, Trait, Value, Waiter};

/// What a trait says: labels with values, one for each part that has a name. Marks have no value.
pub(crate) fn of_trait(found: &Trait<'_>) -> Vec<(String, String)> {
    let label = found.kind().entry().label;
    let one = |value: String| vec![(label.to_owned(), value)];
    let named = |name: &str, value: String| (format!("{label} {name}"), value);
    match found.value() {
        Value::Mark => one(String::new()),
        Value::Text(text) => one(text.to_owned()),
        Value::Boolean(true) => one("yes".to_owned()),
        Value::Boolean(false) => one("no".to_owned()),
        Value::Status(status) => one(status.to_string()),
        Value::Choice(choice) => one(choice.word.to_owned()),
        Value::Texts(texts) => one(texts.join(", ")),
        Value::AuthSchemes(schemes) => one(auth(schemes)),
        Value::Parameters(parameters) => parameters
            .iter()
            .map(|(name, value)| named(name, fixed(value)))
            .collect(),
        Value::Paths(paths) => paths
            .iter()
            .map(|(name, path)| named(name, format!("from the input, {path:?}")))
            .collect(),
        Value::Headers(headers) => headers
            .iter()
            .map(|(name, value)| named(name, (*value).to_owned()))
            .collect(),
        Value::Pagination(pagination) => one(pages(pagination)),
        Value::Waiters(waiters) => waiters
            .iter()
            .map(|found| named(found.name, waiter(found)))
            .collect(),
        Value::Http(http) => one(format!("{} {}", http.method, http.uri)),
        Value::HttpChecksum(checksum) => one(checksums(checksum)),
        Value::XmlNamespace(namespace) => one(namespace.uri.to_owned()),
        Value::PresignedParameter(parameter) => one(format!(
            "{} is the call in the region of {}",
            parameter.url, parameter.source
        )),
    }
}

fn auth(schemes: &[Auth<'_>]) -> String {
    if schemes.is_empty() {
        return "none".to_owned();
    }
    let names = schemes.iter().map(|scheme| match scheme {
        Auth::SigV4 => "SigV4",
        Auth::SigV4A => "SigV4a",
        Auth::HttpBearerAuth => "bearer token",
        Auth::Other(id) => id,
    });
    names.collect::<Vec<_>>().join(", ")
}

fn checksums(checksum: &HttpChecksum<'_>) -> String {
    let HttpChecksum {
        required,
        algorithm,
        mode,
        response,
    } = checksum;
    let mut parts = Vec::new();
    if *required {
        parts.push("required of requests".to_owned());
    }
    if !algorithm.is_empty() {
        parts.push(format!("{algorithm} names the algorithm of a request"));
    }
    if !response.is_empty() {
        parts.push(format!("answers may have {}", response.join(", ")));
    }
    if !mode.is_empty() {
        parts.push(format!("{mode} asks for them"));
    }
    parts.join("; ")
}

fn fixed(value: &Fixed<'_>) -> String {
    match value {
        Fixed::Text(text) => (*text).to_owned(),
        Fixed::Boolean(value) => value.to_string(),
        Fixed::List(texts) => texts.join(", "),
    }
}

fn pages(pagination: &Pagination<'_>) -> String {
    let Pagination {
        input_tokens,
        output_tokens,
        items,
        page_size,
        more,
        first_page,
    } = pagination;
    let mut text = format!(
        "{} of an output goes to {} of the next request; items are in {}",
        output_tokens.join(", "),
        input_tokens.join(", "),
        items.join(", ")
    );
    let rest = [
        ("pages are limited by", *page_size),
        ("more pages follow where it is true:", *more),
        ("as on the first page:", &first_page.join(", ")),
    ];
    for (about, names) in rest.into_iter().filter(|(_, names)| !names.is_empty()) {
        text.push_str(&format!("; {about} {names}"));
    }
    text
}

fn waiter(waiter: &Waiter<'_>) -> String {
    let Waiter {
        name: _,
        delay,
        attempts,
        acceptors,
    } = waiter;
    let delay = match delay {
        Delay::Fixed(delay) => delay.to_string(),
        Delay::Backoff(least, most) => format!("{least} to {most}"),
    };
    let calls = match attempts {
        0 => String::new(),
        most => format!(", {most} calls at most"),
    };
    let mut text = format!("every {delay} s{calls}");
    for acceptor in *acceptors {
        text.push_str(&format!("; {}: {:?}", acceptor.0.word(), acceptor.1));
    }
    text
}

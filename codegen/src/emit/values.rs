//! Traits and their values as Rust.

use crate::rust::Ident;
use opsmith_schema::{
    Acceptor, Auth, Delay, Expected, Fixed, Http, HttpChecksum, Matcher, Pagination,
    PresignedParameter, Step, Trait, Value, Waiter, XmlNamespace,
};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use std::fmt::Debug;

/// The call that sets a list of traits; nothing for an empty list.
pub(super) fn of_traits(traits: &[Trait<'_>]) -> Option<TokenStream> {
    let found = traits.iter().map(of_trait);
    (!traits.is_empty()).then(|| quote! { .with(&[#(#found),*]) })
}

pub(super) fn of_trait(found: &Trait<'_>) -> TokenStream {
    let kind = variant(&found.kind());
    match value(found.value()) {
        None => quote! { Trait::#kind },
        Some(value) => quote! { Trait::#kind(#value) },
    }
}

/// The name of a variant without fields.
pub(super) fn variant(value: &impl Debug) -> Ident {
    Ident::new(&format!("{value:?}"))
}

fn value(value: Value<'_>) -> Option<TokenStream> {
    Some(match value {
        Value::Mark => return None,
        Value::Text(text) => text.to_token_stream(),
        Value::Boolean(value) => value.to_token_stream(),
        Value::Status(status) => Literal::u16_unsuffixed(status).to_token_stream(),
        Value::Choice(choice) => path(choice.path),
        Value::Texts(texts) => list(texts, |text| text.to_token_stream()),
        Value::AuthSchemes(schemes) => list(schemes, scheme),
        Value::Parameters(parameters) => list(parameters, |(name, value)| {
            let value = fixed(value);
            quote! { (#name, #value) }
        }),
        Value::Paths(paths) => list(paths, |(name, path)| {
            let path = list(path, step);
            quote! { (#name, #path) }
        }),
        Value::Headers(headers) => list(headers, |(name, value)| quote! { (#name, #value) }),
        Value::Pagination(pagination) => {
            let pagination = paginated(pagination);
            quote! { &#pagination }
        }
        Value::Waiters(waiters) => list(waiters, waiter),
        Value::Http(Http { method, uri, code }) => {
            let code = Literal::u16_unsuffixed(*code);
            quote! { &http(#method, #uri, #code) }
        }
        Value::HttpChecksum(HttpChecksum {
            required,
            algorithm,
            mode,
            response,
        }) => {
            let response = list(response, |text| text.to_token_stream());
            quote! { &http_checksum(#required, #algorithm, #mode, #response) }
        }
        Value::XmlNamespace(XmlNamespace { uri, prefix }) => {
            quote! { &xml_namespace(#uri, #prefix) }
        }
        Value::PresignedParameter(parameter) => {
            let PresignedParameter {
                url,
                source,
                destination,
                sends_regions,
            } = parameter;
            quote! { &presigned_parameter(#url, #source, #destination, #sends_regions) }
        }
    })
}

/// `Enum::Variant`
fn path(path: &str) -> TokenStream {
    let names = path.split("::").map(Ident::new);
    quote! { #(#names)::* }
}

fn list<T>(items: &[T], item: impl Fn(&T) -> TokenStream) -> TokenStream {
    let items = items.iter().map(item);
    quote! { &[#(#items),*] }
}

fn scheme(scheme: &Auth<'_>) -> TokenStream {
    match scheme {
        Auth::Other(id) => quote! { Auth::Other(#id) },
        Auth::SigV4 | Auth::SigV4A | Auth::HttpBearerAuth => {
            let scheme = variant(scheme);
            quote! { Auth::#scheme }
        }
    }
}

fn fixed(value: &Fixed<'_>) -> TokenStream {
    match value {
        Fixed::Text(text) => quote! { Fixed::Text(#text) },
        Fixed::Boolean(value) => quote! { Fixed::Boolean(#value) },
        Fixed::List(texts) => quote! { Fixed::List(&[#(#texts),*]) },
    }
}

fn step(step: &Step<'_>) -> TokenStream {
    match step {
        Step::Member(name) => quote! { Step::Member(#name) },
        Step::Each => quote! { Step::Each },
        Step::Flatten => quote! { Step::Flatten },
        Step::Several(paths) => {
            let paths = list(paths, |path| list(path, self::step));
            quote! { Step::Several(#paths) }
        }
        Step::Keys => quote! { Step::Keys },
    }
}

fn paginated(pagination: &Pagination<'_>) -> TokenStream {
    let Pagination {
        input_tokens,
        output_tokens,
        items,
        page_size,
        more,
        first_page,
    } = pagination;
    let more = (!more.is_empty()).then(|| quote! { .more(#more) });
    let first_page = (!first_page.is_empty()).then(|| quote! { .first_page(&[#(#first_page),*]) });
    quote! {
        paginated(&[#(#input_tokens),*], &[#(#output_tokens),*], &[#(#items),*], #page_size)
            #more #first_page
    }
}

fn waiter(waiter: &Waiter<'_>) -> TokenStream {
    let Waiter {
        name,
        delay,
        attempts,
        acceptors,
    } = waiter;
    let plain = |number: u32| Literal::u32_unsuffixed(number);
    let delay = match delay {
        Delay::Fixed(delay) => {
            let delay = plain(*delay);
            quote! { Delay::Fixed(#delay) }
        }
        Delay::Backoff(least, most) => {
            let [least, most] = [*least, *most].map(plain);
            quote! { Delay::Backoff(#least, #most) }
        }
    };
    let attempts = plain(*attempts);
    let acceptors = list(acceptors, acceptor);
    quote! { waiter(#name, #delay, #attempts, #acceptors) }
}

fn acceptor(Acceptor(outcome, matcher): &Acceptor<'_>) -> TokenStream {
    let outcome = variant(outcome);
    let matcher = match matcher {
        Matcher::Success(success) => quote! { Success(#success) },
        Matcher::ErrorType(code) => quote! { ErrorType(#code) },
        Matcher::Status(status) => {
            let status = Literal::u16_unsuffixed(*status);
            quote! { Status(#status) }
        }
        Matcher::Output(path, comparator, value) => {
            let [comparator, value] = [variant(comparator).to_token_stream(), expected(value)];
            quote! { Output(#path, Comparator::#comparator, #value) }
        }
        Matcher::InputOutput(path, comparator, value) => {
            let [comparator, value] = [variant(comparator).to_token_stream(), expected(value)];
            quote! { InputOutput(#path, Comparator::#comparator, #value) }
        }
    };
    quote! { Acceptor(Outcome::#outcome, Matcher::#matcher) }
}

fn expected(value: &Expected<'_>) -> TokenStream {
    match value {
        Expected::Boolean(value) => quote! { Expected::Boolean(#value) },
        Expected::Number(value) => {
            let value = number(*value);
            quote! { Expected::Number(#value) }
        }
        Expected::Text(text) => quote! { Expected::Text(#text) },
    }
}

/// A number as it is written by hand: `1.0`, `-1.0`.
pub(super) fn number(number: f64) -> TokenStream {
    let minus = number.is_sign_negative().then(|| quote! { - });
    let digits = Literal::f64_unsuffixed(number.abs());
    quote! { #minus #digits }
}

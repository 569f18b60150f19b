//! `schema.rs`: the service as data.

use crate::ir::{
    Acceptor, Auth, Delay, Expected, Fixed, Kind, Matcher, Member, Operation, OperationTrait,
    Pagination, Service, ServiceTrait, Shape, Step, Trait, Waiter,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

pub(crate) fn items(service: &Service) -> TokenStream {
    let names = service.shapes.iter().map(|shape| &shape.rust);
    let operations = service
        .operations
        .iter()
        .map(|operation| operation_row(service, operation));
    let shapes = service.shapes.iter().map(|shape| shape_row(service, shape));
    let root = root(service);
    // An enum without variants has no representation to choose.
    let repr = (!service.shapes.is_empty()).then(|| quote! { #[repr(u32)] });
    quote! {
        use super::endpoints::RULES;
        use opsmith_runtime::schema::*;

        #root

        #[doc = " The index of each shape in the schema."]
        #[doc(hidden)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #repr
        pub enum Shapes { #(#names),* }

        static OPERATIONS: &[Operation<'static>] = &[#(#operations),*];

        static SHAPES: &[Shape<'static>] = &[#(#shapes),*];
    }
}

fn root(service: &Service) -> TokenStream {
    let Service {
        id,
        sdk_id,
        title,
        version,
        source,
        command,
        signing_name,
        target_prefix,
        ..
    } = service;
    let protocols = service
        .protocols
        .iter()
        .map(|name| crate::lower::ident(name));
    let protocol = crate::lower::ident(service.protocol);
    let traits = service.traits.iter().map(service_trait);
    quote! {
        #[doc = " The service."]
        pub static SERVICE: Service<'static> = Service {
            id: #id,
            sdk_id: #sdk_id,
            title: #title,
            version: #version,
            source: #source,
            command: #command,
            signing_name: #signing_name,
            target_prefix: #target_prefix,
            protocols: &[#(Protocol::#protocols),*],
            protocol: Protocol::#protocol,
            operations: OPERATIONS,
            shapes: SHAPES,
            endpoint: RULES,
            traits: &[#(ServiceTrait::#traits),*],
        };
    }
}

fn service_trait(found: &ServiceTrait) -> TokenStream {
    match found {
        ServiceTrait::Auth(schemes) => {
            let schemes = schemes.iter().map(auth);
            quote! { Auth(&[#(#schemes),*]) }
        }
        ServiceTrait::QueryCompatible => quote! { QueryCompatible },
        ServiceTrait::EndpointDiscovery(operation) => quote! { EndpointDiscovery(#operation) },
    }
}

fn auth(scheme: &Auth) -> TokenStream {
    match scheme {
        Auth::SigV4 => quote! { Auth::SigV4 },
        Auth::Other(id) => quote! { Auth::Other(#id) },
    }
}

fn fixed(value: &Fixed) -> TokenStream {
    match value {
        Fixed::Text(text) => quote! { Fixed::Text(#text) },
        Fixed::Boolean(value) => quote! { Fixed::Boolean(#value) },
        Fixed::List(texts) => quote! { Fixed::List(&[#(#texts),*]) },
    }
}

fn steps(path: &[Step]) -> TokenStream {
    let steps = path.iter().map(|step| match step {
        Step::Member(name) => quote! { Step::Member(#name) },
        Step::Each => quote! { Step::Each },
        Step::Flatten => quote! { Step::Flatten },
        Step::Several(paths) => {
            let paths = paths.iter().map(|path| steps(path));
            quote! { Step::Several(&[#(#paths),*]) }
        }
        Step::Keys => quote! { Step::Keys },
    });
    quote! { &[#(#steps),*] }
}

fn operation_row(service: &Service, operation: &Operation) -> TokenStream {
    let index = |at: Option<usize>| match at.and_then(|at| at_shape(service, at)) {
        Some(at) => quote! { Some(#at) },
        None => quote! { None },
    };
    let name = &operation.name;
    let input = index(operation.input);
    let output = index(operation.output);
    let errors: Vec<_> = operation
        .errors
        .iter()
        .filter_map(|error| at_shape(service, *error))
        .collect();
    let errors = (!errors.is_empty()).then(|| quote! { .errors(&[#(#errors),*]) });
    let traits: Vec<_> = operation.traits.iter().map(operation_trait).collect();
    let traits = (!traits.is_empty()).then(|| quote! { .with(&[#(OperationTrait::#traits),*]) });
    quote! { operation(#name, #input, #output) #errors #traits }
}

fn operation_trait(found: &OperationTrait) -> TokenStream {
    match found {
        OperationTrait::HostPrefix(prefix) => quote! { HostPrefix(#prefix) },
        OperationTrait::Paginated(pagination) => {
            let pagination = paginated(pagination);
            quote! { Paginated(#pagination) }
        }
        OperationTrait::Unpaged(reason) => quote! { Unpaged(#reason) },
        OperationTrait::Unsigned => quote! { Unsigned },
        OperationTrait::Auth(schemes) => {
            let schemes = schemes.iter().map(auth);
            quote! { Auth(&[#(#schemes),*]) }
        }
        OperationTrait::Deprecated(message) => quote! { Deprecated(#message) },
        OperationTrait::EndpointParameter(name, value) => {
            let value = fixed(value);
            quote! { EndpointParameter(#name, #value) }
        }
        OperationTrait::EndpointPath(name, path) => {
            let path = steps(path);
            quote! { EndpointPath(#name, #path) }
        }
        OperationTrait::DiscoveredEndpoint(required) => quote! { DiscoveredEndpoint(#required) },
        OperationTrait::Waiter(Waiter {
            name,
            delay,
            attempts,
            acceptors,
            ..
        }) => {
            let acceptors = acceptors.iter().map(acceptor);
            let attempts = plain(*attempts);
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
            quote! { Waiter(waiter(#name, #delay, #attempts, &[#(#acceptors),*])) }
        }
    }
}

fn paginated(pagination: &Pagination) -> TokenStream {
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
        paginated(&[#(#input_tokens),*], &[#(#output_tokens),*], &[#(#items),*], #page_size) #more #first_page
    }
}

/// A number without its type.
fn plain(number: u32) -> Literal {
    Literal::u32_unsuffixed(number)
}

fn acceptor(Acceptor { outcome, matcher }: &Acceptor) -> TokenStream {
    let outcome = crate::lower::ident(outcome);
    let matcher = match matcher {
        Matcher::Success(success) => quote! { Success(#success) },
        Matcher::ErrorType(code) => quote! { ErrorType(#code) },
        Matcher::Status(status) => {
            let status = plain((*status).into());
            quote! { Status(#status) }
        }
        Matcher::Path {
            input,
            path,
            comparator,
            expected,
        } => {
            let which = crate::lower::ident(if *input { "InputOutput" } else { "Output" });
            let comparator = crate::lower::ident(comparator);
            let expected = match expected {
                Expected::Boolean(value) => quote! { Boolean(#value) },
                Expected::Number(value) => {
                    let value = number(*value);
                    quote! { Number(#value) }
                }
                Expected::Text(text) => quote! { Text(#text) },
            };
            quote! { #which(#path, Comparator::#comparator, Expected::#expected) }
        }
    };
    quote! { Acceptor(Outcome::#outcome, Matcher::#matcher) }
}

fn shape_row(service: &Service, shape: &Shape) -> TokenStream {
    let name = &shape.name;
    let members = shape
        .members
        .iter()
        .map(|member| member_row(service, member));
    let values = shape.values.iter().map(|value| &value.value);
    let constructor = match shape.kind {
        Kind::Enum => quote! { enumeration(#name, &[#(#values),*]) },
        Kind::List => quote! { list(#name, &[#(#members),*]) },
        Kind::Map => quote! { map(#name, &[#(#members),*]) },
        Kind::Structure => quote! { structure(#name, &[#(#members),*]) },
        Kind::Union => quote! { union(#name, &[#(#members),*]) },
        simple => {
            let constructor = simple_constructor(simple);
            quote! { #constructor(#name) }
        }
    };
    let bound = |word: &str, bound: Option<f64>| {
        let word = crate::lower::ident(word);
        bound.map(number).map(|bound| quote! { .#word(#bound) })
    };
    let min = bound("min", shape.min);
    let max = bound("max", shape.max);
    let flags = [("SENSITIVE", shape.sensitive), ("SPARSE", shape.sparse)];
    let flags = flag_calls(
        flags
            .into_iter()
            .filter(|(_, set)| *set)
            .map(|(flag, _)| flag),
    );
    let traits = trait_calls(&shape.traits);
    quote! { #constructor #min #max #flags #traits }
}

/// A number as it is written by hand: `1.0`, `-1.0`.
fn number(number: f64) -> TokenStream {
    let minus = number.is_sign_negative().then(|| quote! { - });
    let digits = proc_macro2::Literal::f64_unsuffixed(number.abs());
    quote! { #minus #digits }
}

fn simple_constructor(kind: Kind) -> Ident {
    crate::lower::ident(match kind {
        Kind::Blob => "blob",
        Kind::Boolean => "boolean",
        Kind::Byte => "byte",
        Kind::Short => "short",
        Kind::Integer => "integer",
        Kind::Long => "long",
        Kind::BigInteger => "big_integer",
        Kind::Float | Kind::Double => "float",
        Kind::Timestamp => "timestamp",
        Kind::Document => "document",
        Kind::String | Kind::Enum | Kind::List | Kind::Map | Kind::Structure | Kind::Union => {
            "string"
        }
    })
}

fn member_row(service: &Service, member: &Member) -> TokenStream {
    let name = &member.name;
    let target = at_shape(service, member.target);
    let required = member.required.then(|| quote! { .required() });
    let flags = flag_calls(member.flags.iter().copied());
    let traits = trait_calls(&member.traits);
    quote! { member(#name, #target) #required #flags #traits }
}

fn flag_calls<'a>(flags: impl Iterator<Item = &'a str>) -> TokenStream {
    let calls = flags.map(|flag| match flag {
        "SENSITIVE" => quote! { .sensitive() },
        flag => {
            let flag = crate::lower::ident(flag);
            quote! { .flags(flag::#flag) }
        }
    });
    quote! { #(#calls)* }
}

fn trait_calls(traits: &[Trait]) -> Option<TokenStream> {
    let rows = traits.iter().map(|found| match found {
        Trait::Pattern(pattern) => quote! { Pattern(#pattern) },
        Trait::JsonName(name) => quote! { JsonName(#name) },
        Trait::TimestampFormat(format) => {
            let format = crate::lower::ident(format);
            quote! { TimestampFormat(TimestampFormat::#format) }
        }
        Trait::Error { server, status, retryable, throttling } => {
            quote! { Error(ErrorTrait { server: #server, status: #status, retryable: #retryable, throttling: #throttling }) }
        }
        Trait::ErrorCode(code) => quote! { ErrorCode(#code) },
        Trait::EndpointParameter(name) => quote! { EndpointParameter(#name) },
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| quote! { .with(&[#(Trait::#rows),*]) })
}

/// The expression for a shape's index.
fn at_shape(service: &Service, at: usize) -> Option<TokenStream> {
    service.shapes.get(at).map(|shape| {
        let name = &shape.rust;
        quote! { Shapes::#name as _ }
    })
}

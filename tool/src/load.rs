//! Rows made at run time, of a model that nothing was compiled from. They live as long as the
//! process, which runs one command.

use opsmith_codegen::ir;
use opsmith_runtime::schema::commands::{Change, Command, Commands, Form, Hoist};
use opsmith_runtime::schema::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};
use opsmith_runtime::schema::{
    self, Acceptor, Auth, Comparator, Delay, ErrorTrait, Expected, Fixed, Kind, Matcher, Member,
    Operation, OperationTrait, Outcome, Protocol, Service, ServiceTrait, Shape, ShapeIndex, Step,
    Trait,
};

/// The rows of a service.
pub(crate) fn commands(service: &ir::Service) -> &'static Commands<'static> {
    let rows = Service {
        id: text(&service.id),
        sdk_id: text(&service.sdk_id),
        title: text(&service.title),
        version: text(&service.version),
        source: text(&service.source),
        command: text(&service.command),
        signing_name: text(&service.signing_name),
        target_prefix: text(&service.target_prefix),
        protocols: list(service.protocols.iter().map(|name| protocol(name))),
        protocol: protocol(service.protocol),
        operations: list(service.operations.iter().map(operation)),
        shapes: list(service.shapes.iter().map(shape)),
        endpoint: RuleSet {
            parameters: list(service.endpoint.parameters.iter().map(
                |ir::Parameter {
                     name,
                     built_in,
                     default,
                 }| {
                    Parameter(text(name), text(built_in), default.as_ref().map(expression))
                },
            )),
            rules: list(service.endpoint.rules.iter().map(rule)),
        },
        traits: list(service.traits.iter().map(|found| match found {
            ir::ServiceTrait::Auth(schemes) => ServiceTrait::Auth(list(schemes.iter().map(auth))),
            ir::ServiceTrait::QueryCompatible => ServiceTrait::QueryCompatible,
            ir::ServiceTrait::EndpointDiscovery(operation) => {
                ServiceTrait::EndpointDiscovery(text(operation))
            }
        })),
    };
    let commands = service.operations.iter().map(|operation| Command {
        name: text(&operation.command),
        options: texts(&operation.options),
        changes: list(operation.changes.iter().map(change)),
        waiters: list(operation.waiters().map(|waiter| text(&waiter.command))),
    });
    let docs = service
        .docs_by_id()
        .into_iter()
        .map(|(id, docs)| (text(&id), text(docs)));
    let commands = list(commands);
    let missing = pairs(&service.missing);
    let docs = list(docs);
    Box::leak(Box::new(Commands {
        service: Box::leak(Box::new(rows)),
        commands,
        missing,
        docs,
    }))
}

fn change(change: &ir::Change) -> Change<'static> {
    match change {
        ir::Change::Mark("Removed") => Change::Removed,
        ir::Change::Mark(_) => Change::Hidden,
        ir::Change::One(kind, name) => match *kind {
            "Word" => Change::Word(text(name)),
            "Unlisted" => Change::Unlisted(text(name)),
            "Optional" => Change::Optional(text(name)),
            "SinglePage" => Change::SinglePage(text(name)),
            _ => Change::Bare(text(name)),
        },
        ir::Change::Two(kind, option, other) => match *kind {
            "Alias" => Change::Alias(text(option), text(other)),
            "Negative" => Change::Negative(text(option), text(other)),
            _ => Change::Missing(text(option), text(other)),
        },
        ir::Change::Hoist(hoist) => Change::Hoist(hoisted(hoist)),
    }
}

fn hoisted(hoist: &ir::Hoist) -> Hoist<'static> {
    let form = match &hoist.pairs {
        _ if !hoist.flag.is_empty() => Form::Flag(texts(&hoist.flag)),
        Some(between) => Form::Pairs(text(between)),
        None => Form::Value,
    };
    Hoist {
        option: text(&hoist.option),
        path: texts(&hoist.path),
        form,
        required: hoist.required,
        alone: hoist.alone,
        beside: pairs(&hoist.beside),
        needs: texts(&hoist.needs),
        excludes: texts(&hoist.excludes),
    }
}

fn pairs(pairs: &[(String, String)]) -> &'static [(&'static str, &'static str)] {
    list(pairs.iter().map(|(name, value)| (text(name), text(value))))
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn list<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(items.collect())
}

/// Positions in the lowered service are positions in the rows; a model has fewer shapes than an
/// index can count.
fn ix(position: usize) -> ShapeIndex {
    ShapeIndex::try_from(position).unwrap_or(ShapeIndex::MAX)
}

fn protocol(name: &str) -> Protocol {
    match name {
        "AwsJson1_1" => Protocol::AwsJson1_1,
        "RestJson1" => Protocol::RestJson1,
        "RestXml" => Protocol::RestXml,
        "AwsQuery" => Protocol::AwsQuery,
        "Ec2Query" => Protocol::Ec2Query,
        "RpcV2Cbor" => Protocol::RpcV2Cbor,
        _ => Protocol::AwsJson1_0,
    }
}

fn acceptor(ir::Acceptor { outcome, matcher }: &ir::Acceptor) -> Acceptor<'static> {
    let outcome = match *outcome {
        "Success" => Outcome::Success,
        "Failure" => Outcome::Failure,
        _ => Outcome::Retry,
    };
    let matcher = match matcher {
        ir::Matcher::Success(success) => Matcher::Success(*success),
        ir::Matcher::ErrorType(code) => Matcher::ErrorType(text(code)),
        ir::Matcher::Status(status) => Matcher::Status(*status),
        ir::Matcher::Path {
            input,
            path,
            comparator,
            expected,
        } => {
            let comparator = match *comparator {
                "All" => Comparator::All,
                "Any" => Comparator::Any,
                _ => Comparator::Is,
            };
            let expected = match expected {
                ir::Expected::Boolean(value) => Expected::Boolean(*value),
                ir::Expected::Number(value) => Expected::Number(*value),
                ir::Expected::Text(expected) => Expected::Text(text(expected)),
            };
            let row = if *input {
                Matcher::InputOutput
            } else {
                Matcher::Output
            };
            row(text(path), comparator, expected)
        }
    };
    Acceptor(outcome, matcher)
}

fn auth(scheme: &ir::Auth) -> Auth<'static> {
    match scheme {
        ir::Auth::SigV4 => Auth::SigV4,
        ir::Auth::Other(id) => Auth::Other(text(id)),
    }
}

fn fixed(value: &ir::Fixed) -> Fixed<'static> {
    match value {
        ir::Fixed::Text(value) => Fixed::Text(text(value)),
        ir::Fixed::Boolean(value) => Fixed::Boolean(*value),
        ir::Fixed::List(texts) => Fixed::List(list(texts.iter().map(|item| text(item)))),
    }
}

fn steps(path: &[ir::Step]) -> &'static [Step<'static>] {
    list(path.iter().map(|step| match step {
        ir::Step::Member(name) => Step::Member(text(name)),
        ir::Step::Each => Step::Each,
        ir::Step::Flatten => Step::Flatten,
        ir::Step::Several(paths) => Step::Several(list(paths.iter().map(|path| steps(path)))),
        ir::Step::Keys => Step::Keys,
    }))
}

fn operation(operation: &ir::Operation) -> Operation<'static> {
    Operation {
        name: text(&operation.name),
        input: operation.input.map(ix),
        output: operation.output.map(ix),
        errors: list(operation.errors.iter().map(|error| ix(*error))),
        traits: list(operation.traits.iter().map(|found| match found {
            ir::OperationTrait::HostPrefix(prefix) => OperationTrait::HostPrefix(text(prefix)),
            ir::OperationTrait::Paginated(found) => OperationTrait::Paginated(pagination(found)),
            ir::OperationTrait::Unpaged(reason) => OperationTrait::Unpaged(text(reason)),
            ir::OperationTrait::Unsigned => OperationTrait::Unsigned,
            ir::OperationTrait::Deprecated(message) => OperationTrait::Deprecated(text(message)),
            ir::OperationTrait::Auth(schemes) => {
                OperationTrait::Auth(list(schemes.iter().map(auth)))
            }
            ir::OperationTrait::EndpointParameter(name, value) => {
                OperationTrait::EndpointParameter(text(name), fixed(value))
            }
            ir::OperationTrait::EndpointPath(name, path) => {
                OperationTrait::EndpointPath(text(name), steps(path))
            }
            ir::OperationTrait::DiscoveredEndpoint(required) => {
                OperationTrait::DiscoveredEndpoint(*required)
            }
            ir::OperationTrait::Waiter(ir::Waiter {
                name,
                delay,
                attempts,
                acceptors,
                ..
            }) => {
                let delay = match *delay {
                    ir::Delay::Fixed(delay) => Delay::Fixed(delay),
                    ir::Delay::Backoff(least, most) => Delay::Backoff(least, most),
                };
                let acceptors = list(acceptors.iter().map(acceptor));
                OperationTrait::Waiter(schema::waiter(text(name), delay, *attempts, acceptors))
            }
        })),
    }
}

fn pagination(found: &ir::Pagination) -> schema::Pagination<'static> {
    let ir::Pagination {
        input_tokens,
        output_tokens,
        items,
        page_size,
        more,
        first_page,
    } = found;
    let row = schema::paginated(
        texts(input_tokens),
        texts(output_tokens),
        texts(items),
        text(page_size),
    );
    row.more(text(more)).first_page(texts(first_page))
}

fn texts(all: &[String]) -> &'static [&'static str] {
    list(all.iter().map(|one| text(one)))
}

fn shape(shape: &ir::Shape) -> Shape<'static> {
    let flags = [
        (shape.sensitive, schema::flag::SENSITIVE),
        (shape.sparse, schema::flag::SPARSE),
    ];
    let kind = kind(shape.kind);
    let members = list(shape.members.iter().map(member));
    // What the row of a structure says of its members.
    let own = if kind == Kind::Structure {
        schema::structure("", members).flags
    } else {
        0
    };
    Shape {
        name: text(&shape.name),
        kind,
        flags: own
            | flags
                .into_iter()
                .filter(|(set, _)| *set)
                .map(|(_, flag)| flag)
                .sum::<u16>(),
        min: shape.min,
        max: shape.max,
        members,
        values: list(shape.values.iter().map(|value| text(&value.value))),
        traits: list(shape.traits.iter().map(fact)),
    }
}

fn kind(kind: ir::Kind) -> Kind {
    match kind {
        ir::Kind::Blob => Kind::Blob,
        ir::Kind::Boolean => Kind::Boolean,
        ir::Kind::String => Kind::String,
        ir::Kind::Enum => Kind::Enum,
        ir::Kind::Byte => Kind::Integer(schema::Width::Byte),
        ir::Kind::Short => Kind::Integer(schema::Width::Short),
        ir::Kind::Integer => Kind::Integer(schema::Width::Integer),
        ir::Kind::Long => Kind::Integer(schema::Width::Long),
        ir::Kind::BigInteger => Kind::Integer(schema::Width::Big),
        ir::Kind::Float | ir::Kind::Double => Kind::Float,
        ir::Kind::Timestamp => Kind::Timestamp,
        ir::Kind::Document => Kind::Document,
        ir::Kind::List => Kind::List,
        ir::Kind::Map => Kind::Map,
        ir::Kind::Structure => Kind::Structure,
        ir::Kind::Union => Kind::Union,
    }
}

fn member(member: &ir::Member) -> Member<'static> {
    let required = if member.required {
        schema::flag::REQUIRED
    } else {
        0
    };
    Member {
        name: text(&member.name),
        target: ix(member.target),
        flags: member
            .flags
            .iter()
            .fold(required, |flags, name| flags | flag(name)),
        traits: list(member.traits.iter().map(fact)),
    }
}

fn flag(name: &str) -> u16 {
    match name {
        "SENSITIVE" => schema::flag::SENSITIVE,
        "IDEMPOTENCY_TOKEN" => schema::flag::IDEMPOTENCY_TOKEN,
        "HOST_LABEL" => schema::flag::HOST_LABEL,
        _ => 0,
    }
}

fn fact(found: &ir::Trait) -> Trait<'static> {
    match found {
        ir::Trait::Pattern(pattern) => Trait::Pattern(text(pattern)),
        ir::Trait::JsonName(name) => Trait::JsonName(text(name)),
        ir::Trait::TimestampFormat(format) => Trait::TimestampFormat(match *format {
            "HttpDate" => schema::TimestampFormat::HttpDate,
            "DateTime" => schema::TimestampFormat::DateTime,
            _ => schema::TimestampFormat::EpochSeconds,
        }),
        ir::Trait::Error {
            server,
            status,
            retryable,
            throttling,
        } => {
            let server = *server;
            let status = *status;
            let retryable = *retryable;
            let throttling = *throttling;
            Trait::Error(ErrorTrait {
                server,
                status,
                retryable,
                throttling,
            })
        }
        ir::Trait::ErrorCode(code) => Trait::ErrorCode(text(code)),
        ir::Trait::EndpointParameter(name) => Trait::EndpointParameter(text(name)),
    }
}

fn rule(rule: &ir::Rule) -> Rule<'static> {
    match rule {
        ir::Rule::Tree(all, rules) => {
            Rule::Tree(conditions(all), list(rules.iter().map(self::rule)))
        }
        ir::Rule::Error(all, message) => Rule::Error(conditions(all), expression(message)),
        ir::Rule::Endpoint {
            conditions: all,
            url,
            properties,
            headers,
        } => Rule::Endpoint(
            conditions(all),
            expression(url),
            list(properties.iter().map(entry)),
            list(
                headers
                    .iter()
                    .map(|(name, values)| (text(name), list(values.iter().map(expression)))),
            ),
        ),
    }
}

fn conditions(all: &[ir::Condition]) -> &'static [Condition<'static>] {
    list(
        all.iter()
            .map(|ir::Condition { value, assign }| Condition(expression(value), text(assign))),
    )
}

fn entry((name, value): &(String, ir::Expression)) -> (&'static str, Expression<'static>) {
    (text(name), expression(value))
}

fn expression(value: &ir::Expression) -> Expression<'static> {
    match value {
        ir::Expression::Boolean(value) => Expression::Boolean(*value),
        ir::Expression::Integer(value) => Expression::Integer(*value),
        ir::Expression::Text(value) => Expression::Text(text(value)),
        ir::Expression::Ref(name) => Expression::Ref(text(name)),
        ir::Expression::Call(name, arguments) => {
            Expression::Call(function(name), list(arguments.iter().map(expression)))
        }
        ir::Expression::List(items) => Expression::List(list(items.iter().map(expression))),
        ir::Expression::Map(entries) => Expression::Map(list(entries.iter().map(entry))),
    }
}

fn function(name: &str) -> Function {
    match name {
        "Not" => Function::Not,
        "GetAttr" => Function::GetAttr,
        "StringEquals" => Function::StringEquals,
        "BooleanEquals" => Function::BooleanEquals,
        "IsValidHostLabel" => Function::IsValidHostLabel,
        "ParseUrl" => Function::ParseUrl,
        "Substring" => Function::Substring,
        "UriEncode" => Function::UriEncode,
        "Split" => Function::Split,
        "Coalesce" => Function::Coalesce,
        "Ite" => Function::Ite,
        "Partition" => Function::Partition,
        "ParseArn" => Function::ParseArn,
        "IsVirtualHostableS3Bucket" => Function::IsVirtualHostableS3Bucket,
        _ => Function::IsSet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsmith_codegen::Generator;
    use std::path::{Path, PathBuf};

    fn model(extension: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../model")
            .join(format!("codepipeline{extension}"))
    }

    #[test]
    fn loaded_rows_are_the_compiled_ones() {
        let generator = Generator::new(model(".json"))
            .overlay(model(".docs.json"))
            .exceptions(model(".toml"));
        let loaded = commands(&generator.lower().unwrap_or_else(|error| panic!("{error}")));
        assert_eq!(
            format!("{loaded:#?}"),
            format!("{:#?}", opsmith_codepipeline::commands::COMMANDS)
        );
    }

    #[test]
    fn every_name_has_its_row() {
        for name in [
            "AwsJson1_0",
            "AwsJson1_1",
            "RestJson1",
            "RestXml",
            "AwsQuery",
            "Ec2Query",
            "RpcV2Cbor",
        ] {
            assert_eq!(format!("{:?}", protocol(name)), name);
        }
        let functions = "IsSet Not GetAttr StringEquals BooleanEquals IsValidHostLabel ParseUrl Substring UriEncode Split Coalesce \
                         Ite Partition ParseArn IsVirtualHostableS3Bucket";
        for name in functions.split_whitespace() {
            assert_eq!(format!("{:?}", function(name)), name);
        }
        let all = ["SENSITIVE", "IDEMPOTENCY_TOKEN", "HOST_LABEL"]
            .map(flag)
            .into_iter()
            .fold(0, |all, flag| {
                assert!(flag != 0 && all & flag == 0);
                all | flag
            });
        assert_eq!(all, 0x1f & !(schema::flag::REQUIRED | schema::flag::SPARSE));
    }
}

//! From the options of a command line to those of transfers.

use crate::args::ParsedArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use opsmith_runtime::Timestamp;
use opsmith_s3::api::{
    ChecksumAlgorithm, ChecksumMode, MetadataDirective, ObjectCannedAcl, RequestPayer,
    ServerSideEncryption, StorageClass,
};
use opsmith_s3::{CopyProps, CustomerKey, Filters, Grants, ListOptions, Options};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

/// The options of transfers.
///
/// # Errors
///
/// A wrong value.
pub(super) fn options(
    context: &Context<'_>,
    args: &ParsedArgs<'_, '_>,
) -> Result<Options, Failure> {
    let text = |name: &str| text(context, args, name);
    let source_key = ("--sse-c-copy-source", "--sse-c-copy-source-key");
    Ok(Options {
        acl: args.value("--acl").map(ObjectCannedAcl::from_wire),
        grants: grants(args.values("--grants").unwrap_or_default())?,
        sse: or_aes(args, "--sse").map(ServerSideEncryption::from_wire),
        sse_kms_key_id: text("--sse-kms-key-id")?,
        sse_c: customer_key(context, args, "--sse-c", "--sse-c-key")?,
        sse_c_copy_source: customer_key(context, args, source_key.0, source_key.1)?,
        storage_class: args.value("--storage-class").map(StorageClass::from_wire),
        website_redirect: text("--website-redirect")?,
        content_type: text("--content-type")?,
        no_guess_mime_type: args.has("--no-guess-mime-type"),
        cache_control: text("--cache-control")?,
        content_disposition: text("--content-disposition")?,
        content_encoding: text("--content-encoding")?,
        content_language: text("--content-language")?,
        expires: text("--expires")?.map(|text| time(&text)).transpose()?,
        metadata: metadata(context, args)?,
        metadata_directive: args
            .value("--metadata-directive")
            .map(MetadataDirective::from_wire),
        copy_props: match args.value("--copy-props") {
            Some("none") => CopyProps::None,
            Some("metadata-directive") => CopyProps::MetadataDirective,
            Some("all") => CopyProps::All,
            _ => CopyProps::Default,
        },
        request_payer: request_payer(args),
        checksum_algorithm: args
            .value("--checksum-algorithm")
            .map(ChecksumAlgorithm::from_wire),
        checksum_mode: args.value("--checksum-mode").map(ChecksumMode::from_wire),
        no_overwrite: args.has("--no-overwrite"),
    })
}

/// How objects are listed.
///
/// # Errors
///
/// A wrong value.
pub(super) fn list_options(args: &ParsedArgs<'_, '_>) -> Result<ListOptions, Failure> {
    Ok(ListOptions {
        page_size: number(args, "--page-size")?,
        request_payer: request_payer(args),
        ..ListOptions::default()
    })
}

/// The patterns of `--include` and `--exclude`, in the order of the line.
pub(super) fn filters(args: &ParsedArgs<'_, '_>) -> Filters {
    let mut filters = Filters::default();
    for option in &args.options {
        for pattern in &option.values {
            match option.name {
                "--include" => filters.include(pattern),
                "--exclude" => filters.exclude(pattern),
                _ => {}
            }
        }
    }
    filters
}

/// A whole number.
///
/// # Errors
///
/// It is none.
pub(super) fn number<T: FromStr>(
    args: &ParsedArgs<'_, '_>,
    name: &str,
) -> Result<Option<T>, Failure> {
    let number = args.value(name).map(|text| {
        text.trim().parse().map_err(|_| {
            Failure::general(format_args!(
                "invalid literal for int() with base 10: '{text}'"
            ))
        })
    });
    number.transpose()
}

/// A text, or the content of the file that it names.
///
/// # Errors
///
/// The file can't be read.
pub(super) fn text(
    context: &Context<'_>,
    args: &ParsedArgs<'_, '_>,
    name: &str,
) -> Result<Option<String>, Failure> {
    // As in the AWS CLI, an empty value is none.
    let Some(word) = args.value(name).filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    let bytes = content(context, name, word)?;
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| wrong(name, "the content of the file is not text"))
}

fn content(context: &Context<'_>, name: &str, word: &str) -> Result<Vec<u8>, Failure> {
    input::content(context.settings.env(), word).map_err(|problem| wrong(name, problem))
}

fn wrong(name: &str, problem: impl Display) -> Failure {
    Failure::parameter(format_args!("Error parsing parameter '{name}': {problem}"))
}

fn request_payer(args: &ParsedArgs<'_, '_>) -> Option<RequestPayer> {
    args.has("--request-payer")
        .then_some(RequestPayer::Requester)
}

/// The value of an option that means AES256 without one.
fn or_aes<'t>(args: &ParsedArgs<'_, 't>, name: &str) -> Option<&'t str> {
    let values = args.values(name)?;
    Some(values.first().copied().unwrap_or("AES256"))
}

fn customer_key(
    context: &Context<'_>,
    args: &ParsedArgs<'_, '_>,
    algorithm: &'static str,
    key: &'static str,
) -> Result<Option<CustomerKey>, Failure> {
    let missing = |given: &str, other: &str| {
        let text = format_args!("If {given} is specified, {other} must be specified as well.");
        Failure::parameter(text)
    };
    match (or_aes(args, algorithm), args.value(key)) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing(algorithm, key)),
        (None, Some(_)) => Err(missing(key, algorithm)),
        (Some(algorithm), Some(word)) => Ok(Some(CustomerKey {
            algorithm: algorithm.to_owned(),
            key: content(context, key, word)?,
        })),
    }
}

fn grants(words: &[&str]) -> Result<Grants, Failure> {
    let mut grants = Grants::default();
    for word in words {
        let Some((permission, grantee)) = word.split_once('=') else {
            let text = "grants should be of the form permission=principal";
            return Err(Failure::parameter(text));
        };
        let place = match permission {
            "read" => &mut grants.read,
            "full" => &mut grants.full_control,
            "readacl" => &mut grants.read_acp,
            "writeacl" => &mut grants.write_acp,
            _ => {
                let text = "permission must be one of: read|readacl|writeacl|full";
                return Err(Failure::parameter(text));
            }
        };
        *place = Some(grantee.to_owned());
    }
    Ok(grants)
}

fn time(text: &str) -> Result<Timestamp, Failure> {
    let point = Timestamp::parse(text);
    point.ok_or_else(|| {
        wrong(
            "--expires",
            format_args!("'{text}' is not a date with a time, such as 2030-01-01T00:00:00Z"),
        )
    })
}

/// The metadata, as `key=value,key=value` or as JSON.
fn metadata(
    context: &Context<'_>,
    args: &ParsedArgs<'_, '_>,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let Some(word) = args.value("--metadata") else {
        return Ok(None);
    };
    let entries = input::text_map(context.settings.env(), "--metadata", word)?;
    let wrong = entries
        .iter()
        .find(|(key, value)| !(key.is_ascii() && value.is_ascii()));
    if let Some((key, value)) = wrong {
        return Err(Failure::parameter(format_args!(
            "Parameter validation failed:\nNon ascii characters found in S3 metadata for key \"{key}\", value: \"{value}\".  \n\
             S3 metadata can only contain ASCII characters. "
        )));
    }
    Ok(Some(entries))
}

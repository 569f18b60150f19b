//! `s3 cp`, `mv`, `rm` and `sync`: what is found at the source becomes transfers, many at a time.

mod open;
mod run;
mod work;

use super::Session;
use super::arguments::{filters, list_options, number, options};
use super::buckets::is_directory_bucket;
use super::options::Verb;
use super::paths::{Direction, Root, Route};
use super::results::{ProgressForm, Results, shown};
use crate::args::ParsedArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::journal::Journal;
use opsmith_s3::{Filters, ListOptions, Options, Place, Rules, Settings, Transfers};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many pages of a listing are asked for ahead of their turn at most: enough to keep a service busy.
const PAGES_AHEAD: usize = 9;

/// What a command is asked to do.
struct Plan {
    verb: Verb,
    route: Route,
    options: Options,
    list: ListOptions,
    filters: Filters,
    rules: Rules,
    is_dry_run: bool,
    follows_links: bool,
    glacier: Glacier,
    case_conflict: CaseConflict,
    /// The expected length of standard input.
    expected_size: Option<u64>,
    wants_summary: bool,
}

/// What is done with archived objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glacier {
    Warn,
    Ignore,
    Force,
}

/// What is done with a download whose name differs from another's only in case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CaseConflict {
    Ignore,
    Skip,
    Warn,
    Error,
}

/// Runs a command.
///
/// # Errors
///
/// Words or options that are wrong, or what of a transfer failed, which is printed before.
pub(super) fn run<'a>(
    context: &'a Context<'a>,
    session: impl FnOnce() -> Result<Session<'a>, Failure>,
    verb: Verb,
    words: &[&str],
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let mut plan = plan(context, verb, words, args)?;
    let profile = Settings::from_profile(&context.settings).map_err(Failure::general)?;
    plan.list.pages_ahead = profile
        .max_concurrent_requests
        .saturating_sub(1)
        .min(PAGES_AHEAD);
    let journal = context.globals.value("--cli-resume");
    if journal.is_some() && plan.route.is_stream {
        let text = "--cli-resume is for files: what a pipe gives can't be read again";
        return Err(Failure::parameter(text));
    }
    let journal = journal
        .map(|path| Journal::open(path, "s3", verb.word()))
        .transpose()?;
    let session = session()?;
    let mut transfers = Transfers::new(session.client.clone(), profile);
    if let (Some(region), Direction::Copy) = (args.value("--source-region"), plan.route.direction) {
        transfers = transfers.source_client(session.client_for(region)?);
    }
    let results = Results::new(shown(args, plan.route.is_stream), progress(args)?);
    let journal = journal.map(|journal| Arc::new(Mutex::new(journal)));
    if let Some(journal) = &journal {
        transfers = transfers.notes(open::notes(journal.clone()));
    }
    run::all(&session, transfers, plan, results, journal)
}

/// Deletes all objects of a bucket.
///
/// # Errors
///
/// Not all could be deleted.
pub(super) fn empty(session: &Session<'_>, uri: &str) -> Result<(), Failure> {
    let args = ParsedArgs::default();
    let mut plan = plan(session.context, Verb::Rm, &[uri], &args)?;
    plan.route.is_recursive = true;
    let profile = Settings::from_profile(&session.context.settings).map_err(Failure::general)?;
    let transfers = Transfers::new(session.client.clone(), profile);
    let results = Results::new(shown(&args, false), progress(&args)?);
    run::all(session, transfers, plan, results, None).map_err(|_| {
        Failure::general(
            "remove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted.",
        )
    })
}

/// What the words and options of a command ask for.
fn plan(
    context: &Context<'_>,
    verb: Verb,
    words: &[&str],
    args: &ParsedArgs<'_, '_>,
) -> Result<Plan, Failure> {
    let is_recursive = verb == Verb::Sync || args.has("--recursive");
    let route = Route::new(context.program.name, verb, words, is_recursive)?;
    let options = options(context, args)?;
    check(verb, &route, &options, args)?;
    if verb == Verb::Mv {
        warn_of_access_points(&route);
    }
    let wanted = |name| args.has(name);
    Ok(Plan {
        verb,
        filters: route.rooted(filters(args)),
        options,
        list: list_options(args)?,
        rules: Rules {
            size_only: wanted("--size-only"),
            exact_timestamps: wanted("--exact-timestamps"),
            no_overwrite: wanted("--no-overwrite"),
            delete: wanted("--delete"),
        },
        is_dry_run: wanted("--dryrun"),
        follows_links: follows_links(args),
        glacier: match (
            wanted("--force-glacier-transfer"),
            wanted("--ignore-glacier-warnings"),
        ) {
            (true, _) => Glacier::Force,
            (false, true) => Glacier::Ignore,
            _ => Glacier::Warn,
        },
        case_conflict: match args.value("--case-conflict") {
            Some("skip") => CaseConflict::Skip,
            Some("warn") => CaseConflict::Warn,
            Some("error") => CaseConflict::Error,
            _ => CaseConflict::Ignore,
        },
        expected_size: number(args, "--expected-size")?,
        wants_summary: wanted("--cli-summary"),
        route,
    })
}

/// Whether links are followed: the last of the two options counts.
fn follows_links(args: &ParsedArgs<'_, '_>) -> bool {
    let mut options = args.options.iter().rev().map(|option| option.name);
    options.find(|name| name.ends_with("follow-symlinks")) != Some("--no-follow-symlinks")
}

fn progress(args: &ParsedArgs<'_, '_>) -> Result<ProgressForm, Failure> {
    let every: Option<u64> = number(args, "--progress-frequency")?;
    let multiline = args.has("--progress-multiline");
    Ok(ProgressForm {
        every: every.map_or(Duration::from_millis(100), Duration::from_secs),
        multiline,
        always: every.is_some() || multiline,
    })
}

/// Rejects what does not fit together.
fn check(
    verb: Verb,
    route: &Route,
    options: &Options,
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let direction = route.direction;
    if verb == Verb::Mv && is_same(route) {
        return Err(Failure::parameter(format_args!(
            "Cannot mv a file onto itself: {} - {}",
            route.source.shown(),
            route.target.shown()
        )));
    }
    let fits: [(&str, &[Direction], &str); 2] = [
        (
            "checksum-algorithm",
            &[Direction::Upload, Direction::Copy],
            "<LocalPath> <S3Uri>, <S3Uri> <S3Uri>",
        ),
        (
            "checksum-mode",
            &[Direction::Download],
            "<S3Uri> <LocalPath>",
        ),
    ];
    for (name, directions, forms) in fits {
        if args.has(&format!("--{name}")) && !directions.contains(&direction) {
            return Err(Failure::parameter(format_args!(
                "Expected {name} parameter to be used with one of following path formats: {forms}. Instead, received {}.",
                form(direction)
            )));
        }
    }
    if options.sse_c_copy_source.is_some() && direction != Direction::Copy {
        let text = "--sse-c-copy-source is only supported for copy operations.";
        return Err(Failure::parameter(text));
    }
    let is_express =
        |root: &Root| matches!(root, Root::Remote(place) if is_directory_bucket(&place.bucket));
    if verb == Verb::Sync && (is_express(&route.source) || is_express(&route.target)) {
        let text = "Cannot use sync command with a directory bucket.";
        return Err(Failure::parameter(text));
    }
    if route.is_stream && options.no_overwrite && direction == Direction::Download {
        let text = "--no-overwrite parameter is not supported for streaming downloads";
        return Err(Failure::parameter(text));
    }
    Ok(())
}

/// How the AWS CLI names the words of a direction.
fn form(direction: Direction) -> &'static str {
    match direction {
        Direction::Upload => "<LocalPath> <S3Uri>",
        Direction::Download => "<S3Uri> <LocalPath>",
        Direction::Copy => "<S3Uri> <S3Uri>",
        Direction::Delete => "<S3Uri>",
    }
}

/// Warns where two access points may lead to one object, which a move would delete.
fn warn_of_access_points(route: &Route) {
    let (Root::Remote(source), Root::Remote(target)) = (&route.source, &route.target) else {
        return;
    };
    let is_point = |bucket: &str| {
        bucket.starts_with("arn:") || bucket.ends_with("-s3alias") || bucket.ends_with("--op-s3")
    };
    if have_same_key(source, target) && (is_point(&source.bucket) || is_point(&target.bucket)) {
        // When standard error is closed, nobody can read it.
        let _ = writeln!(
            std::io::stderr(),
            "warning: Provided s3 paths may resolve to same underlying s3 object(s) and result in deletion instead of being \
             moved. To resolve and validate underlying s3 paths are not the same, specify the --validate-same-s3-paths flag \
             or set the AWS_CLI_S3_MV_VALIDATE_SAME_S3_PATHS environment variable to true. To resolve s3 outposts access \
             point path, the arn must be used instead of the alias."
        );
    }
}

/// Whether an object would be moved onto itself.
fn is_same(route: &Route) -> bool {
    let (Root::Remote(source), Root::Remote(target)) = (&route.source, &route.target) else {
        return false;
    };
    source.bucket == target.bucket && have_same_key(source, target)
}

/// Whether what is moved would keep its key.
fn have_same_key(source: &Place, target: &Place) -> bool {
    let name = source.key.rsplit('/').next().unwrap_or_default();
    let is_prefix = target.key.is_empty() || target.key.ends_with('/');
    source.key == target.key || is_prefix && source.key == format!("{}{name}", target.key)
}

/// Makes the folder of a download of several, as the AWS CLI does before it lists anything.
fn make_folder(plan: &Plan) -> Result<(), Failure> {
    match &plan.route.target {
        Root::Local(path)
            if plan.route.is_recursive
                && !plan.is_dry_run
                && !Path::new(path.trim_end_matches('/')).exists() =>
        {
            let made = std::fs::create_dir_all(path);
            made.map_err(|error| Failure::general(format_args!("{path} can't be made: {error}")))
        }
        _ => Ok(()),
    }
}

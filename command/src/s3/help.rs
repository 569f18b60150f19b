//! The help pages of `s3`.

use super::options::{VERBS, Verb};
use crate::args::Arity;
use crate::help::{Listed, Page, own_page};

/// The page of all commands.
pub(crate) fn overview(program: &str) -> Page {
    let listed = VERBS.iter().map(|verb| Listed {
        name: verb.word(),
        value: "",
        text: verb.about(),
        choices: &[],
    });
    let about = [
        "Files and objects of Amazon S3. A source or a target is a local path, or s3://BUCKET/KEY.",
        "The section s3 of a profile sets how transfers are made: max_concurrent_requests (10), multipart_threshold and \
         multipart_chunksize (8MB), max_queue_size (1000), max_bandwidth.",
        "The global option --cli-resume FILE records which transfers are made, so that the next run skips them.",
    ];
    let synopsis = format!("{program} s3 <command> [<path> ...] [options]");
    own_page(
        "s3",
        &about,
        &synopsis,
        "AVAILABLE COMMANDS",
        &listed.collect::<Vec<_>>(),
    )
}

/// The page of a command.
pub(crate) fn command(program: &str, verb: Verb) -> Page {
    let listed = verb.options().map(|option| Listed {
        name: option.spec.name,
        value: match option.spec.arity {
            Arity::Flag => "boolean",
            Arity::Many => "list",
            Arity::Pair => "key and value",
            _ => "string",
        },
        text: option.text,
        choices: option.spec.choices,
    });
    let word = verb.word();
    let synopsis = format!("{program} s3 {word} {} [options]", verb.usage());
    own_page(
        word,
        &[verb.about()],
        &synopsis,
        "OPTIONS",
        &listed.collect::<Vec<_>>(),
    )
}

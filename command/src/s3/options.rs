//! The commands of `s3` and their options, as one table.

use crate::args::{Arity, OptionSpec};

/// A command of `s3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Ls,
    Cp,
    Mv,
    Rm,
    Sync,
    Mb,
    Rb,
    Presign,
    Website,
}

/// All commands, in the order of the help page.
pub(crate) const VERBS: &[Verb] = &[
    Verb::Cp,
    Verb::Ls,
    Verb::Mb,
    Verb::Mv,
    Verb::Presign,
    Verb::Rb,
    Verb::Rm,
    Verb::Sync,
    Verb::Website,
];

const FROM_TO: &str = "<LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>";

impl Verb {
    /// The word of the command.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verb::Ls => "ls",
            Verb::Cp => "cp",
            Verb::Mv => "mv",
            Verb::Rm => "rm",
            Verb::Sync => "sync",
            Verb::Mb => "mb",
            Verb::Rb => "rb",
            Verb::Presign => "presign",
            Verb::Website => "website",
        }
    }

    /// The command with this word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        VERBS.iter().copied().find(|verb| verb.word() == word)
    }

    /// The words that the command takes beside options.
    pub(crate) fn usage(self) -> &'static str {
        match self {
            Verb::Cp | Verb::Mv | Verb::Sync => FROM_TO,
            Verb::Ls => "<S3Uri> or NONE",
            _ => "<S3Uri>",
        }
    }

    /// How many words it needs, and how many it takes at most.
    pub(crate) fn words(self) -> (usize, usize) {
        match self {
            Verb::Cp | Verb::Mv | Verb::Sync => (2, 2),
            Verb::Ls => (0, 1),
            _ => (1, 1),
        }
    }

    /// The name of its words in the AWS CLI's messages.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Verb::Mb | Verb::Rb | Verb::Presign => "path",
            _ => "paths",
        }
    }

    /// What it does, for people.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Verb::Ls => "Lists the buckets, or the objects and common prefixes below a prefix.",
            Verb::Cp => {
                "Copies a file or an object, or with --recursive all below a folder or a prefix."
            }
            Verb::Mv => {
                "Moves a file or an object, or with --recursive all below a folder or a prefix: copies it, then deletes the source."
            }
            Verb::Rm => "Deletes an object, or with --recursive all objects below a prefix.",
            Verb::Sync => "Copies what is new or has changed from a folder or prefix to another.",
            Verb::Mb => "Creates a bucket.",
            Verb::Rb => "Deletes an empty bucket, or with --force its objects first.",
            Verb::Presign => "Prints a URL with which anyone can download an object for a time.",
            Verb::Website => "Makes a website of a bucket.",
        }
    }

    /// Its options.
    pub(crate) fn options(self) -> impl Iterator<Item = &'static S3Option> {
        OPTIONS
            .iter()
            .filter(move |option| option.verbs.contains(&self))
    }

    /// Its options, as command lines are read.
    pub(crate) fn specs(self) -> Vec<OptionSpec<'static>> {
        self.options().map(|option| option.spec).collect()
    }
}

/// An option of commands of `s3`.
pub(crate) struct S3Option {
    pub(crate) spec: OptionSpec<'static>,
    verbs: &'static [Verb],
    /// For people.
    pub(crate) text: &'static str,
}

const COPIES: &[Verb] = &[Verb::Cp, Verb::Mv, Verb::Sync];
const TRANSFERS: &[Verb] = &[Verb::Cp, Verb::Mv, Verb::Rm, Verb::Sync];
const RECURSIVE: &[Verb] = &[Verb::Ls, Verb::Cp, Verb::Mv, Verb::Rm];
const PAGED: &[Verb] = &[Verb::Ls, Verb::Cp, Verb::Mv, Verb::Rm, Verb::Sync];
const LS: &[Verb] = &[Verb::Ls];
const SYNC: &[Verb] = &[Verb::Sync];
const WEBSITE: &[Verb] = &[Verb::Website];

const ACLS: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
    "log-delivery-write",
];
const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];
const CHECKSUMS: &[&str] = &[
    "CRC64NVME",
    "CRC32",
    "SHA256",
    "SHA1",
    "CRC32C",
    "SHA512",
    "XXHASH64",
    "XXHASH3",
    "XXHASH128",
];
const AES: &[&str] = &["AES256"];

const fn option(
    name: &'static str,
    arity: Arity,
    verbs: &'static [Verb],
    text: &'static str,
) -> S3Option {
    S3Option {
        spec: OptionSpec::new(name, arity),
        verbs,
        text,
    }
}

const fn flag(name: &'static str, verbs: &'static [Verb], text: &'static str) -> S3Option {
    option(name, Arity::Flag, verbs, text)
}

const fn value(name: &'static str, verbs: &'static [Verb], text: &'static str) -> S3Option {
    option(name, Arity::One, verbs, text)
}

impl S3Option {
    const fn choices(mut self, choices: &'static [&'static str]) -> Self {
        self.spec.choices = choices;
        self
    }

    const fn optional(mut self) -> Self {
        self.spec.arity = Arity::Optional;
        self
    }

    const fn extension(mut self) -> Self {
        self.spec.is_extension = true;
        self
    }
}

/// Those of the AWS CLI, then our own.
const OPTIONS: &[S3Option] = &[
    flag("--dryrun", TRANSFERS, "Prints what would be done, and does nothing."),
    flag("--quiet", TRANSFERS, "Prints nothing."),
    flag("--recursive", RECURSIVE, "Takes all files below the folder, or all objects below the prefix."),
    value("--include", TRANSFERS, "Takes what matches the pattern. Of several patterns, the last that matches counts."),
    value("--exclude", TRANSFERS, "Leaves out what matches the pattern: * is any text, ? any character, [abc] one of these, [!abc] another."),
    value("--acl", COPIES, "The canned access control list of the new object.").choices(ACLS),
    flag("--follow-symlinks", COPIES, "Uploads what symbolic links lead to (default)."),
    flag("--no-follow-symlinks", COPIES, "Leaves symbolic links out."),
    flag("--no-guess-mime-type", COPIES, "Sends no content type that is guessed from the name of the file."),
    value("--sse", COPIES, "How the server encrypts the new object (without a value: AES256).").choices(&["AES256", "aws:kms"]).optional(),
    value("--sse-c", COPIES, "The algorithm for a key of your own (without a value: AES256); needs --sse-c-key.").choices(AES).optional(),
    value("--sse-c-key", COPIES, "A key of your own, such as fileb://key, with which the server encrypts or decrypts."),
    value("--sse-kms-key-id", COPIES, "The KMS key that encrypts the new object."),
    value("--sse-c-copy-source", COPIES, "The algorithm for the key of the object that is copied (without a value: AES256).").choices(AES).optional(),
    value("--sse-c-copy-source-key", COPIES, "The key of the object that is copied, if it has one of your own."),
    value("--storage-class", COPIES, "The storage class of the new object.").choices(STORAGE_CLASSES),
    option("--grants", Arity::Many, COPIES, "Permissions on the new object: read, readacl, writeacl or full, such as read=id=0123 or full=uri=URL"),
    value("--website-redirect", COPIES, "Where a website redirects requests for the new object to."),
    value("--content-type", COPIES, "The content type of the new object (default: guessed from the name of the file)."),
    value("--cache-control", COPIES, "The header Cache-Control of the new object."),
    value("--content-disposition", COPIES, "The header Content-Disposition of the new object."),
    value("--content-encoding", COPIES, "The header Content-Encoding of the new object."),
    value("--content-language", COPIES, "The header Content-Language of the new object."),
    value("--expires", COPIES, "When the new object is no longer cacheable: a date with a time."),
    value("--source-region", COPIES, "The region of the bucket that objects are copied from (default: that of the target)."),
    flag("--only-show-errors", TRANSFERS, "Prints errors and warnings alone."),
    flag("--no-progress", COPIES, "Shows no progress."),
    value("--progress-frequency", COPIES, "Seconds between two lines of progress (default: 0)."),
    flag("--progress-multiline", COPIES, "Shows progress on a new line each time."),
    value("--page-size", PAGED, "The number of objects in each answer to a listing."),
    flag("--ignore-glacier-warnings", COPIES, "Leaves archived objects out without a warning."),
    flag("--force-glacier-transfer", COPIES, "Tries to transfer archived objects too."),
    value("--request-payer", PAGED, "Confirms that the requester pays (without a value: requester).").choices(&["requester"]).optional(),
    value("--checksum-mode", COPIES, "ENABLED: asks for the checksum of the object and checks it (done anyway unless response_checksum_validation says otherwise).").choices(&["ENABLED"]),
    value("--checksum-algorithm", COPIES, "The checksum of the new object (default: CRC64NVME).").choices(CHECKSUMS),
    value("--metadata", COPIES, "Metadata of the new object, such as KeyName1=string,KeyName2=string."),
    value("--copy-props", COPIES, "What a copy takes of its source beside the content (default: default, headers, metadata and tags).")
        .choices(&["none", "metadata-directive", "default", "all"]),
    value("--metadata-directive", COPIES, "Whether a copy takes the metadata of its source or has that of the command line.").choices(&["COPY", "REPLACE"]),
    value("--expected-size", &[Verb::Cp], "The expected number of bytes of standard input, if it is more than 50 GB."),
    flag("--validate-same-s3-paths", &[Verb::Mv], "Checks that access points don't lead to the same object. Not built: use bucket names."),
    value("--case-conflict", COPIES, "What to do with objects whose keys differ only in case, in downloads of several (default: ignore).")
        .choices(&["ignore", "skip", "warn", "error"]),
    flag("--no-overwrite", COPIES, "Leaves what the target has as it is."),
    flag("--delete", SYNC, "Deletes from the target what the source does not have. What the source could not list is not deleted."),
    flag("--size-only", SYNC, "Compares sizes alone."),
    flag("--exact-timestamps", SYNC, "Downloads: replaces files of the same size unless their time is that of the object."),
    flag("--human-readable", LS, "Shows sizes in KiB, MiB and so on."),
    flag("--summarize", LS, "Prints the number of objects and their size at the end."),
    value("--bucket-name-prefix", LS, "Lists the buckets whose names begin so."),
    value("--bucket-region", LS, "Lists the buckets of this region."),
    option("--tags", Arity::Pair, &[Verb::Mb], "A tag of the new bucket: its key and its value. Can be given several times."),
    flag("--force", &[Verb::Rb], "Deletes the objects of the bucket first; not their older versions."),
    value("--expires-in", &[Verb::Presign], "Seconds until the URL expires, at most 604800 (default: 3600)."),
    value("--index-document", WEBSITE, "What is added to requests for a folder, such as index.html."),
    value("--error-document", WEBSITE, "The key of the object that is shown for an error."),
    value("--cli-summary", TRANSFERS, "json: prints at the end how much was done, as a line of JSON.").choices(&["json"]).extension(),
];

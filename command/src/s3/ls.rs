//! `s3 ls`: lists buckets, or the objects and common prefixes below a prefix.

use super::Session;
use super::arguments::{list_options, number};
use super::paths::place;
use super::results::human;
use crate::args::ParsedArgs;
use crate::failure::Failure;
use crate::output::Zone;
use crate::stdout::print;
use opsmith_runtime::Timestamp;
use opsmith_s3::Listing;
use opsmith_s3::api::{ListBucketsRequest, ListObjectsV2Output};
use std::fmt::Write as _;

/// Lists what is below a URI; all buckets without one.
///
/// # Errors
///
/// The service refuses it; or, which is not printed, nothing has the key.
pub(super) fn list(
    session: &Session<'_>,
    uri: &str,
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let place = place(uri)?;
    let mut lines = Lines {
        zone: Zone::new(std::env::var("TZ").ok().as_deref()),
        is_human: args.has("--human-readable"),
        is_recursive: args.has("--recursive"),
        objects: 0,
        bytes: 0,
        found: false,
    };
    if place.bucket.is_empty() {
        buckets(session, args, &lines.zone)?;
    } else {
        let mut options = list_options(args)?;
        options.by_folder = !lines.is_recursive;
        let mut listing = Listing::new(&session.client, &place, &options);
        while let Some(page) = session.wait(listing.page())?? {
            print(&lines.page(page))?;
        }
    }
    if args.has("--summarize") {
        print(&lines.summary())?;
    }
    if place.bucket.is_empty() || place.key.is_empty() || lines.found {
        Ok(())
    } else {
        Err(Failure::reported(1))
    }
}

fn buckets(session: &Session<'_>, args: &ParsedArgs<'_, '_>, zone: &Zone) -> Result<(), Failure> {
    let mut request = ListBucketsRequest::default();
    request.max_buckets = number(args, "--page-size")?;
    request.prefix = args.value("--bucket-name-prefix").map(str::to_owned);
    request.bucket_region = args.value("--bucket-region").map(str::to_owned);
    let mut pages = session.client.list_buckets(request).pages();
    while let Some(page) = session.wait(pages.next())? {
        let mut text = String::new();
        for bucket in page?.buckets.unwrap_or_default() {
            let made = zone.date_and_time(bucket.creation_date.unwrap_or_default());
            let name = bucket.name.unwrap_or_default();
            let _ = writeln!(text, "{made} {name}");
        }
        print(&text)?;
    }
    Ok(())
}

/// What the lines of a listing show, and what they have shown.
struct Lines {
    zone: Zone,
    is_human: bool,
    is_recursive: bool,
    objects: u64,
    bytes: u64,
    found: bool,
}

impl Lines {
    /// The lines of a page.
    fn page(&mut self, page: ListObjectsV2Output) -> String {
        let mut text = String::new();
        for prefix in page.common_prefixes.unwrap_or_default() {
            self.found = true;
            let prefix = prefix.prefix.unwrap_or_default();
            let name = prefix
                .strip_suffix('/')
                .unwrap_or(&prefix)
                .rsplit('/')
                .next();
            let _ = writeln!(text, "{:>30} {}/", "PRE", name.unwrap_or_default());
        }
        for object in page.contents.unwrap_or_default() {
            self.found = true;
            let bytes = object
                .size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0);
            self.objects += 1;
            self.bytes += bytes;
            let changed = self.date(object.last_modified.unwrap_or_default());
            let key = object.key.unwrap_or_default();
            let name = match key.rsplit_once('/') {
                Some((_, name)) if !self.is_recursive => name,
                _ => &key,
            };
            let _ = writeln!(text, "{changed} {:>10} {name}", self.size(bytes));
        }
        text
    }

    fn date(&self, point: Timestamp) -> String {
        self.zone.date_and_time(point)
    }

    fn size(&self, bytes: u64) -> String {
        if self.is_human {
            human(bytes)
        } else {
            bytes.to_string()
        }
    }

    fn summary(&self) -> String {
        format!(
            "\nTotal Objects: {}\n   Total Size: {}\n",
            self.objects,
            self.size(self.bytes)
        )
    }
}

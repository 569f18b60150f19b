//! `cargo opsmith import`: makes a Smithy model of botocore's data.

use crate::{generate, output};
use clap::Args;
use opsmith_codegen::import;
use opsmith_runtime::schema::TimestampFormat;
use opsmith_runtime::timestamp::Timestamp;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Import {
    /// A service's folder of botocore's data, such as botocore/data/codepipeline/2015-07-09, or the
    /// file botocore/data/partitions.json.
    from: PathBuf,
    /// The file to write, such as model/codepipeline.json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    origin: Origin,
}

/// Where a model comes from.
#[derive(Args)]
pub(crate) struct Origin {
    /// The release that the folder comes from, such as "botocore 1.44.5"; recorded in the model.
    #[arg(long, default_value = "botocore")]
    source: String,
    /// The date of that release, such as 2026-11-17; recorded in the model.
    #[arg(long, value_parser = day)]
    date: Option<String>,
    /// Keep the documentation (default: leave it out, because of its copyright).
    #[arg(long)]
    documentation: bool,
}

pub(crate) fn import(Import { from, out, origin }: &Import) -> Result<(), String> {
    let text = if from.is_dir() {
        origin.text(from)?
    } else {
        import::partitions(from).map_err(|error| error.to_string())?
    };
    generate::replace(out, &text)?;
    output::line(format_args!("wrote {}", out.display()))
}

impl Origin {
    /// The Smithy model of a folder.
    pub(crate) fn text(&self, folder: &Path) -> Result<String, String> {
        let Origin {
            source,
            date,
            documentation,
        } = self;
        let options = import::Options {
            source: source.clone(),
            date: date.clone().unwrap_or_default(),
            documentation: *documentation,
        };
        let imported = import::folder(folder, &options).map_err(|error| error.to_string())?;
        imported.warnings.iter().for_each(output::note);
        Ok(imported.text)
    }
}

/// A day that is in the calendar, as ISO 8601 writes it.
fn day(text: &str) -> Result<String, String> {
    let midnight = format!("{text}T00:00:00Z");
    let read = Timestamp::parse(&midnight).and_then(|day| day.written(TimestampFormat::DateTime));
    if read.as_ref() == Some(&midnight) {
        Ok(text.to_owned())
    } else {
        Err("a date is a year, a month and a day, such as 2026-11-17".to_owned())
    }
}

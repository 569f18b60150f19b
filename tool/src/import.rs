//! `cargo opsmith import`: makes a Smithy model of botocore's data.

use crate::{generate, say};
use clap::Args;
use opsmith_codegen::import;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Import {
    /// A service's folder, e.g. botocore/data/codepipeline/2015-07-09; or the file
    /// botocore/data/partitions.json.
    from: PathBuf,
    /// The file to write, e.g. model/codepipeline.json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    origin: Origin,
}

/// Where a model is from.
#[derive(Args)]
pub(crate) struct Origin {
    /// Where the folder is from, e.g. "botocore 1.44.5".
    #[arg(long, default_value = "botocore")]
    source: String,
    /// The day of that release, e.g. 2026-11-17.
    #[arg(long, default_value = "")]
    date: String,
    /// Keep documentation, which is somebody's text; without it only facts are taken.
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
    say::line(format_args!("wrote {}", out.display()))
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
            date: date.clone(),
            documentation: *documentation,
        };
        let imported = import::folder(folder, &options).map_err(|error| error.to_string())?;
        imported.warnings.iter().for_each(say::remark);
        Ok(imported.text)
    }
}

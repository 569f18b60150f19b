//! How results are printed: the formats of `--output`.

pub(crate) mod json;
mod present;
mod scalar;
mod table;
mod text;
mod wide;
mod yaml;

#[cfg(feature = "s3")]
pub(crate) use present::Zone;
pub(crate) use present::{Timestamps, present};
pub(crate) use scalar::text as scalar;
pub(crate) use yaml::scalar as yaml_scalar;

use opsmith_runtime::document::Document;

/// A format of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    Yaml,
    YamlStream,
    Off,
}

impl Format {
    /// The format of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Format::Json,
            "text" => Format::Text,
            "table" => Format::Table,
            "yaml" => Format::Yaml,
            "yaml-stream" => Format::YamlStream,
            "off" => Format::Off,
            _ => return None,
        })
    }
}

/// What a table needs in addition to its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableLayout<'a> {
    /// The name of the operation.
    pub(crate) title: &'a str,
    pub(crate) color: bool,
    /// The columns of the terminal.
    pub(crate) width: usize,
}

/// The result as text.
///
/// # Errors
///
/// The format can't express it.
pub(crate) fn render(
    result: &Document,
    format: Format,
    layout: &TableLayout<'_>,
) -> Result<String, String> {
    match format {
        Format::Json => Ok(json::pretty(result) + "\n"),
        Format::Text => Ok(text::render(result)),
        Format::Table => Ok(table::render(result, layout)),
        Format::Yaml => yaml::render(result),
        Format::YamlStream => yaml::stream(result),
        Format::Off => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests;

//! `cargo opsmith explain`: from JSON to Rust, and why.

use crate::{say, target};
use clap::Args;

#[derive(Args)]
pub(crate) struct Explain {
    /// An operation or a shape, e.g. GetPipeline or PipelineDeclaration.
    name: String,
    #[command(flatten)]
    model: target::Model,
}

pub(crate) fn explain(Explain { name, model }: &Explain) -> Result<(), String> {
    let explained = model
        .generator()
        .explain(name)
        .map_err(|error| error.to_string())?;
    for (file, json) in &explained.model {
        say::line(format_args!("{}\n{json}\n", say::styled(say::HEAD, file)))?;
    }
    say::line(say::styled(say::HEAD, "decided"))?;
    let width = explained
        .decisions
        .iter()
        .map(|(what, _)| what.chars().count())
        .max()
        .unwrap_or(0);
    for (what, decision) in &explained.decisions {
        say::line(format_args!("  {what:<width$}  {decision}"))?;
    }
    if explained.code.is_empty() {
        return Ok(());
    }
    say::line(format_args!(
        "\n{}\n{}",
        say::styled(say::HEAD, "code"),
        explained.code.trim_end()
    ))
}

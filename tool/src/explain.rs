//! `cargo opsmith explain`: how a part of a model becomes Rust, and why.

use crate::{output, target};
use clap::Args;

#[derive(Args)]
pub(crate) struct Explain {
    /// An operation or a shape, such as GetPipeline or PipelineDeclaration.
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
        output::line(format_args!(
            "{}\n{json}\n",
            output::styled(output::HEAD, file)
        ))?;
    }
    output::line(output::styled(output::HEAD, "decided"))?;
    let width = explained
        .decisions
        .iter()
        .map(|(what, _)| what.chars().count())
        .max()
        .unwrap_or(0);
    for (what, decision) in &explained.decisions {
        output::line(format_args!("  {what:<width$}  {decision}"))?;
    }
    if explained.code.is_empty() {
        return Ok(());
    }
    output::line(format_args!(
        "\n{}\n{}",
        output::styled(output::HEAD, "code"),
        explained.code.trim_end()
    ))
}

//! `cargo opsmith list`: what each operation costs.

use crate::{output, target};
use clap::Args;

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    model: target::Model,
}

pub(crate) fn list(List { model }: &List) -> Result<(), String> {
    let generator = model.generator();
    let costs = generator.costs().map_err(|error| error.to_string())?;
    let progress = output::Progress::new("operations");
    let all = costs.len();
    let mut found = Vec::new();
    for (done, cost) in costs.enumerate() {
        found.push(cost.map_err(|error| error.to_string())?);
        progress.at(done + 1, all);
    }
    drop(progress);
    target::report_omitted(&generator)?;
    let whole = generator.cost().map_err(|error| error.to_string())?;
    let width = found
        .iter()
        .map(|cost| cost.operation.len())
        .max()
        .unwrap_or(0)
        .max("operation".len());
    let row = |operation: &str, shapes: &str, lines: &str| {
        format!("{operation:<width$} {shapes:>7} {lines:>7}")
    };
    output::line(output::styled(
        output::HEAD,
        row("operation", "shapes", "lines"),
    ))?;
    for cost in &found {
        output::line(row(
            &cost.operation,
            &cost.shapes.to_string(),
            &cost.lines.to_string(),
        ))?;
    }
    output::line(row(
        &format!("all {all}"),
        &whole.shapes.to_string(),
        &whole.lines.to_string(),
    ))
}

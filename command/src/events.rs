//! Results that are streams of events: each is printed when it comes, or goes to a file.

use crate::call::OperationRunner;
use crate::context::Context;
use crate::failure::Failure;
use crate::outfile::Outfile;
use crate::printer::Printer;
use opsmith_runtime::document::Map;
use opsmith_runtime::schema::{Operation, Service};

/// Calls an operation that answers with events. What came before an error stays printed; a file
/// appears only when all events came.
///
/// # Errors
///
/// Whatever keeps the call from being made, an error among the events, and an output that can't be
/// written.
pub(crate) fn call(
    context: &Context<'_>,
    service: &Service<'_>,
    operation: &Operation<'_>,
    runner: &mut OperationRunner<'_>,
    parameters: &Map,
    outfile: Option<Outfile<'_>>,
) -> Result<(), Failure> {
    // Before the call, which may change something.
    let mut printer = Printer::of_events(context, service, operation)?;
    let file = outfile.as_ref().map(Outfile::open).transpose()?;
    let (output, mut events) = runner.begin(parameters)?;
    if let Some(file) = file {
        while let Some(event) = runner.next(&mut events)? {
            file.add(&event)?;
        }
        return printer.result(file.finish(output)?);
    }
    printer.line(operation.output, output)?;
    let union = service.events(operation.output);
    while let Some(event) = runner.next(&mut events)? {
        printer.line(union, event)?;
    }
    Ok(())
}

//! `weather weather get-forecast --city Oslo`: a command for a private service, in the style of the
//! AWS CLI.

use opsmith_command::{Program, Services};

mod weather {
    opsmith_runtime::include_service!("weather");
}

fn main() -> std::process::ExitCode {
    Program {
        name: "weather",
        version: env!("CARGO_PKG_VERSION"),
        services: Services::linked(const { &[&weather::COMMANDS] }),
    }
    .run()
}

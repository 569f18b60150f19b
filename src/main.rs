//! The command `opsmith`, over the services that the build script generated.

use std::process::ExitCode;

// The same files are the public modules of the generated crate.
#[expect(unreachable_pub)]
mod services {
    include!(concat!(env!("OUT_DIR"), "/services.rs"));
}

fn main() -> ExitCode {
    opsmith_command::Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services: services::SERVICES,
    }
    .run()
}

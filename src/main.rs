//! The command `opsmith`, over the services that the build script generated.

use opsmith_command::Services;
use std::process::ExitCode;

// The same files are the public modules of the generated crate.
#[expect(unreachable_pub)]
mod services {
    include!(concat!(env!("OUT_DIR"), "/services.rs"));
}

fn main() -> ExitCode {
    let linked = Services::linked(services::SERVICES);
    // The catalogue that `OPSMITH_CATALOG` named for the build.
    let services = match services::CATALOG {
        Some(catalog) => linked.embedded(catalog),
        None => linked,
    };
    opsmith_command::Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services: services.installed(),
    }
    .run()
}

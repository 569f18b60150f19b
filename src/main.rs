//! The command `opsmith`, over the services that the build script generated.

use opsmith_command::Services;
use std::process::ExitCode;

// The same files are the public modules of the generated crate.
#[expect(unreachable_pub)]
mod services {
    include!(concat!(env!("OUT_DIR"), "/services.rs"));
}

fn main() -> ExitCode {
    let services = Services::linked(services::SERVICES);
    // The catalogue that `OPSMITH_CATALOG` named for the build, and the one that users add to.
    #[cfg(feature = "services")]
    let services = match services::CATALOG {
        Some(catalog) => services.embedded(catalog).installed(),
        None => services.installed(),
    };
    opsmith_command::Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services,
    }
    .run()
}

//! `weather weather get-forecast --city Oslo`: a command for a private service, in the style of the
//! AWS CLI.

mod weather {
    opsmith_runtime::include_service!("weather");
}

const WEATHER: opsmith_command::Program = opsmith_command::Program {
    name: "weather",
    version: env!("CARGO_PKG_VERSION"),
    services: &[&weather::COMMANDS],
};

fn main() -> std::process::ExitCode {
    WEATHER.run()
}

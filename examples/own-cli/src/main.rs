//! `weather weather get-forecast --city Oslo`: the command of a private service, as the AWS CLI
//! would have it.

mod weather {
    opsmith_runtime::include_service!("weather");
}

const WEATHER: opsmith_command::Program = opsmith_command::Program {
    name: "weather",
    version: env!("CARGO_PKG_VERSION"),
    services: &[&weather::commands::COMMANDS],
};

fn main() -> std::process::ExitCode {
    WEATHER.run()
}

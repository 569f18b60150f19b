//! Everything that a client reads from its surroundings: environment variables, the shared files,
//! and the chain of credentials providers that they configure.
//!
//! Nothing outside this module tree uses it: it makes a [`Config`](crate::Config), which holds all
//! that the rest of the crate needs to know.
//!
//! The precedence is always option, environment variable, profile key, default. One table,
//! [`SETTINGS`], says which variables and which key belong to a setting. Each value keeps where it
//! came from ([`Origin`]), for messages.
//!
//! ```
//! use opsmith_runtime::config::{Env, Settings};
//!
//! let env = Env::with_variables([("AWS_REGION", "eu-west-1")]);
//! let settings = Settings::load(env, None)?;
//! let region = settings.region()?.expect("the variable is set");
//! assert_eq!(region.text, "eu-west-1");
//! assert_eq!(region.origin.to_string(), "AWS_REGION");
//! # Ok::<(), opsmith_runtime::error::ConfigError>(())
//! ```

pub mod credentials;
mod endpoints;
mod env;
mod file;
mod load;
mod section;
mod settings;
mod table;

pub use env::{Env, NotUnicodeError};
pub use load::Loader;
pub use section::Section;
pub use settings::{Origin, Profile, RetryMode, Settings, Value};
pub use table::{SETTINGS, Setting};

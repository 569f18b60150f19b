//! A local AWS endpoint, for developing and testing without an account.
//!
//! It speaks real HTTP on the loopback interface, verifies the signature of each request in full,
//! and runs the life cycle of CodePipeline's jobs, of partners and of custom actions.
//! [`Endpoint::start`] is all a test needs. Each part below it stands alone:
//!
//! - [`server`] carries plain requests to a function and its answers back; it knows nothing of AWS
//!   but two headers.
//! - [`signature`] decides whether a request was signed by the holder of a secret key. It shares no
//!   code with the signer, so that the two check each other.
//! - [`jobs`] is the state machine of the jobs, with no input or output; time and nonces come in as
//!   arguments.

mod administration;
mod endpoint;
mod faults;
mod ids;
mod operations;
mod secret;
mod store;
mod stub;

pub mod jobs;
pub mod server;
pub mod signature;

pub use administration::{Definitions, TARGET_PREFIX};
pub use endpoint::{ACCESS_KEY_ID, Endpoint, Options, REGION, SIGNING_NAME, demo_credentials};
pub use faults::{Fault, Which};
pub use ids::Ids;
pub use secret::Secret;
pub use store::{Error as StoreError, Store};

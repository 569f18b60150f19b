//! Transfers of Amazon S3: files up and down, copies, deletions, listings and synchronized folders,
//! as the command `s3` of the AWS CLI makes them.
//!
//! [`Transfers`] makes them with a client of the crate `opsmith-s3api`, which is [`api`] here.

mod filter;
mod list;
mod local;
mod object;
mod options;
mod place;
mod sync;

pub use filter::Filters;
pub use list::{ListOptions, Listing};
pub use local::{LocalFile, SkipReason, Skipped, Walk, file};
pub use object::Object;
pub use opsmith_s3api as api;
pub use options::{CopyProps, CustomerKey, Grants, Options};
pub use place::{Place, PlaceError};
pub use sync::{Entries, Entry, Found, Item, Rules, Step, Sync, SyncError};

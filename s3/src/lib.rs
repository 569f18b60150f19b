//! Transfers of Amazon S3: files up and down, copies, deletions, listings and synchronized folders,
//! as the command `s3` of the AWS CLI makes them.
//!
//! [`Transfers`] makes them with a client of the crate `opsmith-s3api`, which is [`api`] here.

mod budget;
mod copy;
mod crc;
mod delete;
mod download;
mod error;
mod file;
mod filter;
mod list;
mod local;
mod mime;
mod multipart;
mod object;
mod options;
mod pace;
mod part;
mod place;
mod request;
mod settings;
mod sync;
mod transfers;
mod upload;
mod watch;

pub use error::TransferError;
pub use filter::Filters;
pub use list::{ListOptions, Listing};
pub use local::{LocalFile, SkipReason, Skipped, Walk, file};
pub use object::Object;
pub use opsmith_s3api as api;
pub use options::{CopyProps, CustomerKey, Grants, Options};
pub use place::{Place, PlaceError};
pub use settings::{Settings, SettingsError};
pub use sync::{Comparison, Entries, Entry, Found, Item, Rules, Step, SyncError};
pub use transfers::{Progress, Source, Target, Transfers};

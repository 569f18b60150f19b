//! Transfers of Amazon S3: files up and down, copies, deletions, listings and synchronized folders,
//! as the command `s3` of the AWS CLI makes them.
//!
//! [`Transfers`] makes them with a client of the crate `opsmith-s3api`, which is [`api`] here.
//!
//! ```no_run
//! use opsmith_s3::{Object, Options, Place, Settings, Source, Target, Transfers, api};
//! use std::sync::Arc;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let transfers = Transfers::new(api::Client::from_env()?, Settings::default());
//! let (place, options) = (Place::new("my-bucket", "backup.tar"), Options::default());
//! let progress = Arc::new(|bytes| eprintln!("{bytes} more bytes"));
//!
//! let source = Source::File("backup.tar".into());
//! transfers.upload(source, &place, &options, progress.clone()).await?;
//!
//! let target = Target::File("copy/of/backup.tar".into());
//! transfers.download(&Object::at(place), target, &options, progress).await?;
//! # Ok(())
//! # }
//! ```
//!
//! What transfers promise:
//!
//! - A local file is replaced by a whole object or left as it is. Until then, a temporary file is
//!   beside it.
//! - An object is replaced by a whole file or left as it is. An upload in parts that fails, or whose
//!   future is dropped, is aborted ([`Transfers::settle`] waits for the latter). One whose process is
//!   killed stays, unless who kept its [`Transfers::notes`] aborts it, or a lifecycle rule of the
//!   bucket does.
//! - A file that changes while it is read is an error, and so is an object.
//! - All content is checked: what goes up has a checksum, and what comes down is compared with the
//!   one that the service has of the whole object (CRC64NVME, CRC32C or CRC32), whatever the order in
//!   which its ranges came.
//! - No more requests are in flight than [`Settings::max_concurrent_requests`] for all transfers of
//!   [`Transfers`] and its clones. When the service asks to slow down, that number is halved; it grows
//!   again by one after as many requests succeed. Bodies in memory are limited by
//!   [`Settings::memory`].

mod budget;
mod buffers;
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

pub use delete::MOST_DELETED;
pub use error::TransferError;
pub use filter::Filters;
pub use list::{ListOptions, Listing};
pub use local::{LocalFile, SkipReason, Skipped, Walk, file};
pub use multipart::{Change, Notes};
pub use object::Object;
pub use opsmith_s3api as api;
pub use options::{CopyProps, CustomerKey, Grants, Options};
pub use place::{Place, PlaceError};
pub use settings::{Settings, SettingsError};
pub use sync::{Comparison, Entries, Entry, Found, Item, Rules, Step, SyncError};
pub use transfers::{Progress, Source, Target, Transfers};

//! The steps between the endpoint and the first attempt, which is what operations with certain
//! traits need: compression, and then a checksum of what is sent.

use super::Prepared;
use super::endpoint::Destination;
use crate::auth::Payload;
use crate::client::Client;
use crate::error::Error;
use crate::features;

/// Compresses the body and adds its checksum, where the operation asks for it. How signatures cover
/// the body, if that is known afterwards.
///
/// # Errors
///
/// A trait of the operation needs a feature that is not built in, or the body can't be read.
pub(super) async fn complete(
    client: &Client<'_>,
    prepared: &mut Prepared<'_>,
    destination: &Destination,
) -> Result<Option<Payload>, Error> {
    let name = prepared.operation.name;
    if let Some(missing) = features::missing_for(prepared.operation) {
        return Err(Error::Request(format!("{name}: {missing}").into()));
    }
    #[cfg(feature = "compression")]
    super::compress::compress(client, prepared)?;
    #[cfg(feature = "checksums")]
    let payload = super::checksum::protect(client, prepared, destination).await?;
    #[cfg(not(feature = "checksums"))]
    let payload = {
        let _ = (client, destination);
        None
    };
    Ok(payload)
}

//! [`Options`]: what the requests of a transfer say beside what they transfer.

use opsmith_runtime::Timestamp;
use opsmith_s3api::{
    ChecksumAlgorithm, ChecksumMode, MetadataDirective, ObjectCannedAcl, RequestPayer,
    ServerSideEncryption, StorageClass,
};
use std::collections::BTreeMap;
use std::fmt;

/// What the requests of a transfer say beside what they transfer. Each is sent with the operations
/// that take it; what is `None` is not sent.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The canned access control list of the new object.
    pub acl: Option<ObjectCannedAcl>,
    /// Who gets which permissions on the new object.
    pub grants: Grants,
    /// How the server encrypts the new object.
    pub sse: Option<ServerSideEncryption>,
    /// The KMS key that encrypts the new object.
    pub sse_kms_key_id: Option<String>,
    /// The customer's key of the object: of the new one in uploads and copies, of the one that is
    /// read in downloads.
    pub sse_c: Option<CustomerKey>,
    /// The customer's key of the object that is copied.
    pub sse_c_copy_source: Option<CustomerKey>,
    /// The storage class of the new object.
    pub storage_class: Option<StorageClass>,
    /// Where requests of a website for the new object are redirected to.
    pub website_redirect: Option<String>,
    /// The content type. An upload from a file without one guesses it from the name, unless
    /// `no_guess_mime_type` is set.
    pub content_type: Option<String>,
    /// Whether an upload from a file sends no content type that is guessed from the name.
    pub no_guess_mime_type: bool,
    /// The header `Cache-Control` of the new object.
    pub cache_control: Option<String>,
    /// The header `Content-Disposition` of the new object.
    pub content_disposition: Option<String>,
    /// The header `Content-Encoding` of the new object.
    pub content_encoding: Option<String>,
    /// The header `Content-Language` of the new object.
    pub content_language: Option<String>,
    /// The header `Expires` of the new object.
    pub expires: Option<Timestamp>,
    /// The metadata of the new object.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Whether a copy takes the metadata of the source (`COPY`) or has that of the options
    /// (`REPLACE`). With one, `copy_props` is not used.
    pub metadata_directive: Option<MetadataDirective>,
    /// What a copy takes of the source beside its content.
    pub copy_props: CopyProps,
    /// That the requester pays.
    pub request_payer: Option<RequestPayer>,
    /// The checksum of the new object; the service's default without one.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Whether a download asks for the checksum of the object, and checks it. Without it, that is
    /// done unless the client's configuration says otherwise.
    pub checksum_mode: Option<ChecksumMode>,
    /// Whether an object that exists is left as it is: uploads and copies are refused by the server
    /// then (`PreconditionFailed`).
    pub no_overwrite: bool,
}

/// Who gets which permissions, as `Grantee_Type=Grantee_ID` lists, such as `id=0123,uri=…`.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// Who may read the object.
    pub read: Option<String>,
    /// Who may do everything.
    pub full_control: Option<String>,
    /// Who may read the access control list.
    pub read_acp: Option<String>,
    /// Who may write the access control list.
    pub write_acp: Option<String>,
}

/// A key with which the server encrypts an object, and which the customer keeps. `Debug` hides it.
#[derive(Clone)]
pub struct CustomerKey {
    /// The algorithm: `AES256`.
    pub algorithm: String,
    /// The key's bytes.
    pub key: Vec<u8>,
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("CustomerKey");
        debug
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// What a copy takes of its source beside the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyProps {
    /// Nothing.
    None,
    /// Content headers and metadata.
    MetadataDirective,
    /// Tags too.
    #[default]
    Default,
    /// Annotations too.
    All,
}

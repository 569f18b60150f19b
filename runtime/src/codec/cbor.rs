//! CBOR (RFC 8949), as the protocol Smithy RPC v2 CBOR uses it.

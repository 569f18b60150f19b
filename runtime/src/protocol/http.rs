//! Protocols that bind members to parts of HTTP messages: REST JSON and REST XML.

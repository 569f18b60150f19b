//! XML, as the protocols REST XML, AWS Query and EC2 Query use it.

//! Protocols whose requests are forms and whose answers are XML: AWS Query and EC2 Query.

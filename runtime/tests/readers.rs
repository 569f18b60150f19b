//! Whatever comes from outside: no input makes a reader of the runtime panic. The fuzz targets
//! share the readers.

include!("../../fuzz/noise.rs");
include!("../../fuzz/runtime_readers.rs");

#[test]
fn config_files() {
    feed("config", 1000, config);
}

#[test]
fn bundles_of_certificates() {
    feed("bundle", 1000, bundle);
}

#[cfg(feature = "catalog")]
#[test]
fn catalogues() {
    feed("catalog", 2000, catalog);
}

#[test]
fn sources_of_credentials() {
    feed("credentials", 2000, credentials);
}

#[test]
fn answers_of_services() {
    feed("answer", 4000, answer);
}

#[test]
fn settings_of_a_call() {
    feed("settings", 3000, settings);
}

#[test]
fn inputs_of_operations() {
    feed("input", 4000, input);
}

#[cfg(feature = "xml")]
#[test]
fn answers_in_xml() {
    feed("xml", 4000, xml);
}

#[cfg(feature = "cbor")]
#[test]
fn answers_in_cbor() {
    feed("cbor", 8000, cbor);
}

#[cfg(feature = "event-stream")]
#[test]
fn streams_of_events() {
    feed("events", 4000, events);
}

// The reader of requests in the local endpoint, as a function of bytes.

use opsmith_local::codepipeline::Endpoint;
use opsmith_local::codepipeline::jobs::Entry;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

/// A request as received. A complete one must be answered in time.
pub fn request(bytes: &[u8]) {
    static ENDPOINT: OnceLock<Endpoint> = OnceLock::new();
    let endpoint = ENDPOINT.get_or_init(|| Endpoint::start().expect("an endpoint"));
    let url = endpoint.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a timeout");
    // The endpoint may close the connection before everything is written.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert!(
            error.kind() != std::io::ErrorKind::WouldBlock,
            "no answer and no end"
        ),
    }
}

/// Definitions of jobs.
pub fn jobs(bytes: &[u8]) {
    let _ = opsmith_local::codepipeline::Definitions::from_json(&String::from_utf8_lossy(bytes));
}

/// The log of an endpoint's state.
pub fn state(bytes: &[u8]) {
    let name = format!(
        "opsmith-state-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let path = std::env::temp_dir().join(name);
    if std::fs::write(&path, bytes).is_ok() {
        let _ = opsmith_local::store::Store::<Entry>::open(&path).map_err(|error| error.to_string());
    }
    let _ = std::fs::remove_file(&path);
}

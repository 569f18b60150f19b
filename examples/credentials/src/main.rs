//! Signs with credentials that an agent writes to a file and replaces before they expire, as Vault's
//! agent does.
//!
//! To try it, run the lines that `opsmith local serve` prints, and write the keys in them to a file:
//!
//! ```sh
//! printf '{"access_key": "%s", "secret_key": "%s", "lease_duration": 3600}' \
//!     "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" > lease.json
//! cargo run --manifest-path examples/credentials/Cargo.toml -- lease.json
//! ```

use opsmith_codepipeline::{Client, Config, Error, GetThirdPartyJobDetailsInput};
use opsmith_runtime::BoxFuture;
use opsmith_runtime::error::ConfigError;
use opsmith_runtime::identity::{Credentials, Identity, IdentityContext, ResolveIdentity};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let path = std::env::args_os().nth(1).expect("usage: FILE");
    let agent = Agent { path: path.into() };
    // Region and endpoint come from the environment, credentials from the agent.
    let client = Client::new(Config::from_env()?.credentials_from(agent));
    let input = GetThirdPartyJobDetailsInput::new("demo-job", "demo-token");
    let job = client.get_third_party_job_details(input).await?;
    println!("{:?}", job.job_details);
    Ok(())
}

/// The source of credentials. The client calls it before the first request, and again before the
/// credentials expire.
#[derive(Debug)]
struct Agent {
    path: PathBuf,
}

/// What the agent writes.
#[derive(Deserialize)]
struct Lease {
    access_key: String,
    secret_key: String,
    session_token: Option<String>,
    /// Seconds from the time at which the file was written.
    lease_duration: u64,
}

impl ResolveIdentity for Agent {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
        Box::pin(async move {
            let credentials = self.credentials(context.now());
            let error = |problem| format!("{}: {problem}", self.path.display());
            let credentials = credentials
                .map_err(error)
                .map_err(ConfigError::credentials)?;
            Ok(credentials.into())
        })
    }
}

impl Agent {
    /// The credentials in the file, or what is wrong. The file is small and local, so that reading it
    /// may block.
    fn credentials(&self, now: SystemTime) -> Result<Credentials, String> {
        let written = std::fs::metadata(&self.path).and_then(|file| file.modified());
        let written = written.map_err(|error| error.to_string())?;
        let text = std::fs::read(&self.path).map_err(|error| error.to_string())?;
        // Not serde's message, which may show a secret.
        let lease: Lease = serde_json::from_slice(&text)
            .map_err(|error| format!("line {}: not a lease", error.line()))?;
        let expiration = written + Duration::from_secs(lease.lease_duration);
        if expiration <= now {
            return Err("the lease has expired; does the agent run?".to_owned());
        }
        let mut credentials = Credentials::new(lease.access_key, lease.secret_key, "agent");
        credentials.session_token = lease.session_token;
        credentials.expiration = Some(expiration);
        Ok(credentials)
    }
}

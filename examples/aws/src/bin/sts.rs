//! `sts-example ROLE` prints who the caller is, and who it is with the credentials of a role; then a URL that proves it to others.

mod sts {
    opsmith_runtime::include_service!("sts");
}

use opsmith_runtime::identity::Credentials;
use std::error::Error;
use std::time::Duration;
use sts::{AssumeRoleRequest, Client, Config, GetCallerIdentityRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let role = std::env::args().nth(1).ok_or("usage: sts-example ROLE")?;
    let client = Client::from_env()?;
    println!("{}", caller(&client).await?);

    let request = AssumeRoleRequest::new(role, "example").duration_seconds(900);
    let assumed = client.assume_role(request).await?;
    let keys = assumed.credentials.ok_or("the role has no credentials")?;
    let mut credentials =
        Credentials::new(keys.access_key_id, keys.secret_access_key, "assumed-role");
    credentials.session_token = Some(keys.session_token);
    let in_role = Client::new(Config::from_env()?.credentials(credentials));
    println!("{}", caller(&in_role).await?);

    // Whoever opens it learns from AWS who signed it: so Vault and Kubernetes know their callers.
    let proof = in_role
        .get_caller_identity(GetCallerIdentityRequest::default())
        .presigned(Duration::from_secs(60))
        .await?;
    println!("{}", proof.url);
    Ok(())
}

async fn caller(client: &Client) -> Result<String, Box<dyn Error>> {
    let identity = client
        .get_caller_identity(GetCallerIdentityRequest::default())
        .await?;
    Ok(identity.arn.ok_or("the caller has no ARN")?)
}

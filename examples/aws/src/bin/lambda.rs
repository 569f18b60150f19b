//! `lambda-example FUNCTION PAYLOAD` calls a function of AWS Lambda and prints what it returns.

mod lambda {
    opsmith_runtime::include_service!("lambda");
}

use lambda::{Client, InvocationRequest};
use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(function), Some(payload)) = (words.next(), words.next()) else {
        return Err("usage: lambda-example FUNCTION PAYLOAD".into());
    };
    let client = Client::from_env()?;
    let output = client
        .invoke(InvocationRequest::new(function).payload(payload))
        .await?;
    let returned = output.payload.unwrap_or_default();
    let returned = String::from_utf8_lossy(returned.as_ref());
    match output.function_error {
        // The call succeeded, and the function did not.
        Some(kind) => Err(format!("{kind}: {returned}").into()),
        None => {
            println!("{returned}");
            Ok(())
        }
    }
}

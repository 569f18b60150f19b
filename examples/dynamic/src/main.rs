//! Lists the regions of an account with a service of a catalogue: nothing is generated, and values
//! are serde's.
//!
//! ```sh
//! pip download --no-deps botocore
//! opsmith services add botocore-*.whl
//! cargo run -- "$(opsmith services path)"
//! ```

use opsmith_runtime::document::Document;
use opsmith_runtime::schema::Arena;
use opsmith_runtime::schema::catalog::CatalogFile;
use opsmith_runtime::{Client, Config};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::error::Error;

/// What the program says. Members have the names of the model, and those that are not needed are
/// left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeRegions {
    all_regions: bool,
}

/// What the program needs of the answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedRegions {
    regions: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Region {
    region_name: String,
    opt_in_status: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1);
    let catalog = CatalogFile::open(path.ok_or("usage: dynamic-example CATALOGUE")?)?;
    // The schema of the service is loaded here, and lives as long.
    let arena = Arena::new();
    let client = Client::dynamic(&catalog, "ec2", &arena, Config::from_env()?)?;
    let client = client.ok_or("the catalogue has no ec2")?;
    let input = DescribeRegions { all_regions: true };
    let output: DescribedRegions = call(&client, "DescribeRegions", &input).await?;
    for region in output.regions {
        println!("{}: {}", region.region_name, region.opt_in_status);
    }
    Ok(())
}

/// Calls an operation. The input is checked against the model before it is sent.
async fn call<T: DeserializeOwned>(
    client: &Client<'_>,
    operation: &str,
    input: &impl Serialize,
) -> Result<T, Box<dyn Error>> {
    let input: Document = serde_json::from_value(serde_json::to_value(input)?)?;
    let output = client.call_document(operation, &input).await?;
    Ok(serde_json::from_value(serde_json::to_value(output)?)?)
}

//! Operations of DynamoDB, from the model that `bench/run` imports.

fn main() {
    println!("cargo::rerun-if-env-changed=DYNAMODB_MODEL");
    let model = std::env::var("DYNAMODB_MODEL").expect("DYNAMODB_MODEL names the model");
    opsmith_codegen::Generator::new(model)
        .exceptions("exceptions.toml")
        .operations(["PutItem", "Query"])
        .build_script();
}

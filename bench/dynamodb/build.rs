//! Two operations of DynamoDB, from botocore's data.

fn main() {
    println!("cargo::rerun-if-env-changed=OPSMITH_BOTOCORE");
    let data = std::env::var("OPSMITH_BOTOCORE").expect("OPSMITH_BOTOCORE names botocore's data folder");
    opsmith_codegen::Generator::new(format!("{data}/dynamodb/2012-08-10")).operations(["GetItem", "PutItem"]).build_script();
}

//! Three operations of S3, from the model that `bench/run` imports.

fn main() {
    println!("cargo::rerun-if-env-changed=S3_MODEL");
    let model = std::env::var("S3_MODEL").expect("S3_MODEL names the model");
    opsmith_codegen::Generator::new(model)
        .operations(["GetObject", "PutObject", "ListObjectsV2"])
        .build_script();
}

//! One operation of each protocol, from the models that `bench/run` imports.

fn main() {
    println!("cargo::rerun-if-env-changed=MODELS");
    let models = std::env::var("MODELS").expect("MODELS names the folder of the models");
    for (service, operation) in [
        ("s3", "ListObjectsV2"),
        ("ec2", "DescribeInstances"),
        ("sns", "PublishBatch"),
        ("cloudwatch", "PutMetricData"),
    ] {
        opsmith_codegen::Generator::new(format!("{models}/{service}.json"))
            .operations([operation])
            .build_script();
    }
}

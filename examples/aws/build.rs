//! Generates a client of a few operations for each service. `OPSMITH_BOTOCORE` names the folder `botocore/data` of botocore, which has the
//! models: `pip download --no-deps botocore` fetches it.

use opsmith_codegen::Generator;
use std::path::PathBuf;

/// Models, as folders of botocore's data, and the operations that the programs call.
const SERVICES: &[(&str, &[&str])] = &[
    ("lambda/2015-03-31", &["Invoke"]),
    (
        "s3/2006-03-01",
        &[
            "CompleteMultipartUpload",
            "CreateBucket",
            "CreateMultipartUpload",
            "GetObject",
            "ListObjectsV2",
            "PutObject",
            "UploadPart",
        ],
    ),
    ("sns/2010-03-31", &["CreateTopic", "Publish", "Subscribe"]),
    (
        "sqs/2012-11-05",
        &[
            "CreateQueue",
            "DeleteMessage",
            "GetQueueAttributes",
            "ReceiveMessage",
        ],
    ),
    ("sts/2011-06-15", &["AssumeRole", "GetCallerIdentity"]),
];

fn main() {
    println!("cargo::rerun-if-env-changed=OPSMITH_BOTOCORE");
    let Some(botocore) = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from) else {
        eprintln!("set OPSMITH_BOTOCORE to the folder botocore/data of botocore");
        std::process::exit(1);
    };
    for (model, operations) in SERVICES {
        Generator::new(botocore.join(model))
            .operations(operations.iter().copied())
            .build_script();
    }
}

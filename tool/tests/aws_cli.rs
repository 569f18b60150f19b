//! What the AWS CLI changes of commands: the behaviors of `codegen/aws-cli.toml`, over small models
//! with the SDK ids that it names.

#[path = "support/service.rs"]
mod service;

use serde_json::{Value, json};
use service::{Service, list, structure};
use std::path::Path;

#[test]
fn an_option_sets_a_part_and_its_siblings() {
    let s3 = structure(&[("bucket", "S"), ("key", "S"), ("bundleType", "S")]);
    let hub = structure(&[("repository", "S"), ("commitId", "S")]);
    let revision = structure(&[
        ("revisionType", "S"),
        ("s3Location", "S3"),
        ("gitHubLocation", "Hub"),
        ("string", "S"),
    ]);
    let service = Service::new(
        "CodeDeploy",
        json!({ "t#S3": s3, "t#Hub": hub, "t#Revision": revision }),
        &[(
            "RegisterApplicationRevision",
            &[("applicationName", "S"), ("revision!", "Revision")],
        )],
    );
    let line = "deploy register-application-revision --application-name a";
    assert_eq!(
        service.body(&format!(
            "{line} --s3-location bucket=b,key=k,bundleType=zip"
        )),
        json!({ "applicationName": "a", "revision": { "revisionType": "S3", "s3Location": { "bucket": "b", "key": "k", "bundleType": "zip" } } })
    );
    let of_both = format!(
        "{line} --revision revisionType=x,string=y --github-location repository=r,commitId=c"
    );
    let expected = json!({ "revisionType": "GitHub", "gitHubLocation": { "repository": "r", "commitId": "c" } });
    assert_eq!(service.body(&of_both)["revision"], expected);
    let error = service.refused(&format!("{line} --s3-location bucket=b"));
    assert!(
        error.contains("--s3-location must have all of bucket, key, bundleType"),
        "{error}"
    );
    let error = service.refused("deploy push --application-name a");
    assert!(
        error.contains("deploy push") && error.contains("register-application-revision"),
        "{error}"
    );
    let page = service.help("deploy register-application-revision");
    assert!(
        page.contains("[--revision <value>]\n") && page.contains("[--s3-location <value>]\n"),
        "{page}"
    );
}

#[test]
fn an_option_sets_a_part_of_the_only_element_of_a_list() {
    let datum = structure(&[
        ("MetricName", "S"),
        ("Dimensions", "Dimensions"),
        ("Value", "F"),
        ("StatisticValues", "Statistics"),
    ]);
    let service = Service::new(
        "CloudWatch",
        json!({
            "t#Datum": datum, "t#Data": list("Datum"), "t#Dimension": structure(&[("Name", "S"), ("Value", "S")]),
            "t#Dimensions": list("Dimension"), "t#Statistics": structure(&[("Sum", "F")]),
        }),
        &[
            (
                "PutMetricData",
                &[("Namespace!", "S"), ("MetricData!", "Data")],
            ),
            ("GetOTelEnrichment", &[]),
        ],
    );
    let line = "cloudwatch put-metric-data --namespace n --metric-name m --value 1.5 --dimensions a=1,b=x=y --statistic-values Sum=2";
    let dimensions = json!([{ "Name": "a", "Value": "1" }, { "Name": "b", "Value": "x=y" }]);
    let datum = json!({ "MetricName": "m", "Value": 1.5, "Dimensions": dimensions, "StatisticValues": { "Sum": 2.0 } });
    assert_eq!(
        service.body(line),
        json!({ "Namespace": "n", "MetricData": [datum] })
    );
    let error = service
        .refused("cloudwatch put-metric-data --namespace n --metric-data MetricName=m --value 1");
    assert!(
        error.contains("--metric-data and --value can't be given together"),
        "{error}"
    );
    for word in ["get-otel-enrichment", "get-o-tel-enrichment"] {
        assert_eq!(service.body(&format!("cloudwatch {word}")), json!({}));
    }
    let page = service.help("cloudwatch");
    assert!(
        page.contains("get-otel-enrichment") && !page.contains("get-o-tel-enrichment"),
        "{page}"
    );
}

/// Rows of `codegen/aws-cli.toml` whose behaviors other tests have: each sets the part that it names.
#[test]
fn options_of_services_set_their_parts() {
    let image = json!({ "t#Image": structure(&[("Bytes", "Blob"), ("Name", "S")]) });
    let email = json!({
        "t#Text": structure(&[("Data", "S")]), "t#Body": structure(&[("Text", "Text"), ("Html", "Text")]),
        "t#Message": structure(&[("Subject", "Text"), ("Body", "Body")]),
        "t#Destination": structure(&[("ToAddresses", "L"), ("CcAddresses", "L"), ("BccAddresses", "L")]),
    });
    let expression = structure(&[("ExpressionName", "S"), ("ExpressionValue", "S")]);
    let recorder = structure(&[("name", "S"), ("recordingGroup", "Group")]);
    let group = structure(&[("allSupported", "B")]);
    for (sdk_id, shapes, operation, members, line, expected) in [
        (
            "SES",
            email,
            "SendEmail",
            &[
                ("Source!", "S"),
                ("Destination!", "Destination"),
                ("Message!", "Message"),
            ][..],
            "ses send-email --from a --to b c --cc d --bcc e --subject s --text t --html h",
            json!({
                "Source": "a",
                "Destination": { "ToAddresses": ["b", "c"], "CcAddresses": ["d"], "BccAddresses": ["e"] },
                "Message": { "Subject": { "Data": "s" }, "Body": { "Text": { "Data": "t" }, "Html": { "Data": "h" } } },
            }),
        ),
        (
            "Rekognition",
            image.clone(),
            "DetectFaces",
            &[("Image!", "Image")],
            "rekognition detect-faces --image-bytes fileb://data",
            json!({ "Image": { "Bytes": "AP8=" } }),
        ),
        (
            "Rekognition",
            image,
            "CompareFaces",
            &[("SourceImage!", "Image"), ("TargetImage!", "Image")],
            "rekognition compare-faces --source-image-bytes fileb://data --target-image Name=n --target-image-bytes fileb://data",
            json!({ "SourceImage": { "Bytes": "AP8=" }, "TargetImage": { "Name": "n", "Bytes": "AP8=" } }),
        ),
        (
            "QuickSight",
            json!({ "t#Source": structure(&[("Body", "Blob")]) }),
            "StartAssetBundleImportJob",
            &[("AssetBundleImportSource!", "Source")],
            "quicksight start-asset-bundle-import-job --asset-bundle-import-source-bytes fileb://data",
            json!({ "AssetBundleImportSource": { "Body": "AP8=" } }),
        ),
        (
            "Translate",
            json!({ "t#Document": structure(&[("Content", "Blob"), ("ContentType", "S")]) }),
            "TranslateDocument",
            &[("Document!", "Document")],
            "translate translate-document --document ContentType=text/plain --document-content fileb://data",
            json!({ "Document": { "ContentType": "text/plain", "Content": "AP8=" } }),
        ),
        (
            "Config Service",
            json!({ "t#Group": group, "t#Recorder": recorder }),
            "PutConfigurationRecorder",
            &[("ConfigurationRecorder!", "Recorder")],
            "configservice put-configuration-recorder --configuration-recorder name=n --recording-group allSupported=true",
            json!({ "ConfigurationRecorder": { "name": "n", "recordingGroup": { "allSupported": true } } }),
        ),
        (
            "CloudSearch",
            json!({ "t#Expression": expression }),
            "DefineExpression",
            &[("DomainName!", "S"), ("Expression!", "Expression")],
            "cloudsearch define-expression --domain-name d --name n --expression e",
            json!({ "DomainName": "d", "Expression": { "ExpressionName": "n", "ExpressionValue": "e" } }),
        ),
    ] {
        let service = Service::new(sdk_id, shapes, &[(operation, members)]);
        std::fs::write(service.0.path().join("data"), [0, 255]).expect("a file");
        assert_eq!(service.body(line), expected, "{line}");
    }
}

#[test]
fn a_zip_file_is_one_and_sets_a_part() {
    let code = json!({ "t#Code": structure(&[("ZipFile", "Blob"), ("S3Key", "S")]) });
    let operations: [(&str, &[(&str, &str)]); 2] = [
        (
            "CreateFunction",
            &[("FunctionName!", "S"), ("Code!", "Code")],
        ),
        (
            "UpdateFunctionCode",
            &[("FunctionName!", "S"), ("ZipFile", "Blob")],
        ),
    ];
    let service = Service::new("Lambda", code, &operations);
    // The least that is a zip file: the record at the end.
    let zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    std::fs::write(service.0.path().join("f.zip"), zip).expect("a file");
    std::fs::write(service.0.path().join("other"), [0, 255]).expect("a file");
    let content = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
    assert_eq!(
        service.body(
            "lambda create-function --function-name f --code S3Key=k --zip-file fileb://f.zip"
        )["Code"],
        json!({ "S3Key": "k", "ZipFile": content })
    );
    let update = "lambda update-function-code --function-name f --zip-file";
    assert_eq!(
        service.body(&format!("{update} fileb://f.zip"))["ZipFile"],
        content
    );
    for value in ["fileb://other", "UEsFBgAA"] {
        let error = service.refused(&format!("{update} {value}"));
        assert!(
            error.contains("--zip-file must be a zip file with the prefix fileb://"),
            "{error}"
        );
    }
    let error = service.refused("lambda create-function --function-name f --code ZipFile=YQ==");
    assert!(
        error.contains("ZipFile can't be given as a part of --code: use --zip-file"),
        "{error}"
    );
}

#[test]
fn a_part_is_given_by_its_own_option_alone() {
    let data = structure(&[("File", "Blob"), ("Format", "S")]);
    let service = Service::new(
        "Translate",
        json!({ "t#Data": data }),
        &[(
            "ImportTerminology",
            &[("Name!", "S"), ("TerminologyData!", "Data")],
        )],
    );
    let line = "translate import-terminology --name n";
    std::fs::write(service.0.path().join("data"), [0, 255]).expect("a file");
    assert_eq!(
        service.body(&format!(
            "{line} --terminology-data Format=CSV --data-file fileb://data"
        ))["TerminologyData"],
        json!({ "Format": "CSV", "File": "AP8=" })
    );
    let error = service.refused(&format!(
        "{line} --terminology-data File=YQ== --data-file fileb://data"
    ));
    assert!(
        error.contains("File can't be given as a part of --terminology-data: use --data-file"),
        "{error}"
    );
    assert!(
        service
            .refused(line)
            .contains("the following arguments are required: --data-file")
    );
    // A document has no need of the option.
    let document = r#"{"TerminologyData":{"File":"YQ=="}}"#;
    assert_eq!(
        service.body(&format!("{line} --cli-input-json {document}"))["TerminologyData"]["File"],
        "YQ=="
    );
}

#[test]
fn words_of_a_list_of_numbers_are_numbers() {
    let shapes = json!({ "t#Points": list("F"), "t#Ports": list("I") });
    let service = Service::new(
        "Toys",
        shapes,
        &[("Move", &[("Position", "Points"), ("Ports", "Ports")])],
    );
    assert_eq!(
        service.body("toys move --position 2.25 -1 --ports 80 443"),
        json!({ "Position": [2.25, -1.0], "Ports": [80, 443] })
    );
    assert_eq!(
        service.body("toys move --ports 80"),
        json!({ "Ports": [80] })
    );
    let error = service.refused("toys move --ports 80 x");
    assert!(
        error.contains("Error parsing parameter '--ports': invalid int value: 'x'"),
        "{error}"
    );
}

#[test]
fn flags_and_pairs_become_lists() {
    let service = Service::new(
        "EMR",
        json!({ "t#Tag": structure(&[("Key", "S"), ("Value", "S")]), "t#Tags": list("Tag") }),
        &[
            ("ListClusters", &[("ClusterStates", "L")]),
            ("AddTags", &[("ResourceId", "S"), ("Tags", "Tags")]),
            ("RunJobFlow", &[("Name", "S")]),
            ("DescribeThing", &[("JobFlowId", "S")]),
        ],
    );
    assert_eq!(
        service.body("emr list-clusters --failed"),
        json!({ "ClusterStates": ["TERMINATED_WITH_ERRORS"] })
    );
    let error = service.refused("emr list-clusters --failed --cluster-states RUNNING");
    assert!(
        error.contains("--cluster-states and --failed can't be given together"),
        "{error}"
    );
    assert_eq!(
        service.body("emr add-tags --resource-id i --tags a=1,2 b")["Tags"],
        json!([{ "Key": "a", "Value": "1,2" }, { "Key": "b", "Value": "" }])
    );
    assert!(
        service
            .refused("emr add-tags --resource-id i")
            .contains("required: --tags")
    );
    assert_eq!(
        service.body("emr describe-thing --cluster-id j"),
        json!({ "JobFlowId": "j" })
    );
    // The AWS CLI has a separate command instead; until that is built, the operation works and is
    // hidden.
    assert_eq!(
        service.body("emr run-job-flow --name n"),
        json!({ "Name": "n" })
    );
    assert!(!service.help("emr").contains("run-job-flow"));
    assert!(
        service
            .refused("emr create-cluster")
            .contains("The nearest is run-job-flow.")
    );
}

/// `create-invalidation --paths` counts them, and names the call.
#[test]
fn words_are_counted_beside_a_text_of_the_call() {
    let service = Service::new(
        "CloudFront",
        json!({
            "t#Paths": structure(&[("Quantity", "I"), ("Items", "L")]),
            "t#Batch": structure(&[("Paths", "Paths"), ("CallerReference", "S")]),
        }),
        &[(
            "CreateInvalidation",
            &[("DistributionId!", "S"), ("InvalidationBatch!", "Batch")],
        )],
    );
    let line = "cloudfront create-invalidation --distribution-id D --paths /a* /b,c";
    let batch = service.body(line)["InvalidationBatch"].take();
    assert_eq!(
        batch["Paths"],
        json!({ "Quantity": 2, "Items": ["/a*", "/b,c"] })
    );
    let reference = |batch: &Value| batch["CallerReference"].as_str().map(str::to_owned);
    let first = reference(&batch).expect("a reference");
    let numbers: Vec<_> = first.split('-').skip(1).map(str::parse::<u64>).collect();
    assert!(
        first.starts_with("cli-") && numbers.len() == 2 && numbers.iter().all(Result::is_ok),
        "{first}"
    );
    assert_ne!(
        reference(&service.body(line)["InvalidationBatch"]),
        Some(first)
    );
    let error = service.refused(&format!("{line} --invalidation-batch CallerReference=r"));
    assert!(
        error.contains("--invalidation-batch and --paths can't be given together"),
        "{error}"
    );
    let page = service.help("cloudfront create-invalidation");
    assert!(
        page.contains("[--invalidation-batch <value>]\n") && page.contains("[--paths <value>]\n"),
        "{page}"
    );
}

#[test]
fn words_are_values_of_the_only_member() {
    let service = Service::new(
        "WorkSpaces",
        json!({ "t#Request": structure(&[("WorkspaceId", "S")]), "t#Requests": list("Request") }),
        &[
            (
                "TerminateWorkspaces",
                &[("TerminateWorkspaceRequests!", "Requests")],
            ),
            ("StopWorkspaces", &[("StopWorkspaceRequests!", "Requests")]),
        ],
    );
    let requests =
        |ids: &[&str]| Value::from_iter(ids.iter().map(|id| json!({ "WorkspaceId": id })));
    for (words, expected) in [
        ("ws-1 ws-2", requests(&["ws-1", "ws-2"])),
        // As the AWS CLI sends it.
        ("WorkspaceId=ws-1", requests(&["WorkspaceId=ws-1"])),
        (r#"{"WorkspaceId":"ws-1"}"#, requests(&["ws-1"])),
    ] {
        let line =
            format!("workspaces terminate-workspaces --terminate-workspace-requests {words}");
        assert_eq!(
            service.body(&line)["TerminateWorkspaceRequests"],
            expected,
            "{words}"
        );
    }
    let line = "workspaces stop-workspaces --stop-workspace-requests";
    assert_eq!(
        service.body(&format!("{line} WorkspaceId=ws-1"))["StopWorkspaceRequests"],
        requests(&["ws-1"])
    );
    service.refused(&format!("{line} ws-1"));
}

#[test]
fn negative_options_and_aliases() {
    let service = Service::new(
        "ECS",
        json!({}),
        &[(
            "CreateService",
            &[("enableExecuteCommand", "B"), ("name", "S")],
        )],
    );
    for (option, expected) in [
        ("--disable-execute-command", false),
        ("--enable-execute-command", true),
    ] {
        assert_eq!(
            service.body(&format!("ecs create-service {option}")),
            json!({ "enableExecuteCommand": expected })
        );
    }
    service.refused("ecs create-service --no-enable-execute-command");
    let page = service.help("ecs create-service");
    assert!(
        page.contains("--enable-execute-command | --disable-execute-command"),
        "{page}"
    );

    let service = Service::new(
        "mgn",
        json!({}),
        &[("StartTest", &[("sourceServerIDs!", "L")])],
    );
    for option in ["--source-server-ids", "--source-server-i-ds"] {
        assert_eq!(
            service.body(&format!("mgn start-test {option} a b")),
            json!({ "sourceServerIDs": ["a", "b"] })
        );
    }
    assert!(!service.help("mgn start-test").contains("i-ds"));
}

#[test]
fn options_named_like_global_ones_are_prefixed_with_the_commands_first_word() {
    let service = Service::new(
        "Toys",
        json!({}),
        &[("SearchToys", &[("query!", "S"), ("limit", "I")])],
    );
    assert_eq!(
        service.body("toys search-toys --search-query red --limit 3"),
        json!({ "query": "red", "limit": 3 })
    );
    assert!(
        service
            .help("toys search-toys")
            .contains("--search-query <value>")
    );
}

#[test]
fn options_and_commands_that_only_the_aws_cli_has_are_refused() {
    let service = Service::new(
        "ECS",
        json!({}),
        &[("CreateExpressGatewayService", &[("serviceName", "S")])],
    );
    let error = service.refused(
        "ecs create-express-gateway-service --service-name s --monitor-resources RESOURCE",
    );
    assert!(
        error.contains("--monitor-resources is a feature of the AWS CLI itself"),
        "{error}"
    );
    let service = Service::new(
        "SES",
        json!({}),
        &[("VerifyEmailAddress", &[]), ("SendEmail", &[])],
    );
    assert!(
        service
            .refused("ses verify-email-address")
            .contains("Found invalid choice 'verify-email-address'")
    );
    assert!(!service.help("ses").contains("verify-email-address"));
}

#[test]
fn commands_that_the_aws_cli_replaces_are_the_operations() {
    let service = Service::new(
        "EMR",
        json!({}),
        &[("DescribeCluster", &[("ClusterId!", "S")])],
    );
    assert_eq!(
        service.body("emr describe-cluster --cluster-id c"),
        json!({ "ClusterId": "c" })
    );
    let service = Service::new("SSM", json!({}), &[("StartSession", &[("Target!", "S")])]);
    assert_eq!(
        service.body("ssm start-session --target t"),
        json!({ "Target": "t" })
    );
    let value = structure(&[("id", "S"), ("stringValue", "S")]);
    let service = Service::new(
        "Data Pipeline",
        json!({ "t#Value": value, "t#Values": list("Value") }),
        &[(
            "PutPipelineDefinition",
            &[("pipelineObjects", "L"), ("parameterValues", "Values")],
        )],
    );
    assert_eq!(
        service.body(
            "datapipeline put-pipeline-definition --pipeline-objects o --parameter-values a=1"
        ),
        json!({ "pipelineObjects": ["o"], "parameterValues": [{ "id": "a", "stringValue": "1" }] })
    );
    let error = service.refused("datapipeline put-pipeline-definition --pipeline-definition {}");
    assert!(
        error.contains("The nearest is --pipeline-objects."),
        "{error}"
    );
}

#[test]
fn an_option_turns_paging_off() {
    let paged = json!({ "inputToken": "NextToken", "outputToken": "NextToken", "items": "Names" });
    let mut model = Service::new(
        "Kinesis",
        json!({ "t#Out": structure(&[("Names", "L"), ("NextToken", "S")]) }),
        &[(
            "ListStreams",
            &[("ExclusiveStartStreamName", "S"), ("NextToken", "S")],
        )],
    );
    let file = model.0.path().join("model.json");
    let mut json: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    let operation = &mut json["shapes"]["t#ListStreams"];
    operation["output"] = json!({ "target": "t#Out" });
    operation["traits"] = json!({ "smithy.api#paginated": paged, "smithy.api#readonly": {} });
    std::fs::write(&file, json.to_string()).expect("a file");
    let service = &mut model;
    let line = "kinesis list-streams --exclusive-start-stream-name s";
    assert_eq!(
        service.body(line),
        json!({ "ExclusiveStartStreamName": "s" })
    );
    assert!(
        service
            .refused(&format!("{line} --max-items 1"))
            .contains("--max-items")
    );
    assert!(
        !service
            .help("kinesis list-streams")
            .contains("exclusive-start")
    );
}

/// The options of the command itself, for which the generator keeps names free.
#[test]
fn the_generator_knows_the_global_options() {
    let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/aws-cli.toml");
    let facts: toml::Table =
        toml::from_str(&std::fs::read_to_string(facts).expect("the facts")).expect("TOML");
    let known: Vec<_> = facts["globals"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    let service = Service::new("Toys", json!({}), &[("Do", &[])]);
    let (code, out, err) = service.run(&["completions", "answer", "opsmith toys do --", "--"]);
    assert_eq!(code, 0, "{err}");
    let globals: Vec<_> = out
        .lines()
        .filter_map(|option| option.strip_prefix("--"))
        .chain(["local"])
        .collect();
    assert!(globals.len() > 20);
    for option in globals {
        assert!(known.contains(&option), "{option}");
    }
}

#[test]
fn deprecated_operations_work_and_are_not_shown() {
    let service = Service::new("Toys", json!({}), &[("OldWay", &[]), ("NewWay", &[])]);
    let file = service.0.path().join("model.json");
    let mut json: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    json["shapes"]["t#OldWay"]["traits"] =
        json!({ "smithy.api#deprecated": { "message": "Use NewWay." } });
    std::fs::write(&file, json.to_string()).expect("a file");
    assert_eq!(service.body("toys old-way"), json!({}));
    let page = service.help("toys");
    assert!(
        page.contains("new-way") && !page.contains("old-way"),
        "{page}"
    );
}

//! What the AWS CLI does around calls: the rows `send`, `show`, `split`, `page-size` and `endpoint-url` of
//! `codegen/aws-cli.toml`, over small models with the SDK ids that it names.

#[path = "support/service.rs"]
mod service;

use serde_json::{Value, json};
use service::{Service, list, structure};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc;

impl Service {
    /// The same with outputs, and traits of these operations.
    fn answering(self, outputs: &[(&str, &str, Value)]) -> Self {
        let file = self.0.path().join("model.json");
        let mut model: Value =
            serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON");
        for (operation, output, traits) in outputs {
            let operation = &mut model["shapes"][format!("t#{operation}")];
            operation["output"] = json!({ "target": format!("t#{output}") });
            operation["traits"] = traits.clone();
        }
        fs::write(&file, model.to_string()).expect("a file");
        self
    }

    /// The text of a file that only its owner can read.
    fn private_file(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        fs::read_to_string(path).expect("text")
    }

    /// What a line prints, and the bodies that it sends, against a server with these answers.
    fn call(&self, line: &str, answers: &[&str]) -> (Value, Vec<Value>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sender, requests) = mpsc::channel();
        let answers: Vec<String> = answers.iter().map(|text| (*text).to_owned()).collect();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a header");
                    let line = line.trim().to_ascii_lowercase();
                    if let Some(value) = line.strip_prefix("content-length:") {
                        length = value.trim().parse().expect("a length");
                    }
                    if line.is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                let _ = sender.send(body);
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
                let answer = format!("{head} {}\r\n\r\n{answer}", answer.len());
                stream.write_all(answer.as_bytes()).expect("written");
            }
        });
        let words: Vec<&str> = line.split(' ').chain(["--endpoint-url", &url]).collect();
        let (code, out, err) = self.run(&words);
        assert_eq!(code, 0, "{line}: {err}");
        let json = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
        let sent = requests.try_iter().map(|body| json(&body)).collect();
        (json(out.as_bytes()), sent)
    }
}

#[test]
fn members_are_sent_as_the_service_takes_them() {
    let service = Service::new(
        "Auto Scaling",
        json!({}),
        &[("CreateLaunchConfiguration", &[("UserData", "S")])],
    );
    let line = "autoscaling create-launch-configuration --user-data";
    assert_eq!(
        service.body(&format!("{line} #!/bin/sh")),
        json!({ "UserData": "IyEvYmluL3No" })
    );
    let metadata =
        json!({ "type": "map", "key": { "target": "t#S" }, "value": { "target": "t#S" } });
    let members = [
        ("CopySource", "S"),
        ("Metadata", "Texts"),
        ("SSECustomerKey", "S"),
        ("SSECustomerKeyMD5", "S"),
    ];
    let service = Service::new(
        "S3",
        json!({ "t#Texts": metadata }),
        &[("CopyObject", &members)],
    );
    let line =
        "s3api copy-object --copy-source b/a+é?versionId=1+2 --metadata k=v --sse-customer-key k";
    assert_eq!(
        service.body(line),
        json!({
            "CopySource": "b/a%2B%C3%A9?versionId=1+2", "Metadata": { "k": "v" },
            "SSECustomerKey": "aw==", "SSECustomerKeyMD5": "jOSxayK1iJSqhsQh6HWd8w==",
        })
    );
    let error = service.refused("s3api copy-object --metadata k=é");
    assert!(error.contains("parameter Metadata.k:"), "{error}");
}

#[test]
fn listings_are_encoded_on_the_wire_and_decoded_before_their_pages_are_followed() {
    let contents = structure(&[("Key", "S")]);
    let out = structure(&[
        ("Contents", "Contents"),
        ("Marker", "S"),
        ("NextMarker", "S"),
        ("EncodingType", "S"),
    ]);
    let paged = json!({ "smithy.api#paginated": { "inputToken": "Marker", "outputToken": "NextMarker", "items": "Contents" } });
    let service = Service::new(
        "S3",
        json!({ "t#Object": contents, "t#Contents": list("Object"), "t#Out": out }),
        &[("ListObjects", &[("EncodingType", "S"), ("Marker", "S")])],
    )
    .answering(&[("ListObjects", "Out", paged)]);
    let line = "s3api list-objects";
    let answers = [
        r#"{"EncodingType":"url","Contents":[{"Key":"a%2Bb+c"}],"NextMarker":"a%2Bb+c"}"#,
        r#"{"EncodingType":"url","Contents":[{"Key":"%C3%A9%"}]}"#,
    ];
    let (shown, sent) = service.call(line, &answers);
    assert_eq!(
        shown["Contents"],
        json!([{ "Key": "a+b c" }, { "Key": "é%" }])
    );
    let [first, second] = [
        json!({ "EncodingType": "url" }),
        json!({ "EncodingType": "url", "Marker": "a+b c" }),
    ];
    assert_eq!(sent, [first, second]);
    let (shown, _) = service.call(
        &format!("{line} --encoding-type url --no-paginate"),
        &answers[..1],
    );
    assert_eq!(shown["Contents"][0]["Key"], "a%2Bb+c");
}

#[test]
fn policies_and_templates_are_shown_as_data() {
    let shapes = json!({
        "t#policyDocumentType": { "type": "string" }, "t#Policies": list("Policy"),
        "t#Policy": structure(&[("Document", "policyDocumentType"), ("Name", "S")]),
        "t#Out": structure(&[("Policies", "Policies")]),
    });
    let service = Service::new("IAM", shapes, &[("GetPolicies", &[])]).answering(&[(
        "GetPolicies",
        "Out",
        json!({}),
    )]);
    let answer = r#"{"Policies":[{"Document":"%7B%22b%22%3A1%2C%22a%22%3A%5B%5D%7D","Name":"%7B%7D"},{"Document":"x"}]}"#;
    let (shown, _) = service.call("iam get-policies", &[answer]);
    let expected =
        json!([{ "Document": { "b": 1, "a": [] }, "Name": "%7B%7D" }, { "Document": "x" }]);
    assert_eq!(shown["Policies"], expected);

    let shapes = json!({ "t#Out": structure(&[("TemplateBody", "S")]) });
    let service = Service::new("CloudFormation", shapes, &[("GetTemplate", &[])]).answering(&[(
        "GetTemplate",
        "Out",
        json!({}),
    )]);
    for (body, expected) in [(r#"{\"b\":1}"#, json!({ "b": 1 })), ("b: 1", json!("b: 1"))] {
        let answer = format!(r#"{{"TemplateBody":"{body}"}}"#);
        let (shown, _) = service.call("cloudformation get-template", &[&answer]);
        assert_eq!(shown["TemplateBody"], expected);
    }
}

/// Devices and keys, whose secrets the AWS CLI writes to files of options.
#[test]
fn options_name_files_for_parts_of_the_output() {
    let members = [
        ("QRCodePNG", "Blob"),
        ("Base32StringSeed", "Blob"),
        ("SerialNumber", "S"),
    ];
    let shapes = json!({ "t#Device": structure(&members), "t#Out": structure(&[("VirtualMFADevice", "Device")]) });
    let operation = [(
        "CreateVirtualMFADevice",
        &[("VirtualMFADeviceName", "S")][..],
    )];
    let service = Service::new("IAM", shapes, &operation).answering(&[(
        "CreateVirtualMFADevice",
        "Out",
        json!({}),
    )]);
    let answer = r#"{"VirtualMFADevice":{"QRCodePNG":"cG5n","Base32StringSeed":"c2VlZA==","SerialNumber":"n"}}"#;
    let line = "iam create-virtual-mfa-device --virtual-mfa-device-name n";
    let (shown, _) = service.call(
        &format!("{line} --outfile seed --bootstrap-method Base32StringSeed"),
        &[answer],
    );
    assert_eq!(
        shown,
        json!({ "VirtualMFADevice": { "SerialNumber": "n" } })
    );
    assert_eq!(service.private_file("seed"), "seed");
    let error = service.refused(line);
    assert!(error.contains("--outfile, --bootstrap-method"), "{error}");
    let error = service.refused(&format!("{line} --outfile seed --bootstrap-method X"));
    assert!(
        error.contains("--bootstrap-method: Found invalid choice"),
        "{error}"
    );

    let shapes = json!({
        "t#Keys": structure(&[("PrivateKey", "S")]), "t#Out": structure(&[("certificatePem", "S"), ("keyPair", "Keys")]),
    });
    let service = Service::new("IoT", shapes, &[("CreateKeysAndCertificate", &[])]).answering(&[(
        "CreateKeysAndCertificate",
        "Out",
        json!({}),
    )]);
    let answer = r#"{"certificatePem":"certificate","keyPair":{"PrivateKey":"key"}}"#;
    let line = "iot create-keys-and-certificate";
    fs::write(service.0.path().join("old"), "old").expect("a file");
    let options = "--certificate-pem-outfile new --private-key-outfile old";
    let (shown, _) = service.call(&format!("{line} {options}"), &[answer]);
    assert_eq!(shown, serde_json::from_str::<Value>(answer).expect("JSON"));
    assert_eq!(service.private_file("new"), "certificate");
    assert_eq!(service.private_file("old"), "key");
    let (code, _, error) = service.run(&[
        "iot",
        "create-keys-and-certificate",
        "--private-key-outfile",
        "none/key",
    ]);
    assert_eq!(code, 255, "{error}");
    assert!(
        error.contains("--private-key-outfile none/key: there is no folder none"),
        "{error}"
    );
    let page = service.help(line);
    assert!(page.contains("[--private-key-outfile <value>]"), "{page}");
}

#[test]
fn one_operation_is_two_commands() {
    let members = [
        ("OptionGroupName", "S"),
        ("OptionsToInclude", "L"),
        ("OptionsToRemove", "L"),
    ];
    let service = Service::new("RDS", json!({}), &[("ModifyOptionGroup", &members)]);
    for (command, member) in [
        ("add-option-to-option-group", "OptionsToInclude"),
        ("remove-option-from-option-group", "OptionsToRemove"),
    ] {
        let body = service.body(&format!("rds {command} --options o"));
        assert_eq!(body, json!({ member: ["o"] }));
        let error = service.refused(&format!("rds {command} --options-to-include o"));
        assert!(
            error.contains("Unknown options: --options-to-include"),
            "{error}"
        );
        let page = service.help(&format!("rds {command}"));
        assert!(
            page.contains("--options ") && !page.contains("--options-to-"),
            "{page}"
        );
    }
    let error = service.refused("rds modify-option-group --option-group-name n");
    assert!(error.contains("modify-option-group"), "{error}");
    let page = service.help("rds");
    assert!(
        page.contains("add-option-to-option-group") && !page.contains("modify-option"),
        "{page}"
    );
}

#[test]
fn pages_have_a_size_unless_it_or_another_member_is_given() {
    let out = structure(&[("Volumes", "L"), ("NextToken", "S")]);
    let paged = json!({ "smithy.api#paginated": {
        "inputToken": "NextToken", "outputToken": "NextToken", "items": "Volumes", "pageSize": "MaxResults",
    } });
    let members = [
        ("DryRun", "B"),
        ("VolumeIds", "L"),
        ("NextToken", "S"),
        ("MaxResults", "I"),
    ];
    let service = Service::new(
        "EC2",
        json!({ "t#Out": out }),
        &[("DescribeVolumes", &members)],
    )
    .answering(&[("DescribeVolumes", "Out", paged)]);
    for (options, sent) in [
        ("", json!({ "MaxResults": 1000 })),
        (" --dry-run", json!({ "DryRun": true, "MaxResults": 1000 })),
        (" --page-size 7", json!({ "MaxResults": 7 })),
        (" --volume-ids v", json!({ "VolumeIds": ["v"] })),
        (" --no-paginate", json!({})),
        (" --max-results 5", json!({ "MaxResults": 5 })),
    ] {
        assert_eq!(
            service.body(&format!("ec2 describe-volumes{options}")),
            sent,
            "{options}"
        );
    }
}

#[test]
fn an_option_with_the_name_of_a_paging_option_is_a_member_where_there_are_no_pages() {
    let service = Service::new(
        "Toys",
        json!({}),
        &[("List", &[("MaxItems", "S"), ("PageSize", "S")])],
    );
    let sent = json!({ "MaxItems": "many", "PageSize": "large" });
    assert_eq!(
        service.body("toys list --max-items many --page-size large"),
        sent
    );
}

#[test]
fn an_option_with_the_name_of_the_page_size_is_a_member_where_pages_have_no_size() {
    let output = structure(&[("Items", "L"), ("Next", "S")]);
    let service = Service::new(
        "Toys",
        json!({ "t#Out": output }),
        &[("List", &[("Next", "S"), ("PageSize", "I")])],
    )
    .answering(&[(
        "List",
        "Out",
        json!({ "smithy.api#paginated": { "inputToken": "Next", "outputToken": "Next", "items": "Items" } }),
    )]);
    let answers = [r#"{"Items":["a"],"Next":"n"}"#, r#"{"Items":["b"]}"#];
    let (shown, sent) = service.call("toys list --page-size 7", &answers);
    assert_eq!(shown, json!({ "Items": ["a", "b"] }));
    assert_eq!(
        sent,
        [
            json!({ "PageSize": 7 }),
            json!({ "PageSize": 7, "Next": "n" })
        ]
    );
}

#[test]
fn a_command_may_need_the_url_of_its_endpoint() {
    let service = Service::new(
        "CloudSearch Domain",
        json!({}),
        &[("Suggest", &[("query", "S")])],
    );
    let line = "cloudsearchdomain suggest --suggest-query q";
    let error = service.refused(line);
    let expected = "--endpoint-url is required for cloudsearchdomain commands";
    assert!(error.contains(expected), "{error}");
    let body = service.body(&format!("{line} --endpoint-url http://127.0.0.1:9"));
    assert_eq!(body, json!({ "query": "q" }));
}

#[test]
fn a_member_that_is_not_given_has_the_text_that_the_service_knows() {
    let service = Service::new(
        "Glacier",
        json!({}),
        &[("ListVaults", &[("accountId!", "S")])],
    );
    let given = service.body("glacier list-vaults --account-id 1");
    assert_eq!(given, json!({ "accountId": "1" }));
    let body = service.body("glacier list-vaults --cli-input-json {}");
    assert_eq!(body, json!({ "accountId": "-" }));
    let error = service.refused("glacier list-vaults");
    assert!(error.contains("--account-id"), "{error}");
}

#[test]
fn a_structure_of_one_boolean_is_a_switch() {
    let on = structure(&[("Value", "B")]);
    let members = [
        ("EnableDnsSupport", "On"),
        ("DisableApiTermination", "On"),
        ("VpcId", "S"),
    ];
    let service = Service::new(
        "EC2",
        json!({ "t#On": on }),
        &[("ModifyVpcAttribute", &members)],
    );
    for (options, sent) in [
        (
            "--enable-dns-support",
            json!({ "EnableDnsSupport": { "Value": true } }),
        ),
        (
            "--no-enable-dns-support",
            json!({ "EnableDnsSupport": { "Value": false } }),
        ),
        (
            "--enable-dns-support Value=false",
            json!({ "EnableDnsSupport": { "Value": false } }),
        ),
        (
            "--no-disable-api-termination",
            json!({ "DisableApiTermination": { "Value": false } }),
        ),
        (
            "--enable-dns-support --vpc-id v",
            json!({ "EnableDnsSupport": { "Value": true }, "VpcId": "v" }),
        ),
    ] {
        assert_eq!(
            service.body(&format!("ec2 modify-vpc-attribute {options}")),
            sent,
            "{options}"
        );
    }
}

#[test]
fn words_numbers_and_names_become_what_the_service_takes() {
    let pair = structure(&[("GroupId", "S"), ("GroupName", "S"), ("UserId", "S")]);
    let permission = structure(&[
        ("IpProtocol", "S"),
        ("FromPort", "I"),
        ("ToPort", "I"),
        ("IpRanges", "Ranges"),
        ("UserIdGroupPairs", "Pairs"),
    ]);
    let shapes = json!({
        "t#Pair": pair, "t#Pairs": list("Pair"), "t#Range": structure(&[("CidrIp", "S")]), "t#Ranges": list("Range"),
        "t#Permission": permission, "t#Permissions": list("Permission"),
    });
    let service = Service::new(
        "EC2",
        shapes,
        &[
            (
                "AuthorizeSecurityGroupIngress",
                &[("GroupId", "S"), ("IpPermissions", "Permissions")],
            ),
            ("CreateNetworkAclEntry", &[("Protocol", "S")]),
            ("RunInstances", &[("MinCount!", "I"), ("MaxCount!", "I")]),
        ],
    );
    let line = "ec2 authorize-security-group-ingress";
    for (options, permission) in [
        (
            "--protocol tcp --port 22 --cidr 10.0.0.0/8",
            json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "10.0.0.0/8" }] }),
        ),
        (
            "--protocol all --port all",
            json!({ "IpProtocol": "-1", "FromPort": -1, "ToPort": -1 }),
        ),
        ("--port 20-25", json!({ "FromPort": 20, "ToPort": 25 })),
        (
            "--source-group sg-1 --group-owner 1",
            json!({ "UserIdGroupPairs": [{ "GroupId": "sg-1", "UserId": "1" }] }),
        ),
        (
            "--source-group web",
            json!({ "UserIdGroupPairs": [{ "GroupName": "web" }] }),
        ),
    ] {
        let body = service.body(&format!("{line} {options}"));
        assert_eq!(body, json!({ "IpPermissions": [permission] }), "{options}");
    }
    for (options, problem) in [
        ("--port x", "--port is a number, or two"),
        (
            "--port 22 --ip-permissions IpProtocol=tcp",
            "can't be given together",
        ),
    ] {
        let error = service.refused(&format!("{line} {options}"));
        assert!(error.contains(problem), "{error}");
    }
    for (options, least, most) in [("", 1, 1), (" --count 3", 3, 3), (" --count 1:4", 1, 4)] {
        let body = service.body(&format!("ec2 run-instances{options}"));
        assert_eq!(
            body,
            json!({ "MinCount": least, "MaxCount": most }),
            "{options}"
        );
    }
    let body = service.body("ec2 create-network-acl-entry --protocol udp");
    assert_eq!(body, json!({ "Protocol": "17" }));
}

#[test]
fn options_make_an_element_that_other_members_are_sent_in() {
    let interface = structure(&[
        ("AssociatePublicIpAddress", "B"),
        ("DeviceIndex", "I"),
        ("Groups", "L"),
        ("PrimaryIpv6", "B"),
        ("PrivateIpAddresses", "Addresses"),
        ("SecondaryPrivateIpAddressCount", "I"),
        ("SubnetId", "S"),
    ]);
    let address = structure(&[("Primary", "B"), ("PrivateIpAddress", "S")]);
    let members = [
        ("NetworkInterfaces", "Interfaces"),
        ("EnablePrimaryIpv6", "B"),
        ("PrivateIpAddress", "S"),
        ("SecurityGroupIds", "L"),
        ("SubnetId", "S"),
    ];
    let service = Service::new(
        "EC2",
        json!({
            "t#Interface": interface, "t#Interfaces": list("Interface"),
            "t#Address": address, "t#Addresses": list("Address"),
        }),
        &[("RunInstances", &members)],
    );
    let line = "ec2 run-instances";
    let interface = |body: Value| body["NetworkInterfaces"].clone();
    for (options, expected) in [
        (
            "--associate-public-ip-address",
            json!({ "DeviceIndex": 0, "AssociatePublicIpAddress": true }),
        ),
        (
            "--no-associate-public-ip-address --secondary-private-ip-address-count 2",
            json!({ "DeviceIndex": 0, "AssociatePublicIpAddress": false, "SecondaryPrivateIpAddressCount": 2 }),
        ),
        (
            "--secondary-private-ip-addresses 10.0.0.1 10.0.0.2",
            json!({ "DeviceIndex": 0, "PrivateIpAddresses": [
                { "PrivateIpAddress": "10.0.0.1", "Primary": false }, { "PrivateIpAddress": "10.0.0.2", "Primary": false },
            ] }),
        ),
        (
            "--associate-public-ip-address --subnet-id s --security-group-ids g h --enable-primary-ipv6 --private-ip-address 10.0.0.1",
            json!({
                "DeviceIndex": 0, "AssociatePublicIpAddress": true, "SubnetId": "s", "Groups": ["g", "h"], "PrimaryIpv6": true,
                "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.0.1", "Primary": true }],
            }),
        ),
        // The same for an element that is given as a whole. Only the option that says yes is refused
        // then.
        (
            "--network-interfaces DeviceIndex=1,AssociatePublicIpAddress=true --subnet-id s",
            json!({ "DeviceIndex": 1, "AssociatePublicIpAddress": true, "SubnetId": "s" }),
        ),
        (
            "--network-interfaces DeviceIndex=1 --no-associate-public-ip-address",
            json!({ "DeviceIndex": 1, "AssociatePublicIpAddress": false }),
        ),
    ] {
        let body = service.body(&format!("{line} {options}"));
        assert_eq!(
            body.as_object().map(serde_json::Map::len),
            Some(1),
            "{options}: {body}"
        );
        assert_eq!(interface(body), json!([expected]), "{options}");
    }
    // Other elements stay as they are.
    let body = service.body(&format!(
        "{line} --network-interfaces DeviceIndex=1 --subnet-id s"
    ));
    assert_eq!(body["SubnetId"], json!("s"));
    assert_eq!(interface(body), json!([{ "DeviceIndex": 1 }]));
    let error = service.refused(&format!(
        "{line} --network-interfaces DeviceIndex=1 --associate-public-ip-address"
    ));
    assert!(
        error.contains(
            "--network-interfaces and --associate-public-ip-address can't be given together"
        ),
        "{error}"
    );
}

use super::*;

#[test]
fn command_words() {
    for (name, kebab_name) in [
        (
            "PutThirdPartyJobFailureResult",
            "put-third-party-job-failure-result",
        ),
        ("jobId", "job-id"),
        ("ListWebACLs", "list-web-acls"),
        ("ARNs", "-arns"),
        ("DescribeDBInstances", "describe-db-instances"),
        ("GetEC2Instance2Type", "get-ec2-instance2-type"),
        ("X509Certificate", "x509-certificate"),
        ("already-kebab", "already-kebab"),
        ("", ""),
    ] {
        assert_eq!(kebab(name), kebab_name, "{name}");
    }
}

fn text(idents: Vec<Ident>) -> String {
    idents
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn identifiers() {
    let names = [
        "type", "self", "jobId", "new", "2fast", "", "async", "gen", "Foo_Bar", "a__b",
    ];
    assert_eq!(
        text(fields(names.into_iter())),
        "r#type self_ job_id new_ _2fast empty r#async r#gen foo_bar a_b"
    );
    let names = [
        "us-east-1",
        "IN_PROGRESS",
        "Unknown",
        "Self",
        "",
        "2",
        "a.b",
        "1_2",
    ];
    assert_eq!(
        text(values(names.into_iter())),
        "UsEast1 InProgress UnknownValue SelfValue Empty _2 AB _12"
    );
    assert_eq!(type_name("Option").to_string(), "OptionShape");
    assert_eq!(type_name("failureDetails").to_string(), "FailureDetails");
}

#[test]
fn an_acronym_is_one_word() {
    for (shape, name) in [
        ("AWSSessionCredentials", "AwsSessionCredentials"),
        ("KMSKey", "KmsKey"),
        ("SSEDescription", "SseDescription"),
        ("GetEC2Instance", "GetEc2Instance"),
        ("ICD10CMEntity", "Icd10CmEntity"),
        ("RateLimitIP", "RateLimitIp"),
        ("ListWebACLsRequest", "ListWebAclsRequest"),
        ("ARNs", "Arns"),
        ("IPv4Address", "Ipv4Address"),
        ("S3Object", "S3Object"),
        ("VEC", "VecShape"),
        ("__listOfIPSet", "ListOfIpSet"),
    ] {
        assert_eq!(type_name(shape).to_string(), name);
    }
    let members = ["SS", "NULL", "L", "S3Uri"];
    assert_eq!(text(variants(members.into_iter())), "Ss Null L S3Uri");
    let enum_values = ["AWS_KMS", "AWSService", "MySQL", "t2.MICRO"];
    assert_eq!(
        text(values(enum_values.into_iter())),
        "AwsKms AwsService MySql T2Micro"
    );
    assert_eq!(chosen_type_name("KMSKey").to_string(), "KMSKey");
}

#[test]
fn a_name_never_comes_to_mean_another_text() {
    let of = |texts: &[&str]| -> BTreeMap<String, String> {
        let names = values(texts.iter().copied());
        names
            .iter()
            .map(ToString::to_string)
            .zip(texts.iter().map(|text| (*text).to_owned()))
            .collect()
    };
    let marked = of(&["IN_PROGRESS", "InProgress", "Done"]);
    assert_eq!(marked, of(&["Done", "InProgress", "IN_PROGRESS"]));
    let before = of(&["InProgress", "Done"]);
    assert!(
        before
            .iter()
            .all(|(name, text)| marked.get(name).is_none_or(|meant| meant == text)),
        "{marked:?}"
    );
    assert_eq!(marked.get("Done").map(String::as_str), Some("Done"));
    let names = [
        "job-id", "jobId", "self", "self_", "new", "new_", "é", "è", "_", "",
    ];
    let distinct: BTreeSet<_> = fields(names.into_iter())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(distinct.len(), names.len(), "{distinct:?}");
}

#[test]
fn methods_are_distinct_from_each_other_and_from_those_of_the_client() {
    let waiters = [("Get", "Up"), ("List", "Up"), ("Get", "Down")];
    let operations = [
        "New",
        "NewOperation",
        "GetX",
        "getX",
        "WaitUntilDown",
        "Get",
        "List",
    ];
    let methods = Methods::new(operations.into_iter(), waiters.into_iter());
    let all = operations.iter().map(|name| methods.operation(name));
    let all = all.chain(
        waiters
            .iter()
            .map(|(operation, name)| methods.waiter(operation, name)),
    );
    let all: BTreeSet<_> = all
        .map(|method| method.to_string())
        .chain(CLIENT_METHODS.iter().map(|name| (*name).to_owned()))
        .collect();
    assert_eq!(
        all.len(),
        operations.len() + waiters.len() + CLIENT_METHODS.len(),
        "{all:?}"
    );
    assert_eq!(methods.operation("Get").to_string(), "get");
}

//! One operation of each protocol without a network: `protocols` prints, for each of four, the
//! nanoseconds of Opsmith and of the official SDK.

#[path = "../../codec/src/race.rs"]
mod race;
#[path = "../../codec/src/sdk.rs"]
mod sdk;

mod cloudwatch {
    opsmith_runtime::include_service!("cloudwatch");
}
mod ec2 {
    opsmith_runtime::include_service!("ec2");
}
mod s3 {
    opsmith_runtime::include_service!("s3api");
}
mod sns {
    opsmith_runtime::include_service!("sns");
}

use opsmith_runtime::codec::{EncodeMode, cbor};
use opsmith_runtime::http::{Bytes, Response};
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::schema::Service;
use opsmith_runtime::visit::Visitor;
use opsmith_runtime::{Client, Config, Timestamp};
use race::{race, taking};
use std::collections::BTreeMap;

fn client(service: &'static Service<'static>) -> Client<'static> {
    let keys = Credentials::new("AKIDBENCH", "secret", "bench");
    Client::new(service, Config::new().region("eu-west-1").credentials(keys))
}

/// Reads an answer with our client.
fn reading<T: Visitor + Default>(
    service: &'static Service<'static>,
    operation: &str,
    body: &str,
) -> impl Fn() -> T {
    let client = client(service);
    let operation = service.operation(operation).expect("an operation");
    let response = Response::new(200, Bytes::from(body.to_owned()));
    move || {
        client
            .read(operation, &response, T::default())
            .expect("an output")
    }
}

/// A page of 1,000 keys.
fn objects() -> String {
    let object = |number: usize| {
        format!(
            "<Contents><Key>logs/2026/11/29/part-{number:06}.json.gz</Key>\
             <LastModified>2026-11-29T12:34:56.000Z</LastModified>\
             <ETag>&quot;5f2b6c1e0f0e4f439d1c7c6b1f0a{number:04}&quot;</ETag>\
             <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            number * 1024
        )
    };
    let objects: String = (0..1000).map(object).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name>\
         <Prefix>logs/</Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys>\
         <IsTruncated>true</IsTruncated>{objects}</ListBucketResult>"
    )
}

fn listing() -> Vec<f64> {
    let body = objects();
    let ours = reading::<s3::ListObjectsV2Output>(&s3::SERVICE, "ListObjectsV2", &body);
    let theirs = sdk::Operation::new(aws_sdk_s3::operation::list_objects_v2::ListObjectsV2::new());
    let response = sdk::response(body.as_bytes());
    assert_eq!(ours().contents.map(|objects| objects.len()), Some(1000));
    let read = || {
        let output = theirs.deserialize(&response);
        output
            .downcast::<aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output>()
            .expect("a list")
    };
    assert_eq!(read().contents().len(), 1000);
    race(
        &mut [
            &mut taking(|| (), |()| ours()),
            &mut taking(|| (), |()| read()),
        ],
        1,
        300,
    )
}

/// How many make an answer of a megabyte.
const RESERVATIONS: usize = 512;

/// An answer of a megabyte.
fn instances() -> String {
    let tag = |number: usize| {
        format!("<item><key>tag-{number}</key><value>value {number}</value></item>")
    };
    let tags: String = (0..8).map(tag).collect();
    let instance = |number: usize| {
        format!(
            "<item><reservationId>r-{number:017}</reservationId><ownerId>123456789012</ownerId><groupSet/>\
             <instancesSet><item><instanceId>i-{number:017}</instanceId><imageId>ami-0abcdef1234567890</imageId>\
             <instanceState><code>16</code><name>running</name></instanceState>\
             <privateDnsName>ip-10-0-0-{number}.eu-west-1.compute.internal</privateDnsName><dnsName/><reason/>\
             <keyName>operators</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
             <instanceType>m5.large</instanceType><launchTime>2026-11-29T12:34:56.000Z</launchTime>\
             <placement><availabilityZone>eu-west-1a</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
             <monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId>\
             <vpcId>vpc-0123456789abcdef0</vpcId><privateIpAddress>10.0.0.{number}</privateIpAddress>\
             <sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0123456789abcdef0</groupId>\
             <groupName>default</groupName></item></groupSet><architecture>x86_64</architecture>\
             <rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>\
             <deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId><status>attached</status>\
             <attachTime>2026-11-29T12:34:56.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>\
             </blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>token-{number}</clientToken>\
             <tagSet>{tags}</tagSet><hypervisor>xen</hypervisor><ebsOptimized>false</ebsOptimized>\
             <enaSupport>true</enaSupport></item></instancesSet></item>"
        )
    };
    let instances: String = (0..RESERVATIONS).map(instance).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>\
         <reservationSet>{instances}</reservationSet></DescribeInstancesResponse>"
    )
}

fn describing() -> Vec<f64> {
    use aws_sdk_ec2::operation::describe_instances::{DescribeInstances, DescribeInstancesOutput};
    let body = instances();
    assert!((950_000..1_100_000).contains(&body.len()), "{}", body.len());
    let ours = reading::<ec2::DescribeInstancesResult>(&ec2::SERVICE, "DescribeInstances", &body);
    let theirs = sdk::Operation::new(DescribeInstances::new());
    let response = sdk::response(body.as_bytes());
    let read = || {
        let output = theirs.deserialize(&response);
        output
            .downcast::<DescribeInstancesOutput>()
            .expect("instances")
    };
    let found = ours().reservations.map(|reservations| reservations.len());
    assert_eq!(
        (found, read().reservations().len()),
        (Some(RESERVATIONS), RESERVATIONS)
    );
    race(
        &mut [
            &mut taking(|| (), |()| ours()),
            &mut taking(|| (), |()| read()),
        ],
        1,
        100,
    )
}

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:bench";

/// A request of 100 parameters.
fn publishing() -> Vec<f64> {
    use aws_sdk_sns::operation::publish_batch::{PublishBatch, PublishBatchInput};
    use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
    let text = |number: usize| format!("message {number}: größer als üblich, & \"quoted\"");
    let entry = |number: usize| {
        let attribute = |value: &str| sns::MessageAttributeValue::new("String").string_value(value);
        sns::PublishBatchRequestEntry::new(format!("id-{number}"), text(number))
            .subject("A subject")
            .message_structure("raw")
            .message_attributes(BTreeMap::from([
                ("colour".to_owned(), attribute("red")),
                ("size".to_owned(), attribute("large")),
            ]))
    };
    let entries: Vec<_> = (0..10).map(entry).collect();
    let our_input = sns::PublishBatchInput::new(TOPIC, entries);
    let client = client(&sns::SERVICE);
    let ours = || {
        client
            .prepare("PublishBatch", &our_input)
            .expect("a request")
    };
    let entry = |number: usize| {
        let attribute = |value: &str| {
            let attribute = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value);
            attribute.build().expect("an attribute")
        };
        PublishBatchRequestEntry::builder()
            .id(format!("id-{number}"))
            .message(text(number))
            .subject("A subject")
            .message_structure("raw")
            .message_attributes("colour", attribute("red"))
            .message_attributes("size", attribute("large"))
            .build()
            .expect("an entry")
    };
    let entries = (0..10).map(entry).collect();
    let input = PublishBatchInput::builder().topic_arn(TOPIC);
    let input = input
        .set_publish_batch_request_entries(Some(entries))
        .build()
        .expect("an input");
    let theirs = sdk::Operation::new(PublishBatch::new());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let request = runtime.block_on(client.signed(ours())).expect("signed");
    let serialized = theirs.serialize(input.clone());
    let parameters = |body: Option<&[u8]>| {
        let text = std::str::from_utf8(body.expect("bytes")).expect("UTF-8");
        // The SDK writes maps in any order, and spaces as %20.
        let value = |pair: &str| {
            pair.split_once('=')
                .map(|(_, value)| value.replace('+', "%20"))
        };
        let mut parameters: Vec<_> = text.split('&').map(value).collect();
        parameters.sort();
        parameters
    };
    let found = parameters(request.body.as_bytes());
    assert_eq!(found, parameters(serialized.body().bytes()));
    assert!((100..110).contains(&found.len()), "{}", found.len());
    race(
        &mut [
            &mut taking(|| (), |()| ours()),
            &mut taking(|| input.clone(), |input| theirs.serialize(input)),
        ],
        100,
        300,
    )
}

/// A document of a megabyte.
fn measuring() -> Vec<f64> {
    use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricData, PutMetricDataInput};
    use aws_sdk_cloudwatch::primitives::DateTime;
    use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
    const COUNT: usize = 6_000;
    const TIME: i64 = 1_795_000_000;
    let datum = |number: usize| {
        cloudwatch::MetricDatum::new(format!("latency-{number}"))
            .dimensions(vec![
                cloudwatch::Dimension::new("service", "orders"),
                cloudwatch::Dimension::new("stage", "production"),
            ])
            .timestamp(Timestamp::new(TIME, 0))
            .value(number as f64 * 1.25)
            .unit(cloudwatch::StandardUnit::Milliseconds)
            .storage_resolution(60)
    };
    let our_input = cloudwatch::PutMetricDataInput::new("bench")
        .metric_data((0..COUNT).map(datum).collect::<Vec<_>>());
    let service = &cloudwatch::SERVICE;
    let shape = service
        .operation("PutMetricData")
        .and_then(|operation| operation.input);
    let shape = shape.expect("an input");
    let ours = || {
        let encoded = cbor::encode(&our_input, service, shape, EncodeMode::Checked).expect("CBOR");
        assert!(encoded.conforms);
        encoded.value
    };
    let datum = |number: usize| {
        let dimension =
            |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        MetricDatum::builder()
            .metric_name(format!("latency-{number}"))
            .dimensions(dimension("service", "orders"))
            .dimensions(dimension("stage", "production"))
            .timestamp(DateTime::from_secs(TIME))
            .value(number as f64 * 1.25)
            .unit(StandardUnit::Milliseconds)
            .storage_resolution(60)
            .build()
    };
    let data = (0..COUNT).map(datum).collect();
    let input = PutMetricDataInput::builder()
        .namespace("bench")
        .set_metric_data(Some(data))
        .build();
    let input = input.expect("an input");
    let theirs = sdk::Operation::new(PutMetricData::new());
    let size = ours().len();
    let their_size = theirs
        .serialize(input.clone())
        .body()
        .bytes()
        .map_or(0, <[u8]>::len);
    assert!((950_000..1_100_000).contains(&size), "{size}");
    assert!(
        size.abs_diff(their_size) < size / 20,
        "{size} and {their_size} bytes"
    );
    race(
        &mut [
            &mut taking(|| (), |()| ours()),
            &mut taking(|| input.clone(), |input| theirs.serialize(input)),
        ],
        1,
        200,
    )
}

fn main() {
    for measure in [listing, describing, publishing, measuring] {
        let found = measure();
        println!("{} {}", found[0], found[1]);
    }
}

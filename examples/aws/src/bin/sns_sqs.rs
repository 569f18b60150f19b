//! A message that is published to a topic of SNS and arrives in a queue of SQS.

mod sns {
    opsmith_runtime::include_service!("sns");
}
mod sqs {
    opsmith_runtime::include_service!("sqs");
}

use sns::{CreateTopicInput, PublishInput, SubscribeInput};
use sqs::{
    CreateQueueRequest, DeleteMessageRequest, GetQueueAttributesRequest, QueueAttributeName,
    ReceiveMessageRequest,
};
use std::collections::BTreeMap;
use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sns = sns::Client::from_env()?;
    let sqs = sqs::Client::from_env()?;
    let topic = sns.create_topic(CreateTopicInput::new("orders")).await?;
    let topic = topic.topic_arn.ok_or("the topic has no ARN")?;
    let (url, arn) = queue(&sqs, &topic).await?;
    let subscription = SubscribeInput::new(&topic, "sqs")
        .endpoint(arn)
        .attributes(BTreeMap::from([(
            "RawMessageDelivery".to_owned(),
            "true".to_owned(),
        )]));
    sns.subscribe(subscription).await?;

    let message = PublishInput::new("2 coffees & 1 tea").topic_arn(&topic);
    sns.publish(message).await?;

    let receive = ReceiveMessageRequest::new(&url).wait_time_seconds(5);
    let received = sqs.receive_message(receive).await?;
    for message in received.messages.unwrap_or_default() {
        println!("received: {}", message.body.unwrap_or_default());
        let receipt = message.receipt_handle.unwrap_or_default();
        sqs.delete_message(DeleteMessageRequest::new(&url, receipt))
            .await?;
    }
    Ok(())
}

/// The URL and the ARN of a queue that takes the messages of a topic.
async fn queue(sqs: &sqs::Client, topic: &str) -> Result<(String, String), Box<dyn Error>> {
    let policy = format!(
        r#"{{"Statement": [{{"Effect": "Allow", "Principal": {{"Service": "sns.amazonaws.com"}}, "Action": "sqs:SendMessage",
            "Resource": "*", "Condition": {{"ArnEquals": {{"aws:SourceArn": "{topic}"}}}}}}]}}"#
    );
    let request = CreateQueueRequest::new("orders")
        .attributes(BTreeMap::from([("Policy".to_owned(), policy)]));
    let queue = sqs.create_queue(request).await?;
    let url = queue.queue_url.ok_or("the queue has no URL")?;
    let request =
        GetQueueAttributesRequest::new(&url).attribute_names(vec![QueueAttributeName::QueueArn]);
    let attributes = sqs.get_queue_attributes(request).await?.attributes;
    let arn = attributes.and_then(|mut attributes| attributes.remove("QueueArn"));
    Ok((url, arn.ok_or("the queue has no ARN")?))
}

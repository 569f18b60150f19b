//! [`Props`]: what a copy takes of its source beside the content.
//!
//! A copy in one request takes what its directives say. A copy in parts is a new object: what it
//! takes is read from the source, and sent with it, or after it.

use crate::api::{
    AnnotationDirective, GetObjectAnnotationRequest, GetObjectTaggingRequest,
    ListObjectAnnotationsRequest, MetadataDirective, PutObjectAnnotationRequest,
    PutObjectTaggingRequest, Tag, Tagging, TaggingDirective,
};
use crate::error::TransferError;
use crate::multipart::Completed;
use crate::object::Object;
use crate::options::{CopyProps, Options};
use crate::place::Place;
use crate::request::Directives;
use crate::transfers::Transfers;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest header with tags, in bytes.
const LONGEST_TAGGING: usize = 2048;

/// The largest annotation.
const LARGEST_ANNOTATION: usize = 16 << 20;

/// What a copy takes of its source beside the content.
#[derive(Debug)]
pub(super) struct Props {
    /// The options of the new object.
    pub(super) options: Options,
    pub(super) directives: Directives,
    /// Tags that are sent with the new object.
    pub(super) tagging: Option<String>,
    /// Tags that are sent after it.
    tags: Vec<Tag>,
    /// Annotations that are sent after it.
    annotations: Vec<(String, Bytes)>,
}

impl Props {
    /// What a copy takes of an object, as the options say.
    pub(super) async fn of(
        transfers: &Transfers,
        from: &Object,
        is_long: bool,
        options: &Options,
    ) -> Result<Self, TransferError> {
        let mut props = Props {
            options: options.clone(),
            directives: directives(options),
            tagging: None,
            tags: Vec::new(),
            annotations: Vec::new(),
        };
        if options.metadata_directive.is_some() {
            return Ok(props);
        }
        let takes = options.copy_props;
        if takes != CopyProps::None && (is_long || describes(options)) {
            props.take_metadata(transfers, from).await?;
        }
        if is_long && matches!(takes, CopyProps::Default | CopyProps::All) {
            props.take_tags(transfers, from).await?;
        }
        if is_long && takes == CopyProps::All {
            props.annotations = annotations(transfers, from, options).await?;
        }
        Ok(props)
    }

    /// Takes the metadata of the source that the options don't replace.
    async fn take_metadata(
        &mut self,
        transfers: &Transfers,
        from: &Object,
    ) -> Result<(), TransferError> {
        let head = match &from.head {
            Some(head) => Some(head.clone()),
            None => {
                transfers
                    .head_source(&from.place, &self.options)
                    .await?
                    .head
            }
        };
        let head = head.unwrap_or_default();
        let options = &mut self.options;
        let take = |option: &mut Option<String>, found: &Option<String>| {
            if option.is_none() {
                option.clone_from(found);
            }
        };
        take(&mut options.cache_control, &head.cache_control);
        take(&mut options.content_disposition, &head.content_disposition);
        take(&mut options.content_encoding, &head.content_encoding);
        take(&mut options.content_language, &head.content_language);
        take(&mut options.content_type, &head.content_type);
        options.expires = options.expires.or(head.expires);
        if options.metadata.is_none() {
            options.metadata.clone_from(&head.metadata);
        }
        Ok(())
    }

    /// Takes the tags of the source, which are sent with the object if they are short enough.
    async fn take_tags(
        &mut self,
        transfers: &Transfers,
        from: &Object,
    ) -> Result<(), TransferError> {
        let Place { bucket, key } = &from.place;
        let mut input = GetObjectTaggingRequest::new(bucket.as_str(), key.as_str());
        input.request_payer = self.options.request_payer.clone();
        let call = transfers.source.get_object_tagging(input);
        let tags = transfers.call(call).await?.tag_set;
        let header = tags.iter().map(|Tag { key, value, .. }| {
            let encoded = |text| utf8_percent_encode(text, PLAIN).to_string();
            format!("{}={}", encoded(key), encoded(value))
        });
        let header = header.collect::<Vec<_>>().join("&");
        if header.len() > LONGEST_TAGGING {
            self.tags = tags;
        } else if !header.is_empty() {
            self.tagging = Some(header);
        }
        Ok(())
    }

    /// Sends what the new object has not got yet.
    pub(super) async fn apply(
        self,
        transfers: &Transfers,
        to: &Place,
        completed: &Completed,
    ) -> Result<(), TransferError> {
        let Place { bucket, key } = to;
        if !self.tags.is_empty() {
            let tagging = Tagging::new(self.tags);
            let mut input = PutObjectTaggingRequest::new(bucket.as_str(), key.as_str(), tagging);
            input.request_payer = self.options.request_payer.clone();
            let call = transfers.client.put_object_tagging(input);
            if let Err(error) = transfers.call(call).await {
                // An object without its tags may be open to whom tags keep out.
                transfers.delete(to, &self.options).await?;
                return Err(error.into());
            }
        }
        let (mut written, mut failed) = (Vec::new(), Vec::new());
        for (name, content) in self.annotations {
            let mut input =
                PutObjectAnnotationRequest::new(bucket.as_str(), key.as_str(), name.as_str());
            input.request_payer = self.options.request_payer.clone();
            input.object_if_match = completed.etag.clone();
            input.version_id = completed.version_id.clone();
            let call = transfers.client.put_object_annotation(input, content);
            match transfers.call(call).await {
                Ok(_) => written.push(name),
                Err(error) => failed.push((name, error)),
            }
        }
        if failed.is_empty() {
            return Ok(());
        }
        Err(TransferError::Annotations {
            to: to.clone(),
            written,
            failed,
        })
    }
}

/// What a copy in one request takes.
fn directives(options: &Options) -> Directives {
    let mut directives = Directives {
        metadata: options.metadata_directive.clone(),
        ..Directives::default()
    };
    if options.metadata_directive.is_some() {
        return directives;
    }
    let replaces = options.copy_props == CopyProps::None || describes(options);
    directives.metadata = replaces.then_some(MetadataDirective::Replace);
    if matches!(
        options.copy_props,
        CopyProps::None | CopyProps::MetadataDirective
    ) {
        directives.tagging = Some(TaggingDirective::Replace);
    }
    if options.copy_props != CopyProps::All {
        directives.annotations = Some(AnnotationDirective::Exclude);
    }
    directives
}

/// Whether the options replace some of what the metadata directive covers.
fn describes(options: &Options) -> bool {
    let texts = [
        &options.cache_control,
        &options.content_disposition,
        &options.content_encoding,
        &options.content_language,
        &options.content_type,
    ];
    texts.iter().any(|text| text.is_some())
        || options.expires.is_some()
        || options.metadata.is_some()
}

/// The annotations of an object.
async fn annotations(
    transfers: &Transfers,
    from: &Object,
    options: &Options,
) -> Result<Vec<(String, Bytes)>, TransferError> {
    let Place { bucket, key } = &from.place;
    let version = from.head.as_ref().and_then(|head| head.version_id.clone());
    let mut input = ListObjectAnnotationsRequest::new(bucket.as_str(), key.as_str());
    input.request_payer = options.request_payer.clone();
    input.version_id = version.clone();
    let mut pages = transfers.source.list_object_annotations(input).pages();
    let (mut names, mut annotations) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let found = page?.annotations.unwrap_or_default();
        names.extend(found.into_iter().map(|found| found.annotation_name));
    }
    for name in names {
        let mut input =
            GetObjectAnnotationRequest::new(bucket.as_str(), key.as_str(), name.as_str());
        input.request_payer = options.request_payer.clone();
        input.version_id = version.clone();
        let call = transfers.source.get_object_annotation(input);
        let answer = transfers.call(call).await?;
        let content = answer.body.collect(LARGEST_ANNOTATION).await?;
        annotations.push((name, content));
    }
    Ok(annotations)
}

/// What stays as it is in tags.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

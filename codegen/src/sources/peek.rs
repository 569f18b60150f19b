//! A look at a model: which service it is of, without reading all of it.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// What a look at a file of JSON finds. What follows a mistake is not seen.
#[derive(Debug, Default)]
pub(super) struct Peek {
    /// It has a Smithy version, or shapes as Smithy names them.
    pub(super) is_smithy: bool,
    /// Its importer is this project's.
    pub(super) is_imported: bool,
    /// The SDK id, where botocore has it.
    pub(super) service_id: Option<String>,
    /// The names of operations.
    pub(super) operations: Vec<String>,
    /// It ends where it can't be read.
    pub(super) is_cut: bool,
    /// The service shape.
    pub(super) service: Option<Service>,
}

/// A service shape.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) sdk_id: String,
    pub(super) version: String,
    /// The command word that an importer recorded.
    pub(super) command: Option<String>,
}

/// How much to look at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The end of botocore's metadata, which come before everything else.
    Metadata,
    End,
}

/// Looks at a file of JSON.
pub(super) fn peek(reader: impl Read, until: Until) -> Peek {
    let mut found = Peek::default();
    let reader = std::io::BufReader::new(reader);
    let look = Look(&mut found, until);
    // A mistake is reported when the file is read.
    let _ = look.deserialize(&mut serde_json::Deserializer::from_reader(reader));
    found
}

/// Looks at the text of a file of JSON.
pub(super) fn peek_text(text: &str) -> Peek {
    let mut found = Peek::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let look = Look(&mut found, Until::End);
    let result = look.deserialize(&mut serde_json::Deserializer::from_str(text));
    found.is_cut = result.is_err();
    found
}

/// Fills what is found.
struct Look<'f>(&'f mut Peek, Until);

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Look(found, until) = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "smithy" => {
                    found.is_smithy = true;
                    map.next_value::<IgnoredAny>()?;
                }
                "metadata" => {
                    // Keys may be in any order, so that this may be a Smithy model all the same.
                    let metadata: serde_json::Value = map.next_value()?;
                    found.is_imported = metadata.get("opsmith").is_some();
                    let id = metadata.get("serviceId").and_then(|id| id.as_str());
                    found.service_id = id.map(str::to_owned);
                    if until == Until::Metadata {
                        return Err(A::Error::custom("enough is known"));
                    }
                }
                "operations" => {
                    let operations: BTreeMap<String, IgnoredAny> = map.next_value()?;
                    found.operations = operations.into_keys().collect();
                }
                "shapes" => map.next_value_seed(Shapes(found))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A shape of Smithy's.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    traits: Traits,
}

#[derive(Default, Deserialize)]
struct Traits {
    #[serde(rename = "aws.api#service", default)]
    service: serde_json::Value,
    #[serde(rename = "opsmith.botocore#command", default)]
    command: serde_json::Value,
}

struct Shapes<'f>(&'f mut Peek);

impl<'de> DeserializeSeed<'de> for Shapes<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Shapes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shapes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let found = self.0;
        if found.service_id.is_some() {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while let Some(id) = map.next_key::<String>()? {
            found.is_smithy |= id.contains('#');
            let shape: Shape<'_> = map.next_value()?;
            let name = id.split_once('#').map_or(&*id, |(_, name)| name);
            match &*shape.kind {
                "operation" => found.operations.push(name.to_owned()),
                "service" => {
                    let sdk_id = shape.traits.service.get("sdkId");
                    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
                    found.service = Some(Service {
                        name: name.to_owned(),
                        sdk_id: sdk_id.and_then(text).unwrap_or_default(),
                        version: shape.version.unwrap_or_default(),
                        command: text(&shape.traits.command),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

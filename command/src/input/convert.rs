//! Bytes and points in time, which parameters write as text.

use super::{BinaryFormat, Error, Reader, scalar};
use opsmith_runtime::codec::base64;
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Kind, ShapeIndex, TimestampFormat, Trait};
use opsmith_runtime::timestamp::Timestamp;

impl Reader<'_> {
    /// Makes bytes and points in time of texts where the rows ask for them. A text that is no point
    /// in time stays, and is told by validation.
    ///
    /// # Errors
    ///
    /// Base64 that is none; `place` names the parameter.
    pub(super) fn convert(
        &self,
        place: &str,
        value: &mut Document,
        ix: ShapeIndex,
    ) -> Result<(), Error> {
        let shape = self.service.shape(ix);
        match (shape.kind, value) {
            (Kind::Structure | Kind::Union, Document::Map(map)) => {
                for (name, value) in map {
                    if let Some((_, member)) = shape.member(name) {
                        let epoch = [member.traits, self.service.shape(member.target).traits];
                        self.convert_part(
                            place,
                            value,
                            member.target,
                            !epoch.iter().any(|traits| has_format(traits)),
                        )?;
                    }
                }
            }
            (Kind::List | Kind::Map, value) => {
                let Some(element) = shape.element() else {
                    return Ok(());
                };
                let parts: &mut dyn Iterator<Item = &mut Document> = match value {
                    Document::List(list) => &mut list.iter_mut(),
                    Document::Map(map) => &mut map.values_mut(),
                    _ => return Ok(()),
                };
                for part in parts {
                    self.convert(place, part, element.target)?;
                }
            }
            // Another kind of value than is due, which validation tells of.
            (Kind::Structure | Kind::Union, _) => {}
            (_, value) => self.convert_part(place, value, ix, !has_format(shape.traits))?,
        }
        Ok(())
    }

    fn convert_part(
        &self,
        place: &str,
        value: &mut Document,
        ix: ShapeIndex,
        epoch: bool,
    ) -> Result<(), Error> {
        match (self.service.shape(ix).kind, &value) {
            (Kind::Blob, Document::String(text)) => {
                *value = Document::Blob(self.bytes(place, text)?)
            }
            (Kind::Timestamp, found) => {
                if let Some(point) = self.point(found).filter(|point| point.is_in_calendar()) {
                    // As the AWS CLI, which sends whole seconds where it sends seconds, and
                    // elsewhere microseconds.
                    let micros = if epoch {
                        0
                    } else {
                        point.nanoseconds() / 1_000
                    };
                    *value = Document::Timestamp(Timestamp::new(point.seconds(), micros * 1_000));
                }
            }
            (Kind::Structure | Kind::Union | Kind::List | Kind::Map, _) => {
                self.convert(place, value, ix)?
            }
            _ => {}
        }
        Ok(())
    }

    fn bytes(&self, place: &str, text: &str) -> Result<Vec<u8>, Error> {
        if self.binary_format == BinaryFormat::Raw {
            return Ok(text.as_bytes().to_vec());
        }
        base64::lenient(text)
            .ok_or_else(|| Error::of(place, "Invalid base64: it ends within a byte"))
    }

    /// The point in time that a value stands for.
    fn point(&self, value: &Document) -> Option<Timestamp> {
        match value {
            Document::String(text) => scalar::timestamp(text, self.env.now().into()),
            Document::Integer(seconds) => i64::try_from(*seconds)
                .ok()
                .map(|seconds| Timestamp::new(seconds, 0)),
            Document::Float(seconds) => Timestamp::from_epoch(*seconds),
            Document::Timestamp(point) => Some(*point),
            _ => None,
        }
    }
}

/// Whether a format other than seconds is asked for.
fn has_format(traits: &[Trait<'_>]) -> bool {
    let other = |found: &Trait<'_>| matches!(found, Trait::TimestampFormat(format) if *format != TimestampFormat::EpochSeconds);
    traits.iter().any(other)
}

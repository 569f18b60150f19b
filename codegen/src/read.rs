//! Structures that are read from JSON: serde's derive does the same, and takes longer to build than
//! all of this crate (docs/decisions/0021-build-scripts-without-derives.md).

use serde_core::Deserialize;
use serde_core::de::MapAccess;

/// A structure with the names of its fields in a file. A missing field is empty, except the one in
/// `needs`. An unknown field is skipped, or an error with `refuses`. A repeated field is an error.
/// Fields in `with` are not read from the file.
macro_rules! record {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $name:ident {
            $($(#[$on_field:meta])* $see:vis $field:ident: $type:ty = $key:literal,)*
        }
        $(needs $needed:literal)?
        $(refuses $unknown:ident)?
        $(with { $($(#[$on_own:meta])* $see_own:vis $own:ident: $own_type:ty,)* })?
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Default)]
        $visible struct $name {
            $($(#[$on_field])* $see $field: $type,)*
            $($($(#[$on_own])* $see_own $own: $own_type,)*)?
        }

        impl<'de> serde_core::Deserialize<'de> for $name {
            fn deserialize<D: serde_core::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                struct Visitor;

                impl<'de> serde_core::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde_core::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut found = $name::default();
                        $(let mut $field = false;)*
                        $(let mut missing = !$needed.is_empty();)?
                        while let Some(key) = map.next_key::<String>()? {
                            $(missing &= key != $needed;)?
                            match key.as_str() {
                                $($key if std::mem::replace(&mut $field, true) => {
                                    return Err(serde_core::de::Error::duplicate_field($key));
                                })*
                                $($key => $crate::read::value(&mut map, &mut found.$field)?,)*
                                $($unknown => {
                                    return Err(serde_core::de::Error::custom(format_args!("unknown field `{}`", $unknown)));
                                })?
                                #[allow(unreachable_patterns, reason = "where unknown fields are refused")]
                                _ => drop(map.next_value::<serde_core::de::IgnoredAny>()?),
                            }
                        }
                        $(if missing {
                            return Err(serde_core::de::Error::missing_field($needed));
                        })?
                        Ok(found)
                    }
                }

                deserializer.deserialize_map(Visitor)
            }
        }
    };
}

pub(crate) use record;

/// Reads the next value of a map. Compiled once for each type, and not into each structure that has it.
#[inline(never)]
pub(crate) fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    found: &mut T,
) -> Result<(), A::Error> {
    *found = map.next_value()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    record! {
        struct Thing {
            name: String = "the-name",
            parts: Vec<Thing> = "parts",
        }
        needs "the-name"
        with {
            place: u8,
        }
    }

    #[test]
    fn fields_are_read_by_their_names_and_others_passed_over() {
        let json =
            r#"{ "other": [{}], "parts": [{ "the-name": "b" }], "the-name": "a", "place": 9 }"#;
        let thing: Thing = serde_json::from_str(json).expect("a thing");
        assert_eq!(
            (
                &*thing.name,
                &*thing.parts[0].name,
                thing.parts[0].parts.len(),
                thing.place
            ),
            ("a", "b", 0, 0)
        );
    }

    record! {
        struct Exact {
            name: String = "name",
        }
        refuses unknown
    }

    #[test]
    fn unknown_fields_are_errors_where_they_are_refused() {
        let exact =
            serde_json::from_str::<Exact>(r#"{ "name": "a" }"#).expect("it has no other field");
        let error = serde_json::from_str::<Exact>(r#"{ "name": "a", "names": 1 }"#)
            .expect_err("a field is unknown");
        assert_eq!(
            (&*exact.name, &*error.to_string()),
            ("a", "unknown field `names` at line 1 column 22")
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (json, problem) in [
            (
                r#"{ "parts": [] }"#,
                "missing field `the-name` at line 1 column 15",
            ),
            (
                r#"{ "the-name": null }"#,
                "invalid type: null, expected a string at line 1 column 18",
            ),
            (
                r#"{ "the-name": "a", "parts": [5] }"#,
                "invalid type: integer `5`, expected an object at line 1 column 30",
            ),
            (
                r#"{ "the-name": "a", "the-name": "b" }"#,
                "duplicate field `the-name` at line 1 column 29",
            ),
            (
                r#"[]"#,
                "invalid type: sequence, expected an object at line 1 column 0",
            ),
        ] {
            assert_eq!(
                serde_json::from_str::<Thing>(json)
                    .map(drop)
                    .map_err(|error| error.to_string()),
                Err(problem.to_owned())
            );
        }
    }
}

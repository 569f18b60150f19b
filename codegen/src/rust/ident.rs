//! Identifiers of generated code.

use std::fmt;

/// Keywords of all editions up to 2024, also reserved ones, as syn has them, and `gen`, which it
/// does not know.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that can't be raw identifiers.
const NEVER_RAW: &[&str] = &["", "Self", "_", "crate", "self", "super"];

/// An identifier of generated code, as it is written there: a keyword as a raw identifier
/// (`r#type`). A text of its own, so that lowering needs no crate that prints Rust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(String);

impl Ident {
    /// An identifier of a name: raw when it is a keyword, with `_` after it when it is one that
    /// can't be raw. Characters that identifiers don't have become `_`.
    pub(crate) fn new(name: &str) -> Ident {
        if NEVER_RAW.contains(&name) {
            return Ident(format!("{name}_"));
        }
        if KEYWORDS.contains(&name) {
            return Ident(format!("r#{name}"));
        }
        let mut cleaned = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "_");
        if cleaned.starts_with(|c: char| c.is_ascii_digit()) {
            cleaned.insert(0, '_');
        }
        Ident(cleaned)
    }

    /// As it is written in code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for Ident {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Ident {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(feature = "emit")]
impl quote::ToTokens for Ident {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        use proc_macro2::{Ident, Span};
        let ident = match self.0.strip_prefix("r#") {
            Some(raw) => Ident::new_raw(raw, Span::call_site()),
            None => Ident::new(&self.0, Span::call_site()),
        };
        ident.to_tokens(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::{Ident, KEYWORDS, NEVER_RAW};

    #[test]
    fn keywords_are_raw_or_have_a_mark() {
        for (name, ident) in [
            ("type", "r#type"),
            ("gen", "r#gen"),
            ("self", "self_"),
            ("_", "__"),
            ("", "_"),
            ("job_id", "job_id"),
            ("a-b", "a_b"),
            ("9a", "_9a"),
        ] {
            assert_eq!(Ident::new(name), ident);
        }
    }

    /// What syn takes as an identifier is one here, and nothing else.
    #[cfg(feature = "emit")]
    #[test]
    fn keywords_are_those_of_syn() {
        for word in KEYWORDS.iter().filter(|word| **word != "gen") {
            assert!(syn::parse_str::<syn::Ident>(word).is_err(), "{word}");
            assert!(
                syn::parse_str::<syn::Ident>(&format!("r#{word}")).is_ok(),
                "{word}"
            );
        }
        for word in NEVER_RAW {
            assert!(syn::parse_str::<syn::Ident>(word).is_err(), "{word}");
        }
    }
}

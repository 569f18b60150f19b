//! Endpoint rules (being written).

/// The rules, lowered.
#[derive(Debug)]
pub(crate) struct RuleSet;

pub(crate) fn lower(_rules: Option<&serde_json::Value>, _problem: &mut impl FnMut(String, String)) -> RuleSet {
    RuleSet
}

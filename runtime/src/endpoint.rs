//! Endpoint rules (`smithy.rules#endpointRuleSet`): from region and settings to a URL.

/// The rules of one service.
#[derive(Debug, Clone, Copy)]
pub struct RuleSet<'a> {
    /// Rules in order.
    pub rules: &'a [&'a str],
}

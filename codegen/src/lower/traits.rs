//! Traits of a model: those that the schema keeps, by the table in `opsmith_schema`, and those that
//! other passes look at.

use super::forms;
use crate::ast::Traits;
use crate::diagnostics::Report;
use opsmith_schema::Arena;
use opsmith_schema::{Auth, Flags, Protocol, Sites, Trait, TraitKind};
use serde_json::Value;

/// The traits of a service that are authentication schemes.
const SCHEMES: &[TraitKind] = &[
    TraitKind::SigV4,
    TraitKind::SigV4A,
    TraitKind::HttpApiKeyAuth,
    TraitKind::HttpBasicAuth,
    TraitKind::HttpBearerAuth,
    TraitKind::HttpDigestAuth,
];

/// Where a trait is, for messages.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) id: &'a str,
}

/// Reports the traits that can't be at a site, and those whose values are not of their form.
pub(crate) fn check(traits: &Traits, site: Sites, place: &Place<'_>, report: &mut Report) {
    for (id, value) in traits {
        let Some(kind) = TraitKind::of(id) else {
            continue;
        };
        let entry = kind.entry();
        let mut problem = |problem, help| report.add_trait(place.file, place.id, id, problem, help);
        if entry.places.contains(site) {
            forms::check(entry.form, value, &mut problem);
        } else {
            problem(
                format!("{} can't have it", name(site)),
                format!("remove it; it belongs to {}", name(entry.places)),
            );
        }
    }
}

/// The sites of a model, as messages name them.
const SITES: &[(Sites, &str)] = &[
    (Sites::SERVICE, "a service"),
    (Sites::OPERATION, "an operation"),
    (Sites::SHAPE, "a shape"),
    (Sites::MEMBER, "a member"),
];

fn name(sites: Sites) -> String {
    let names = SITES.iter().filter(|(site, _)| sites.contains(*site));
    let names: Vec<&str> = names.map(|(_, name)| *name).collect();
    names.join(" or ")
}

/// The traits with a value, and rare ones without, that the schema keeps at a site: those that the
/// protocol reads.
pub(crate) fn kept<'a>(
    traits: &Traits,
    site: Sites,
    protocol: Protocol,
    arena: &'a Arena,
) -> Vec<Trait<'a>> {
    let kept = traits.iter().filter_map(|(id, value)| {
        let kind = TraitKind::of(id)?;
        let entry = kind.entry();
        if !entry.sites.contains(site) || !kind.is_read_by(protocol) {
            return None;
        }
        kind.with(forms::read(entry.form, value, arena)?)
    });
    kept.collect()
}

/// The traits without a value that the schema keeps at a site: those that the protocol reads.
pub(crate) fn flags(traits: &Traits, site: Sites, protocol: Protocol) -> Flags {
    let flags = traits.keys().filter_map(|id| {
        let kind = TraitKind::of(id)?;
        let entry = kind.entry();
        let is_kept = entry.sites.contains(site) && kind.is_read_by(protocol);
        entry.flag.filter(|_| is_kept)
    });
    flags.collect()
}

/// Whether the service was made for AWS Signature Version 2.
pub(crate) fn is_old(traits: &Traits) -> bool {
    text(traits, TraitKind::SignatureVersion) == "v2"
}

/// The traits of a service; `has_sigv4` if its endpoint rules sign with that.
pub(crate) fn service<'a>(
    traits: &Traits,
    protocol: Protocol,
    has_sigv4: bool,
    arena: &'a Arena,
) -> Vec<Trait<'a>> {
    let mut kept = kept(traits, Sites::SERVICE, protocol, arena);
    if !has(traits, TraitKind::Auth) {
        // Without a list they are tried in the order of their ids.
        let schemes = SCHEMES.iter().filter(|kind| has(traits, **kind));
        let schemes = schemes.map(|kind| forms::scheme(kind.id(), arena));
        // Requests would go out unsigned if the service's only scheme were not named.
        let old = is_old(traits).then_some(match has_sigv4 {
            true => Auth::SigV4,
            false => Auth::Other("AWS Signature Version 2"),
        });
        let schemes = schemes.chain(old);
        kept.push(Trait::Auth(arena.list(schemes)));
    }
    kept.retain(|found| *found != Trait::Auth(&[Auth::SigV4]));
    kept
}

/// All protocols that the service offers, in the order in which they are preferred. `Err` holds the
/// ids of those it names if none of them is known.
pub(crate) fn protocols(traits: &Traits) -> Result<Vec<Protocol>, Vec<&str>> {
    let known = Protocol::ALL.iter().copied();
    let offered: Vec<Protocol> = known
        .filter(|protocol| has(traits, protocol.kind()))
        .collect();
    if offered.is_empty() {
        let ids = traits.keys().map(String::as_str);
        return Err(ids.filter(|id| id.contains(".protocols#")).collect());
    }
    Ok(offered)
}

/// Whether the trait is present.
pub(crate) fn has(traits: &Traits, kind: TraitKind) -> bool {
    traits.contains_key(kind.id())
}

/// The value of a trait.
pub(crate) fn value(traits: &Traits, kind: TraitKind) -> Option<&Value> {
    traits.get(kind.id())
}

/// The text of a trait; empty when the trait is absent or has another value.
pub(crate) fn text(traits: &Traits, kind: TraitKind) -> &str {
    value(traits, kind)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The text of a part of a trait; empty when it is absent or has another value.
pub(crate) fn part<'t>(traits: &'t Traits, kind: TraitKind, key: &str) -> &'t str {
    let part = value(traits, kind).and_then(|value| value.get(key));
    part.and_then(Value::as_str).unwrap_or_default()
}

/// The name that signatures have for a service. Services that are not signed have the first word of
/// their hosts.
pub(crate) fn signing_name(traits: &Traits) -> &str {
    let places = [
        (TraitKind::SigV4, "name"),
        (TraitKind::SigV4A, "name"),
        (TraitKind::Service, "endpointPrefix"),
    ];
    let names = places.map(|(kind, key)| part(traits, kind, key));
    let found = names.into_iter().find(|name| !name.is_empty());
    found.unwrap_or_default()
}

/// What to use instead of a deprecated shape, member or value; `None` when it is not deprecated.
pub(crate) fn deprecated<'a>(traits: &Traits, arena: &'a Arena) -> Option<&'a str> {
    let message = || arena.text(part(traits, TraitKind::Deprecated, "message"));
    has(traits, TraitKind::Deprecated).then(message)
}

/// The bounds of `length` or `range`.
pub(crate) fn bounds(
    traits: &Traits,
    place: &Place<'_>,
    report: &mut Report,
) -> (Option<f64>, Option<f64>) {
    let mut found = (None, None);
    for kind in [TraitKind::Length, TraitKind::Range] {
        let Some(value) = value(traits, kind) else {
            continue;
        };
        let bound = |key: &str| value.get(key).and_then(forms::number);
        found = (bound("min"), bound("max"));
        let is_empty = || value.as_object().is_some_and(|parts| parts.is_empty());
        let (problem, help) = match found {
            (Some(min), Some(max)) if min > max => {
                (format!("min {min} is above max {max}"), "swap them")
            }
            (None, None) if is_empty() => (
                "there is neither `min` nor `max`".to_owned(),
                "give one of them, or leave the trait out",
            ),
            _ => continue,
        };
        report.add_trait(place.file, place.id, kind.id(), problem, help);
    }
    found
}

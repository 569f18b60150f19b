//! Which scheme is taken.

use super::*;

const V4A: Auth<'_> = Auth::SigV4A;
const BEARER: Auth<'_> = Auth::HttpBearerAuth;
const OTHER: Auth<'_> = Auth::Other("test#knock");

const ALL: Identities = Identities {
    credentials: true,
    token: true,
    token_of_service: false,
};

/// What a client is configured with.
struct Client {
    identities: Option<Identities>,
    preference: Preference,
    region_set: Option<&'static str>,
    optional: bool,
}

impl Default for Client {
    fn default() -> Self {
        Client {
            identities: Some(ALL),
            preference: Preference::default(),
            region_set: None,
            optional: false,
        }
    }
}

/// The scheme and its region.
fn selected(
    of_model: &[Auth<'_>],
    of_endpoint: &[&str],
    client: &Client,
) -> Result<String, String> {
    let of_endpoint: Vec<_> = of_endpoint
        .iter()
        .map(|name| EndpointAuth {
            name: (*name).to_owned(),
            region: "endpoint".to_owned(),
            service: "s".to_owned(),
            double_encoding: true,
        })
        .collect();
    let options = Options {
        of_model,
        optional: client.optional,
        of_endpoint: &of_endpoint,
        usual: Scope::new("usual", "s"),
        region_set: client.region_set,
        preference: &client.preference,
        identities: client.identities,
    };
    select("Op", &options)
        .map(|(scheme, scope)| format!("{} for {}", scheme.name(), scope.region))
        .map_err(|error| error.to_string())
}

/// A client with a preference.
fn preferring(names: &str) -> Client {
    Client {
        preference: Preference::of_text(names),
        ..Client::default()
    }
}

fn unsupported(name: &str) -> String {
    format!("Op needs authentication with {name}, which is not supported.")
}

#[test]
fn schemes_are_chosen_by_operation_endpoint_and_identity() {
    for (of_model, of_endpoint, signs, expected) in [
        // What the model lists, in its order.
        (&[Auth::SigV4][..], &[][..], true, Ok("sigv4 for usual")),
        (&[Auth::SigV4, V4A], &[], true, Ok("sigv4 for usual")),
        (&[OTHER, Auth::SigV4], &[], true, Ok("sigv4 for usual")),
        (&[BEARER], &[], true, Ok("httpBearerAuth for usual")),
        (
            &[BEARER, Auth::SigV4],
            &[],
            true,
            Ok("httpBearerAuth for usual"),
        ),
        (&[OTHER], &[], true, Err("test#knock")),
        // What the endpoint lists replaces it.
        (&[OTHER], &["sigv4"], true, Ok("sigv4 for endpoint")),
        (&[BEARER], &["sigv4"], true, Ok("sigv4 for endpoint")),
        (
            &[Auth::SigV4],
            &["new", "sigv4"],
            true,
            Ok("sigv4 for endpoint"),
        ),
        (
            &[Auth::SigV4],
            &["bearer"],
            true,
            Ok("httpBearerAuth for endpoint"),
        ),
        (&[Auth::SigV4], &["new"], true, Err("new")),
        // An operation that is not signed stays so.
        (&[], &[], true, Ok("noAuth for usual")),
        (&[], &["sigv4"], true, Ok("noAuth for usual")),
        // A client that doesn't sign calls everything.
        (&[Auth::SigV4], &["sigv4"], false, Ok("noAuth for usual")),
        (&[OTHER], &["bearer"], false, Ok("noAuth for usual")),
    ] {
        let client = Client {
            identities: signs.then_some(ALL),
            ..Client::default()
        };
        let found = selected(of_model, of_endpoint, &client);
        let expected = expected.map(str::to_owned).map_err(unsupported);
        assert_eq!(found, expected, "{of_model:?} {of_endpoint:?}");
    }
}

#[test]
fn preferences_reorder_what_is_allowed() {
    const BOTH: &[Auth<'_>] = &[Auth::SigV4, BEARER];
    const TOKEN: &str = "httpBearerAuth for usual";
    for (preference, of_model, of_endpoint, expected) in [
        ("", BOTH, &[][..], "sigv4 for usual"),
        ("httpBearerAuth", BOTH, &[], TOKEN),
        (" http BearerAuth\t,, sigv4", BOTH, &[], TOKEN),
        ("sigv4,httpBearerAuth", BOTH, &[], "sigv4 for usual"),
        ("knock,httpbearerauth", BOTH, &[], "sigv4 for usual"),
        ("httpBearerAuth", &[Auth::SigV4], &[], "sigv4 for usual"),
        ("sigv4", &[BEARER], &[], TOKEN),
        ("sigv4", &[BEARER, Auth::SigV4], &[], "sigv4 for usual"),
        // Also among those of an endpoint, and not beyond them.
        ("httpBearerAuth", BOTH, &["sigv4"], "sigv4 for endpoint"),
        (
            "httpBearerAuth",
            BOTH,
            &["sigv4", "bearer"],
            "httpBearerAuth for endpoint",
        ),
        // Unsigned only where the model allows that.
        ("noAuth", BOTH, &[], "sigv4 for usual"),
    ] {
        let found = selected(of_model, of_endpoint, &preferring(preference));
        assert_eq!(
            found.as_deref(),
            Ok(expected),
            "{preference:?} {of_model:?}"
        );
    }
    for (preference, expected) in [
        ("noAuth", "noAuth for usual"),
        ("sigv4,noAuth", "sigv4 for usual"),
        ("", "sigv4 for usual"),
    ] {
        let client = Client {
            optional: true,
            ..preferring(preference)
        };
        let found = selected(&[Auth::SigV4], &[], &client);
        assert_eq!(found.as_deref(), Ok(expected), "{preference:?}");
    }
}

#[test]
fn schemes_without_an_identity_come_last() {
    const BOTH: &[Auth<'_>] = &[Auth::SigV4, BEARER];
    let keys = Identities {
        token: false,
        ..ALL
    };
    let token = Identities {
        credentials: false,
        ..ALL
    };
    let none = Identities {
        token: false,
        ..token
    };
    let of_service = Identities {
        token_of_service: true,
        ..ALL
    };
    let stated = |names: &str, by_program| Preference {
        by_program,
        ..Preference::of_text(names)
    };
    for (identities, preference, expected) in [
        (ALL, stated("", false), "sigv4"),
        (keys, stated("", false), "sigv4"),
        (keys, stated("httpBearerAuth", false), "sigv4"),
        (token, stated("", false), "httpBearerAuth"),
        (token, stated("sigv4", false), "httpBearerAuth"),
        // The error of the first says what is missing.
        (none, stated("", false), "sigv4"),
        (none, stated("httpBearerAuth", false), "httpBearerAuth"),
        // A token for this service is for nothing else, unless a program says otherwise.
        (of_service, stated("", false), "httpBearerAuth"),
        (of_service, stated("sigv4", false), "httpBearerAuth"),
        (of_service, stated("sigv4", true), "sigv4"),
        (of_service, stated("httpBearerAuth", true), "httpBearerAuth"),
    ] {
        let client = Client {
            identities: Some(identities),
            preference,
            ..Client::default()
        };
        let found = selected(BOTH, &[], &client);
        let preference = &client.preference;
        assert_eq!(
            found,
            Ok(format!("{expected} for usual")),
            "{identities:?} {preference:?}"
        );
    }
}

/// SigV4a and the sessions of directory buckets are features.
#[test]
fn schemes_of_a_feature_need_it() {
    let needs = |scheme: &str, feature: &str| {
        format!(
            "Op needs authentication with {scheme}: turn on the feature `{feature}` of opsmith-runtime."
        )
    };
    let sigv4a = |text: &str| match cfg!(feature = "sigv4a") {
        true => Ok(text.to_owned()),
        false => Err(needs("sigv4a", "sigv4a")),
    };
    assert_eq!(
        selected(&[V4A], &[], &Client::default()),
        sigv4a("sigv4a for *")
    );
    assert_eq!(
        selected(&[Auth::SigV4], &["sigv4a"], &Client::default()),
        sigv4a("sigv4a for endpoint")
    );
    let regions = Client {
        region_set: Some("a,b"),
        ..Client::default()
    };
    let found = selected(&[Auth::SigV4], &["sigv4a"], &regions);
    assert_eq!(found, sigv4a("sigv4a for a,b"));
    // Where there is SigV4 too, it takes its place.
    let either = match cfg!(feature = "sigv4a") {
        true => "sigv4a for endpoint",
        false => "sigv4 for endpoint",
    };
    let found = selected(
        &[V4A, Auth::SigV4],
        &["sigv4a", "sigv4"],
        &Client::default(),
    );
    assert_eq!(found.as_deref(), Ok(either));
    let found = selected(&[V4A, Auth::SigV4], &["sigv4"], &regions);
    assert_eq!(found.as_deref(), Ok("sigv4 for endpoint"));
    let session = match cfg!(feature = "s3express") {
        true => Ok("sigv4-s3express for endpoint".to_owned()),
        false => Err(needs("sigv4-s3express", "s3express")),
    };
    // Nothing else is allowed there, whatever is preferred.
    for client in [Client::default(), preferring("sigv4")] {
        let found = selected(&[Auth::SigV4], &["sigv4-s3express"], &client);
        assert_eq!(found, session);
    }
}

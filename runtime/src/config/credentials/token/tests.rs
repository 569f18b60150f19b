//! Tokens of variables.

use super::*;
use crate::config::env::testing::Scene;

#[test]
fn variables_are_for_one_service() {
    let tokens = |variables: &[(&str, &str)]| {
        let scene = Scene::new("", "", variables);
        Settings::load(scene.env(), None).expect("settings")
    };
    let settings = tokens(&[
        ("AWS_BEARER_TOKEN_TOY_BOX_2", "t"),
        ("AWS_BEARER_TOKEN_EMPTY", ""),
    ]);
    for (name, expected) in [
        ("toy-box 2", Some("t")),
        ("Toy_Box-2", Some("t")),
        ("toy", None),
        ("empty", None),
    ] {
        let found = settings.token(name).expect("no problem");
        assert_eq!(
            found.map(|token| token.value).as_deref(),
            expected,
            "{name}"
        );
    }
}

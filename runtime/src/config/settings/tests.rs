use super::*;
use crate::config::SETTINGS;
use crate::config::env::testing::Scene;

fn settings(scene: &Scene, profile: Option<&str>) -> Settings {
    Settings::load(scene.env(), profile).expect("readable files")
}

fn text(settings: &Settings, setting: &str) -> Option<String> {
    settings
        .get(setting)
        .expect("readable")
        .map(|value| value.text)
}

/// Each source states its own name; take the strongest away and the next one must show.
#[test]
fn every_setting_keeps_the_order_of_sources() {
    for row in SETTINGS.iter().filter(|row| row.in_profile) {
        let sources = [row.variables, &["profile"], row.late_variables].concat();
        for (index, strongest) in sources.iter().enumerate() {
            let stated: Vec<_> = sources
                .iter()
                .skip(index)
                .map(|name| (*name, *name))
                .collect();
            let config = format!("[default]\n{} = profile\n", row.name);
            let config = if stated.contains(&("profile", "profile")) {
                &*config
            } else {
                ""
            };
            let mut loaded = settings(&Scene::new(config, "", &stated), None);
            assert_eq!(
                text(&loaded, row.name).as_deref(),
                Some(*strongest),
                "{}",
                row.name
            );
            loaded.set(row.name, "option", "--option");
            assert_eq!(
                text(&loaded, row.name).as_deref(),
                Some("option"),
                "{}",
                row.name
            );
        }
    }
}

#[test]
fn rows_are_unique() {
    let mut names: Vec<_> = SETTINGS.iter().map(|row| row.name).collect();
    names.extend(
        SETTINGS
            .iter()
            .flat_map(|row| row.variables.iter().chain(row.late_variables)),
    );
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn empty_texts_count_except_for_region_and_endpoint() {
    let scene = Scene::new(
        "[default]\nregion = r\noutput = o\n",
        "",
        &[("AWS_REGION", ""), ("AWS_DEFAULT_OUTPUT", "")],
    );
    let mut settings = settings(&scene, None);
    settings.set("region", "", "--region");
    assert_eq!(text(&settings, "region").as_deref(), Some("r"));
    assert_eq!(text(&settings, "output").as_deref(), Some(""));
}

#[test]
fn values_know_where_they_come_from() {
    let scene = Scene::new(
        "[default]\n\ncli_pager = less\n",
        "[default]\nregion = r\n",
        &[("AWS_DEFAULT_OUTPUT", "text")],
    );
    let mut settings = settings(&scene, None);
    settings.set("retry_mode", "adaptive", "--retry-mode");
    for (setting, origin) in [
        (
            "cli_pager",
            format!("{}, line 3", scene.path(".aws/config")),
        ),
        (
            "region",
            format!("{}, line 2", scene.path(".aws/credentials")),
        ),
        ("output", "AWS_DEFAULT_OUTPUT".into()),
        ("retry_mode", "--retry-mode".into()),
    ] {
        assert_eq!(
            settings
                .get(setting)
                .unwrap()
                .map(|value| value.origin.to_string()),
            Some(origin)
        );
    }
}

/// `(config, profile, key k)`; `None` when the profile does not exist.
#[test]
fn sections_of_the_config_file() {
    for (config, profile, expected) in [
        ("[default]\nk = 1\n", "default", Some("1")),
        (
            "[profile default]\nk = 2\n[default]\nk = 1\n",
            "default",
            Some("1"),
        ),
        (
            "[default]\nk = 1\nl = 1\n[profile default]\nk = 2\n",
            "default",
            Some("2"),
        ),
        ("[profile a]\nk = 1\n", "a", Some("1")),
        ("[profile 'a b']\nk = 1\n", "a b", Some("1")),
        ("[profile \"a b\"]\nk = 1\n", "a b", Some("1")),
        ("[profile\ta\\ b]\nk = 1\n", "a b", Some("1")),
        ("[profile a b]\nk = 1\n", "a b", None),
        ("[profile a b]\nk = 1\n", "a", None),
        ("[profile it's]\nk = 1\n", "it's", None),
        ("[a]\nk = 1\n", "a", None),
        ("[profile]\nk = 1\n", "profile", None),
        ("[Default]\nk = 1\n", "default", None),
        ("[DEFAULT]\nk = 1\n", "default", None),
        ("[DEFAULT]\nk = 1\n[profile a]\n", "a", Some("1")),
    ] {
        let settings = settings(&Scene::new(config, "", &[]), Some(profile));
        let found = settings
            .profile()
            .map(|profile| profile.get("k").unwrap().map(|value| value.text));
        assert_eq!(
            found.ok().flatten().as_deref(),
            expected,
            "{config:?} {profile}"
        );
        assert_eq!(
            settings.profile().is_ok(),
            expected.is_some(),
            "{config:?} {profile}"
        );
    }
}

#[test]
fn the_credentials_file_wins_key_by_key() {
    let scene = Scene::new(
        "[profile a]\nregion = c\noutput = c\n",
        "[a]\nregion = s\n[profile b]\nregion = s\n",
        &[],
    );
    let loaded = settings(&scene, Some("a"));
    assert_eq!(
        (
            text(&loaded, "region").as_deref(),
            text(&loaded, "output").as_deref()
        ),
        (Some("s"), Some("c"))
    );
    assert!(
        settings(&scene, Some("profile b")).profile().is_ok(),
        "sections there are bare names"
    );
    assert!(settings(&scene, Some("b")).profile().is_err());
}

#[test]
fn profiles_that_do_not_exist() {
    for (option, variables, expected) in [
        (None, &[][..], None),
        (Some(""), &[], None),
        (Some("nope"), &[], Some(("nope", "--profile"))),
        (Some("default"), &[], Some(("default", "--profile"))),
        (
            None,
            &[("AWS_PROFILE", "nope"), ("AWS_DEFAULT_PROFILE", "a")],
            Some(("nope", "AWS_PROFILE")),
        ),
        (
            None,
            &[("AWS_DEFAULT_PROFILE", "nope")],
            Some(("nope", "AWS_DEFAULT_PROFILE")),
        ),
        (None, &[("AWS_PROFILE", "")], Some(("", "AWS_PROFILE"))),
        (Some("a"), &[("AWS_PROFILE", "nope")], None),
    ] {
        let scene = Scene::new("[profile a]\n", "", variables);
        let error = settings(&scene, option)
            .profile()
            .map(drop)
            .map_err(|error| (error.kind(), error.to_string()));
        let expected = expected.map(|(name, origin)| {
            let config = scene.path(".aws/config");
            let credentials = scene.path(".aws/credentials");
            let text = format!(
                "The config profile ({name}) could not be found\n\
                 The name comes from {origin}; looked for in {config} and {credentials}."
            );
            (ConfigErrorKind::ProfileNotFound, text)
        });
        assert_eq!(error.err(), expected, "{option:?} {variables:?}");
    }
}

#[test]
fn broken_files_are_named_with_the_line() {
    for (config, credentials, file) in [("[a]\nx\n", "", "config"), ("", "[a]\nx\n", "credentials")]
    {
        let scene = Scene::new(
            config,
            credentials,
            &[("AWS_REGION", "r"), ("AWS_PROFILE", "nope")],
        );
        let error = Settings::load(scene.env(), None).unwrap_err();
        let path = scene.path(&format!(".aws/{file}"));
        let expected = format!(
            "Unable to parse config file: {path}\nline 2: neither a [section] nor key = value"
        );
        assert_eq!(
            (error.kind(), error.to_string()),
            (ConfigErrorKind::ParseFile, expected)
        );
    }
}

#[test]
fn variables_name_the_files() {
    let scene = Scene::new("[default]\nregion = home\n", "", &[]);
    std::fs::write(scene.path("mine"), "[default]\nregion = mine\n").expect("a file");
    let home = scene.path("");
    for (path, region) in [
        ("~/mine", Some("mine")),
        ("$HOME/mine", Some("mine")),
        ("~/.aws", None),
        ("/dev/null", None),
        ("/nope", None),
        ("", None),
    ] {
        for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            let env = Env::with_variables([("HOME", &*home), (variable, path)]);
            let loaded = Settings::load(env, None).expect("readable files");
            let fallback = Some("home").filter(|_| variable != "AWS_CONFIG_FILE");
            assert_eq!(
                text(&loaded, "region").as_deref(),
                region.or(fallback),
                "{variable} {path}"
            );
        }
    }
}

#[test]
fn a_map_where_text_is_due_is_an_error() {
    let scene = Scene::new("[default]\nregion =\n  a = b\n", "", &[]);
    let error = settings(&scene, None)
        .get("region")
        .unwrap_err()
        .to_string();
    let config = scene.path(".aws/config");
    let expected = format!(
        "The key \"region\" needs a value, not indented lines below it.\nThe value comes from {config}, line 2."
    );
    assert_eq!(error, expected);
}

#[test]
fn debug_shows_no_value() {
    let scene = Scene::new(
        "[default]\nk = hidden\n",
        "[default]\naws_secret_access_key = hidden\n",
        &[("S", "hidden")],
    );
    let mut settings = settings(&scene, Some("default"));
    settings.set("k", "hidden", "--k");
    let shown = format!("{settings:?} {:?}", settings.get("k"));
    assert!(
        shown.contains("--k") && !shown.contains("hidden"),
        "{shown}"
    );
}

use super::*;

fn value(text: &str) -> Document {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn plain_scalars_have_the_types_of_the_aws_cli() {
    for (text, expected) in [
        ("true", true.into()),
        ("yes", "yes".into()),
        ("~", Document::Null),
        ("017", Document::Integer(17)),
        ("0o17", Document::Integer(15)),
        ("0x1f", Document::Integer(31)),
        ("0b11", Document::Integer(3)),
        ("+1", Document::Integer(1)),
        ("1_000", Document::Integer(1000)),
        ("-5", Document::Integer(-5)),
        ("1.5", Document::Float(1.5)),
        ("1e3", Document::Float(1000.0)),
        ("-.inf", Document::Float(f64::NEG_INFINITY)),
        ("1:20", "1:20".into()),
        ("-", Document::List(vec![Document::Null])),
        (
            "2020-01-01T00:00:05Z",
            Document::Timestamp(Timestamp::new(1_577_836_805, 0)),
        ),
        ("'5'", "5".into()),
        ("|\n  a\n  b", "a\nb".into()),
        ("|\n  a\n  b\n", "a\nb\n".into()),
        (">+\n  a\n  b", "a b".into()),
        ("!!str 5", "5".into()),
        ("!!binary aGk=", Document::Blob(b"hi".to_vec())),
    ] {
        assert!(value(text) == expected, "{text}: {:?}", value(text));
    }
}

#[test]
fn collections_anchors_and_merges() {
    let found = value("base: &b {x: 1, y: 2}\nlist: [*b]\nother:\n  <<: *b\n  y: 3\n");
    let base = Document::from([("x", Document::Integer(1)), ("y", Document::Integer(2))]);
    assert!(found.get("list") == Some(&Document::List(vec![base])));
    assert!(found.get("other").and_then(|other| other.get("y")) == Some(&Document::Integer(3)));
    assert!(found.get("other").and_then(|other| other.get("x")) == Some(&Document::Integer(1)));
}

#[test]
fn what_is_refused() {
    let bomb = (1..20).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        let of = vec![format!("*a{}", n - 1); 10].join(",");
        format!("{text}a{n}: &a{n} [{of}]\n")
    });
    let deep = "[".repeat(10_000);
    for text in [
        "a: 1\na: 2",
        "!x y",
        "a: *b",
        "a:\n\tb: 1",
        "--- a\n--- b",
        "5: a",
        "[",
        "{a: b",
        "a: 2024-01-01",
        &bomb,
        &deep,
    ] {
        assert!(
            parse(text).is_err(),
            "{}",
            text.chars().take(40).collect::<String>()
        );
    }
}

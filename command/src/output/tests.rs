use super::*;

fn map<const N: usize>(entries: [(&str, Document); N]) -> Document {
    Document::from(entries)
}

fn list<const N: usize>(items: [Document; N]) -> Document {
    Document::List(items.into())
}

fn rendered(result: &Document, format: Format) -> String {
    let layout = TableLayout {
        title: "ListThings",
        color: false,
        width: 80,
    };
    render(result, format, &layout).unwrap_or_else(|error| panic!("{error}"))
}

fn things() -> Document {
    let thing = |name: &str, count: i64| map([("name", name.into()), ("count", count.into())]);
    map([
        ("things", list([thing("a", 1), thing("b\u{e9}", 2)])),
        ("token", Document::Null),
    ])
}

#[test]
fn json_has_an_indent_of_four() {
    let expected = "{\n    \"e\": [],\n    \"f\": 1.0,\n    \"s\": \"é\\n\"\n}\n";
    let value = map([("e", list([])), ("f", 1.0.into()), ("s", "é\n".into())]);
    assert_eq!(rendered(&value, Format::Json), expected);
}

#[test]
fn floats_are_written_as_python_does() {
    for (value, expected) in [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (1.5e-5, "1.5e-05"),
        (123_456.789, "123456.789"),
        (-0.0, "-0.0"),
    ] {
        assert_eq!(scalar::float(value), expected);
    }
}

#[test]
fn text_is_lines_of_fields() {
    assert_eq!(
        rendered(&things(), Format::Text),
        "None\nTHINGS\t1\ta\nTHINGS\t2\tbé\n"
    );
    assert_eq!(
        rendered(&list(["a".into(), true.into()]), Format::Text),
        "a\tTrue\n"
    );
    assert_eq!(
        rendered(&map([("k", list(["a".into(), "b".into()]))]), Format::Text),
        "K\ta\nK\tb\n"
    );
    let uneven = list([
        map([("a", 1.into())]),
        map([("b", 2.into()), ("c", list([3.into()]))]),
    ]);
    assert_eq!(rendered(&uneven, Format::Text), "1\t\n\t2\nC\t3\n");
}

#[test]
fn other_values_among_maps_have_separate_lines_in_text() {
    let mixed = list([
        Document::Null,
        map([("a", 1.into())]),
        list(["x".into(), "y".into()]),
        2.into(),
    ]);
    assert_eq!(rendered(&mixed, Format::Text), "None\n1\nx\ty\n2\n");
    assert_eq!(
        rendered(&map([("k", mixed)]), Format::Text),
        "K\tNone\nK\t1\nK\tx\nK\ty\nK\t2\n"
    );
}

#[test]
fn tables_have_boxes() {
    let expected = "\
---------------------
|    ListThings     |
+---------+---------+
|  token  |  None   |
+---------+---------+
||     things      ||
|+--------+--------+|
||  count | name   ||
|+--------+--------+|
||  1     |  a     ||
||  2     |  bé    ||
|+--------+--------+|
";
    assert_eq!(rendered(&things(), Format::Table), expected);
}

#[test]
fn each_character_of_a_line_end_has_a_column() {
    let expected = "\
---------------
| ListThings  |
+----+--------+
|  a |  x\r\ny  |
+----+--------+
";
    let table = rendered(&map([("a", "x\r\ny".into())]), Format::Table);
    assert_eq!(table, expected);
}

#[test]
fn a_table_wider_than_the_terminal_is_vertical() {
    let wide = map([("a", "x".repeat(50).into()), ("b", "y".repeat(50).into())]);
    let table = rendered(&wide, Format::Table);
    assert!(
        table.contains("|  a|  xxx") && table.contains("|  b|  yyy"),
        "{table}"
    );
    let color = TableLayout {
        title: "T",
        color: true,
        width: 80,
    };
    let table = render(&things(), Format::Table, &color).expect("a table");
    assert!(
        table.contains("\x1b[2m\x1b[33m|\x1b[0m") && table.contains("\x1b[1m\x1b[34mbé\x1b[0m"),
        "{table}"
    );
}

#[test]
fn yaml_sorts_keys_and_quotes_what_would_be_misread() {
    let value = map([
        ("b", "true".into()),
        ("a", list(["yes".into(), "1".into(), "x: y".into()])),
    ]);
    assert_eq!(
        rendered(&value, Format::Yaml),
        "a:\n- yes\n- '1'\n- 'x: y'\nb: 'true'\n"
    );
    assert_eq!(
        rendered(&map([("k", 1.into())]), Format::YamlStream),
        "- k: 1\n"
    );
    assert_eq!(rendered(&"text".into(), Format::Yaml), "\"text\"\n");
}

#[test]
fn yaml_quotes_what_it_would_read_as_something_else() {
    let plain = "yes n on nULL _1 =x 12:30:45 1:20 190:20:30.15 -- 0o 0x 1e . + +-1 0xg 0b2 _ .e3 .5e3 2020-1-1 2020-01-01T 2020-01-01Z";
    for text in plain
        .split(' ')
        .chain(["2020-1-1 1:2:3", "2020-01-01 01:02:03 +", "é ☃"])
    {
        assert_eq!(
            rendered(&list([text.into()]), Format::Yaml),
            format!("- {text}\n")
        );
    }
    let quoted = "<< = ~ null Null NULL true TRUE False 1_000 012 08 -0x1F 0b1 0o7 +1 1. 1_ 1.5_ .5 -.5 1e3 1e05 1.e3 .5e+3 .inf +.INF .nan \
                  2020-01-01 2020-01-01T01:02:03Z 2001-12-14t21:59:43.10-05:00";
    for text in quoted.split(' ').filter(|text| !text.is_empty()).chain([
        "",
        "2020-1-1 1:02:03 +1",
        "2020-01-01 01:02:03.",
    ]) {
        assert_eq!(
            rendered(&list([text.into()]), Format::Yaml),
            format!("- '{text}'\n")
        );
    }
    let numbers = list([
        f64::NAN.into(),
        f64::INFINITY.into(),
        f64::NEG_INFINITY.into(),
        1e16.into(),
        1e-7.into(),
    ]);
    assert_eq!(
        rendered(&numbers, Format::Yaml),
        "- .nan\n- .inf\n- -.inf\n- 1e+16\n- 1e-07\n"
    );
}

#[test]
fn yaml_escapes_characters_above_u_ffff() {
    assert_eq!(
        rendered(&list(["😀 é".into()]), Format::Yaml),
        "- \"\\U0001F600 é\"\n"
    );
    assert_eq!(
        rendered(&list(["\u{fdd0}".into()]), Format::Yaml),
        "- \"\\uFDD0\"\n"
    );
    let long = format!("{} 😀 {} c", "a".repeat(60), "b".repeat(30));
    let folded = format!(
        "- \"{} \\U0001F600 {}\n  c\"\n",
        "a".repeat(60),
        "b".repeat(30)
    );
    assert_eq!(
        rendered(&list([long.as_str().into()]), Format::Yaml),
        folded
    );
}

/// The text shown for a point in time, and the doubt reported about it.
fn shown(value: &Document, zone: &str, format: &str) -> (String, Vec<String>) {
    use opsmith_runtime::schema::{self, Service};
    let timestamps = Timestamps::from_setting(format, Some(zone)).expect("a format");
    let shapes = [schema::timestamp("T")];
    let service = Service {
        shapes: &shapes,
        ..Service::NONE
    };
    let mut doubts = Vec::new();
    let value = present(value.clone(), &service, 0, &timestamps, &mut doubts);
    (json::pretty(&value), doubts)
}

#[test]
fn timestamps_are_shown_in_the_local_zone() {
    const EASTERN: &str = "EST5EDT,M3.2.0,M11.1.0";
    let number = Document::Float(1_443_034_403.12);
    assert_eq!(
        shown(&number, EASTERN, "iso8601").0,
        "\"2015-09-23T14:53:23.120000-04:00\""
    );
    assert_eq!(shown(&number, "UTC0", "wire").0, "1443034403.12");
    assert_eq!(
        shown(&"soon".into(), "UTC0", "wire"),
        ("\"soon\"".to_owned(), Vec::new())
    );
    for (value, expected) in [
        (number, "2015-09-23T18:53:23.120000+00:00"),
        (
            Document::Float(1_795_904_606.596_472_3),
            "2026-11-28T22:23:26.596472+00:00",
        ),
        ("1443034403".into(), "2015-09-23T18:53:23+00:00"),
        (true.into(), "1970-01-01T00:00:01+00:00"),
        ("2026-01-02T03:04:05Z".into(), "2026-01-02T03:04:05+00:00"),
        (
            "2026-01-02T03:04:05.5+02:00".into(),
            "2026-01-02T03:04:05.500000+02:00",
        ),
        ("2026-01-02T03:04:05".into(), "2026-01-02T03:04:05"),
        ("20260102T030405-0330".into(), "2026-01-02T03:04:05-03:30"),
        (
            "Fri, 02 Jan 2026 03:04:05 GMT".into(),
            "2026-01-02T03:04:05+00:00",
        ),
        (
            Document::Integer(-62_135_596_800),
            "0001-01-01T00:00:00+00:00",
        ),
    ] {
        assert_eq!(
            shown(&value, "UTC0", "iso8601"),
            (format!("\"{expected}\""), Vec::new())
        );
    }
    assert!(Timestamps::from_setting("odd", None).is_err());
}

#[test]
fn invalid_timestamps_are_shown_unchanged_with_a_warning() {
    for (value, zone) in [
        (Document::Integer(1_775_836_321_122), "UTC0"),
        (Document::Integer(253_402_300_800), "UTC0"),
        (Document::Integer(-62_135_596_800), "EST5"),
        (Document::Integer(i64::MAX.into()), "UTC0"),
        (Document::Integer(i128::MAX), "UTC0"),
        (Document::Float(1e300), "UTC0"),
        (Document::Float(f64::NAN), "UTC0"),
        ("".into(), "UTC0"),
        ("soon".into(), "UTC0"),
        ("NaN".into(), "UTC0"),
        (list([]), "UTC0"),
        (map([]), "UTC0"),
    ] {
        let (text, doubts) = shown(&value, zone, "iso8601");
        assert_eq!((text, doubts.len()), (json::pretty(&value), 1));
    }
}

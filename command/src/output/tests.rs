use super::*;
use opsmith_runtime::timestamp::Timestamp;

fn map<const N: usize>(entries: [(&str, Document); N]) -> Document {
    Document::from(entries)
}

fn list<const N: usize>(items: [Document; N]) -> Document {
    Document::List(items.into())
}

fn rendered(result: &Document, format: Format) -> String {
    let layout = Layout { title: "ListThings", color: false, width: 80 };
    render(result, format, &layout).unwrap_or_else(|error| panic!("{error}"))
}

fn things() -> Document {
    let thing = |name: &str, count: i64| map([("name", name.into()), ("count", count.into())]);
    map([("things", list([thing("a", 1), thing("b\u{e9}", 2)])), ("token", Document::Null)])
}

#[test]
fn json_has_an_indent_of_four() {
    let expected = "{\n    \"e\": [],\n    \"f\": 1.0,\n    \"s\": \"é\\n\"\n}\n";
    let value = map([("e", list([])), ("f", 1.0.into()), ("s", "é\n".into())]);
    assert_eq!(rendered(&value, Format::Json), expected);
}

#[test]
fn floats_are_written_as_python_does() {
    for (value, expected) in
        [(1.0, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1.5e-5, "1.5e-05"), (123_456.789, "123456.789"), (-0.0, "-0.0")]
    {
        assert_eq!(scalar::float(value), expected);
    }
}

#[test]
fn text_is_lines_of_fields() {
    assert_eq!(rendered(&things(), Format::Text), "None\nTHINGS\t1\ta\nTHINGS\t2\tbé\n");
    assert_eq!(rendered(&list(["a".into(), true.into()]), Format::Text), "a\tTrue\n");
    assert_eq!(rendered(&map([("k", list(["a".into(), "b".into()]))]), Format::Text), "K\ta\nK\tb\n");
    let uneven = list([map([("a", 1.into())]), map([("b", 2.into()), ("c", list([3.into()]))])]);
    assert_eq!(rendered(&uneven, Format::Text), "1\t\n\t2\nC\t3\n");
    let layout = Layout { title: "", color: false, width: 80 };
    assert!(render(&list([1.into(), map([])]), Format::Text, &layout).is_err());
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
fn a_table_wider_than_the_terminal_stands_up() {
    let wide = map([("a", "x".repeat(50).into()), ("b", "y".repeat(50).into())]);
    let table = rendered(&wide, Format::Table);
    assert!(table.contains("|  a|  xxx") && table.contains("|  b|  yyy"), "{table}");
    let color = Layout { title: "T", color: true, width: 80 };
    let table = render(&things(), Format::Table, &color).expect("a table");
    assert!(table.contains("\x1b[2m\x1b[33m|\x1b[0m") && table.contains("\x1b[1m\x1b[34mbé\x1b[0m"), "{table}");
}

#[test]
fn yaml_sorts_keys_and_quotes_what_would_be_misread() {
    let value = map([("b", "true".into()), ("a", list(["yes".into(), "1".into(), "x: y".into()]))]);
    assert_eq!(rendered(&value, Format::Yaml), "a:\n- yes\n- '1'\n- 'x: y'\nb: 'true'\n");
    assert_eq!(rendered(&map([("k", 1.into())]), Format::YamlStream), "- k: 1\n");
    assert_eq!(rendered(&"text".into(), Format::Yaml), "\"text\"\n");
}

#[test]
fn yaml_keeps_all_characters() {
    assert_eq!(rendered(&list(["😀 é".into()]), Format::Yaml), "- 😀 é\n");
}

#[test]
fn points_in_time_are_shown_in_the_local_zone() {
    use opsmith_runtime::rows::{Ix, Service};
    let shown = |zone, format| {
        let timestamps = Timestamps::from_setting(format, Some(zone)).expect("a format");
        let value = Document::Timestamp(Timestamp::new(1_443_034_403, 120_000_000));
        json::pretty(&present(value, &Service::NONE, Ix::MAX, &timestamps))
    };
    assert_eq!(shown("EST5EDT,M3.2.0,M11.1.0", "iso8601"), "\"2015-09-23T14:53:23.120000-04:00\"");
    assert_eq!(shown("UTC0", "iso8601"), "\"2015-09-23T18:53:23.120000+00:00\"");
    assert_eq!(shown("UTC0", "wire"), "1443034403.12");
    assert!(Timestamps::from_setting("odd", None).is_err());
}

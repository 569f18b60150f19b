use super::*;
use crate::config::env::testing::noise;

/// The file as `section.key@line = "text"` or `section.key.key@line = "text"`, sorted; or its
/// problem.
fn read(bytes: &[u8]) -> Result<Vec<String>, Problem> {
    let path: Arc<Path> = Path::new("f").into();
    let mut shown = Vec::new();
    for (name, section) in parse(bytes, &path)? {
        shown.push(format!("[{name}]"));
        show(&format!("[{name}]"), &section.entries, &mut shown);
    }
    shown.sort();
    Ok(shown)
}

fn show(prefix: &str, entries: &HashMap<String, Entry>, shown: &mut Vec<String>) {
    for (key, Entry { line, content }) in entries {
        match content {
            Content::Text(text) => shown.push(format!("{prefix}.{key}@{line} = {text:?}")),
            Content::Map(entries) => show(&format!("{prefix}.{key}"), entries, shown),
        }
    }
}

/// Recorded from the AWS CLI 2.9.19; that its answer is an error there, too, holds for the
/// second table.
#[test]
fn files_are_read_as_the_aws_cli_reads_them() {
    for (text, expected) in [
        ("", &[][..]),
        ("[a]", &["[a]"]),
        (
            "[a]\nk=v\nL : w = x\n",
            &["[a]", r#"[a].k@2 = "v""#, r#"[a].l@3 = "w = x""#],
        ),
        (
            "[a]\nk = 'v' # no comment ; no comment\n",
            &["[a]", r#"[a].k@2 = "'v' # no comment ; no comment""#],
        ),
        (
            "# c\n[a] trailing\n ; c\nk\t=\n",
            &["[a]", r#"[a].k@4 = """#],
        ),
        (
            "[a]\r\nk = v\r\rl = w\r\n",
            &["[a]", r#"[a].k@2 = "v""#, r#"[a].l@4 = "w""#],
        ),
        ("[ a ]b]\n", &["[ a ]b]"]),
        (
            "[a]\nk = v\n  w\n\n # c\n  x\n\n[b]\n",
            &["[a]", r#"[a].k@2 = "v\nw\n\nx""#, "[b]"],
        ),
        (
            "[a]\nk = v\n [b]\n l = w\n",
            &["[a]", r#"[a].k@2 = "v\n[b]\nl = w""#],
        ),
        (
            "  [a]\n  k = v\n l = w\n  x\n",
            &["[a]", r#"[a].k@2 = "v""#, r#"[a].l@3 = "w\nx""#],
        ),
        (
            "[a]\n   k = v\n   l = w\n",
            &["[a]", r#"[a].k@2 = "v""#, r#"[a].l@3 = "w""#],
        ),
        (
            "[a]\nk =\n\n  N = v = w\n # c\n  n=\n  N = later\n",
            &["[a]", r#"[a].k.N@7 = "later""#, r#"[a].k.n@6 = """#],
        ),
        (
            "[DEFAULT]\nk = d\nl = d\n[a]\nk = v\n[DEFAULT]\nm =\n x = y\n",
            &[
                "[a]",
                r#"[a].k@5 = "v""#,
                r#"[a].l@3 = "d""#,
                r#"[a].m.x@8 = "y""#,
            ],
        ),
        (
            "[a]\nk\u{e9}\u{c9} = \u{a0}v\u{1c}\n",
            &["[a]", r#"[a].kéé@2 = "v""#],
        ),
    ] {
        assert_eq!(
            read(text.as_bytes()).as_deref(),
            Ok(&expected.iter().map(|s| s.to_string()).collect::<Vec<_>>()[..]),
            "{text:?}"
        );
    }
}

#[test]
fn problems_name_the_line_and_show_no_text() {
    for (text, line, problem) in [
        (
            &b"\n[a]\nsecret\n"[..],
            3,
            "neither a [section] nor key = value",
        ),
        (b"[]\n", 1, "a line before the first [section]"),
        (
            b"# c\r\nsecret = s\r\n",
            2,
            "a line before the first [section]",
        ),
        (b"[a]\n= secret\n", 2, "a value without a key"),
        (
            b"[a]\n[b]\n[a]\n",
            3,
            "the section [a] is there already, in line 1",
        ),
        (
            b"[a]\nk = 1\nK: 2\n",
            3,
            "the key \"k\" is there already, in line 2",
        ),
        (
            b"[DEFAULT]\nk = 1\n[DEFAULT]\nk = 2\n",
            4,
            "the key \"k\" is there already, in line 2",
        ),
        (
            b"[a]\nk =\n # c\n x = y\n secret\n",
            5,
            "an indented line that is not key = value",
        ),
        (
            b"\xef\xbb\xbf[a]\n",
            1,
            "the file begins with a byte order mark; save it as UTF-8 without one",
        ),
        (b"[a]\nk = \xff\n", 2, "bytes that are not UTF-8 text"),
        (b"\xff", 1, "bytes that are not UTF-8 text"),
    ] {
        assert_eq!(
            read(text),
            Err(Problem::new(line, problem)),
            "{}",
            text.escape_ascii()
        );
    }
}

#[test]
fn no_bytes_panic() {
    let pieces: &[&[u8]] = &[
        b"[",
        b"]",
        b"[a]",
        b"[DEFAULT]",
        b"\n",
        b"\r\n",
        b" ",
        b"=",
        b":",
        b"#",
        b"k",
        b"\xc3\xa9",
        b"\n  n = m\n",
        b"\n[b]\nk =\n",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
    ];
    let readable = (0..20_000)
        .filter(|seed| read(&noise(*seed, pieces)).is_ok())
        .count();
    assert!(
        (1_000..19_000).contains(&readable),
        "the noise should hit both outcomes: {readable}"
    );
}

use super::*;

fn shown(value: &Document) -> String {
    match value {
        Document::String(text) => format!("{text:?}"),
        Document::List(list) => {
            format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(","))
        }
        Document::Map(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{key}:{}", shown(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        other => format!("{other:?}"),
    }
}

fn parsed(text: &str) -> Result<String, String> {
    let load = |word: &str| match word {
        "file://none" => Err("no file".to_owned()),
        _ => Ok(word
            .strip_prefix("file://")
            .map_or(word.into(), |name| format!("<{name}>").into())),
    };
    match parse(text, &load) {
        Ok(value) => Ok(shown(&value)),
        Err(ShorthandError::Syntax(Problem {
            at,
            what: What::Expected(expected, received),
            ..
        })) => Err(format!("{expected} {received} {at}")),
        Err(ShorthandError::Syntax(problem)) => Err(problem.to_string()),
        Err(ShorthandError::File(problem)) => Err(problem),
    }
}

#[test]
fn what_is_shorthand() {
    for (text, expected) in [
        ("a=b,c=d", r#"{a:"b",c:"d"}"#),
        ("#k=id", r##"{#k:"id"}"##),
        (":v={S=a}", r#"{:v:{S:"a"}}"#),
        ("a:b/c#d-e=1", r##"{a:b/c#d-e:"1"}"##),
        ("a=b,c", r#"{a:["b","c"]}"#),
        ("a=b,c,d=e", r#"{a:["b","c"],d:"e"}"#),
        ("a=", r#"{a:""}"#),
        ("a=,b=c", r#"{a:"",b:"c"}"#),
        ("a=\"\"", r#"{a:""}"#),
        ("=b", r#"{:"b"}"#),
        ("a=b,,c=d", r#"{a:"b",c:"d"}"#),
        ("a = b , c = d", r#"{a:"b",c:"d"}"#),
        ("a=b=c", r#"{a:"b=c"}"#),
        ("a=b==", r#"{a:"b=="}"#),
        ("a=[]", "{a:[]}"),
        ("a=[b,]", r#"{a:["b"]}"#),
        ("a=[[b],[c]]", r#"{a:[["b"],["c"]]}"#),
        ("a=[ x , y z ]", r#"{a:["x","y z"]}"#),
        ("a={}", "{a:{}}"),
        ("a={b=c,}", r#"{a:{b:"c"}}"#),
        ("a={b=,c=d}", r#"{a:{b:"",c:"d"}}"#),
        ("a=}", r#"{a:"}"}"#),
        ("a=]", r#"{a:"]"}"#),
        (r"a='it\'s'", r#"{a:"it's"}"#),
        (r#"a="say \"hi\"""#, r#"{a:"say \"hi\""}"#),
        (r"a='b\nc'", r#"{a:"b\\nc"}"#),
        (r"a='x\\'", r#"{a:"x\\"}"#),
        (r"a=b\,c", r#"{a:"b,c"}"#),
        (r"a=\,b", r#"{a:",b"}"#),
        (r"a=b\,c,d", r#"{a:["b,c","d"]}"#),
        ("a=b\nc=d", r#"{a:"b\nc=d"}"#),
        ("a=b,\nc=d", r#"{a:"b",c:"d"}"#),
        ("a=日本,語", r#"{a:["日本","語"]}"#),
        ("a=😀", r#"{a:"😀"}"#),
        ("a={b=1,b=2}", r#"{a:{b:"2"}}"#),
        ("a@=file://p", r#"{a:"<p>"}"#),
        ("a@=[file://p,x]", r#"{a:["<p>","x"]}"#),
        (
            "a@=x,file://p,b=file://q",
            r#"{a:["x","<p>"],b:"file://q"}"#,
        ),
        (
            "a={b@=file://p,c=file://q}",
            r#"{a:{b:"<p>",c:"file://q"}}"#,
        ),
    ] {
        assert_eq!(parsed(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not() {
    for (text, expected) in [
        ("", "= EOF 0"),
        ("a", "= EOF 1"),
        (" a=b", "= a 1"),
        ("a=b,", "<second> <none> 4"),
        ("a=b,c,", "<second> <none> 6"),
        ("a=it's", ", ' 4"),
        ("a=b\"c", ", \" 3"),
        ("a=\"x\" \"y\"", ", \" 6"),
        ("a=x}", ", } 3"),
        ("a=[", ", EOF 3"),
        ("a={", "= EOF 3"),
        ("a={b=}", ", EOF 6"),
        ("é=b", "= é 0"),
        ("a[0]=b", "= [ 1"),
        ("a='x", "<singled quoted> <none> 2"),
        ("a@=file://none", "no file"),
    ] {
        assert_eq!(parsed(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn the_mark_is_below_the_place() {
    let problem = |text: &str| match parse(text, &|word| Ok(word.into())) {
        Err(ShorthandError::Syntax(problem)) => problem.to_string(),
        _ => panic!("{text} is shorthand"),
    };
    assert_eq!(
        problem("a=[b"),
        "Expected: ',', received: 'EOF' for input:\n a=[b\n     ^"
    );
    let far = format!("a=[{}", "b".repeat(70_000));
    assert!(problem(&far).ends_with(&format!("\n{}^", " ".repeat(70_004))));
    assert_eq!(
        problem("a='b'\nc\nd"),
        "Expected: ',', received: 'c' for input:\n a='b'\n c\n ^\n d"
    );
    let duplicate = problem("type=a,type=b");
    assert!(
        duplicate.starts_with("Second instance of key \"type\" encountered"),
        "{duplicate}"
    );
}

#[test]
fn deep_values_are_refused() {
    let text = format!("a={}", "[".repeat(100_000));
    assert!(parsed(&text).expect_err("too deep").contains("128"));
}

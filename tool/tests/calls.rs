//! `cargo opsmith call` of a service whose operations are paged by several members, and that has
//! waiters: what is printed and sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;

/// A service in botocore's words.
fn model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let service = r##"{
        "version": "2.0",
        "metadata": { "apiVersion": "2020-01-01", "endpointPrefix": "things", "jsonVersion": "1.0", "protocol": "json",
            "serviceFullName": "Things", "serviceId": "Things", "signatureVersion": "v4", "targetPrefix": "Things", "uid": "things" },
        "operations": {
            "List": { "name": "List", "http": { "method": "POST", "requestUri": "/" }, "input": { "shape": "Input" }, "output": { "shape": "Output" } },
            "Look": { "name": "Look", "http": { "method": "POST", "requestUri": "/" }, "input": { "shape": "Input" }, "output": { "shape": "Output" },
                "errors": [ { "shape": "Missing" } ] }
        },
        "shapes": {
            "Input": { "type": "structure", "members": { "Name": { "shape": "Text" }, "Start": { "shape": "Key" }, "Limit": { "shape": "Number" } } },
            "Output": { "type": "structure", "members": {
                "Items": { "shape": "Items" }, "Count": { "shape": "Number" }, "Capacity": { "shape": "Text" },
                "Last": { "shape": "Key" }, "State": { "shape": "Text" } } },
            "Items": { "type": "list", "member": { "shape": "Text" } },
            "Key": { "type": "map", "key": { "shape": "Text" }, "value": { "shape": "Bytes" } },
            "Missing": { "type": "structure", "members": {}, "exception": true },
            "Bytes": { "type": "blob" }, "Number": { "type": "integer" }, "Text": { "type": "string" }
        }
    }"##;
    let paginators = r#"{ "pagination": { "List": { "input_token": "Start", "output_token": "Last", "limit_key": "Limit",
        "result_key": ["Items", "Count"], "non_aggregate_keys": ["Capacity"] } } }"#;
    let waiters = r#"{ "version": 2, "waiters": {
        "ThingReady": { "operation": "Look", "delay": 30, "maxAttempts": 3, "acceptors": [
            { "matcher": "path", "argument": "State", "expected": "UP", "state": "success" },
            { "matcher": "pathAny", "argument": "Items[]", "expected": "STUCK", "state": "failure" },
            { "matcher": "error", "expected": "Missing", "state": "retry" } ] },
        "ThingGone": { "operation": "Look", "delay": 30, "maxAttempts": 3, "acceptors": [
            { "matcher": "status", "expected": 404, "state": "success" },
            { "matcher": "path", "argument": "Count", "expected": 7, "state": "failure" } ] }
    } }"#;
    for (name, text) in [
        ("service-2.json", service),
        ("paginators-1.json", paginators),
        ("waiters-2.json", waiters),
    ] {
        let version = folder.path().join("things/2020-01-01");
        std::fs::create_dir_all(&version).expect("a folder");
        std::fs::write(version.join(name), text).expect("a file");
    }
    folder
}

/// What a line prints, and the bodies of its requests, with these answers.
fn call(line: &str, answers: &[(u16, &str)]) -> (i32, String, String, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, bodies) = mpsc::channel();
    let answers: Vec<_> = answers
        .iter()
        .map(|(status, body)| (*status, (*body).to_owned()))
        .collect();
    std::thread::spawn(move || {
        for (status, answer) in answers {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).expect("a header");
                if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let _ = sender.send(String::from_utf8(body).expect("UTF-8"));
            let head = format!(
                "HTTP/1.1 {status} Is\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            stream
                .write_all((head + &answer).as_bytes())
                .expect("written");
        }
    });
    let folder = model();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
    command
        .args(["opsmith", "call", "--model"])
        .arg(folder.path().join("things/2020-01-01"))
        .arg("things")
        .args(line.split_whitespace());
    command
        .args(["--endpoint-url", &url])
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_MAX_ATTEMPTS", "1");
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_REGION", "us-east-1"),
    ];
    let output = command.envs(keys).output().expect("run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("a code");
    (
        code,
        text(output.stdout),
        text(output.stderr),
        bodies.try_iter().collect(),
    )
}

const FIRST: (u16, &str) = (200, r#"{"Items":["a","b"],"Count":2,"Last":{"k":"AQ=="}}"#);
const SECOND: (u16, &str) = (200, r#"{"Items":["c"],"Count":1,"Capacity":"x","Last":{}}"#);

#[test]
fn pages_by_tokens_of_bytes_add_up() {
    let (code, out, _, bodies) = call("list --query [Items,Count,Capacity]", &[FIRST, SECOND]);
    assert_eq!(
        (code, out.split_whitespace().collect::<String>().as_str()),
        (0, r#"[["a","b","c"],3,null]"#)
    );
    assert_eq!(bodies, ["{}", r#"{"Start":{"k":"AQ=="}}"#]);
    let (_, out, _, _) = call("list --output text", &[FIRST, SECOND]);
    assert_eq!(out, "None\t2\nITEMS\ta\nITEMS\tb\n1\nITEMS\tc\n");
}

#[test]
fn a_token_of_bytes_leads_to_the_next_page() {
    let (_, out, _, _) = call(
        "list --max-items 2 --query NextToken --output text",
        &[FIRST],
    );
    let token = out
        .strip_prefix("None\n")
        .and_then(|out| out.strip_suffix('\n'))
        .unwrap_or_else(|| panic!("{out}"));
    let (code, _, _, bodies) = call(&format!("list --starting-token {token}"), &[SECOND]);
    assert_eq!(
        (code, bodies),
        (0, vec![r#"{"Start":{"k":"AQ=="}}"#.to_owned()])
    );
}

#[test]
fn an_input_with_a_token_is_one_page() {
    let (code, out, _, bodies) = call(
        r#"list --cli-input-json {"Limit":1} --query Last"#,
        &[FIRST],
    );
    assert_eq!((code, bodies.len()), (0, 1));
    assert!(out.contains("AQ=="), "{out}");
    let (code, _, err, bodies) = call(
        r#"list --cli-input-json {"Limit":1} --max-items 1 --page-size 2"#,
        &[],
    );
    assert_eq!((code, bodies.len()), (252, 0));
    assert!(
        err.contains("The input has Limit") && err.contains("--page-size, --max-items"),
        "{err}"
    );
}

#[test]
fn a_wait_is_silent_and_ends_when_the_state_is_reached() {
    let answers = [
        (400, r#"{"__type":"Missing"}"#),
        (200, r#"{"State":"NEW"}"#),
        (200, r#"{"State":"UP"}"#),
    ];
    let (code, out, err, bodies) = call(
        "wait thing-ready --name n --cli-wait-delay 0.01 --query x",
        &answers,
    );
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(bodies, [r#"{"Name":"n"}"#; 3]);
    assert_eq!(
        call("wait thing-gone", &[(404, r#"{"__type":"Other"}"#)]).0,
        0
    );
}

#[test]
fn a_wait_that_ends_otherwise_says_why() {
    for (line, answers, text) in [
        (
            "wait thing-ready",
            &[(200, r#"{"Items":["x","STUCK"]}"#)][..],
            "Waiter ThingReady failed: Waiter encountered a terminal failure state: For expression \"Items[]\" we matched expected \
             path: \"STUCK\" at least once",
        ),
        (
            "wait thing-ready --cli-wait-delay 0 --cli-wait-attempts 2",
            &[(400, r#"{"__type":"Missing"}"#), (200, "{}")][..],
            "Waiter ThingReady failed: Max attempts exceeded. Previously accepted state: Matched expected service error code: Missing",
        ),
        (
            "wait thing-ready --cli-wait-attempts 1",
            &[(200, "{}")][..],
            "Waiter ThingReady failed: Max attempts exceeded",
        ),
        (
            "wait thing-ready",
            &[(400, r#"{"__type":"Denied","message":"no"}"#)][..],
            "Waiter ThingReady failed: An error occurred (Denied): no",
        ),
        (
            "wait thing-gone",
            &[(200, r#"{"Count":7}"#)][..],
            "Waiter ThingGone failed: Waiter encountered a terminal failure state: For expression \"Count\" we matched expected \
             path: \"7\"",
        ),
    ] {
        let (code, out, err, _) = call(line, answers);
        assert_eq!((code, out.as_str()), (255, ""), "{line}");
        assert_eq!(
            err.trim().split_once("[ERROR]: ").map(|(_, text)| text),
            Some(text),
            "{err}"
        );
    }
}

#[test]
fn words_and_options_of_waits_are_checked() {
    for (line, text) in [
        ("wait", "the following arguments are required: subcommand"),
        (
            "wait nope",
            "argument subcommand: Found invalid choice 'nope'",
        ),
        (
            "wait thing-ready --cli-wait-delay x",
            "'x' is not a number of seconds",
        ),
        (
            "wait thing-ready --cli-wait-attempts 0",
            "'0' is not a number of calls, 1 or more",
        ),
        (
            "wait thing-ready --cli-wait-d 1",
            "Unknown options: --cli-wait-d",
        ),
        (
            "wait thing-ready --max-items 1",
            "Unknown options: --max-items",
        ),
    ] {
        let (code, _, err, _) = call(line, &[]);
        assert_eq!(code, 252, "{line}: {err}");
        assert!(err.contains(text), "{line}: {err}");
    }
    let page = call("help", &[]).1;
    assert!(page.contains("o wait"), "{page}");
    let page = call("wait help", &[]).1;
    assert!(
        page.contains("o thing-gone") && page.contains("o thing-ready"),
        "{page}"
    );
    let page = call("wait thing-ready help", &[]).1;
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        page.contains("Waits until look answers so that State is UP. Calls it every 30 seconds."),
        "{page}"
    );
    assert!(page.contains("--cli-wait-attempts (number)"), "{page}");
    assert_eq!(call("wait thing-ready --generate-cli-skeleton", &[]).0, 0);
    assert!(
        call("wait thing-ready --cli-dry-run", &[])
            .1
            .contains("Things.Look")
    );
}

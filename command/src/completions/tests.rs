use super::*;
use crate::program::sample;

const FAIL: &str = "opsmith codepipeline put-third-party-job-failure-result";

#[test]
fn words_options_and_values_are_completed() {
    for (line, expected) in [
        ("opsmith codep", &["codepipeline"][..]),
        ("opsmith com", &["completions"]),
        ("opsmith completions ", &["bash", "zsh", "fish"]),
        ("opsmith --output ya", &["yaml", "yaml-stream"]),
        (
            "opsmith --output=ya",
            &["--output=yaml", "--output=yaml-stream"],
        ),
        (
            "opsmith --region eu-west-",
            &["eu-west-1", "eu-west-2", "eu-west-3"],
        ),
        (
            "opsmith --local codepipeline put-third",
            &[
                "put-third-party-job-failure-result",
                "put-third-party-job-success-result",
            ],
        ),
        (&format!("{FAIL} --job"), &["--job-id"]),
        (&format!("{FAIL} --job-id x --jo"), &[]),
        (&format!("{FAIL} --job-id --f"), &["--failure-details"]),
        (
            &format!("{FAIL} --failure-details "),
            &["type=", "message=", "externalExecutionId="],
        ),
        (
            &format!("{FAIL} --failure-details type=J"),
            &["type=JobFailed"],
        ),
        (
            &format!("{FAIL} --failure-details message=m,type=S"),
            &["message=m,type=SystemUnavailable"],
        ),
        (
            &format!("{FAIL} --failure-details type=JobFailed,m"),
            &["type=JobFailed,message="],
        ),
        (&format!("{FAIL} --failure-details message='a b"), &[]),
        (&format!("{FAIL} --generate-cli-skeleton i"), &["input"]),
        (
            "opsmith codepipeline enable-stage-transition --transition-type ",
            &["Inbound", "Outbound"],
        ),
        ("opsmith codepipeline list-pipelines --ma", &["--max-items"]),
        ("opsmith codepipeline list-pipelines --lo", &[]),
        ("opsmith nonsense ", &[]),
        ("opsmith codepipeline nonsense --job", &[]),
    ] {
        assert_eq!(answers(&sample(), line), expected, "{line}");
    }
}

#[test]
fn a_shell_that_breaks_words_gets_the_part_that_it_sees() {
    let line = &format!("{FAIL} --failure-details type=J");
    assert_eq!(
        visible_part("type=JobFailed", line, None).as_deref(),
        Some("type=JobFailed")
    );
    assert_eq!(
        visible_part("type=JobFailed", line, Some("J")).as_deref(),
        Some("JobFailed")
    );
    assert_eq!(
        visible_part("type=JobFailed", &line[..line.len() - 1], Some("=")).as_deref(),
        Some("JobFailed")
    );
    assert_eq!(
        visible_part("codepipeline", "opsmith c", Some("c")).as_deref(),
        Some("codepipeline")
    );
    let line = &format!("{FAIL} --failure-details file://a\\ f");
    assert_eq!(
        visible_part("file://a file", line, Some("//a\\ f")).as_deref(),
        Some("//a file")
    );
}

#[test]
fn files_are_completed_after_their_scheme() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["failure.json", "fails", ".hidden"] {
        std::fs::write(folder.path().join(name), "").expect("a file");
    }
    std::fs::create_dir(folder.path().join("falls")).expect("a folder");
    let below = folder.path().display();
    for (typed, expected) in [
        ("fa", &["fails", "failure.json", "falls/"][..]),
        ("fai", &["fails", "failure.json"]),
        ("", &["fails", "failure.json", "falls/"]),
        (".h", &[".hidden"]),
        ("nothing", &[]),
        ("nothing/fa", &[]),
    ] {
        for option in [
            "--cli-input-json file://",
            "--failure-details fileb://",
            "--failure-details=file://",
        ] {
            let word = format!("{option}{below}/");
            let whole = word.split(' ').next_back().expect("a word");
            let expected: Vec<_> = expected
                .iter()
                .map(|name| format!("{whole}{name}"))
                .collect();
            assert_eq!(
                answers(&sample(), &format!("{FAIL} {word}{typed}")),
                expected,
                "{option}{typed}"
            );
        }
    }
}

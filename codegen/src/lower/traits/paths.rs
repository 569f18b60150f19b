//! Paths of `smithy.rules#operationContextParams`: the part of JMESPath that the rules engine
//! allows.

use crate::ir::Step;

/// The longest path that is read, so that no stack ends at one.
const LONGEST: usize = 1000;

/// The steps of a path; none when it has something else in it.
pub(super) fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = Some(path).filter(|path| path.len() <= LONGEST)?;
    let steps = sequence(&mut rest)?;
    rest.is_empty().then_some(steps)
}

/// A path up to what can't continue it.
fn sequence(rest: &mut &str) -> Option<Vec<Step>> {
    let mut steps = match rest.strip_prefix("keys(") {
        Some(inner) => {
            *rest = inner;
            let mut steps = sequence(rest)?;
            *rest = rest.strip_prefix(')')?;
            steps.push(Step::Keys);
            steps
        }
        None => vec![first(rest)?],
    };
    loop {
        let (step, after) = match rest.strip_prefix('.') {
            Some(after) => {
                *rest = after;
                steps.push(first(rest)?);
                continue;
            }
            None if rest.starts_with("[*]") => (Step::Each, "[*]"),
            None if rest.starts_with("[]") => (Step::Flatten, "[]"),
            None => return Some(steps),
        };
        steps.push(step);
        *rest = rest.strip_prefix(after)?;
    }
}

/// What can stand at the beginning and after a dot: a name, or several paths in brackets.
fn first(rest: &mut &str) -> Option<Step> {
    let Some(inner) = rest.strip_prefix('[') else {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        *rest = after;
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        return begins.then(|| Step::Member(name.to_owned()));
    };
    *rest = inner.trim_start();
    let mut several = vec![sequence(rest)?];
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            *rest = after;
            return Some(Step::Several(several));
        }
        *rest = rest.strip_prefix(',')?.trim_start();
        several.push(sequence(rest)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> Step {
        Step::Member(name.to_owned())
    }

    #[test]
    fn paths_of_the_rules_engine_are_read() {
        assert_eq!(steps("A.b_2"), Some(vec![member("A"), member("b_2")]));
        assert_eq!(steps("keys(A)"), Some(vec![member("A"), Step::Keys]));
        assert_eq!(
            steps("A[*].B"),
            Some(vec![member("A"), Step::Each, member("B")])
        );
        let several = Step::Several(vec![vec![member("B"), member("C")], vec![member("D")]]);
        assert_eq!(
            steps("A[*].[B.C, D][]"),
            Some(vec![member("A"), Step::Each, several, Step::Flatten])
        );
    }

    #[test]
    fn other_expressions_are_not() {
        for path in [
            "",
            "A.",
            ".A",
            "A[0]",
            "A[?b]",
            "A || B",
            "keys(A",
            "values(A)",
            "A.[",
            "A.[B,]",
            "1A",
            "A b",
            "'A'",
        ] {
            assert_eq!(steps(path), None, "{path}");
        }
        assert_eq!(steps(&"A.[".repeat(1_000_000)), None);
    }
}

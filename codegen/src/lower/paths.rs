//! Paths of `smithy.rules#operationContextParams`: the part of JMESPath that the rules engine
//! allows.

use opsmith_schema::Arena;
use opsmith_schema::Step;

/// The longest path that is read, so that recursion can't overflow the stack.
const LONGEST: usize = 1000;

/// The steps of a path; `None` when it has something else in it.
pub(super) fn steps<'a>(path: &str, arena: &'a Arena) -> Option<&'a [Step<'a>]> {
    let mut rest = Some(path).filter(|path| path.len() <= LONGEST)?;
    let steps = sequence(&mut rest, arena)?;
    rest.is_empty().then_some(steps)
}

/// A path up to what can't continue it.
fn sequence<'a>(rest: &mut &str, arena: &'a Arena) -> Option<&'a [Step<'a>]> {
    let mut steps = match rest.strip_prefix("keys(") {
        Some(inner) => {
            *rest = inner;
            let mut steps = sequence(rest, arena)?.to_vec();
            *rest = rest.strip_prefix(')')?;
            steps.push(Step::Keys);
            steps
        }
        None => vec![first(rest, arena)?],
    };
    loop {
        let (step, after) = match rest.strip_prefix('.') {
            Some(after) => {
                *rest = after;
                steps.push(first(rest, arena)?);
                continue;
            }
            None if rest.starts_with("[*]") => (Step::Each, "[*]"),
            None if rest.starts_with("[]") => (Step::Flatten, "[]"),
            None => return Some(arena.list(steps)),
        };
        steps.push(step);
        *rest = rest.strip_prefix(after)?;
    }
}

/// What may come at the beginning and after a dot: a name, or several paths in brackets.
fn first<'a>(rest: &mut &str, arena: &'a Arena) -> Option<Step<'a>> {
    let Some(inner) = rest.strip_prefix('[') else {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        *rest = after;
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        return begins.then(|| Step::Member(arena.text(name)));
    };
    *rest = inner.trim_start();
    let mut several = vec![sequence(rest, arena)?];
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            *rest = after;
            return Some(Step::Several(arena.list(several)));
        }
        *rest = rest.strip_prefix(',')?.trim_start();
        several.push(sequence(rest, arena)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_rules_engine_are_read() {
        let arena = Arena::new();
        let member = Step::Member;
        let read = |path| steps(path, &arena);
        assert_eq!(read("A.b_2"), Some(&[member("A"), member("b_2")][..]));
        assert_eq!(read("keys(A)"), Some(&[member("A"), Step::Keys][..]));
        assert_eq!(
            read("A[*].B"),
            Some(&[member("A"), Step::Each, member("B")][..])
        );
        let several = Step::Several(&[
            &[Step::Member("B"), Step::Member("C")],
            &[Step::Member("D")],
        ]);
        assert_eq!(
            read("A[*].[B.C, D][]"),
            Some(&[member("A"), Step::Each, several, Step::Flatten][..])
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
            assert_eq!(steps(path, &Arena::new()), None, "{path}");
        }
        assert_eq!(steps(&"A.[".repeat(1_000_000), &Arena::new()), None);
    }
}

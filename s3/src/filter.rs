//! [`Filters`]: which files and objects a command is about, by patterns in order.

/// Patterns in the order in which they were given: what a later one says counts more. What no pattern
/// matches is included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    rules: Vec<Rule>,
    /// The paths relative to which patterns are meant, without a final `/`.
    roots: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    includes: bool,
    pattern: Vec<char>,
}

impl Filters {
    /// Excludes what matches a pattern from now on: `*` is any text, with slashes too, `?` any
    /// character, `[abc]` and `[a-z]` one of these, `[!abc]` another.
    pub fn exclude(&mut self, pattern: &str) {
        self.add(false, pattern);
    }

    /// Includes what matches a pattern from now on.
    pub fn include(&mut self, pattern: &str) {
        self.add(true, pattern);
    }

    fn add(&mut self, includes: bool, pattern: &str) {
        self.rules.push(Rule {
            includes,
            pattern: pattern.chars().collect(),
        });
    }

    /// Sets the paths relative to which patterns are meant: the folder of the source and that of the
    /// target, each a local path or `bucket/prefix`.
    #[must_use]
    pub fn rooted(mut self, roots: [&str; 2]) -> Self {
        self.roots = roots
            .iter()
            .map(|root| (*root).trim_end_matches('/').to_owned())
            .collect();
        self
    }

    /// Whether a path, a local one or `bucket/key`, is included.
    pub fn includes(&self, path: &str) -> bool {
        let mut included = true;
        for rule in &self.rules {
            let mut matching = self.roots.iter().filter(|root| rule.matches(root, path));
            if matching.next().is_some() {
                included = rule.includes;
            }
        }
        included
    }
}

impl Rule {
    /// Whether a path matches; a pattern with a slash in front is one of whole paths.
    fn matches(&self, root: &str, path: &str) -> bool {
        if self.pattern.first() == Some(&'/') {
            return matches(&self.pattern, path);
        }
        let inner = path
            .strip_prefix(root)
            .and_then(|inner| inner.strip_prefix('/'));
        inner.is_some_and(|inner| matches(&self.pattern, inner))
    }
}

/// Whether a text matches a pattern, as Python's `fnmatch` finds it on Unix.
fn matches(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    // The last star, and how much of the text it takes.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        let step = pattern.get(at).and_then(|c| match c {
            '*' => None,
            _ => one(&pattern[at..], text[read]),
        });
        if pattern.get(at) == Some(&'*') {
            star = Some((at, read));
            at += 1;
        } else if let Some(len) = step {
            at += len;
            read += 1;
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            at = star_at + 1;
            read = taken + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// The length of what stands for one character at the start of a pattern, if the character is one
/// that it stands for.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern[0] {
        '?' => Some(1),
        '[' => match set_end(pattern) {
            Some(end) => in_set(&pattern[1..end], c).then_some(end + 1),
            // Without an end it is a bracket.
            None => (c == '[').then_some(1),
        },
        other => (other == c).then_some(1),
    }
}

/// Where the bracket is that ends a set: not the first character, which can be a member.
fn set_end(pattern: &[char]) -> Option<usize> {
    let first = if pattern.get(1) == Some(&'!') { 3 } else { 2 };
    let rest = pattern.get(first..)?;
    rest.iter().position(|c| *c == ']').map(|end| first + end)
}

fn in_set(set: &[char], c: char) -> bool {
    let (negated, mut members) = match set.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    while let Some((first, rest)) = members.split_first() {
        if let ['-', last, rest @ ..] = rest {
            found |= (*first..=*last).contains(&c);
            members = rest;
        } else {
            found |= *first == c;
            members = rest;
        }
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, text: &str) -> bool {
        matches(&pattern.chars().collect::<Vec<_>>(), text)
    }

    #[test]
    fn patterns_are_those_of_a_shell() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a/b"),
            ("*.txt", "a/b.txt"),
            ("a?c", "a/c"),
            ("[ab]x", "bx"),
            ("[!ab]x", "cx"),
            ("[a-c]", "b"),
            ("[]]", "]"),
            ("[!]]", "a"),
            ("[", "["),
            ("[a", "[a"),
            ("[a-]", "-"),
            ("*a*b*c", "xxaxxbxxaxxc"),
            ("é*", "été"),
            ("a**", "a"),
            ("\\*", "\\x"),
        ] {
            assert!(is_match(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("*.txt", "a.txt.gz"),
            ("?", ""),
            ("[ab]", "c"),
            ("[!a]", "a"),
            ("[c-a]", "b"),
            ("A", "a"),
            ("*a*b", "b-a"),
        ] {
            assert!(!is_match(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_last_matching_pattern_counts() {
        let mut filters = Filters::default();
        assert!(filters.includes("/home/a.txt"));
        filters.exclude("*");
        filters.include("*.txt");
        filters.exclude("secret/*");
        let filters = filters.rooted(["/home", "bucket/folder/"]);
        for (path, included) in [
            ("/home/a.txt", true),
            ("/home/b.jpg", false),
            ("/home/secret/a.txt", false),
            ("bucket/folder/a/b.txt", true),
            ("bucket/folder/secret/b.txt", false),
            ("/other/b.jpg", true),
        ] {
            assert_eq!(filters.includes(path), included, "{path}");
        }
        let mut absolute = Filters::default();
        absolute.exclude("/home/a*");
        let absolute = absolute.rooted(["/home", "bucket"]);
        assert!(!absolute.includes("/home/a.txt") && absolute.includes("/home/b"));
    }
}

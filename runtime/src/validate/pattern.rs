//! Patterns of models. They should be ECMA 262 expressions, but some are written for Java, and some
//! have meaningless escapes.

use regress::Regex;

/// Whether the pattern is found in the text. A pattern that can't be compiled matches everything.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    compiled(pattern).is_none_or(|pattern| pattern.find(text).is_some())
}

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::with_flags(pattern, "u")
        .or_else(|_| {
            let (pattern, flags) = Translation::of(pattern);
            Regex::with_flags(&pattern, flags.as_str())
        })
        .ok()
}

/// Java's named classes, as they are written between brackets.
const CLASSES: &[(&str, &str)] = &[
    ("Alnum", "0-9A-Za-z"),
    ("Alpha", "A-Za-z"),
    ("Blank", " \\t"),
    ("Cntrl", "\\x00-\\x1F\\x7F"),
    ("Digit", "0-9"),
    ("Graph", "!-~"),
    ("IsAlphabetic", "\\p{Alphabetic}"),
    ("IsWhitespace", "\\s"),
    ("L1", "\\x00-\\xFF"),
    ("LD", "\\p{L}\\p{Nd}"),
    ("Lower", "a-z"),
    ("Print", " -~"),
    ("Punct", "!-\\/:-@\\[-`\\{-~"),
    ("Space", "\\t-\\r "),
    ("Upper", "A-Z"),
    ("XDigit", "0-9A-Fa-f"),
    ("all", "\\p{Any}"),
];

/// Translates a Java expression to ECMA 262.
struct Translation<'p> {
    rest: &'p str,
    out: String,
    flags: String,
    in_class: bool,
}

impl<'p> Translation<'p> {
    /// The expression, and its flags.
    fn of(pattern: &'p str) -> (String, String) {
        let mut translation = Translation {
            rest: pattern,
            out: String::new(),
            flags: "u".to_owned(),
            in_class: false,
        };
        while translation.step().is_some() {}
        (translation.out, translation.flags)
    }

    fn take(&mut self) -> Option<char> {
        let first = self.rest.chars().next()?;
        self.rest = self.rest.get(first.len_utf8()..)?;
        Some(first)
    }

    fn step(&mut self) -> Option<()> {
        if self.rest.starts_with("(?") && self.inline_flags() {
            return Some(());
        }
        let c = self.take()?;
        match (c, self.in_class) {
            ('\\', _) => return self.escape(),
            ('[', false) => self.in_class = true,
            (']', true) => self.in_class = false,
            ('[', true) => self.out.push('\\'),
            (']' | '}', false) => self.out.push('\\'),
            ('{', false) => match self
                .rest
                .find('}')
                .filter(|end| is_count(&self.rest[..*end]))
            {
                Some(end) => {
                    self.out.push('{');
                    self.out.push_str(&self.rest[..=end]);
                    self.rest = &self.rest[end + 1..];
                    self.possessive();
                    return Some(());
                }
                None => self.out.push('\\'),
            },
            ('*' | '+' | '?', false) => {
                self.out.push(c);
                self.possessive();
                return Some(());
            }
            _ => {}
        }
        self.out.push(c);
        Some(())
    }

    /// Skips a `+` after a quantifier, which only forbids backtracking.
    fn possessive(&mut self) {
        self.rest = self.rest.strip_prefix('+').unwrap_or(self.rest);
    }

    /// Turns `(?s)` and the like into flags of the whole expression.
    fn inline_flags(&mut self) -> bool {
        let Some((flags, rest)) = self.rest.get(2..).and_then(|rest| rest.split_once(')')) else {
            return false;
        };
        let is_flags =
            !self.in_class && !flags.is_empty() && flags.chars().all(|flag| "ims".contains(flag));
        if is_flags {
            self.flags.extend(
                flags
                    .chars()
                    .filter(|flag| !self.flags.contains(*flag))
                    .collect::<Vec<_>>(),
            );
            self.rest = rest;
        }
        is_flags
    }

    fn escape(&mut self) -> Option<()> {
        let c = self.take()?;
        match c {
            'p' | 'P' => self.property(c == 'P'),
            'A' if !self.in_class => self.out.push('^'),
            'z' | 'Z' if !self.in_class => self.out.push('$'),
            'h' => self.class(" \\t", false),
            'x' if self.rest.starts_with('{') => self.out.push_str("\\u"),
            // Meaningless escapes.
            '-' if !self.in_class => self.out.push('-'),
            c if "^$\\.*+?()[]{}|/-".contains(c) || c.is_ascii_alphanumeric() => {
                self.out.extend(['\\', c])
            }
            c => self.out.push(c),
        }
        // After a class, a dash is not a range.
        if self.in_class && "pPhdDsSwW".contains(c) && self.rest.starts_with('-') {
            self.take();
            self.out.push_str("\\-");
        }
        Some(())
    }

    fn property(&mut self, negated: bool) {
        let name = self
            .rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        let known = name.and_then(|(name, rest)| {
            Some((CLASSES.iter().find(|(known, _)| *known == name)?.1, rest))
        });
        match known {
            Some((class, rest)) if !(negated && self.in_class) => {
                self.rest = rest;
                self.class(class, negated);
            }
            _ => {
                self.out.push_str(if negated { "\\P" } else { "\\p" });
                // Its braces are not a quantifier.
                if let Some((name, rest)) = name {
                    self.out.extend(["{", name, "}"]);
                    self.rest = rest;
                }
            }
        }
    }

    fn class(&mut self, class: &str, negated: bool) {
        if self.in_class {
            self.out.push_str(class)
        } else {
            self.out
                .extend([if negated { "[^" } else { "[" }, class, "]"])
        }
    }
}

/// Whether the text between braces is a quantifier.
fn is_count(text: &str) -> bool {
    let (least, most) = text.split_once(',').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn classes_and_signs_of_java() {
        for (pattern, text, expected) in [
            (r"^\p{Print}+$", "a b", true),
            (r"^\p{Print}+$", "a\tb", false),
            (r"^[\p{Alnum}_\p{Punct}]+$", "a_1!~[]", true),
            (r"^[\p{Alnum}_]+$", "é", false),
            (r"^\P{Upper}+$", "abc", true),
            (r"^\P{Upper}+$", "aBc", false),
            (r"^\p{XDigit}{4}$", "00fF", true),
            (r"^[\p{IsAlphabetic}\d]+$", "é1", true),
            (r"\A[a-z]*+\z", "abc", true),
            (r"\A[a-z]*+\z", "aBc", false),
            (r"(?s)^a.b\-$", "a\nb-", true),
            (r"(?i)^abc\_$", "ABC_", true),
            (r"^[\x{20}-\x{7e}]+\p{ASCII}$", "abc", true),
            (r"^\p{L}{2}\:\@$", "éé:@", true),
            (r"^{a}]\_$", "{a}]_", true),
            (r"^[[\]\_]+$", "[]_", true),
            (r"^\h\_$", "\t_", true),
            (r"^[\p{L}-_]+$", "é-_", true),
            (r"^[\w-.~\d-]+$", "a-.~", true),
            (r"^[\w-.~]+$", "a/", false),
            (r"(", "anything", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text:?}");
        }
    }
}

//! The AWS CLI's command-line syntax: which word is an option, the value of an option, or neither.
//!
//! The line is split into tokens once. Then it is read level by level: the global options and the
//! service, then the operation, then the operation's options. A level takes the options it knows
//! and leaves the other tokens, in order, to the next level. What an option means is not known here.

use crate::failure::Failure;

/// How many values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    /// None: a flag.
    Flag,
    /// Exactly one.
    One,
    /// Exactly two.
    #[cfg(feature = "s3")]
    Pair,
    /// One or none.
    Optional,
    /// One or none, and only in the option's own word: `--option=value`.
    Inline,
    /// Any number, up to the next option.
    Many,
}

/// An option that a level knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OptionSpec<'s> {
    /// With its dashes.
    pub(crate) name: &'s str,
    pub(crate) arity: Arity,
    /// An option that the AWS CLI does not have. It matches in full only: it has no abbreviation
    /// and makes none ambiguous.
    pub(crate) is_extension: bool,
    /// Whether it is an option only before the level's word.
    pub(crate) is_leading: bool,
    /// The allowed values; any when empty.
    pub(crate) choices: &'s [&'s str],
}

impl<'s> OptionSpec<'s> {
    /// An option with any values.
    pub(crate) const fn new(name: &'s str, arity: Arity) -> Self {
        OptionSpec {
            name,
            arity,
            is_extension: false,
            is_leading: false,
            choices: &[],
        }
    }

    /// An option of our own with any values.
    pub(crate) const fn extension(name: &'s str, arity: Arity) -> Self {
        OptionSpec {
            is_extension: true,
            ..OptionSpec::new(name, arity)
        }
    }
}

/// A word of the command line, classified as far as that is possible without the options of a
/// level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    /// The whole word.
    pub(crate) text: &'t str,
    form: Form<'t>,
}

/// What a word looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form<'t> {
    Word,
    /// `--`
    Separator,
    /// A dash and more, split at the first `=`.
    Dashed {
        name: &'t str,
        value: Option<&'t str>,
        /// A negative number or a text with blanks: a word, unless it is a known option.
        may_be_word: bool,
    },
}

impl<'t> Token<'t> {
    fn new(text: &'t str) -> Self {
        let form = if text == "--" {
            Form::Separator
        } else if text == "-" || !text.starts_with('-') {
            Form::Word
        } else {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            Form::Dashed {
                name,
                value,
                may_be_word: text.contains(' ') || is_negative_number(text),
            }
        };
        Token { text, form }
    }

    /// What the token is at a level with these options.
    fn meaning<'k, 's>(&self, specs: &'k [OptionSpec<'s>]) -> Result<Meaning<'k, 's, 't>, Failure> {
        let (name, value, may_be_word) = match self.form {
            Form::Word => return Ok(Meaning::Word),
            Form::Separator => return Ok(Meaning::Unknown),
            Form::Dashed {
                name,
                value,
                may_be_word,
            } => (name, value, may_be_word),
        };
        if let Some(spec) = find(name, specs)? {
            Ok(Meaning::Option(spec, value))
        } else if may_be_word {
            Ok(Meaning::Word)
        } else {
            Ok(Meaning::Unknown)
        }
    }

    /// Whether it has the form of an option.
    #[cfg(feature = "s3")]
    pub(crate) fn is_dashed(&self) -> bool {
        matches!(
            self.form,
            Form::Dashed {
                may_be_word: false,
                ..
            }
        )
    }

    fn is_word(&self, specs: &[OptionSpec<'_>]) -> bool {
        matches!(self.meaning(specs), Ok(Meaning::Word))
    }

    fn is_unknown_option(&self, specs: &[OptionSpec<'_>]) -> bool {
        self.form != Form::Separator && matches!(self.meaning(specs), Ok(Meaning::Unknown))
    }
}

/// What a token is at a level.
enum Meaning<'k, 's, 't> {
    Word,
    Option(&'k OptionSpec<'s>, Option<&'t str>),
    Unknown,
}

/// The option with this name, or the only one that begins so.
fn find<'k, 's>(
    name: &str,
    specs: &'k [OptionSpec<'s>],
) -> Result<Option<&'k OptionSpec<'s>>, Failure> {
    if let Some(spec) = specs.iter().find(|spec| spec.name == name) {
        return Ok(Some(spec));
    }
    if name.len() <= 2 || !name.starts_with("--") {
        return Ok(None);
    }
    let mut matching = specs
        .iter()
        .filter(|spec| !spec.is_extension && spec.name.starts_with(name));
    let first = matching.next();
    if let (Some(first), Some(second)) = (first, matching.next()) {
        let others = matching.map(|spec| spec.name);
        let names: Vec<_> = [first.name, second.name]
            .into_iter()
            .chain(others)
            .collect();
        return Err(Failure::usage(format_args!(
            "ambiguous option: {name} could match {}",
            names.join(", ")
        )));
    }
    Ok(first)
}

/// `-1`, `-.5`, `-1.5`, and neither `-1e5` nor `-1.`.
fn is_negative_number(text: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let Some(number) = text.strip_prefix('-') else {
        return false;
    };
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !fraction.is_empty(),
        None => digits(number) && !number.is_empty(),
    }
}

/// The tokens of a command line.
pub(crate) fn tokens<'t, W: AsRef<str>>(words: &'t [W]) -> Vec<Token<'t>> {
    words.iter().map(|word| Token::new(word.as_ref())).collect()
}

/// Whether a token asks for help, for which the AWS CLI has no option.
pub(crate) fn asks_help(tokens: &[Token<'_>]) -> bool {
    tokens
        .iter()
        .any(|token| matches!(token.text, "-h" | "--help"))
}

/// Whether tokens can turn out to ask for help, once it is known which are values of options.
pub(crate) fn may_ask_help(tokens: &[Token<'_>]) -> bool {
    asks_help(tokens) || tokens.iter().any(|token| token.text == "help")
}

/// The word of a level, or `help` when a token asks for it.
pub(crate) fn word_or_help<'t>(args: &ParsedArgs<'_, 't>) -> Option<&'t str> {
    args.word
        .or_else(|| asks_help(&args.rest).then_some("help"))
}

/// An option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParsedOption<'s, 't> {
    pub(crate) name: &'s str,
    pub(crate) values: Vec<&'t str>,
}

/// A part of a level, in the order of the line.
pub(crate) enum Arg<'s, 't> {
    /// A known option with its values.
    Option(ParsedOption<'s, 't>),
    /// The first word that is neither an option nor the value of one.
    Word(&'t str),
    /// A token for the next level.
    Rest(Token<'t>),
}

/// Reads the tokens of a level one by one, so that the caller can act on an option or a word before
/// a later token turns out to be wrong.
pub(crate) struct Parser<'k, 's, 't> {
    tokens: std::slice::Iter<'k, Token<'t>>,
    specs: &'k [OptionSpec<'s>],
    has_word: bool,
    /// All that follows is for the next level.
    is_verbatim: bool,
}

impl<'k, 's, 't> Parser<'k, 's, 't> {
    pub(crate) fn new(tokens: &'k [Token<'t>], specs: &'k [OptionSpec<'s>]) -> Self {
        Parser {
            tokens: tokens.iter(),
            specs,
            has_word: false,
            is_verbatim: false,
        }
    }

    fn arg(&mut self, token: Token<'t>) -> Result<Arg<'s, 't>, Failure> {
        Ok(match token.meaning(self.specs)? {
            Meaning::Word if !self.has_word => {
                self.has_word = true;
                Arg::Word(token.text)
            }
            Meaning::Word | Meaning::Unknown => Arg::Rest(token),
            Meaning::Option(spec, _) if spec.is_leading && self.has_word => Arg::Rest(token),
            Meaning::Option(spec, inline) => Arg::Option(ParsedOption {
                name: spec.name,
                values: self.values(spec, inline)?,
            }),
        })
    }

    /// Takes the values of an option.
    fn values(
        &mut self,
        spec: &OptionSpec<'_>,
        inline: Option<&'t str>,
    ) -> Result<Vec<&'t str>, Failure> {
        let values = match (spec.arity, inline) {
            (Arity::Flag, Some(value)) => {
                return Err(Failure::usage(format_args!(
                    "argument {}: ignored explicit argument '{value}'",
                    spec.name
                )));
            }
            (Arity::Flag | Arity::Inline, None) => Vec::new(),
            #[cfg(feature = "s3")]
            (Arity::Pair, None) => {
                let pair = [self.value(), self.value()];
                let pair: Option<Vec<_>> = pair.into_iter().collect();
                pair.ok_or_else(|| no_pair(spec))?
            }
            #[cfg(feature = "s3")]
            (Arity::Pair, Some(_)) => return Err(no_pair(spec)),
            (_, Some(value)) => vec![value],
            (Arity::One, None) => vec![self.value().ok_or_else(|| self.no_value(spec))?],
            (Arity::Optional, None) => self.value().into_iter().collect(),
            (Arity::Many, None) => std::iter::from_fn(|| self.value()).collect(),
        };
        let is_wrong = |value: &&&str| !spec.choices.is_empty() && !spec.choices.contains(value);
        match values.iter().find(is_wrong) {
            Some(value) => Err(Failure::choice(
                spec.name,
                value,
                spec.choices.iter().copied(),
            )),
            None => Ok(values),
        }
    }

    /// Takes the next token, if it can be a value.
    fn value(&mut self) -> Option<&'t str> {
        let (next, rest) = self.tokens.as_slice().split_first()?;
        next.is_word(self.specs).then(|| {
            self.tokens = rest.iter();
            next.text
        })
    }

    /// An option without its value. The next token may have been meant as the value.
    fn no_value(&self, spec: &OptionSpec<'_>) -> Failure {
        let name = spec.name;
        let next = self.tokens.as_slice().first();
        let hint = next
            .is_some_and(|next| next.is_unknown_option(self.specs))
            .then(|| format!("If the value begins with a dash, write {name}=VALUE."));
        Failure::usage(format_args!("argument {name}: expected one argument")).noting(hint)
    }
}

/// An option without both of its values.
#[cfg(feature = "s3")]
fn no_pair(spec: &OptionSpec<'_>) -> Failure {
    Failure::usage(format_args!("argument {}: expected 2 arguments", spec.name))
}

impl<'s, 't> Iterator for Parser<'_, 's, 't> {
    type Item = Result<Arg<'s, 't>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut token = *self.tokens.next()?;
        if token.form == Form::Separator
            && self.has_word
            && !self.is_verbatim
            && let Some(next) = self.tokens.next()
        {
            self.is_verbatim = true;
            token = *next;
        }
        Some(if self.is_verbatim {
            Ok(Arg::Rest(token))
        } else {
            self.arg(token)
        })
    }
}

/// The parts of a level.
#[derive(Debug, Default)]
pub(crate) struct ParsedArgs<'s, 't> {
    /// The known options, in the order of the line.
    pub(crate) options: Vec<ParsedOption<'s, 't>>,
    /// The first word that is neither an option nor the value of one.
    pub(crate) word: Option<&'t str>,
    /// The tokens for the next level.
    pub(crate) rest: Vec<Token<'t>>,
}

impl<'s, 't> ParsedArgs<'s, 't> {
    /// Reads a level.
    ///
    /// # Errors
    ///
    /// An option in the wrong form.
    pub(crate) fn read(tokens: &[Token<'t>], specs: &[OptionSpec<'s>]) -> Result<Self, Failure> {
        let mut args = ParsedArgs::default();
        for arg in Parser::new(tokens, specs) {
            args.add(arg?);
        }
        Ok(args)
    }

    pub(crate) fn add(&mut self, arg: Arg<'s, 't>) {
        match arg {
            Arg::Option(option) => self.options.push(option),
            Arg::Word(word) => self.word = Some(word),
            Arg::Rest(token) => self.rest.push(token),
        }
    }

    /// The values of an option. Of an option that is given several times, the last counts.
    pub(crate) fn values(&self, name: &str) -> Option<&[&'t str]> {
        self.options
            .iter()
            .rev()
            .find(|option| option.name == name)
            .map(|option| option.values.as_slice())
    }

    /// The first value of an option.
    pub(crate) fn value(&self, name: &str) -> Option<&'t str> {
        self.values(name)?.first().copied()
    }

    /// Whether an option was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values(name).is_some()
    }

    /// The words for the next level.
    pub(crate) fn rest_words(&self) -> Vec<&'t str> {
        self.rest.iter().map(|token| token.text).collect()
    }
}

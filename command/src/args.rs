//! The AWS CLI's command-line syntax: which word is an option, a value of one, or neither.
//!
//! A line is read level by level: global options and the service, then the operation, then the
//! operation's options. A level takes what it knows and hands the rest on in order. It knows
//! nothing of what options mean.

use crate::failure::Failure;

/// How many values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// None: a flag.
    Nothing,
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// One or none, and only in the option's own word: `--option=value`.
    Inline,
    /// As many as follow, up to the next option.
    Many,
}

/// An option that a level knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// With its dashes.
    pub(crate) name: &'a str,
    pub(crate) takes: Takes,
    /// It matches in full only, and is no candidate for an abbreviation: options that the AWS CLI
    /// does not have.
    pub(crate) own: bool,
    /// The only values it may have; any when empty.
    pub(crate) choices: &'a [&'a str],
}

impl<'a> Known<'a> {
    /// An option of our own commands, with any values.
    #[cfg(any(feature = "local", feature = "worker"))]
    pub(crate) const fn own(name: &'a str, takes: Takes) -> Self {
        Known {
            name,
            takes,
            own: true,
            choices: &[],
        }
    }
}

/// An option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) values: Vec<String>,
}

/// What a level made of its words.
#[derive(Debug, Default)]
pub(crate) struct Level<'a> {
    /// Known options in the order given.
    pub(crate) given: Vec<Given<'a>>,
    /// The first word that is neither an option nor a value of one.
    pub(crate) word: Option<String>,
    /// What the next level has to make sense of.
    pub(crate) rest: Vec<String>,
}

impl Level<'_> {
    /// The values of the last time an option was given; the earlier ones don't count.
    pub(crate) fn values(&self, name: &str) -> Option<&[String]> {
        self.given
            .iter()
            .rev()
            .find(|given| given.name == name)
            .map(|given| given.values.as_slice())
    }

    /// The one value of an option.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name)?.first().map(String::as_str)
    }

    /// Whether an option was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values(name).is_some()
    }
}

/// Whether a word asks for help, which the AWS CLI has no option for.
pub(crate) fn asks_help(words: &[String]) -> bool {
    words.iter().any(|word| word == "-h" || word == "--help")
}

/// What a word is at a level.
enum Token<'a> {
    Word,
    Option(Known<'a>, Option<String>),
    Unknown,
}

/// Tells what a word is.
fn classify<'a>(token: &str, known: &[Known<'a>]) -> Result<Token<'a>, Failure> {
    if token.is_empty() || token == "-" || !token.starts_with('-') {
        return Ok(Token::Word);
    }
    let exact = |name: &str| known.iter().find(|option| option.name == name).copied();
    if let Some(option) = exact(token) {
        return Ok(Token::Option(option, None));
    }
    let (name, value) = match token.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (token, None),
    };
    if let Some(option) = exact(name) {
        return Ok(Token::Option(option, value));
    }
    if name.starts_with("--") && name.len() > 2 {
        let matching: Vec<_> = known
            .iter()
            .filter(|option| !option.own && option.name.starts_with(name))
            .collect();
        match matching.as_slice() {
            [option] => return Ok(Token::Option(**option, value)),
            [_, _, ..] => {
                let names: Vec<_> = matching.iter().map(|option| option.name).collect();
                return Err(Failure::usage(format!(
                    "ambiguous option: {name} could match {}",
                    names.join(", ")
                )));
            }
            [] => {}
        }
    }
    let word = is_negative_number(token) || token.contains(' ');
    Ok(if word { Token::Word } else { Token::Unknown })
}

/// `-1`, `-.5`, `-1.5`, and neither `-1e5` nor `-1.`.
fn is_negative_number(token: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let Some(number) = token.strip_prefix('-') else {
        return false;
    };
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !fraction.is_empty(),
        None => digits(number) && !number.is_empty(),
    }
}

/// Reads the words of one level. `word` is called with the first word that is no option and no
/// value; `option` with each option, as soon as it is reached: what it answers ends the reading.
pub(crate) fn read<'a, E: From<Failure>>(
    tokens: &[String],
    known: &[Known<'a>],
    mut option: impl FnMut(&Given<'a>) -> Result<(), E>,
    mut word: impl FnMut(&str) -> Result<(), E>,
) -> Result<Level<'a>, E> {
    let mut level = Level::default();
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        if token == "--" && level.word.is_some() && tokens.peek().is_some() {
            // What follows is not looked at on this level.
            level.rest.extend(tokens.by_ref().cloned());
            break;
        }
        match classify(token, known)? {
            Token::Word if level.word.is_none() => {
                word(token)?;
                level.word = Some(token.clone());
            }
            Token::Word | Token::Unknown => level.rest.push(token.clone()),
            // Before the service there is nothing that an own option could be mistaken for.
            Token::Option(known, _) if known.name == "--local" && level.word.is_some() => {
                level.rest.push(token.clone())
            }
            Token::Option(found, inline) => {
                let given = Given {
                    name: found.name,
                    values: values(found, inline, &mut tokens, known)?,
                };
                option(&given)?;
                level.given.push(given);
            }
        }
    }
    Ok(level)
}

/// Takes the values of an option.
fn values<'t>(
    option: Known<'_>,
    inline: Option<String>,
    tokens: &mut std::iter::Peekable<impl Iterator<Item = &'t String>>,
    known: &[Known<'_>],
) -> Result<Vec<String>, Failure> {
    let is_value =
        |token: &&String| *token != "--" && matches!(classify(token, known), Ok(Token::Word));
    let is_unknown =
        |token: &String| token != "--" && matches!(classify(token, known), Ok(Token::Unknown));
    let values: Vec<String> = match (option.takes, inline) {
        (Takes::Nothing, Some(value)) => {
            return Err(Failure::usage(format!(
                "argument {}: ignored explicit argument '{value}'",
                option.name
            )));
        }
        (Takes::Nothing | Takes::Inline, None) => Vec::new(),
        (_, Some(value)) => vec![value],
        (Takes::One, None) => match tokens.next_if(is_value) {
            Some(value) => vec![value.clone()],
            None => {
                return Err(no_value(
                    option,
                    tokens.peek().is_some_and(|next| is_unknown(next)),
                ));
            }
        },
        (Takes::Optional, None) => tokens.next_if(is_value).cloned().into_iter().collect(),
        (Takes::Many, None) => std::iter::from_fn(|| tokens.next_if(is_value))
            .cloned()
            .collect(),
    };
    match values
        .iter()
        .find(|value| !option.choices.is_empty() && !option.choices.contains(&value.as_str()))
    {
        Some(value) => Err(Failure::choice(
            option.name,
            value,
            option.choices.iter().copied(),
        )),
        None => Ok(values),
    }
}

/// An option without its value. What follows may have been meant for one.
fn no_value(option: Known<'_>, looks_like_an_option: bool) -> Failure {
    let name = option.name;
    let hint = looks_like_an_option
        .then(|| format!("If the value begins with a dash, write {name}=VALUE."));
    Failure::usage(format!("argument {name}: expected one argument")).noting(hint)
}

//! What is wrong with a model: every problem at once, each with its place and what to do.

use std::fmt;

/// One problem in a model, its overlay or its exceptions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file as it was named, with line and column when the text itself is broken:
    /// `model/x.json:3:14`.
    pub file: String,
    /// The shape id, or member id (`ns#Shape$member`); empty when it is about the file as a whole.
    pub shape: String,
    /// The trait concerned; empty when there is none.
    pub r#trait: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        for part in [&self.shape, &self.r#trait]
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            // Names come from the model, which may be hostile: no control character reaches a
            // terminal.
            write!(f, ": {}", printable(part))?;
        }
        write!(f, ": {}", printable(&self.problem))?;
        if !self.help.is_empty() {
            write!(f, "\n    help: {}", printable(&self.help))?;
        }
        Ok(())
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_debug().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// Why nothing was generated.
#[derive(Debug)]
pub enum Error {
    /// The model can't be generated from; all that is wrong with it, sorted by place.
    Model(Vec<Diagnostic>),
    /// A folder of botocore's can't be imported.
    #[cfg(feature = "botocore")]
    Import(crate::import::Error),
    /// A file could not be read or written: what was tried, on which file, and what the system
    /// said.
    File(&'static str, std::path::PathBuf, std::io::Error),
    /// Generated files are not what the generator makes today; their names.
    Stale(Vec<String>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Model(diagnostics) => {
                for diagnostic in diagnostics {
                    writeln!(f, "{diagnostic}")?;
                }
                let plural = if diagnostics.len() == 1 { "" } else { "s" };
                write!(
                    f,
                    "nothing was generated: {} problem{plural} in the model",
                    diagnostics.len()
                )
            }
            #[cfg(feature = "botocore")]
            Error::Import(error) => write!(f, "{error}"),
            Error::File(verb, path, error) => {
                write!(f, "cannot {verb} {}: {error}", path.display())
            }
            Error::Stale(files) => write!(
                f,
                "not what the generator makes of the model today: {}",
                files.join(", ")
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::File(.., error) => Some(error),
            #[cfg(feature = "botocore")]
            Error::Import(error) => Some(error),
            Error::Model(_) | Error::Stale(_) => None,
        }
    }
}

#[cfg(feature = "botocore")]
impl From<crate::import::Error> for Error {
    fn from(error: crate::import::Error) -> Self {
        Error::Import(error)
    }
}

/// Collects diagnostics about one file.
#[derive(Debug, Default, Clone)]
pub(crate) struct Report {
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Notes a problem with a shape or member of a file.
    pub(crate) fn add(
        &mut self,
        file: &str,
        shape: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add_trait(file, shape, "", problem, help);
    }

    /// Notes a problem with a trait of a shape or member of a file.
    pub(crate) fn add_trait(
        &mut self,
        file: &str,
        shape: &str,
        r#trait: &str,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic {
            file: file.to_owned(),
            shape: shape.to_owned(),
            r#trait: r#trait.to_owned(),
            problem: problem.into(),
            help: help.into(),
        });
    }

    /// All problems in order, or the value when there are none.
    pub(crate) fn finish<T>(mut self, value: T) -> Result<T, Error> {
        if self.diagnostics.is_empty() {
            return Ok(value);
        }
        self.diagnostics.sort_unstable();
        self.diagnostics.dedup();
        Err(Error::Model(self.diagnostics))
    }
}

/// A sentence that suggests the most similar of the names, for a name that is not among them.
pub(crate) fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let scored = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(given, name), name));
    match scored
        .filter(|(score, _)| *score > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
    {
        Some((_, name)) => format!("did you mean {name}?"),
        None => String::new(),
    }
}

//! The entry point: a builder, and the verbs that end it.

use crate::ast::{self, Model};
use crate::diagnostics::{Diagnostic, Error, Report};
use crate::exceptions::Exceptions;
#[cfg(feature = "emit")]
use crate::write::{self, Files};
use crate::{lower, rust};
use opsmith_schema::Arena;
use std::fs;
use std::path::{Path, PathBuf};

/// Generates a service from its model. See the [crate's documentation](crate) for each way of use.
#[derive(Debug, Clone)]
pub struct Generator {
    models: Vec<PathBuf>,
    exceptions: Option<PathBuf>,
    operations: Option<Vec<String>>,
}

impl Generator {
    /// A generator for the service in a Smithy JSON AST file, or in a folder of botocore's, e.g.
    /// `botocore/data/codepipeline/2015-07-09`, with what it says for documentation.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Generator {
            models: vec![model.into()],
            exceptions: None,
            operations: None,
        }
    }

    /// Adds a further file of the model: more shapes, or `apply` statements such as documentation.
    pub fn overlay(mut self, model: impl Into<PathBuf>) -> Self {
        self.models.push(model.into());
        self
    }

    /// Sets the file of exceptions (TOML) to the model.
    #[cfg(feature = "exceptions")]
    pub fn exceptions(mut self, exceptions: impl Into<PathBuf>) -> Self {
        self.exceptions = Some(exceptions.into());
        self
    }

    /// Generates only these operations (`GetPipeline`), with the shapes that they need. Without
    /// this call, all operations are generated, except those for which no code can be made, such as
    /// event streams; [`lower`](Generator::lower) lists them. An empty list is an error.
    pub fn operations<S: Into<String>>(mut self, operations: impl IntoIterator<Item = S>) -> Self {
        self.operations
            .get_or_insert_default()
            .extend(operations.into_iter().map(Into::into));
        self
    }

    /// The requested operations; empty when all are.
    pub(crate) fn named(&self) -> Result<&[String], Error> {
        match &self.operations {
            None => Ok(&[]),
            Some(named) if !named.is_empty() => Ok(named),
            Some(_) => Err(Error::Model(vec![Diagnostic {
                file: self.model_name(),
                shape: String::new(),
                r#trait: String::new(),
                problem: "the list of operations is empty".to_owned(),
                help: "name some, or leave out `operations` for all".to_owned(),
            }])),
        }
    }

    /// The name of the model's first file.
    pub(crate) fn model_name(&self) -> String {
        let name = self.models.first().and_then(|path| path.file_name());
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Lowers the model: returns the service with all decisions, before any code is generated.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render).
    pub fn lower<'a>(&self, arena: &'a Arena) -> Result<rust::Service<'a>, Error> {
        let named = self.named()?;
        self.load()?.lower(named, arena)
    }

    /// The files by name, each as the text of a Smithy model.
    #[cfg(feature = "tool")]
    pub(crate) fn texts(&self) -> Result<Vec<(String, String)>, Error> {
        let texts = self.models.iter().map(|path| {
            let text = if path.is_dir() {
                imported_text(path)
            } else {
                read_text(path)
            };
            Ok((path.display().to_string(), text?))
        });
        texts.collect()
    }

    /// The text of the first file.
    #[cfg(feature = "catalog")]
    pub(crate) fn first_text(&self) -> Result<String, Error> {
        self.models
            .first()
            .map_or_else(|| Ok(String::new()), |path| read_text(path))
    }

    /// Reads all files.
    pub(crate) fn load(&self) -> Result<Loaded, Error> {
        let mut report = Report::default();
        let mut files = Vec::new();
        for path in &self.models {
            let file = read(path, &mut report)?;
            files.extend(file.map(|file| (path.display().to_string(), file)));
        }
        let exceptions = match &self.exceptions {
            #[cfg(feature = "exceptions")]
            Some(path) => {
                let text = read_text(path)?;
                Exceptions::load(&path.display().to_string(), &text, &mut report)
            }
            _ => Exceptions::default(),
        };
        let first = self.models.first();
        let first = first.map_or_else(String::new, |path| path.display().to_string());
        Ok(Loaded::new(first, files, exceptions, report))
    }
}

/// What prints, and writes.
#[cfg(feature = "emit")]
impl Generator {
    /// The files as text, without touching the disk beyond the model.
    ///
    /// # Errors
    ///
    /// A file that can't be read, or all that is wrong with the model.
    pub fn render(&self) -> Result<Files, Error> {
        self.emit(&self.lower(&Arena::new())?)
    }

    /// Writes the files into a folder, if they are not there already, and removes what it wrote
    /// there before and makes no longer. Returns the names of the files that changed.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render), and a file that can't be written; then the others are as
    /// they were or as they shall be, never in between.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Vec<String>, Error> {
        write::write(folder.as_ref(), &self.render()?)
    }

    /// Checks that a folder holds what [`write`](Generator::write) would write.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render), and [`Error::Stale`] with the files that differ.
    pub fn check(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        match write::stale(folder.as_ref(), &self.render()?) {
            stale if stale.is_empty() => Ok(()),
            stale => Err(Error::Stale(stale)),
        }
    }

    /// Generates from within a build script: into `OUT_DIR/<command>/`, to be included by
    /// `opsmith_runtime::include_service!("<command>")`. Prints what cargo has to watch: exactly
    /// the files that are read.
    ///
    /// When the model is wrong, says what and ends the process with status 1: that is how a build
    /// script fails.
    pub fn build_script(&self) {
        if let Err(error) = self
            .out_dir()
            .and_then(|folder| self.build_script_in(&folder))
        {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    fn out_dir(&self) -> Result<PathBuf, Error> {
        std::env::var_os("OUT_DIR")
            .map(PathBuf::from)
            .ok_or_else(|| {
                let missing = std::io::Error::other(
                    "OUT_DIR is not set; `build_script` is for build scripts, see `write`",
                );
                Error::File("find", PathBuf::from("OUT_DIR"), missing)
            })
    }

    fn build_script_in(&self, out_dir: &Path) -> Result<(), Error> {
        for path in self.models.iter().chain(&self.exceptions) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        let arena = Arena::new();
        let service = self.lower(&arena)?;
        for omitted in &service.omitted {
            println!("cargo::warning={}", omitted.to_string().replace('\n', " "));
        }
        write::write(&out_dir.join(service.command), &self.emit(&service)?).map(drop)
    }

    /// The schema alone, as one file, for calls with documents in place of types. `writer` is the
    /// command that writes it anew, which its first line names.
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render).
    pub fn schema(&self, writer: &str) -> Result<String, Error> {
        let arena = Arena::new();
        write::schema(&self.lower(&arena)?, &self.model_name(), writer)
    }

    /// The files of a service that [`lower`](Generator::lower) returned.
    ///
    /// # Errors
    ///
    /// When code that was made is not Rust, which is a bug of the generator.
    pub fn emit(&self, service: &rust::Service<'_>) -> Result<Files, Error> {
        write::texts(service, &self.model_name())
    }
}

/// A model that was read, with the problems in its files.
pub(crate) struct Loaded {
    /// The name of the first file.
    file: String,
    model: Model,
    exceptions: Exceptions,
    report: Report,
}

impl Loaded {
    /// The model of these files, the first of which has this name.
    pub(crate) fn new(
        file: String,
        files: Vec<(String, ast::File)>,
        exceptions: Exceptions,
        mut report: Report,
    ) -> Loaded {
        let mut model = Model::merge(files, &mut report);
        exceptions.amend(&mut model);
        Loaded {
            file,
            model,
            exceptions,
            report,
        }
    }

    /// Takes the documentation out.
    #[cfg(feature = "catalog")]
    pub(crate) fn without_documentation(&mut self) {
        let id = opsmith_schema::TraitKind::Documentation.id();
        for shape in self.model.shapes.values_mut() {
            shape.traits.remove(id);
            let fixed = [&mut shape.member, &mut shape.key, &mut shape.value];
            let members = fixed.into_iter().flatten();
            members
                .chain(shape.members.values_mut())
                .for_each(|member| {
                    member.traits.remove(id);
                });
        }
    }

    /// Lowers these operations, or all when the list is empty.
    pub(crate) fn lower<'a>(
        &self,
        operations: &[String],
        arena: &'a Arena,
    ) -> Result<rust::Service<'a>, Error> {
        lower::lower(
            &lower::Input {
                model: &self.model,
                exceptions: &self.exceptions,
                file: &self.file,
                operations,
                arena,
            },
            self.report.clone(),
        )
    }
}

/// A file of a model; for a folder of botocore's, what the importer makes of it. `None` when the
/// text is not a model, which is reported.
fn read(path: &Path, report: &mut Report) -> Result<Option<ast::File>, Error> {
    if path.is_dir() {
        return imported(path).map(Some);
    }
    let text = read_text(path)?;
    Ok(ast::parse(&path.display().to_string(), &text, report))
}

fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| unreadable(path, error))
}

#[cfg(feature = "botocore")]
fn imported(folder: &Path) -> Result<ast::File, Error> {
    Ok(crate::import::model(folder)?)
}

#[cfg(all(feature = "tool", feature = "botocore"))]
fn imported_text(folder: &Path) -> Result<String, Error> {
    Ok(crate::import::text(&crate::import::model(folder)?, folder)?)
}

#[cfg(all(feature = "tool", not(feature = "botocore")))]
fn imported_text(folder: &Path) -> Result<String, Error> {
    imported(folder).map(|_| String::new())
}

#[cfg(not(feature = "botocore"))]
fn imported(folder: &Path) -> Result<ast::File, Error> {
    Err(unreadable(
        folder,
        std::io::Error::other(
            "it is a folder; the feature `botocore` of opsmith-codegen reads those",
        ),
    ))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::File("read", path.to_owned(), error)
}

//! What the verbs work on: a model that is named, or the services of a project.

use crate::output;
use clap::Args;
use opsmith_codegen::{Arena, Generator};
use std::fs;
use std::path::{Path, PathBuf};

/// A model and its further files.
#[derive(Args)]
pub(crate) struct Model {
    /// The service's model: a Smithy JSON AST file, or a folder of botocore's data.
    model: PathBuf,
    #[command(flatten)]
    more: More,
}

#[derive(Args)]
pub(crate) struct More {
    /// A further file of the model, such as documentation in `apply` statements; may be repeated.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// A TOML file of exceptions: corrections to the model.
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// An operation to include; may be repeated (default: all operations).
    #[arg(long = "operation", value_name = "NAME")]
    operations: Vec<String>,
}

impl Model {
    pub(crate) fn generator(&self) -> Generator {
        self.more.generator(&self.model)
    }
}

impl More {
    /// The generator of this model with these files.
    pub(crate) fn generator(&self, model: &Path) -> Generator {
        let generator = Generator::new(model);
        let generator = if self.operations.is_empty() {
            generator
        } else {
            generator.operations(&self.operations)
        };
        let generator = self
            .overlay
            .iter()
            .fold(generator, |generator, file| generator.overlay(file));
        self.exceptions
            .iter()
            .fold(generator, |generator, file| generator.exceptions(file))
    }

    fn is_empty(&self) -> bool {
        self.overlay.is_empty() && self.exceptions.is_none() && self.operations.is_empty()
    }
}

/// A model and where its code goes; without a model, all services of the project.
#[derive(Args)]
pub(crate) struct Target {
    /// The service's model: a Smithy JSON AST file, or a folder of botocore's data
    /// (default: all services in model/).
    model: Option<PathBuf>,
    #[command(flatten)]
    more: More,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(crate) struct Place {
    /// The folder of the generated files.
    #[arg(long, value_name = "FOLDER", conflicts_with = "package")]
    out: Option<PathBuf>,
    /// The folder of a whole crate: README, src, and a manifest, which is written only once.
    #[arg(long = "crate", value_name = "FOLDER")]
    package: Option<PathBuf>,
    /// The path of opsmith-runtime for a new manifest, relative to the crate (default: the
    /// registry).
    #[arg(long, value_name = "FOLDER", requires = "package")]
    runtime: Option<PathBuf>,
}

/// A service and where its code goes.
pub(crate) struct Service {
    pub(crate) generator: Generator,
    pub(crate) code: Code,
}

/// Where generated code is.
pub(crate) enum Code {
    /// Its files in a folder.
    Files(PathBuf),
    /// A whole crate, and where a new manifest finds the runtime.
    Crate(PathBuf, Option<PathBuf>),
}

impl Code {
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Code::Files(folder) | Code::Crate(folder, _) => folder,
        }
    }
}

impl Target {
    /// The services to generate.
    pub(crate) fn services(&self) -> Result<Vec<Service>, String> {
        match &self.model {
            Some(model) => {
                let code = self
                    .place
                    .code()
                    .ok_or("use --out or --crate to name where the files go")?;
                Ok(vec![Service {
                    generator: self.more.generator(model),
                    code,
                }])
            }
            None if self.more.is_empty() && self.place.code().is_none() => project(),
            None => Err("name the model that the options are about".to_owned()),
        }
    }

    /// Whether it is the whole project.
    pub(crate) fn is_project(&self) -> bool {
        self.model.is_none()
    }
}

/// Notes which operations are left out because no code can be generated for them.
pub(crate) fn report_omitted(generator: &Generator) -> Result<(), String> {
    let arena = Arena::new();
    let service = generator.lower(&arena).map_err(|error| error.to_string())?;
    service
        .omitted
        .iter()
        .for_each(|omitted| output::note(format_args!("left out: {omitted}")));
    Ok(())
}

impl Place {
    pub(crate) fn code(&self) -> Option<Code> {
        let whole = self
            .package
            .clone()
            .map(|folder| Code::Crate(folder, self.runtime.clone()));
        whole.or_else(|| self.out.clone().map(Code::Files))
    }
}

/// The services of a project: each model in `model/` with a documentation file next to it.
pub(crate) fn project() -> Result<Vec<Service>, String> {
    let mut names = Vec::new();
    let entries = fs::read_dir("model").map_err(|error| {
        format!("cannot read model/: {error}\n    help: name a model, or go to a folder that has its models in model/")
    })?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".docs.json").map(str::to_owned));
    }
    names.sort();
    if names.is_empty() {
        return Err(
            "model/ has no service: a model NAME.json has its documentation in NAME.docs.json"
                .to_owned(),
        );
    }
    Ok(names.iter().map(|name| of_project(name)).collect())
}

/// A service of a project, with the files of the model that exist.
pub(crate) fn of_project(name: &str) -> Service {
    let generator = with_files(Path::new(&format!("model/{name}.json")), None);
    Service {
        generator,
        code: Code::Crate(format!("generated/{name}").into(), None),
    }
}

/// The generator of a model in a project, with the documentation and exceptions next to it.
/// `instead` replaces the model's text.
pub(crate) fn with_files(model: &Path, instead: Option<&Path>) -> Generator {
    let generator = Generator::new(instead.unwrap_or(model));
    let sibling =
        |extension: &str| Some(model.with_extension(extension)).filter(|path| path.exists());
    let generator = sibling("docs.json")
        .into_iter()
        .fold(generator, |generator, file| generator.overlay(file));
    sibling("toml")
        .into_iter()
        .fold(generator, |generator, file| generator.exceptions(file))
}

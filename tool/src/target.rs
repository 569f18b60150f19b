//! What the verbs work on: a model that is named, or the services of a project.

use crate::say;
use clap::Args;
use opsmith_codegen::{Arena, Generator};
use std::fs;
use std::path::{Path, PathBuf};

/// A model with its further files.
#[derive(Args)]
pub(crate) struct Model {
    /// Smithy JSON AST of the service, or a service's folder of botocore's.
    model: PathBuf,
    #[command(flatten)]
    more: More,
}

#[derive(Args)]
pub(crate) struct More {
    /// Further files of the model, e.g. documentation in `apply` statements.
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Exceptions to the model (TOML).
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// Only these operations, with what they need; may be repeated. All without it.
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

/// A model and the place of its code; without a model, all services of the project.
#[derive(Args)]
pub(crate) struct Target {
    /// Smithy JSON AST of the service, or a service's folder of botocore's; all services in model/
    /// without it.
    model: Option<PathBuf>,
    #[command(flatten)]
    more: More,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(crate) struct Place {
    /// The folder for the generated files.
    #[arg(long, value_name = "FOLDER", conflicts_with = "package")]
    out: Option<PathBuf>,
    /// The folder of a whole crate: manifest (unless there is one), README and src.
    #[arg(long = "crate", value_name = "FOLDER")]
    package: Option<PathBuf>,
    /// Where a new manifest finds opsmith-runtime, from the crate's folder; without it, in the
    /// registry.
    #[arg(long, value_name = "FOLDER", requires = "package")]
    runtime: Option<PathBuf>,
}

/// A service with the place of its code.
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
    /// All services of the target.
    pub(crate) fn services(&self) -> Result<Vec<Service>, String> {
        match &self.model {
            Some(model) => {
                let code = self
                    .place
                    .code()
                    .ok_or("say with --out or --crate where the files go")?;
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

/// Remarks on the operations that are left out, for no code can be made of them.
pub(crate) fn say_omitted(generator: &Generator) -> Result<(), String> {
    let arena = Arena::new();
    let service = generator.lower(&arena).map_err(|error| error.to_string())?;
    service
        .omitted
        .iter()
        .for_each(|omitted| say::remark(format_args!("left out: {omitted}")));
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

/// A service of a project, with the files that are there.
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
    let beside =
        |extension: &str| Some(model.with_extension(extension)).filter(|path| path.exists());
    let generator = beside("docs.json")
        .into_iter()
        .fold(generator, |generator, file| generator.overlay(file));
    beside("toml")
        .into_iter()
        .fold(generator, |generator, file| generator.exceptions(file))
}

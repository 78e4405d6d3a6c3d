//! Dockerfiles as rules see them: stages with everything they inherit, and the facts that follow from it.

mod accounts;
pub mod base_image;
mod defaults;
mod files;
mod finish;
mod graph;
mod health;
mod instruction;
mod managers;
mod mode;
mod node;
mod order;
mod packages;
mod permissions;
mod privileged;
mod role;
mod scope;
mod script;
mod settings;
mod stage;
mod start;
mod state;
mod undefined;
mod user;
mod walk;

use std::sync::Arc;

pub use accounts::{CreatedGroup, CreatedUser};
pub use files::{Copy, Directory};
pub use health::{Form, Healthcheck};
pub use instruction::{Instruction, InstructionFlag};
pub use packages::{InstalledPackage, PackageCommand};
pub use permissions::Permission;
pub use privileged::{PrivilegedKind, PrivilegedStep};
pub use role::Role;
pub use settings::{BuildArgument, EnvVariable, ExposedPort, Label};
pub use stage::{BaseVariant, RunCommand, Stage};
pub use start::StartCommand;
pub use undefined::UndefinedVariable;
pub use user::User;

use crate::model;
use crate::source::{FileId, Place, Span};
use crate::syntax;
use crate::syntax::dockerfile::{InstructionKind, Keyword};

use super::schema::PathText;
use super::value::{Field, List};

model! {
    /// A parser directive at the top of a Dockerfile.
    pub struct Directive as "dockerfile.directive" {
        /// `syntax`, `escape` or `check`.
        name: String,
        /// What follows `=`.
        value: Field<String>,
    }
    label(directive) { directive.name.clone() }
}

model! {
    /// A Dockerfile.
    pub struct Dockerfile as "dockerfile" {
        /// Its path.
        path: PathText,
        /// Its stages, in order.
        stages: List<Arc<Stage>>,
        /// The stage that is built where no other is asked for: the last.
        final_stage: Option<Arc<Stage>>,
        /// How many stages it has.
        stage_count: i64,
        /// Names of its stages, in lower case.
        stage_names: List<Field<String>>,
        /// Whether it has a FROM.
        has_from: bool,
        /// The front end that `# syntax=` asks for.
        syntax: Field<String>,
        /// Its parser directives.
        directives: List<Directive>,
        /// Build arguments before the first FROM.
        global_args: List<BuildArgument>,
        /// Whether BuildKit would refuse to read it.
        is_broken: bool,
    }
    label(file) { file.path.0.clone() }
}

impl Dockerfile {
    /// The stage of a name, in any case, or of an index written as a number, as `--target` takes them.
    #[must_use]
    pub fn stage_named(&self, name: &str) -> Option<&Arc<Stage>> {
        let lower = name.to_lowercase();
        let named = self.stages.iter().find(|stage| stage.name.value() == Some(&lower));
        named.or_else(|| name.parse().ok().and_then(|index: usize| self.stages.items.get(index)))
    }
}

/// Reads a Dockerfile. `path` is its path relative to the root of the run, and `text` what `tree` was parsed from.
#[must_use]
pub fn read(file: FileId, path: &str, tree: &syntax::dockerfile::Dockerfile, text: &str) -> Dockerfile {
    let first = tree.instructions.iter().find(|one| one.keyword.value == Keyword::From);
    let first = first.or(tree.instructions.first()).map_or(Span::default(), |one| one.keyword.span);
    let at = Place { file, span: first };
    let (mut stages, global_args) = walk::read(file, path, tree, text);
    node::mark(&mut stages);
    if let Some(last) = stages.last() {
        let role = role::role(path, last.start.value(), !last.exposed_ports.items.is_empty());
        for stage in &mut stages {
            stage.role = role;
        }
    }
    let stages: Vec<Arc<Stage>> = stages.into_iter().map(Arc::new).collect();
    let directives: Vec<Directive> = tree
        .directives
        .iter()
        .map(|directive| Directive {
            at: Place { file, span: directive.name.span },
            name: directive.name.value.clone(),
            value: Field::known(directive.value.value.clone(), Place { file, span: directive.value.span }),
        })
        .collect();
    let syntax = directives.iter().find(|directive| directive.name == "syntax");
    Dockerfile {
        at,
        path: PathText(path.to_owned()),
        final_stage: stages.last().cloned(),
        stage_count: i64::try_from(stages.len()).unwrap_or(i64::MAX),
        stage_names: List::new(
            stages.iter().filter(|stage| !stage.name.is_absent()).map(|stage| stage.name.clone()).collect(),
            at,
        ),
        has_from: tree.instructions.iter().any(|one| matches!(one.kind, InstructionKind::From { .. })),
        syntax: syntax.map_or(Field::Absent(at), |directive| directive.value.clone()),
        directives: List::new(directives, at),
        global_args: List::new(global_args, at),
        is_broken: tree.problems.iter().any(|problem| problem.fatal),
        stages: List::new(stages, at),
    }
}

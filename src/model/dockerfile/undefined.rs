//! Variables that a stage uses and does not set, with what tells that no base image sets them either.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Raw;
use super::scope::Scope;
use crate::model;
use crate::model::image::Image;
use crate::model::value::Field;
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{Instruction, InstructionKind, Transfer, Word, slip_of};

model! {
    /// A variable that a stage uses and that neither it nor a stage it is built from has set by then.
    pub struct UndefinedVariable as "dockerfile.undefined_variable" {
        /// Its name.
        name: String,
        /// The reference as written, such as `${NAME}`.
        written: String,
        /// The variable of the stage that it is a slip of, one letter apart.
        near: Field<String>,
        /// Whether the file gives the name a value elsewhere: before the first FROM, in another stage, or BuildKit does
        /// (Dockerfile reference, "Automatic platform ARGs in the global scope").
        declared_outside: bool,
        /// Whether the stage sets it only later, or in the same instruction.
        set_later: bool,
        /// Whether a base image may set it; false of what starts from `scratch`.
        may_come_from_base: bool,
    }
    label(variable) { variable.name.clone() }
}

/// Variables for which a slip is looked for in one stage.
const MAX_GUESSES: usize = 50;

/// Variables that base images commonly set, or that a build always has (Dockerfile reference, "Predefined ARGs").
const COMMON: &[&str] = &[
    "ALL_PROXY",
    "CARGO_HOME",
    "CATALINA_HOME",
    "CONDA_DIR",
    "DEBIAN_FRONTEND",
    "FTP_PROXY",
    "GEM_HOME",
    "GOPATH",
    "GOROOT",
    "HOME",
    "HOSTNAME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "JAVA_HOME",
    "JAVA_OPTS",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "NB_GID",
    "NB_UID",
    "NB_USER",
    "NODE_PATH",
    "NO_PROXY",
    "PATH",
    "PGDATA",
    "PKG_CONFIG_PATH",
    "PWD",
    "PYTHONPATH",
    "RUSTUP_HOME",
    "SHELL",
    "TERM",
    "USER",
    "VIRTUAL_ENV",
];

/// What names of variables that official images set start with, by a word of the image's name (their Dockerfiles on
/// Docker Hub), where that is another word.
const BROUGHT: &[(&str, &[&str])] = &[
    ("aspnet", &["APP_UID", "ASPNET", "DOTNET"]),
    ("corretto", &["JAVA"]),
    ("elixir", &["OTP"]),
    ("golang", &["GO"]),
    ("jdk", &["JAVA"]),
    ("jre", &["JAVA"]),
    ("nginx", &["NJS", "PKG", "DYNPKG", "ACME"]),
    ("node", &["YARN"]),
    ("openjdk", &["JAVA"]),
    ("postgres", &["PG"]),
    ("ruby", &["BUNDLE"]),
    ("runtime", &["APP_UID", "DOTNET"]),
    ("rust", &["CARGO", "RUSTUP"]),
    ("sdk", &["APP_UID", "DOTNET"]),
    ("temurin", &["JAVA"]),
    ("tomcat", &["CATALINA", "TOMCAT", "JAVA"]),
];

/// Where the file gives names a value outside of the stage that uses them.
#[derive(Default)]
pub(super) struct Declared<'t> {
    /// For each name of ARG and ENV, the stages that set it.
    stages: BTreeMap<&'t str, BTreeSet<usize>>,
}

impl<'t> Declared<'t> {
    pub fn read(raws: &[Raw<'t>]) -> Self {
        let mut stages: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (index, raw) in raws.iter().enumerate() {
            for name in raw.instructions.iter().flat_map(set_by) {
                stages.entry(name).or_default().insert(index);
            }
        }
        Self { stages }
    }

    fn is_in(&self, name: &str, stage: usize) -> bool {
        self.stages.get(name).is_some_and(|stages| stages.contains(&stage))
    }

    fn is_in_other(&self, name: &str, stage: usize) -> bool {
        self.stages.get(name).is_some_and(|stages| stages.len() > usize::from(stages.contains(&stage)))
    }
}

/// What the search needs of the stage that it is in.
pub(super) struct Surroundings<'s, 't> {
    pub file: FileId,
    pub text: &'t str,
    pub globals: &'s Scope,
    pub declared: &'s Declared<'t>,
    /// Index of the stage.
    pub index: usize,
    /// The image that the stage starts with.
    pub base: &'s Image,
}

/// Adds what an instruction uses and `scope` does not have, once for each name.
pub(super) fn of_instruction(
    one: &Instruction,
    scope: &Scope,
    around: &Surroundings<'_, '_>,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<UndefinedVariable>,
) {
    for (key, word) in expanded(&one.kind) {
        for (name, range) in word.undefined(&|name| scope.is_set(name)) {
            if COMMON.contains(&name.as_str()) || is_brought(&name, around.base) {
                continue;
            }
            if seen.len() >= super::state::MAX_KEPT || !seen.insert(name.clone()) {
                continue;
            }
            let verbatim = word.span.slice(around.text) == word.text;
            let start = word.span.start as usize;
            let span = if verbatim { Span::new(start + range.start, start + range.end) } else { word.span };
            let at = Place { file: around.file, span };
            // `ENV V=$V:more` adds to what the base image has.
            let is_extended = key.is_some_and(|key| key.text == name);
            let near = (seen.len() <= MAX_GUESSES).then(|| slip_of(&name, scope.names())).flatten();
            found.push(UndefinedVariable {
                at,
                written: word.text.get(range).unwrap_or("").to_owned(),
                near: near.map_or(Field::Absent(at), |near| Field::known(near.to_owned(), at)),
                declared_outside: around.globals.is_set(&name)
                    || super::walk::is_given(&name)
                    || (!is_extended && around.declared.is_in_other(&name, around.index)),
                set_later: !is_extended && around.declared.is_in(&name, around.index),
                may_come_from_base: around.base.reference != "scratch",
                name,
            });
        }
    }
}

/// Whether the name of a variable starts with a word of the image's name, as `NODE_VERSION` in images of Node.js.
fn is_brought(name: &str, base: &Image) -> bool {
    let image = base.base_name();
    let first = name.split('_').next().unwrap_or(name);
    let has = |word: &str| image.split(['-', '_', '.']).any(|part| part.eq_ignore_ascii_case(word));
    let brought = BROUGHT.iter().filter(|(word, _)| has(word)).flat_map(|(_, firsts)| *firsts);
    has(first) || brought.into_iter().any(|brought| name.starts_with(brought))
}

/// The names that an instruction sets.
fn set_by(one: &Instruction) -> Vec<&str> {
    match &one.kind {
        InstructionKind::Env(pairs) => pairs.iter().map(|(key, _)| key.text.as_str()).collect(),
        InstructionKind::Arg(arguments) => arguments.iter().map(|(name, _)| name.text.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// The words in which the builder fills in variables (Dockerfile reference, "Environment replacement"), a value of ENV
/// with its key.
fn expanded(kind: &InstructionKind) -> Vec<(Option<&Word>, &Word)> {
    let words = match kind {
        InstructionKind::Env(pairs) => {
            return pairs.iter().flat_map(|(key, value)| [(None, key), (Some(key), value)]).collect();
        }
        InstructionKind::Label(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
        InstructionKind::Arg(arguments) => arguments.iter().filter_map(|(_, default)| default.as_ref()).collect(),
        InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => of_transfer(transfer),
        InstructionKind::Expose(words) | InstructionKind::Volume(words) => words.iter().collect(),
        InstructionKind::User(word) | InstructionKind::Workdir(word) | InstructionKind::Stopsignal(word) => vec![word],
        _ => Vec::new(),
    };
    words.into_iter().map(|word| (None, word)).collect()
}

fn of_transfer(transfer: &Transfer) -> Vec<&Word> {
    let words = transfer.sources.iter().chain([&transfer.dest]);
    words.chain(transfer.chown.as_ref()).chain(transfer.chmod.as_ref()).collect()
}

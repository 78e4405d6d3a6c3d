//! The tools around the code: hooks before a commit, targets of Makefiles, owners of code, the gateway, policies, submodules, svclint itself.

mod declared;
mod gateway;
mod hooks;
pub(in crate::model) mod make;
mod owners;
mod rego;
mod submodules;

use std::sync::Arc;

use super::late::LateTexts;
use super::value::List;
use crate::source::{EntryKind, FileId, Place};
use crate::syntax::yaml::Tree;

pub use declared::DeclaredStandard;
pub use gateway::{Gateway, GatewayPlugin, PluginLevel};
pub use hooks::{Hook, HookRepository};
pub use make::MakeTarget;
pub use owners::CodeOwner;
pub use rego::{RegoDefault, RegoPolicy};
pub use submodules::Submodule;

/// A larger file is no configuration that a person has written: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The tools of a repository.
#[derive(Debug)]
pub struct Tooling {
    /// Repositories of pre-commit hooks.
    pub hook_repositories: List<Arc<HookRepository>>,
    /// Pre-commit hooks.
    pub hooks: List<Arc<Hook>>,
    /// Targets of Makefiles.
    pub make_targets: List<Arc<MakeTarget>>,
    /// Entries of `CODEOWNERS`.
    pub code_owners: List<Arc<CodeOwner>>,
    /// Declarative configurations of Kong.
    pub gateways: List<Arc<Gateway>>,
    /// Standards that the configuration of svclint names.
    pub declared_standards: List<Arc<DeclaredStandard>>,
    /// Policies in Rego.
    pub policies: List<Arc<RegoPolicy>>,
    /// Submodules.
    pub submodules: List<Arc<Submodule>>,
}

/// Reads the tools of a repository.
#[must_use]
pub fn read(texts: &LateTexts) -> Tooling {
    let sources = texts.sources();
    let at = Place::whole(sources.find(".").unwrap_or(FileId(0)));
    let mut tooling = Tooling {
        hook_repositories: List::empty(at),
        hooks: List::empty(at),
        make_targets: List::empty(at),
        code_owners: List::empty(at),
        gateways: List::empty(at),
        declared_standards: declared::read(sources, at),
        policies: List::empty(at),
        submodules: List::empty(at),
    };
    for (id, file) in sources.iter() {
        if file.kind == EntryKind::File && file.size() <= MAX_FILE_BYTES {
            one(texts, id, &file.path, &mut tooling);
        }
    }
    tooling
}

/// Adds what a file holds to a list, which is where its first file is: there something is missing that is not in it.
fn add<T>(list: &mut List<Arc<T>>, found: impl IntoIterator<Item = T>, file: FileId) {
    if list.items.is_empty() {
        list.at = Place::whole(file);
    }
    list.items.extend(found.into_iter().map(Arc::new));
}

fn one(texts: &LateTexts, id: FileId, path: &str, tooling: &mut Tooling) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let text = || texts.sources().read(id);
    match name {
        ".pre-commit-config.yaml" | ".pre-commit-config.yml" => {
            let Some(text) = text() else { return };
            let (repositories, hooks) = hooks::read(&Tree::parse(id, &text));
            add(&mut tooling.hook_repositories, repositories, id);
            add(&mut tooling.hooks, hooks, id);
        }
        name if make::FILE_NAMES.contains(&name) => {
            let Some(text) = text() else { return };
            add(&mut tooling.make_targets, make::read(id, path, &text), id);
        }
        "CODEOWNERS" => {
            let Some(text) = text() else { return };
            add(&mut tooling.code_owners, owners::read(id, &text), id);
        }
        _ if name.starts_with("kong") && matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml"))) => {
            let Some(text) = text() else { return };
            tooling.gateways.items.extend(gateway::read(&Tree::parse(id, &text), path).map(Arc::new));
        }
        ".gitmodules" if path == name => {
            let Some(text) = text() else { return };
            add(&mut tooling.submodules, submodules::read(texts, id, &text), id);
        }
        _ if name.strip_suffix(".rego").is_some_and(|stem| !stem.ends_with("_test")) => {
            let Some(text) = text() else { return };
            add(&mut tooling.policies, [rego::read(id, path, &text)], id);
        }
        _ => {}
    }
}

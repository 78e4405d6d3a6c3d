//! The files and directories of one service, and whether a path is among them.

mod ignore;
mod tree;

use std::sync::{Arc, OnceLock};

use super::code::{LazySource, Packages};
use super::delivery::ArgoSource;
use super::dependencies::{Dependencies, Tools};
use super::late::LateTexts;
use super::markdown::Documents;
use super::monitoring::{Alert, Dashboard, PrometheusConfig};
use super::repo::{Across, BaseImage, Late, LateList, Member};
use super::schema::{Modelled, PathText, Slot, Type, View};
use super::secret::{has_url_credentials, is_placeholder, is_secret_key};
use super::terraform::{Module, ModuleCall, Output, Resource, Variable};
use super::tooling::{CodeOwner, DeclaredStandard, Gateway, Hook, HookRepository, MakeTarget, RegoPolicy, Submodule};
use super::value::{Always, Field, List};
use super::workflow::{Job, Step, Workflow};
use crate::discover::{is_env_sample, is_settings};
use crate::model;
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources, Span};
use crate::syntax::dotenv;

pub use ignore::{IgnorePattern, ignore_patterns};
pub use tree::Subtree;
use tree::joined;

model! {
    /// A variable that a file of settings sets.
    pub struct Setting as "repo.setting" {
        /// Its name.
        key: String,
        /// Its value, quotes taken off.
        value: Field<String>,
    }
    label(setting) { setting.key.clone() }
}

model! {
    /// A file of the repository.
    pub struct RepoFile as "repo.file" {
        /// Path, relative to the service's root.
        path: PathText,
        /// Last part of the path.
        name: String,
        /// What follows the last dot of the name; a leading dot starts no extension.
        extension: Field<String>,
        /// Size in bytes.
        size: i64,
        /// Whether it has no bytes.
        is_empty: bool,
        /// Whether it stands among tests, examples or fixtures.
        is_test_data: bool,
        /// Whether it holds a private key in PEM form (RFC 7468, section 10), which is looked for under the names that
        /// keys have.
        holds_private_key: Always<bool>,
        /// In a file of settings the first variable that is given a value under the name of a secret, or an address with
        /// a password.
        secret: Field<String>,
        /// Whether it stands for a file of settings that is not committed, as its name says: `.env.example`.
        is_settings_example: bool,
        /// In a file of settings whether it gives a variable a value of its own: not empty, no placeholder, and not that
        /// of another one.
        gives_values: bool,
        /// In a file of settings the variables that it sets.
        settings: List<Setting>,
    }
    label(file) { file.path.0.clone() }
}

model! {
    /// What lies where in a service's directory.
    pub struct Layout as "layout" {
        /// The service's root, relative to the root of the run; `.` for that itself.
        root: PathText,
        /// The files, those of services further down left out.
        files: Files,
        /// The directories, relative to the root; those of services further down left out.
        directories: Directories,
        /// Whether the root has a `.dockerignore`, or a Dockerfile of it one of its own or one in the directory that it is
        /// built from.
        has_dockerignore: bool,
        /// The patterns of its `.dockerignore`.
        dockerignore: List<IgnorePattern>,
        /// Whether the root, or a directory above it, has a `.gitignore`.
        has_gitignore: bool,
        /// Answers for every path below the root, services further down included.
        tree: Subtree,
    }
    label(layout) { layout.root.0.clone() }
}

model! {
    /// What the repository holds as a whole, beside its services.
    pub struct RepoLayout as "repo" {
        /// Answers for every path of the repository; the files that it has of its own are no service's.
        tree: Subtree,
        /// The same, where the files of services are its own too.
        whole: Subtree,
        /// The files that are no service's.
        files: Files,
        /// All Markdown documents, those of services too.
        documents: Documents,
        /// All source text, that of services too.
        code: LazySource,
        /// The tools for development that the repository or one of its services names or configures.
        tools: Tools,
        /// The GitHub workflows.
        workflows: LateList<Workflow>,
        /// The jobs of all workflows.
        jobs: LateList<Job>,
        /// The steps of all jobs.
        steps: LateList<Step>,
        /// The Terraform modules.
        terraform_modules: LateList<Module>,
        /// The resources of all modules.
        terraform_resources: LateList<Resource>,
        /// The modules that modules call.
        terraform_calls: LateList<ModuleCall>,
        /// The variables of all modules.
        terraform_variables: LateList<Variable>,
        /// The outputs of all modules.
        terraform_outputs: LateList<Output>,
        /// The alert rules of Prometheus.
        alerts: LateList<Alert>,
        /// The configurations of Prometheus.
        prometheus_configs: LateList<PrometheusConfig>,
        /// The dashboards of Grafana.
        dashboards: LateList<Dashboard>,
        /// The hooks of pre-commit.
        hooks: LateList<Hook>,
        /// The repositories that those come from.
        hook_repositories: LateList<HookRepository>,
        /// The targets of Makefiles.
        make_targets: LateList<MakeTarget>,
        /// The entries of `CODEOWNERS`.
        code_owners: LateList<CodeOwner>,
        /// The configurations of Kong.
        gateways: LateList<Gateway>,
        /// The standards that the configuration of svclint names.
        declared_standards: LateList<DeclaredStandard>,
        /// The policies in Rego, tests left out.
        policies: LateList<RegoPolicy>,
        /// The submodules that `.gitmodules` declares.
        submodules: LateList<Submodule>,
        /// The services that are built in it.
        services: LateList<Member, Across>,
        /// The images that these are built on.
        base_images: LateList<BaseImage, Across>,
        /// The directories that Applications of Argo CD deploy.
        argo_sources: LateList<ArgoSource>,
    }
    with {
        /// What is read when a rule first asks for it.
        late: Arc<Late>,
        /// The packages that services import from one another.
        packages: Arc<Packages>,
    }
    label(_repo) { ".".to_owned() }
}

impl RepoLayout {
    /// Looks at all entries. `roots` are those of all services.
    #[must_use]
    pub fn new(texts: &LateTexts, roots: &[&str], late: &Arc<Late>, across: &Arc<Across>) -> Self {
        let sources = texts.sources();
        let all = Subtree::new(sources, ".", &[], None);
        let tree = Subtree::new(sources, ".", roots, None);
        let whole = Subtree::new(sources, ".", &[], None);
        let packages = Arc::<Packages>::default();
        Self {
            documents: Documents::new(texts, &all, None, all.at),
            code: LazySource::new(&all, &packages),
            tools: Dependencies::new(texts, &all, (".", false), all.at).tools(),
            at: tree.at,
            files: Files { tree: tree.clone(), made: OnceLock::new() },
            whole,
            tree,
            workflows: LateList::new(late, |late| &late.automation().workflows),
            jobs: LateList::new(late, |late| &late.automation().jobs),
            steps: LateList::new(late, |late| &late.automation().steps),
            terraform_modules: LateList::new(late, |late| &late.infrastructure().modules),
            terraform_resources: LateList::new(late, |late| &late.infrastructure().resources),
            terraform_calls: LateList::new(late, |late| &late.infrastructure().calls),
            terraform_variables: LateList::new(late, |late| &late.infrastructure().variables),
            terraform_outputs: LateList::new(late, |late| &late.infrastructure().outputs),
            alerts: LateList::new(late, |late| &late.monitoring().alerts),
            prometheus_configs: LateList::new(late, |late| &late.monitoring().configs),
            dashboards: LateList::new(late, |late| &late.monitoring().dashboards),
            hooks: LateList::new(late, |late| &late.tooling().hooks),
            hook_repositories: LateList::new(late, |late| &late.tooling().hook_repositories),
            make_targets: LateList::new(late, |late| &late.tooling().make_targets),
            code_owners: LateList::new(late, |late| &late.tooling().code_owners),
            gateways: LateList::new(late, |late| &late.tooling().gateways),
            services: LateList::new(across, Across::members),
            base_images: LateList::new(across, Across::base_images),
            declared_standards: LateList::new(late, |late| &late.tooling().declared_standards),
            policies: LateList::new(late, |late| &late.tooling().policies),
            submodules: LateList::new(late, |late| &late.tooling().submodules),
            argo_sources: LateList::new(late, Late::delivery),
            late: Arc::clone(late),
            packages,
        }
    }
}

impl Layout {
    /// Looks at the entries below `root`. `nested` are the roots of the services further down, whose files are theirs
    /// to list. The `.dockerignore` must have been read.
    #[must_use]
    pub fn new(sources: &Arc<Sources>, root: &str, nested: &[&str]) -> Self {
        let dockerignore = sources.find(&joined(root, ".dockerignore"));
        let dockerignore = dockerignore.filter(|id| sources.get(*id).kind == EntryKind::File);
        let tree = Subtree::new(sources, root, nested, dockerignore);
        let at = tree.at;
        Self {
            at,
            root: PathText(root.to_owned()),
            files: Files { tree: tree.clone(), made: OnceLock::new() },
            directories: Directories { tree: tree.clone(), made: OnceLock::new() },
            has_dockerignore: dockerignore.is_some(),
            dockerignore: dockerignore
                .map_or_else(|| List::empty(at), |id| ignore_patterns(id, sources.get(id).text())),
            has_gitignore: has_gitignore(sources, root),
            tree,
        }
    }
}

fn has_gitignore(sources: &Sources, root: &str) -> bool {
    let mut directory = root;
    loop {
        if sources.find(&joined(directory, ".gitignore")).is_some() {
            return true;
        }
        if directory == "." {
            return sources.has_gitignore_above();
        }
        directory = directory.rsplit_once('/').map_or(".", |(parent, _)| parent);
    }
}

/// The files of a service, made into values when a rule first asks for them.
#[derive(Clone, Debug)]
pub struct Files {
    tree: Subtree,
    made: OnceLock<List<RepoFile>>,
}

impl Files {
    /// The files, by path.
    pub fn list(&self) -> &List<RepoFile> {
        self.made.get_or_init(|| {
            let files = self.tree.own(EntryKind::File).map(|(id, entry, path)| repo_file(id, entry, path));
            List::new(files.collect(), self.tree.at)
        })
    }
}

impl Modelled for Files {
    const TYPE: Type = List::<RepoFile>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}

fn repo_file(id: FileId, entry: &SourceFile, path: &str) -> RepoFile {
    let at = Place::whole(id);
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => Field::known(extension.to_owned(), at),
        _ => Field::Absent(at),
    };
    let settings = settings(id, name, entry.kept_text());
    let is_settings_example = is_env_sample(name);
    RepoFile {
        at,
        path: PathText(path.to_owned()),
        name: name.to_owned(),
        extension,
        size: i64::try_from(entry.size()).unwrap_or(i64::MAX),
        is_empty: entry.size() == 0,
        is_test_data: is_test_data(path),
        secret: if is_settings_example { Field::Absent(at) } else { first_secret(id, &settings) },
        is_settings_example,
        gives_values: settings.iter().filter_map(|setting| setting.value.value()).any(|value| is_given(value)),
        settings,
        holds_private_key: holds_private_key(id, entry.kept_text()),
    }
}

/// Whether a path leads through a directory of files that stand for others.
pub(super) fn is_test_data(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|part| {
        let part = part.trim_start_matches('.').to_ascii_lowercase();
        TEST_DATA.contains(&part.as_str())
            || part.starts_with("test-")
            || part.starts_with("test_")
            || part.ends_with(".example")
    })
}

/// Characters of Base64 that make a key of what stands behind its first line.
const KEY_LENGTH: usize = 40;

/// Whether a text holds a private key in PEM form, and not only its first line, as comments and templates do.
fn holds_private_key(file: FileId, text: &str) -> Always<bool> {
    let key = text.match_indices("PRIVATE KEY-----").find_map(|(at, marker)| {
        let line = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let start = line + text.get(line..at)?.find("-----BEGIN ")?;
        let behind = text.get(at + marker.len()..).unwrap_or("").trim_start_matches(['\\', 'r', 'n']).trim_start();
        let is_encrypted = behind.starts_with("Proc-Type:");
        let key = behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        let is_key = is_encrypted || key.take(KEY_LENGTH).count() == KEY_LENGTH;
        is_key.then(|| Span::new(start, at + marker.len()))
    });
    match key {
        Some(span) => Always::known(true, Place { file, span }),
        None => Always::known(false, Place::whole(file)),
    }
}

/// How many variables of one file are looked at.
const SETTINGS: usize = 10_000;

/// The variables that a file of settings sets, in order. Other files have no text here.
fn settings(file: FileId, name: &str, text: &str) -> List<Setting> {
    let whole = Place::whole(file);
    if !is_settings(name) {
        return List::empty(whole);
    }
    let set = dotenv::parse(text).all.into_iter().take(SETTINGS).filter_map(|one| {
        // With a colon it may as well be YAML, and with dots the name of something else.
        let value = one.value.filter(|value| !value.has_colon)?;
        let is_name = one.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let at = Place { file, span: one.key_span };
        is_name.then(|| Setting { at, key: one.key.to_owned(), value: Field::known(value.text.into_owned(), at) })
    });
    List::new(set.collect(), whole)
}

/// The first variable of a file of settings that is given a secret.
fn first_secret(file: FileId, settings: &List<Setting>) -> Field<String> {
    let secret = settings.iter().find(|setting| {
        let value = setting.value.value().map_or("", String::as_str);
        // `BORG_PASSPHRASE=borg_passphrase` only says what belongs there.
        let is_its_name = setting.key.contains('_') && setting.key.eq_ignore_ascii_case(value);
        let is_secret = is_secret_key(&setting.key) && !is_its_name;
        is_literal(value) && (is_secret || has_url_credentials(value))
    });
    secret.map_or(Field::Absent(Place::whole(file)), |setting| Field::known(setting.key.clone(), setting.at))
}

/// Whether a value is written out: no placeholder, and not the value of another variable.
fn is_literal(value: &str) -> bool {
    !is_placeholder(value) && !value.starts_with('$')
}

/// Whether a value is one to run with: written out, a number such as `1` among them.
fn is_given(value: &str) -> bool {
    is_literal(value) || !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Directories of files that stand for others.
const TEST_DATA: &[&str] = &[
    "__fixtures__",
    "__tests__",
    "cypress",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "integration",
    "mock",
    "mocks",
    "perf",
    "playwright",
    "sample",
    "samples",
    "spec",
    "test",
    "testdata",
    "testing",
    "testresources",
    "tests",
];

/// The directories of a service, made into values when a rule first asks for them.
#[derive(Clone, Debug)]
pub struct Directories {
    tree: Subtree,
    made: OnceLock<List<Field<PathText>>>,
}

impl Directories {
    /// The directories, by path.
    pub fn list(&self) -> &List<Field<PathText>> {
        self.made.get_or_init(|| {
            let paths = self.tree.own(EntryKind::Directory);
            let fields = paths.map(|(id, _, path)| Field::known(PathText(path.to_owned()), Place::whole(id)));
            List::new(fields.collect(), self.tree.at)
        })
    }
}

impl Modelled for Directories {
    const TYPE: Type = List::<Field<PathText>>::TYPE;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::List(self.list()), self.tree.at.into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Layout, ignore_patterns};
    use crate::source::{EntryKind, FileId, SourceFile, Sources};

    fn sources() -> Arc<Sources> {
        let mut files: Vec<SourceFile> = [".", "api", "api/src", "api/tests", "api/worker"]
            .iter()
            .map(|path| SourceFile::new((*path).to_owned(), EntryKind::Directory))
            .collect();
        let paths = [".gitignore", "api-docs.md", "api/.dockerignore", "api/README.md", "api/src/main.py"];
        for path in paths.iter().chain(&["api/worker/.env"]) {
            files.push(SourceFile::new((*path).to_owned(), EntryKind::File).with_size(3));
        }
        files.push(SourceFile::new("api/empty.txt".to_owned(), EntryKind::File));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let sources = Sources::new(files);
        if let Some(id) = sources.find("api/.dockerignore") {
            sources.get(id).set_text("# local\n.env\r\n !keep.env\n\n".into());
        }
        Arc::new(sources)
    }

    #[test]
    fn a_service_lists_its_own_files_and_not_those_of_a_service_below() {
        let layout = Layout::new(&sources(), "api", &["api/worker"]);
        let files: Vec<&str> = layout.files.list().iter().map(|file| file.path.0.as_str()).collect();
        assert_eq!(files, [".dockerignore", "README.md", "empty.txt", "src/main.py"]);
        let directories: Vec<&str> = layout.directories.list().values().map(|path| path.0.as_str()).collect();
        assert_eq!(directories, ["src", "tests", "worker"]);
        assert!(layout.files.list().items[2].is_empty);
    }

    #[test]
    fn the_root_of_the_run_lists_everything_but_itself() {
        let layout = Layout::new(&sources(), ".", &[]);
        assert_eq!(layout.files.list().items.len(), 7);
        assert_eq!(layout.directories.list().items.len(), 4);
    }

    #[test]
    fn paths_are_found_in_their_exact_spelling() {
        let tree = Layout::new(&sources(), "api", &["api/worker"]).tree;
        assert!(tree.has_file("README.md") && tree.has_file("./README.md") && tree.has_file("worker/.env"));
        assert!(!tree.has_file("readme.md") && !tree.has_file("src") && !tree.has_file("../.gitignore"));
        assert_eq!(tree.other_spelling("readme.md"), Some("api/README.md"));
        assert!(tree.has_directory("src/") && tree.has_directory("."));
        assert!(tree.is_filled("src") && !tree.is_filled("tests") && !tree.is_filled("empty.txt"));
    }

    #[test]
    fn patterns_of_a_dockerignore_know_their_line() {
        let layout = Layout::new(&sources(), "api", &[]);
        let patterns: Vec<(&str, bool)> =
            layout.dockerignore.iter().map(|pattern| (pattern.pattern.as_str(), pattern.negated)).collect();
        assert_eq!(patterns, [(".env", false), ("keep.env", true)]);
        let text = "# local\n.env\r\n !keep.env\n";
        let places = ignore_patterns(FileId(0), text);
        assert_eq!(places.items[1].at.span.slice(text), "!keep.env");
        assert!(layout.has_dockerignore && layout.has_gitignore);
    }
}

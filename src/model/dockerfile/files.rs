//! What COPY and ADD bring in, and who owns the directories of a stage.

use super::accounts::Accounts;
use super::permissions;
use super::script::{Argument, Options, RunCommand};
use super::user::{self, User};
use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::Place;

model! {
    /// A COPY or ADD.
    pub struct Copy as "dockerfile.copy" {
        /// `COPY` or `ADD`.
        keyword: String,
        /// What is copied.
        sources: List<Field<String>>,
        /// Where to, as written.
        dest: Field<String>,
        /// Where to, as an absolute path.
        dest_resolved: Field<PathText>,
        /// The stage or image it is copied from.
        from: Field<String>,
        /// Whether `from` is a stage of this file.
        from_is_stage: bool,
        /// Index of that stage.
        from_stage_index: Option<i64>,
        /// Whether `from` names an earlier stage or looks like an image; `false` for a number or name that is neither.
        from_resolves: Field<bool>,
        /// Owner, as `--chown` has it.
        chown: Field<String>,
        /// Whether the owner is the user that the stage runs as.
        chown_is_user: Field<bool>,
        /// Whether its files belong to that user at the end of the stage, by `--chown` or a later `chown`.
        owned_by_user: Field<bool>,
        /// Mode, as `--chmod` has it.
        chmod: Field<String>,
        /// Whether every source is a dependency manifest, such as `requirements.txt` or `package.json`.
        is_manifest_only: bool,
        /// Whether it copies the whole build context.
        copies_whole_context: bool,
        /// Whether it copies a directory, as far as its name tells.
        copies_directory: bool,
        /// Whether a source is an address that is fetched.
        is_remote: bool,
        /// Whether it is an ADD that only does what COPY does: no address, no archive.
        is_plain_add: bool,
        /// Whether the files come from the build context, and not from a stage, an image or a heredoc.
        is_from_context: bool,
        /// Position in the stage.
        position: i64,
    }
    label(copy) {
        let sources: Vec<&str> = copy.sources.values().map(String::as_str).collect();
        format!("{} {}", copy.keyword, sources.join(" "))
    }
}

model! {
    /// A directory or file that a stage makes or hands to a user.
    pub struct Directory as "dockerfile.directory" {
        /// Its path.
        path: PathText,
        /// Whether an instruction makes it: `mkdir`, WORKDIR, COPY, `install -d`.
        created: bool,
        /// Its owner as the last `chown` or `--chown` has it.
        owner: Field<String>,
        /// Whether that is the user the stage runs as.
        owned_by_user: Field<bool>,
    }
    label(directory) { directory.path.0.clone() }
}

/// Where something that is copied comes to lie.
pub(super) struct Landing {
    /// The file, or the directory that others come into.
    pub path: String,
    pub is_directory: bool,
}

/// Where the sources of a COPY or ADD come to lie; nothing where its destination is not known.
pub(super) fn landings(copy: &Copy, sources: &[&str]) -> Vec<Landing> {
    let Some(PathText(dest)) = copy.dest_resolved.value() else { return Vec::new() };
    let into = copy.dest.value().is_some_and(|dest| dest.ends_with('/') || matches!(dest.as_str(), "." | "./"));
    let file = |source: &&&str| {
        let name = source.rsplit('/').next().unwrap_or(source);
        if into || sources.len() > 1 { join(dest, name) } else { dest.clone() }
    };
    let files = sources.iter().filter(|source| !is_directory(source));
    let mut out: Vec<Landing> =
        files.map(|source| Landing { path: file(&source), is_directory: false }).collect();
    if sources.iter().any(|source| is_directory(source)) {
        out.push(Landing { path: dest.clone(), is_directory: true });
    }
    out
}

/// The options of `install` that take a value.
pub(super) const INSTALL_VALUES: &[&str] = &["mode", "owner", "group", "target-directory", "suffix"];

/// The files and directories that an `install` makes (GNU coreutils, `install`).
pub(super) fn installed(options: &Options<'_>, workdir: &str) -> Vec<Field<String>> {
    let at = |word: &Argument| word.field().map(|path| join(workdir, &path));
    if options.has(&["d", "directory"]) {
        return options.operands.iter().map(|word| at(word)).collect();
    }
    let (into, sources) = match (options.value(&["t", "target-directory"]), options.operands.split_last()) {
        (Some(directory), _) => (directory, options.operands.as_slice()),
        // Of one file to a directory the name is not told apart from that of a file.
        (None, Some((last, [_]))) if !last.shown().ends_with('/') => return vec![at(last)],
        (None, Some((last, sources))) => (*last, sources),
        (None, None) => return Vec::new(),
    };
    let name = |word: &&Argument| {
        let source = word.field();
        let directory = into.field();
        match (source.value(), directory) {
            (Some(source), Field::Known(directory, _)) => {
                let name = source.rsplit('/').next().unwrap_or(source);
                Field::known(join(workdir, &format!("{directory}/{name}")), into.at)
            }
            (None, Field::Known(..)) => source,
            (_, directory) => directory,
        }
    };
    sources.iter().map(name).collect()
}

/// Something that makes a path or changes its owner.
#[derive(Clone, Debug)]
struct Event {
    path: String,
    owner: Option<(String, Place)>,
    creates: bool,
    /// Whether the path itself changes; where files come into a directory that is there, only what is below does.
    itself: bool,
    /// Whether what is below changes too.
    deep: bool,
    at: Place,
}

/// Who owns what, in the order of the instructions.
#[derive(Clone, Debug, Default)]
pub(super) struct Ownership {
    events: Vec<Event>,
    /// Owners of files that are chosen only when the image is built.
    of_unseen: Vec<(String, Place)>,
}

/// Events that are kept for one stage; a file with more is not a real one.
const MAX_EVENTS: usize = 2_000;

/// What is known of the owner of a path.
pub(super) enum Owner {
    /// The user with this text.
    Is(String),
    /// Nothing in the file makes it.
    NeverMade,
    /// It was made by root.
    Root,
}

impl Ownership {
    fn push(&mut self, event: Event) {
        if self.events.len() < MAX_EVENTS {
            self.events.push(event);
        }
    }

    /// Takes in something that replaces what was there.
    pub fn made(&mut self, path: String, owner: Option<(String, Place)>, at: Place) {
        self.push(Event { path, owner, creates: true, itself: true, deep: true, at });
    }

    /// Takes in files that come into a directory; one that is there already keeps its owner.
    pub fn filled(&mut self, path: String, owner: Option<(String, Place)>, at: Place) {
        let itself = !self.is_known(&path);
        self.push(Event { path, owner, creates: true, itself, deep: true, at });
    }

    /// Takes in an empty directory or file, which one that is there already stays as it is.
    pub fn made_empty(&mut self, path: String, owner: Option<(String, Place)>, at: Place) {
        if !self.is_known(&path) {
            let deep = owner.is_some();
            self.push(Event { path, owner, creates: true, itself: true, deep, at });
        }
    }

    fn is_known(&self, path: &str) -> bool {
        self.events.iter().any(|event| event.path == path)
    }

    /// Takes in `mkdir`, `touch`, `install`, `chown` and redirections; `runs_as` is who runs the command.
    pub fn take(&mut self, command: &RunCommand, workdir: &str, runs_as: Option<&str>) {
        let owner = runs_as.map(|user| (user.to_owned(), command.at));
        let path = |word: &Argument| word.value.as_deref().map(|path| join(workdir, path));
        for output in &command.outputs {
            if let Some(path) = path(output) {
                self.made_empty(path, owner.clone(), output.at);
            }
        }
        match command.name() {
            "mkdir" | "touch" => {
                let options = Options::read(command.arguments(), "mZdrt", &["mode"]);
                for word in &options.operands {
                    for path in word.value.iter().flat_map(|value| braces(value)) {
                        self.made_empty(join(workdir, &path), owner.clone(), word.at);
                    }
                }
            }
            "install" => {
                let options = Options::read(command.arguments(), "mogtST", INSTALL_VALUES);
                let given = options.value(&["o", "owner"]).map(|word| (word.shown().to_owned(), word.at));
                let owner = given.or(owner);
                for path in installed(&options, workdir) {
                    if let Some(known) = path.value() {
                        self.made(known.clone(), owner.clone(), path.place());
                    }
                }
            }
            "chown" => {
                let options = Options::read(command.arguments(), "", &["reference", "from"]);
                let Some((owner, paths)) = options.operands.split_first() else { return };
                // `:group` leaves the owner as it is.
                if owner.shown().starts_with(':') {
                    return;
                }
                let unseen = paths.iter().any(|word| word.value.is_none()) || paths.is_empty();
                if unseen && self.of_unseen.len() < MAX_EVENTS {
                    self.of_unseen.push((owner.shown().to_owned(), owner.at));
                }
                for word in paths {
                    for path in word.value.iter().flat_map(|value| braces(value)) {
                        let path = join(workdir, path.trim_end_matches("/*"));
                        let owner = Some((owner.shown().to_owned(), owner.at));
                        self.push(Event {
                            path,
                            owner,
                            creates: false,
                            itself: true,
                            deep: options.has(&["R", "recursive"]),
                            at: word.at,
                        });
                    }
                }
            }
            "find" | "xargs" => {
                for inner in permissions::run_by(command).iter().filter(|inner| inner.name() == "chown") {
                    let options = Options::read(inner.arguments(), "", &["reference", "from"]);
                    let owner = options.operands.first().filter(|owner| !owner.shown().starts_with(':'));
                    if self.of_unseen.len() < MAX_EVENTS {
                        self.of_unseen.extend(owner.map(|owner| (owner.shown().to_owned(), owner.at)));
                    }
                }
            }
            "useradd" | "adduser" => {
                let makes = command.name() == "adduser"
                    || command
                        .arguments()
                        .iter()
                        .any(|word| word.text.starts_with("-m") || word.text == "--create-home");
                if let (true, Some(name)) = (makes, command.words.last().and_then(|word| word.value.clone())) {
                    self.made(format!("/home/{name}"), Some((name, command.at)), command.at);
                }
            }
            _ => {}
        }
    }

    pub fn owner(&self, path: &str) -> Owner {
        let covers =
            |event: &&Event| (event.itself && event.path == path) || (event.deep && is_below(path, &event.path));
        let made = self.events.iter().any(|event| {
            event.creates && (event.path == path || is_below(path, &event.path) || is_below(&event.path, path))
        });
        match self.events.iter().rev().find(covers).and_then(|event| event.owner.clone()) {
            Some((owner, _)) => Owner::Is(owner),
            None if made => Owner::Root,
            None => Owner::NeverMade,
        }
    }

    /// Whether what a COPY or ADD brought belongs to the user in the end.
    pub fn of_copy(&self, copy: &Copy, user: Option<&User>, accounts: &Accounts) -> Field<bool> {
        let sources: Vec<&str> = copy.sources.values().map(String::as_str).collect();
        let as_copied = || match (&copy.chown, user) {
            (Field::Absent(_), Some(user)) => match user.is_root.value() {
                Some(is_root) => Field::known(*is_root, copy.at),
                None => user.is_root.clone(),
            },
            _ => copy.chown_is_user.clone(),
        };
        let belongs = |landing: Landing| {
            // What is in a directory, not the directory.
            let path = if landing.is_directory { join(&landing.path, "*") } else { landing.path };
            let covers =
                |event: &&Event| (event.itself && event.path == path) || (event.deep && is_below(&path, &event.path));
            let later = self.events.iter().rev().take_while(|event| event.at != copy.at);
            match later.filter(|event| !event.creates).find(covers).and_then(|event| event.owner.clone()) {
                Some((owner, at)) => user::is_owner(user, &Field::known(owner, at), accounts),
                None => as_copied(),
            }
        };
        let all: Vec<Field<bool>> = landings(copy, &sources).into_iter().map(belongs).collect();
        let worst = all.iter().find(|one| one.value() != Some(&true)).or(all.first()).cloned();
        let field = worst.unwrap_or_else(as_copied);
        let may = |owner: &(String, Place)| user.and_then(|user| user.owns(&owner.0, owner.1, accounts)) != Some(false);
        match self.of_unseen.iter().find(|owner| may(owner)) {
            Some((owner, at)) if field.value() == Some(&false) => {
                Field::unresolved(owner.as_str(), "which files this `chown` reaches is not known", *at)
            }
            _ => field,
        }
    }

    /// All paths with their last owner.
    pub fn directories(&self, user: Option<&User>, accounts: &Accounts) -> Vec<Directory> {
        let mut out: Vec<Directory> = Vec::new();
        for event in self.events.iter().take(200) {
            if out.iter().any(|known| known.path.0 == event.path) {
                continue;
            }
            let covering = |other: &&Event| {
                ((other.itself && other.path == event.path) || (other.deep && is_below(&event.path, &other.path)))
                    && (other.owner.is_some() || other.creates)
            };
            let owner = self.events.iter().rev().find(covering).and_then(|found| found.owner.clone());
            let by_user =
                owner.as_ref().map(|(owner, at)| match user.and_then(|user| user.owns(owner, *at, accounts)) {
                    Some(owns) => Field::known(owns, *at),
                    None => Field::unresolved(owner.as_str(), "the id of its owner is not known", *at),
                });
            let root_owned = || match user {
                Some(user) => user.is_root.clone().map(|is_root| is_root),
                None => Field::Absent(event.at),
            };
            out.push(Directory {
                at: event.at,
                path: PathText(event.path.clone()),
                created: self
                    .events
                    .iter()
                    .any(|other| other.creates && (other.path == event.path || is_below(&other.path, &event.path))),
                owner: owner.map_or(Field::Absent(event.at), |(owner, at)| Field::known(owner, at)),
                owned_by_user: by_user.unwrap_or_else(root_owned),
            });
        }
        out
    }
}

pub(super) fn is_below(path: &str, parent: &str) -> bool {
    parent == "/" || path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

/// `/a/{b,c}` as two paths, as bash does.
pub(super) fn braces(text: &str) -> Vec<String> {
    let parts = text.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    match parts {
        Some((head, (list, tail))) if list.contains(',') => {
            list.split(',').map(|item| format!("{head}{item}{tail}")).collect()
        }
        _ => vec![text.to_owned()],
    }
}

/// A path in a working directory, with `.` and `..` taken out.
pub(super) fn join(workdir: &str, path: &str) -> String {
    let full = if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[allow(clippy::case_sensitive_file_extension_comparisons)] // In lower case already.
/// Whether a file lists the dependencies of a project, or configures the tool that installs them.
pub(super) fn is_manifest(source: &str) -> bool {
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
    let lower = name.to_ascii_lowercase();
    let exact = [
        "yarn.lock",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "npm-shrinkwrap.json",
        "bun.lock",
        "bun.lockb",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".yarn",
        ".nvmrc",
        "lerna.json",
        "turbo.json",
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
        "setup.py",
        "setup.cfg",
        "environment.yml",
        "environment.yaml",
        "constraints.txt",
        ".python-version",
        "go.mod",
        "go.sum",
        "go.work",
        "go.work.sum",
        "cargo.toml",
        "cargo.lock",
        "gemfile",
        "gemfile.lock",
        ".ruby-version",
        "composer.json",
        "composer.lock",
        "pom.xml",
        "mvnw",
        ".mvn",
        "gradlew",
        "gradle.properties",
        "mix.exs",
        "mix.lock",
        "directory.build.props",
        "directory.packages.props",
        "nuget.config",
        "packages.lock.json",
        "global.json",
    ];
    exact.contains(&lower.as_str())
        || lower.contains("requirements")
        || lower.starts_with("package") && (lower.ends_with(".json") || lower.ends_with('*'))
        || lower.starts_with("pipfile")
        || lower.starts_with("gemfile")
        || lower.starts_with("build.gradle")
        || lower.starts_with("settings.gradle")
        || lower.ends_with(".csproj")
        || lower.ends_with(".fsproj")
        || lower.ends_with(".sln")
        || lower.ends_with(".gemspec")
        || lower == "gradle"
        || ["go.*", "yarn.*", "poetry.lock*", "cargo.*", "uv.lock*", "pnpm-lock*", "yarn.lock*", "package-lock*"]
            .contains(&lower.as_str())
}

pub(super) fn is_whole_context(source: &str) -> bool {
    matches!(source, "." | "./" | "/" | "*" | "./*" | "./." | "/*" | "/.")
}

/// Whether a source is a directory, as far as its name tells: no extension, and none of the files that have none.
pub(super) fn is_directory(source: &str) -> bool {
    if is_whole_context(source) || source.ends_with('/') {
        return true;
    }
    let name = source.rsplit('/').next().unwrap_or(source);
    let is_capital = name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'));
    let is_file = is_capital || name.ends_with("file") || name.contains("entrypoint") || is_manifest(source);
    !name.contains('.') && !is_file
}

pub(super) fn is_archive(source: &str) -> bool {
    let ends = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tar.*"];
    ends.iter().any(|end| source.ends_with(end))
}

pub(super) fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_directories_from_files() {
        for directory in [".", "src", "services/api", "app/", "./*"] {
            assert!(is_directory(directory), "{directory}");
        }
        for file in ["Makefile", "LICENSE", "main.py", "docker-entrypoint", "gradlew", "package*.json"] {
            assert!(!is_directory(file), "{file}");
        }
    }

    #[test]
    fn paths_are_joined_without_dots() {
        assert_eq!(join("/app", "./src/../dist/"), "/app/dist");
        assert_eq!(join("/app", "/etc"), "/etc");
        assert_eq!(join("/", "../.."), "/");
    }
}

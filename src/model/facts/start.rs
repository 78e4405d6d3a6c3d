//! Whether the image holds the file or module that its start command names.

use crate::model;
use crate::model::compose::ComposeService;
use crate::model::dockerfile::{Copy, Dockerfile, Stage};
use crate::model::value::{Field, List};
use crate::source::{EntryKind, Place, Sources};

model! {
    /// Something that the image starts and does not hold. Where it may come from elsewhere, such as another stage, a
    /// build step or the base image, nothing is told.
    pub struct StartGap as "service.start_gap" {
        /// What the command names: `app.main`, `server.js`.
        named: String,
        /// Where it would have to be in the image.
        path: String,
        /// A file of the build context that has this name, if there is one.
        like: Field<String>,
    }
    label(gap) { gap.named.clone() }
}

/// What a command starts.
struct Started<'s> {
    named: &'s str,
    at: Place,
    /// Whether it is a module of Python, which has dots for slashes.
    is_module: bool,
}

/// What a COPY has to do with a path of the image.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Held {
    /// It brings the path.
    Brought,
    /// It fills a directory above the path, and what it copies has no such file.
    Lacking,
    /// It may bring the path.
    Open,
    /// It fills other directories.
    Elsewhere,
}

/// Options of interpreters that are followed by a value.
const WITH_VALUE: &[&str] = &["-W", "-X", "-r", "--import", "--loader", "--require"];

/// Programs that import an application from a module, given as `module:name`.
const SERVERS: &[&str] = &["daphne", "gunicorn", "hypercorn", "uvicorn"];

/// Directories that builds fill.
const BUILT: &[&str] = &[".next", "bin", "build", "dist", "lib", "out", "target"];

/// Words of commands that make or fetch files which no COPY names.
const MAKERS: &[&str] = &[
    ".",
    "-e",
    "--editable",
    "build",
    "bundle",
    "clone",
    "compile",
    "cp",
    "curl",
    "esbuild",
    "install-package",
    "ln",
    "make",
    "mv",
    "rollup",
    "rsync",
    "swc",
    "sync",
    "tar",
    "tsc",
    "unzip",
    "vite",
    "webpack",
    "wget",
];

/// What the image of a service starts and does not hold.
pub(in crate::model) fn gaps(
    dockerfile: Option<&Dockerfile>,
    compose: &[&ComposeService],
    sources: &Sources,
    at: Place,
) -> List<StartGap> {
    let gap = dockerfile.and_then(|dockerfile| gap(dockerfile, compose, sources));
    List::new(gap.into_iter().collect(), at)
}

fn gap(dockerfile: &Dockerfile, compose: &[&ComposeService], sources: &Sources) -> Option<StartGap> {
    let stage = dockerfile.final_stage.as_ref()?;
    let started = started(stage)?;
    let workdir = &stage.workdir.value()?.0;
    let looks_elsewhere = stage.env.iter().any(|env| matches!(env.key.as_str(), "PYTHONPATH" | "NODE_PATH"));
    let lineage = lineage(dockerfile, stage);
    if looks_elsewhere
        || stage.base_is_official.value() != Some(&true)
        || lineage.iter().any(|stage| makes_files(stage))
    {
        return None;
    }
    let paths = started.paths(workdir);
    let context = context(dockerfile, compose)?;
    let copies = || lineage.iter().flat_map(|stage| &stage.copies);
    let held: Vec<Held> =
        paths.iter().flat_map(|path| copies().map(|copy| held(copy, path, &context, sources))).collect();
    if held.contains(&Held::Brought) || held.contains(&Held::Open) || !held.contains(&Held::Lacking) {
        return None;
    }
    let path = paths.first()?;
    let like = like(path, &context, sources);
    // A module that no file here is like may come with a package.
    if started.is_module && like.is_none() {
        return None;
    }
    let at = started.at;
    let like = like.map_or(Field::Absent(at), |path| Field::known(path, at));
    Some(StartGap { at, named: started.named.to_owned(), path: path.clone(), like })
}

/// The file or module that a stage starts with an interpreter or a server of Python applications.
fn started(stage: &Stage) -> Option<Started<'_>> {
    let start = stage.start.value()?;
    let mut words = start.words.iter();
    let main = start.main_program.value()?;
    words.find(|word| word.value().is_some_and(|word| word.rsplit('/').next() == Some(main)))?;
    let is_python = main.starts_with("python");
    let is_server = SERVERS.contains(&main.as_str());
    if !is_python && !is_server && main != "node" {
        return None;
    }
    let mut is_module = false;
    loop {
        let word = words.next()?;
        let (text, at) = (word.value()?.as_str(), word.place());
        if is_server {
            // Any option may say where to look.
            if matches!(text, "--app-dir" | "--chdir" | "--pythonpath" | "-c" | "--config") {
                return None;
            }
            if let Some((module, _)) = text.split_once(':').filter(|(module, _)| is_name(module)) {
                return Some(Started { named: module, at, is_module: true });
            }
        } else if is_python && text == "-m" {
            is_module = true;
        } else if matches!(text, "-c" | "-e" | "--eval" | "-p") {
            return None;
        } else if WITH_VALUE.contains(&text) {
            words.next()?;
        } else if !text.starts_with('-') {
            let is_plain = if is_module { is_name(text) } else { !text.contains(['$', '*', ' ']) };
            return is_plain.then_some(Started { named: text, at, is_module });
        }
    }
}

/// Whether a text is the name of a module.
fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

impl Started<'_> {
    /// The files of the image, any of which would do.
    fn paths(&self, workdir: &str) -> Vec<String> {
        let within = |path: &str| {
            let path = path.strip_prefix("./").unwrap_or(path);
            if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", workdir.trim_end_matches('/')) }
        };
        if self.is_module {
            let module = within(&self.named.replace('.', "/"));
            ["", "/__main__", "/__init__"].map(|end| format!("{module}{end}.py")).into()
        } else {
            // Node.js adds the ending, or takes the directory's index (Node.js, "Modules: CommonJS modules").
            let file = within(self.named);
            ["", ".js", ".mjs", ".cjs", "/index.js", "/__main__.py"].map(|end| format!("{file}{end}")).into()
        }
    }
}

/// The stage and those it is built from.
fn lineage<'d>(dockerfile: &'d Dockerfile, stage: &'d Stage) -> Vec<&'d Stage> {
    let mut out = vec![stage];
    while let Some(index) = out.last().and_then(|stage| stage.base_stage_index)
        && let Some(base) = dockerfile.stages.iter().find(|stage| stage.index == index)
        && out.len() <= dockerfile.stages.items.len()
    {
        out.push(base);
    }
    out
}

/// Whether commands of a stage make, move or fetch files, or install the service as a package.
fn makes_files(stage: &Stage) -> bool {
    let mut words = stage.run_commands.iter().flat_map(|command| &command.words);
    words.any(|word| {
        word.value().is_none_or(|word| word.split([':', '/']).next().is_some_and(|word| MAKERS.contains(&word)))
    })
}

/// The build context, relative to the root of the run; `None` where compose services do not agree on it.
fn context(dockerfile: &Dockerfile, compose: &[&ComposeService]) -> Option<String> {
    let builds = compose.iter().filter_map(|service| service.build.value());
    let mut builds = builds.filter(|build| build.dockerfile_path.value() == Some(&dockerfile.path));
    let Some(first) = builds.next() else {
        let directory = dockerfile.path.0.rsplit_once('/').map_or(".", |(directory, _)| directory);
        return Some(directory.to_owned());
    };
    let context = first.context_path.value()?;
    builds.all(|build| build.context_path.value() == Some(context)).then(|| context.0.clone())
}

/// A path of the context, relative to the root of the run.
fn joined(context: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_matches('/');
    match (context, path) {
        (context, "" | ".") => context.to_owned(),
        (".", path) => path.to_owned(),
        (context, path) => format!("{context}/{path}"),
    }
}

fn held(copy: &Copy, path: &str, context: &str, sources: &Sources) -> Held {
    let Some(dest) = copy.dest_resolved.value() else { return Held::Open };
    let dest = dest.0.trim_end_matches('/');
    let Some(rest) = path.strip_prefix(dest).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
        return Held::Elsewhere;
    };
    if !copy.is_from_context || copy.is_remote {
        return Held::Open;
    }
    let rest = rest.trim_start_matches('/');
    let of = copy.sources.iter().map(|source| {
        let Some(source) = source.value().filter(|source| !source.contains(['?', '[', '$'])) else {
            return Held::Open;
        };
        if let Some((start, end)) = source.trim_start_matches("./").split_once('*') {
            let name = rest.split('/').next().unwrap_or(rest);
            let may_be = end.contains(['*', '/']) || (name.starts_with(start) && name.ends_with(end));
            return if may_be { Held::Open } else { Held::Elsewhere };
        }
        let full = joined(context, source);
        let Some(id) = sources.find(&full) else { return Held::Open };
        if sources.get(id).kind == EntryKind::File {
            let name = full.rsplit('/').next().unwrap_or(&full);
            return match rest {
                "" => Held::Brought,
                rest if rest == name => Held::Brought,
                rest if rest.contains('/') || copy.is_manifest_only => Held::Elsewhere,
                _ => Held::Lacking,
            };
        }
        let is_built = rest.split('/').any(|part| BUILT.contains(&part));
        match sources.find(&joined(&full, rest)).map(|id| sources.get(id).kind) {
            Some(EntryKind::File) => Held::Brought,
            _ if is_built || sources.below(&full).is_empty() => Held::Open,
            _ => Held::Lacking,
        }
    });
    let all: Vec<Held> = of.collect();
    [Held::Brought, Held::Open, Held::Lacking].into_iter().find(|held| all.contains(held)).unwrap_or(Held::Elsewhere)
}

/// A file of the context with the same name, the least deep one.
fn like(path: &str, context: &str, sources: &Sources) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let files = sources.entries().get(sources.below(context))?.iter();
    let files = files.filter(|file| file.kind == EntryKind::File && file.path.rsplit('/').next() == Some(name));
    files.map(|file| &file.path).min_by_key(|path| (path.matches('/').count(), path.len())).cloned()
}

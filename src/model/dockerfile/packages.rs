//! Package managers in RUN: what they are asked to do and what they install.

use std::collections::BTreeSet;

use super::managers::{MANAGERS, Manager, manager};
use super::script::{Argument, Options, RunCommand};
use crate::model;
use crate::model::value::{Field, List};

model! {
    /// A package that a RUN installs.
    pub struct InstalledPackage as "dockerfile.package" {
        /// The package manager, such as `apt-get`.
        manager: String,
        /// Name of the package.
        name: Field<String>,
        /// The version asked for.
        version: Field<String>,
        /// Whether exactly one version fits what is asked for.
        pinned: bool,
        /// Whether a later RUN, or the same, removes it again.
        removed: bool,
        /// Position of the RUN in its stage.
        position: i64,
    }
    with {
        /// The group of `apk add --virtual`.
        group: Option<String>,
    }
    label(package) { package.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A call of a package manager.
    pub struct PackageCommand as "dockerfile.package_command" in Command {
        /// The package manager: `apt-get`, `apk`, `pip`, `npm`, ….
        manager: String,
        /// What it is told to do, such as `install`.
        subcommand: Field<String>,
        /// Its options, values of `--name=value` included.
        flags: List<Field<String>> as "flags",
        /// Whether it installs something.
        installs: bool,
        /// Whether it installs what a manifest such as `requirements.txt` or `package.json` lists.
        installs_manifest: bool,
        /// Whether an option leaves development dependencies out.
        production_only: bool,
        /// Names of the packages it is told to install.
        packages: List<Field<String>>,
        /// Names of those of them that more than one version fits.
        unpinned: List<Field<String>>,
        /// Whether its RUN has `--mount=type=cache`.
        has_cache_mount: bool,
        /// Whether it leaves no download cache in the layer: by an option, a variable, a cache mount or by deleting it.
        no_cache: bool,
        /// Whether the same RUN deletes the lists or the cache of the package manager.
        cleans_up: bool,
        /// Whether it runs as another user than root.
        after_user: Field<bool>,
        /// Position of the RUN in its stage.
        position: i64,
        /// The whole command.
        text: String,
    }
    label(command) { command.text.clone() }
}

/// Whether a command is one of an operating system's package managers.
pub(super) fn is_system_manager(command: &RunCommand) -> bool {
    manager(command).is_some_and(|(manager, _, _)| manager.system) || matches!(command.name(), "dpkg" | "rpm")
}

/// What is known of the RUN that a command stands in.
pub(super) struct Surroundings {
    /// Package managers whose leftovers one of its commands deletes.
    pub cleaned: BTreeSet<&'static str>,
    pub has_cache_mount: bool,
    /// Package managers whose cache a variable such as `PIP_NO_CACHE_DIR` switches off.
    pub uncached: BTreeSet<&'static str>,
    pub after_user: Field<bool>,
}

/// Reads a call of a package manager and what it installs.
pub(super) fn read(command: &RunCommand, around: &Surroundings) -> Option<(PackageCommand, Vec<InstalledPackage>)> {
    let (manager, name, arguments) = manager(command)?;
    let options = Options::read(arguments, manager.letters, manager.valued);
    let mut operands = options.operands.iter().copied();
    let pacman = manager.name == "pacman";
    let subcommand = if pacman { arguments.first() } else { operands.next() };
    let mut word = subcommand.map_or("", Argument::shown);
    if matches!(manager.name, "yarn" | "composer") && word == "global" {
        word = operands.next().map_or("", Argument::shown);
    }
    let installs = manager.install.contains(&word)
        || (pacman && word.starts_with("-S"))
        || (manager.name == "yarn" && word.is_empty());
    let operands: Vec<&Argument> = operands.collect();
    let group =
        options.value(&["t", "virtual"]).filter(|_| manager.name == "apk").map(|group| group.shown().to_owned());
    let packages: Vec<InstalledPackage> = if installs {
        let named = operands.iter().filter(|word| !word.shown().is_empty() && !is_path(word.shown()));
        named.map(|word| package(manager, &name, word, &options, command, group.clone())).collect()
    } else {
        Vec::new()
    };
    let cleans_up = around.cleaned.contains(manager.name);
    let by_option = match manager.name {
        "pip" => options.has(&["no-cache-dir", "no-cache"]),
        "apk" | "composer" | "poetry" | "uv" => options.has(&["no-cache"]),
        _ => false,
    } || around.uncached.contains(manager.name);
    let is_constrained = manager.name == "pip" && options.has(&["c", "constraint"]);
    let loose = packages.iter().filter(|package| !package.pinned && !is_constrained);
    let unpinned = loose.map(|package| package.name.clone()).collect();
    let flags = arguments.iter().filter(|word| word.text.starts_with('-') && word.text != "-");
    let call = PackageCommand {
        at: command.at,
        installs_manifest: installs && installs_manifest(manager.name, word, &options, &operands)
            || fetches_manifest(manager.name, word, &operands),
        production_only: is_production_only(arguments),
        manager: name,
        subcommand: subcommand.map_or(Field::Absent(command.at), Argument::field),
        // Options are written behind what it is told to do.
        flags: List::new(flags.map(Argument::field).collect(), subcommand.map_or(command.at, |word| word.at)),
        installs,
        packages: List::new(packages.iter().map(|package| package.name.clone()).collect(), command.at),
        unpinned: List::new(unpinned, command.at),
        has_cache_mount: around.has_cache_mount,
        no_cache: by_option || around.has_cache_mount || cleans_up,
        cleans_up,
        after_user: match &around.after_user {
            // The command is what has to move.
            Field::Known(after, _) => Field::known(*after, command.at),
            other => other.clone(),
        },
        position: i64::try_from(command.position).unwrap_or(i64::MAX),
        text: command.text(),
    };
    Some((call, packages))
}

/// Options of npm, yarn, pnpm and Composer that leave development dependencies out.
fn is_production_only(arguments: &[Argument]) -> bool {
    let words: Vec<&str> = arguments.iter().map(Argument::shown).collect();
    let alone =
        ["--only=production", "--only=prod", "--omit=dev", "--production", "--production=true", "--prod", "--no-dev"];
    let pairs = [["--omit", "dev"], ["--only", "production"], ["--only", "prod"]];
    words.iter().any(|word| alone.contains(word))
        || words.windows(2).any(|pair| pairs.iter().any(|known| pair == known))
}

/// Marks packages that a command removes.
pub(super) fn remove(command: &RunCommand, packages: &mut [InstalledPackage]) {
    let Some((manager, _, arguments)) = manager(command).filter(|(manager, _, _)| manager.system) else { return };
    let options = Options::read(arguments, manager.letters, manager.valued);
    let Some((verb, names)) = options.operands.split_first() else { return };
    if !matches!(verb.shown(), "remove" | "purge" | "del" | "erase" | "autoremove") {
        return;
    }
    for package in packages {
        let is_named = |name: &&&Argument| {
            let shown = name.shown();
            package.group.as_deref() == Some(shown) || package.name.value().is_some_and(|known| known == shown)
        };
        package.removed |= names.iter().any(|name| is_named(&name));
    }
}

fn package(
    manager: &Manager,
    name: &str,
    word: &Argument,
    options: &Options<'_>,
    command: &RunCommand,
    group: Option<String>,
) -> InstalledPackage {
    let shown = word.shown();
    let (package, version) = split_version(manager.name, shown);
    let version = version.or_else(|| match manager.name {
        "gem" => options.value(&["v", "version"]).map(Argument::shown),
        "cargo" => options.value(&["version", "rev", "tag"]).map(Argument::shown),
        _ => None,
    });
    let pinned = version.is_some_and(|version| is_exact(manager.name, version));
    let is_known = word.value.is_some() || !package.contains(['$', '`']);
    let at = word.at;
    InstalledPackage {
        at,
        manager: name.to_owned(),
        name: if is_known { Field::known(package.to_owned(), at) } else { word.field() },
        version: match version {
            Some("") => Field::unresolved(shown, "it is filled in when the image is built", at),
            Some(version) if version.contains(['$', '`']) => {
                Field::unresolved(version, "it is filled in when the image is built", at)
            }
            Some(version) => Field::known(version.to_owned(), at),
            None if is_known => Field::Absent(at),
            None => Field::unresolved(shown, "it is filled in when the image is built", at),
        },
        pinned,
        removed: false,
        position: i64::try_from(command.position).unwrap_or(i64::MAX),
        group,
    }
}

/// Name and version of `name=version` in the spelling of a package manager. An operator other than equality stays
/// with the version.
fn split_version<'w>(manager: &str, word: &'w str) -> (&'w str, Option<&'w str>) {
    let at = |found: Option<usize>, skip: usize| match found {
        Some(found) if found > 0 => (word.get(..found).unwrap_or(word), word.get(found + skip..)),
        _ => (word, None),
    };
    match manager {
        "apt-get" | "conda" => at(word.find('='), 1),
        "apk" => {
            let found = word.find(['=', '~', '>', '<', '@']);
            let is_equal = found.is_some_and(|found| word.get(found..).is_some_and(|rest| rest.starts_with('=')));
            at(found, usize::from(is_equal))
        }
        "pip" => {
            let (name, version) = match word.find("==") {
                Some(found) => {
                    (word.get(..found).unwrap_or(word), word.get(found + 2..).map(|v| v.trim_start_matches('=')))
                }
                None => at(word.find(['<', '>', '~', '!', '@', ';']), 0),
            };
            (name.split('[').next().unwrap_or(name).trim(), version)
        }
        "npm" | "yarn" | "pnpm" | "go" | "cargo" => at(word.rfind('@'), 1),
        "composer" | "gem" => at(word.find(':'), 1),
        // `name-1.2.3`: a version starts at the first dash before a digit.
        "yum" => at(
            word.match_indices('-')
                .find(|(at, _)| word.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit))
                .map(|(at, _)| at),
            1,
        ),
        _ => (word, None),
    }
}

fn is_exact(manager: &str, version: &str) -> bool {
    if version.is_empty() || version.starts_with(['<', '>', '~', '!', '^', '@', ';']) {
        // A fuzzy match of apk keeps to one line of versions, and pip's `@` is an address.
        return (manager == "apk" && version.starts_with('~')) || (manager == "pip" && version.starts_with('@'));
    }
    let moving = ["latest", "next", "lts", "stable", "master", "main", "*"];
    !moving.contains(&version) && (!version.contains('*') || manager == "apt-get")
}

fn is_path(word: &str) -> bool {
    matches!(word, "." | "..")
        || word.starts_with(['.', '/', '~'])
        || word.contains("://")
        || [".whl", ".deb", ".rpm", ".tar.gz", ".tgz", ".zip", ".apk", ".gem"].iter().any(|end| word.ends_with(end))
        || word.starts_with("git+")
}

fn installs_manifest(manager: &str, verb: &str, options: &Options<'_>, operands: &[&Argument]) -> bool {
    match manager {
        "pip" => {
            options.has(&["r", "requirement", "e", "editable", "group"])
                || operands.iter().any(|word| matches!(word.shown(), "." | "./") || word.shown().starts_with(".["))
        }
        "npm" | "pnpm" => operands.is_empty() && !options.has(&["g", "global"]),
        "yarn" | "bundle" | "composer" | "poetry" | "pipenv" | "uv" => operands.is_empty() && verb != "add",
        _ => false,
    }
}

fn fetches_manifest(manager: &str, verb: &str, operands: &[&Argument]) -> bool {
    match manager {
        "go" => verb == "mod" && operands.first().is_some_and(|word| word.shown() == "download"),
        "cargo" => matches!(verb, "fetch" | "chef"),
        _ => false,
    }
}

/// The package managers whose leftovers a RUN deletes. Lists that it fetches after that are left.
pub(super) fn cleaned(commands: &[RunCommand]) -> BTreeSet<&'static str> {
    let mut cleaned = BTreeSet::new();
    for command in commands {
        cleaned.extend(MANAGERS.iter().map(|manager| manager.name).filter(|name| cleans(name, command)));
        if let Some(name) = fetches_lists(command) {
            cleaned.remove(name);
        }
    }
    cleaned
}

/// The package manager whose lists a command fetches: apt does so by `update` alone, dnf with each installation.
fn fetches_lists(command: &RunCommand) -> Option<&'static str> {
    let (manager, _, arguments) = manager(command)?;
    let options = Options::read(arguments, manager.letters, manager.valued);
    let verb = options.operands.first().map_or("", |word| word.shown());
    let fetches = match manager.name {
        "apt-get" => verb == "update",
        "yum" => verb == "makecache" || manager.install.contains(&verb),
        _ => false,
    };
    fetches.then_some(manager.name)
}

/// Whether a command deletes what a package manager leaves behind.
fn cleans(manager: &str, command: &RunCommand) -> bool {
    let deletes = |path: &str| {
        matches!(command.name(), "rm" | "find") && command.arguments().iter().any(|word| word.shown().contains(path))
    };
    let above = ["/var/lib", "/var/lib/*", "/var/lib/apt", "/var/lib/apt/*"];
    let deletes_above = command.name() == "rm"
        && command.arguments().iter().any(|word| above.contains(&word.shown().trim_end_matches('/')));
    let verb = command.arguments().iter().find(|word| !word.text.starts_with('-')).map_or("", Argument::shown);
    match manager {
        "apt-get" => deletes("/var/lib/apt/lists") || deletes_above,
        "apk" => deletes("/var/cache/apk"),
        "yum" => {
            deletes("/var/cache/yum")
                || deletes("/var/cache/dnf")
                || (matches!(command.name(), "yum" | "dnf" | "microdnf" | "tdnf") && verb == "clean")
        }
        "zypper" => command.name() == "zypper" && matches!(verb, "clean" | "cc"),
        "npm" | "yarn" | "pnpm" => {
            command.name() == manager && matches!(verb, "cache" | "store") || deletes(".npm") || deletes("/yarn")
        }
        "pip" => deletes(".cache") || (command.name().starts_with("pip") && verb == "cache"),
        "conda" => matches!(command.name(), "conda" | "mamba" | "micromamba") && verb == "clean",
        _ => false,
    }
}

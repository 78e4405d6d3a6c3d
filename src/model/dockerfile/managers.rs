//! The package managers that a RUN may call, and how each writes things.

use super::script::{Argument, RunCommand};

/// How one package manager writes things.
pub(super) struct Manager {
    /// What it is called, in its first spelling.
    pub name: &'static str,
    /// What it installs by.
    pub install: &'static [&'static str],
    /// Options of one letter that take a value.
    pub letters: &'static str,
    /// Options of a word that take a value.
    pub valued: &'static [&'static str],
    /// Whether it is one of the operating system.
    pub system: bool,
}

const PIP: Manager = Manager {
    name: "pip",
    install: &["install"],
    letters: "rcieft",
    valued: &[
        "requirement",
        "constraint",
        "index-url",
        "extra-index-url",
        "find-links",
        "target",
        "prefix",
        "root",
        "editable",
        "trusted-host",
        "timeout",
        "proxy",
        "cache-dir",
        "progress-bar",
        "platform",
        "python-version",
        "src",
        "retries",
        "only-binary",
        "no-binary",
        "upgrade-strategy",
        "python",
        "log",
        "use-feature",
        "group",
        "report",
    ],
    system: false,
};

/// Those that are known besides pip.
pub(super) const MANAGERS: &[Manager] = &[
    Manager {
        name: "apt-get",
        install: &["install"],
        letters: "toca",
        valued: &["target-release", "option", "config-file", "default-release"],
        system: true,
    },
    Manager {
        name: "apk",
        install: &["add"],
        letters: "tXp",
        valued: &["virtual", "repository", "root", "repositories-file", "keys-dir", "arch", "cache-dir", "wait"],
        system: true,
    },
    Manager {
        name: "yum",
        install: &["install", "localinstall", "groupinstall", "reinstall"],
        letters: "cxdR",
        valued: &["enablerepo", "disablerepo", "exclude", "setopt", "releasever", "installroot", "repo"],
        system: true,
    },
    Manager {
        name: "zypper",
        install: &["install", "in"],
        letters: "rt",
        valued: &["repo", "type", "from"],
        system: true,
    },
    Manager { name: "pacman", install: &["-S"], letters: "", valued: &[], system: true },
    PIP,
    Manager {
        name: "npm",
        install: &["install", "i", "add", "ci", "clean-install", "install-test"],
        letters: "C",
        valued: &["prefix", "registry", "loglevel", "cache", "omit", "include", "only", "workspace"],
        system: false,
    },
    Manager {
        name: "yarn",
        install: &["install", "add", ""],
        letters: "",
        valued: &["cwd", "cache-folder", "registry", "network-timeout"],
        system: false,
    },
    Manager {
        name: "pnpm",
        install: &["install", "i", "add"],
        letters: "C",
        valued: &["dir", "filter", "store-dir", "registry"],
        system: false,
    },
    Manager {
        name: "gem",
        install: &["install"],
        letters: "vi",
        valued: &["version", "install-dir", "source"],
        system: false,
    },
    Manager {
        name: "bundle",
        install: &["install", ""],
        letters: "j",
        valued: &["jobs", "without", "path", "retry"],
        system: false,
    },
    Manager { name: "go", install: &["install", "get"], letters: "", valued: &[], system: false },
    Manager {
        name: "cargo",
        install: &["install"],
        letters: "",
        valued: &["version", "git", "path", "root", "features", "target", "branch", "tag", "rev"],
        system: false,
    },
    Manager {
        name: "composer",
        install: &["install", "require"],
        letters: "d",
        valued: &["working-dir"],
        system: false,
    },
    Manager {
        name: "poetry",
        install: &["install", "add", "sync"],
        letters: "EC",
        valued: &["extras", "only", "without", "with", "directory"],
        system: false,
    },
    Manager { name: "pipenv", install: &["install", "sync"], letters: "", valued: &["python"], system: false },
    Manager {
        name: "uv",
        install: &["sync", "add"],
        letters: "pP",
        valued: &[
            "python",
            "extra",
            "no-extra",
            "group",
            "no-group",
            "only-group",
            "directory",
            "project",
            "package",
            "link-mode",
            "refresh-package",
            "upgrade-package",
            "reinstall-package",
            "no-install-package",
            "no-build-package",
            "no-binary-package",
            "index",
            "default-index",
            "cache-dir",
            "config-file",
        ],
        system: false,
    },
    Manager {
        name: "conda",
        install: &["install", "create"],
        letters: "cnp",
        valued: &["channel", "name", "prefix", "file"],
        system: false,
    },
];

/// The package manager that a command calls, and its arguments.
pub(super) fn manager(command: &RunCommand) -> Option<(&'static Manager, String, &[Argument])> {
    let name = command.name();
    let rest = command.arguments();
    let text = |index: usize| rest.get(index).map_or("", Argument::shown);
    let is_python =
        |name: &str| name.starts_with("python") && name.chars().skip(6).all(|c| c.is_ascii_digit() || c == '.');
    let is_pip = |name: &str| name.starts_with("pip") && name.chars().skip(3).all(|c| c.is_ascii_digit() || c == '.');
    if is_pip(name) {
        return Some((&PIP, "pip".to_owned(), rest));
    }
    if is_python(name) {
        let module = rest.iter().position(|word| word.text == "-m")?;
        return is_pip(text(module + 1)).then(|| (&PIP, "pip".to_owned(), rest.get(module + 2..).unwrap_or(&[])));
    }
    if name == "uv" && text(0) == "pip" {
        return Some((&PIP, "pip".to_owned(), rest.get(1..).unwrap_or(&[])));
    }
    let canonical = match name {
        "apt" | "aptitude" => "apt-get",
        "dnf" | "microdnf" | "tdnf" => "yum",
        "mamba" | "micromamba" => "conda",
        "bundler" => "bundle",
        other => other,
    };
    MANAGERS.iter().find(|manager| manager.name == canonical).map(|manager| (manager, name.to_owned(), rest))
}

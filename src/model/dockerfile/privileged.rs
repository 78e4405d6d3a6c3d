//! What a stage still does that needs root after it has switched to another user.

use super::accounts::Accounts;
use super::files::{Owner, Ownership, join};
use super::packages;
use super::script::{Options, RunCommand};
use super::user::User;
use crate::model::value::Field;
use crate::source::Place;
use crate::{model, words};

words! {
    /// Why something needs root.
    pub enum PrivilegedKind {
        /// USER goes back to root.
        UserRoot = "user-root",
        /// A package manager of the operating system.
        Packages = "packages",
        /// `useradd`, `groupadd` and the like.
        Accounts = "accounts",
        /// `chown`.
        Chown = "chown",
        /// `chmod` of something that the user does not own.
        Chmod = "chmod",
    }
}

model! {
    /// Something that needs root and comes after the switch to another user.
    pub struct PrivilegedStep as "dockerfile.privileged_step" {
        /// Why it needs root.
        kind: PrivilegedKind,
        /// The command or instruction.
        text: String,
        /// The path, for `chmod`.
        path: Field<String>,
        /// Whether it needs root for certain.
        needs_root: Field<bool>,
    }
    label(step) { step.text.clone() }
}

/// What a command that runs as `user` does that only root may.
pub(super) fn of_command(
    command: &RunCommand,
    user: &User,
    ownership: &Ownership,
    accounts: &Accounts,
    workdir: &str,
) -> Vec<PrivilegedStep> {
    let step = |kind: PrivilegedKind, path: Field<String>, needs_root: Field<bool>| PrivilegedStep {
        at: command.at,
        kind,
        text: command.text(),
        path,
        needs_root,
    };
    let certain = |kind| vec![step(kind, Field::Absent(command.at), Field::known(true, command.at))];
    if packages::is_system_manager(command) {
        return certain(PrivilegedKind::Packages);
    }
    match command.name() {
        "useradd" | "adduser" | "groupadd" | "addgroup" | "usermod" | "groupmod" | "userdel" | "deluser"
        | "chpasswd" => certain(PrivilegedKind::Accounts),
        "chown" if keeps_owner(command, user, ownership, accounts, workdir) => Vec::new(),
        "chown" | "chgrp" => certain(PrivilegedKind::Chown),
        "chmod" => {
            let arguments = command.arguments();
            let options = Options::read(arguments, "", &["reference"]);
            // `chmod -x file`: the mode may look like an option.
            let is_mode = |text: &str| text.starts_with('-') && text.chars().skip(1).all(|c| "rwxXst,+=-".contains(c));
            let mode_is_option = arguments.iter().any(|word| is_mode(&word.text));
            let skip = usize::from(!mode_is_option);
            let paths = options.operands.iter().skip(skip);
            paths
                .filter_map(|word| {
                    let Some(path) = &word.value else {
                        let unknown = Field::unresolved(&*word.text, "the path is not known", word.at);
                        return Some(step(PrivilegedKind::Chmod, word.field(), unknown));
                    };
                    let full = join(workdir, path.trim_end_matches("/*"));
                    let needs_root = needs_root(&full, user, ownership, accounts, word.at);
                    let owned = needs_root.value() == Some(&false);
                    (!owned).then(|| step(PrivilegedKind::Chmod, Field::known(full, word.at), needs_root))
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a `chown` gives the user only what is the user's already, which everybody may.
fn keeps_owner(command: &RunCommand, user: &User, ownership: &Ownership, accounts: &Accounts, workdir: &str) -> bool {
    let options = Options::read(command.arguments(), "", &["reference", "from"]);
    let Some((owner, paths)) = options.operands.split_first() else { return false };
    // A group of the user's own name is the user's.
    let name = match owner.shown().split_once(':') {
        Some((name, group)) if group == name || group.is_empty() => name,
        Some(_) => return false,
        None => owner.shown(),
    };
    let to_self = user.owns(name, owner.at, accounts) == Some(true);
    let is_own = |path: &str| {
        let full = join(workdir, path.trim_end_matches("/*"));
        needs_root(&full, user, ownership, accounts, command.at).value() == Some(&false)
    };
    to_self && !paths.is_empty() && paths.iter().all(|word| word.value.as_deref().is_some_and(is_own))
}

fn needs_root(path: &str, user: &User, ownership: &Ownership, accounts: &Accounts, at: Place) -> Field<bool> {
    match ownership.owner(path) {
        Owner::Is(owner) => match user.owns(&owner, at, accounts) {
            Some(owns) => Field::known(!owns, at),
            None => Field::unresolved(path, format!("the owner of `{path}` is not known"), at),
        },
        Owner::Root | Owner::NeverMade => Field::known(true, at),
    }
}

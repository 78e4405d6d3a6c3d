//! What a stage has at one point, and what it hands on to the stages built from it.

use std::path::Path;

use super::accounts::Accounts;
use super::base_image;
use super::files::{self, Copy, Landing, Ownership};
use super::packages::InstalledPackage;
use super::permissions::Permissions;
use super::scope::Scope;
use super::script::{self, RunCommand as Command};
use super::settings::{EnvVariable, ExposedPort, Label};
use super::user::{self, INHERITED, User};
use crate::model::image::Image;
use crate::model::schema::PathText;
use crate::model::value::{Field, Origin, Via};
use crate::source::Place;
use crate::syntax::dockerfile as syntax;

/// Things of one kind that a stage keeps and hands on; a file with more is not a real one.
pub(super) const MAX_KEPT: usize = 1_000;

/// What a stage hands on.
#[derive(Clone)]
pub(super) struct State<'t> {
    pub scope: Scope,
    pub accounts: Accounts,
    pub ownership: Ownership,
    pub permissions: Permissions,
    pub external: Image,
    pub user: Option<(Field<String>, Option<Place>)>,
    pub workdir: String,
    pub workdir_field: Field<PathText>,
    pub workdir_written: Field<String>,
    pub health: Option<(&'t syntax::Instruction, bool)>,
    pub entrypoint: Option<(&'t syntax::Instruction, bool)>,
    pub cmd: Option<(&'t syntax::Instruction, bool)>,
    pub ports: Vec<ExposedPort>,
    pub env: Vec<EnvVariable>,
    pub labels: Vec<Label>,
    pub volumes: Vec<Field<String>>,
    pub stopsignal: Field<String>,
    pub shell: Vec<Field<String>>,
    pub packages: Vec<InstalledPackage>,
    /// Names of files that came in.
    pub copied: Vec<String>,
    /// Whether tools may have come in that cannot be seen.
    pub tools_unseen: bool,
    /// Whether it may be built from one of several stages.
    pub parent_unknown: bool,
}

impl<'t> State<'t> {
    pub fn new(image: Image, at: Place) -> Self {
        let accounts = Accounts { base: base_image::facts(&image), ..Accounts::default() };
        Self {
            scope: Scope::default(),
            accounts,
            ownership: Ownership::default(),
            permissions: Permissions::default(),
            external: image,
            user: None,
            workdir: "/".to_owned(),
            workdir_field: Field::Absent(at),
            workdir_written: Field::Absent(at),
            health: None,
            entrypoint: None,
            cmd: None,
            ports: Vec::new(),
            env: Vec::new(),
            labels: Vec::new(),
            volumes: Vec::new(),
            stopsignal: Field::Absent(at),
            shell: Vec::new(),
            packages: Vec::new(),
            copied: Vec::new(),
            tools_unseen: false,
            parent_unknown: false,
        }
    }

    /// What a stage starts with whose FROM, at `from`, names this one.
    pub fn handed_on(&self, from: Place) -> Self {
        let mut state = self.clone();
        let again = |found: &mut Option<(&'t syntax::Instruction, bool)>| {
            if let Some((_, inherited)) = found {
                *inherited = true;
            }
        };
        again(&mut state.health);
        again(&mut state.entrypoint);
        again(&mut state.cmd);
        state.permissions.hand_on();
        if let Some((_, via)) = &mut state.user {
            *via = Some(from);
        }
        state.ports.iter_mut().for_each(|port| port.inherited = true);
        state.env.iter_mut().for_each(|variable| variable.inherited = true);
        state.labels.iter_mut().for_each(|label| label.inherited = true);
        let inherit = |field: &Field<String>| match field {
            Field::Absent(_) => Field::Absent(from),
            other => other.clone().via(from, INHERITED),
        };
        state.workdir_written = inherit(&state.workdir_written);
        state.stopsignal = inherit(&state.stopsignal);
        state.workdir_field = match &state.workdir_field {
            Field::Absent(_) => Field::Absent(from),
            other => other.clone().via(from, INHERITED),
        };
        state
    }

    /// The user of the instructions from here on. `None` where it is not known.
    pub fn current_user(&self) -> Option<User> {
        match &self.user {
            Some((Field::Known(text, origin), via)) => Some(user::resolve(text, origin.at, *via, &self.accounts)),
            Some(_) => None,
            None => user::of_base(self.external.at, None, &self.accounts),
        }
    }

    pub fn user_unknown(&self) -> String {
        match &self.user {
            Some((Field::Unresolved(unresolved), _)) => unresolved.why.to_string(),
            _ if self.external.repository.value().is_none() => "the base image is not known".to_owned(),
            _ => format!("the default user of `{}` is not known", self.external.reference),
        }
    }

    /// The user of a stage whose FROM names its base at `from`: wherever it is decided, and where USER decides it.
    pub fn users(&self, from: Place) -> (Field<User>, Field<User>) {
        match &self.user {
            Some((Field::Known(text, written), via)) => {
                let user = user::resolve(text, written.at, *via, &self.accounts);
                let via = via.map(|at| Via { at, text: INHERITED }).or(written.via);
                let field = Field::Known(user, Origin { at: written.at, via });
                (field.clone(), field)
            }
            Some((other, _)) => {
                let field = match other {
                    Field::Unresolved(unresolved) => Field::Unresolved(unresolved.clone()),
                    Field::Malformed(malformed) => Field::Malformed(malformed.clone()),
                    _ => Field::Absent(from),
                };
                (field.clone(), field)
            }
            None => {
                let at = self.external.at;
                let via = (at != from).then_some(from);
                let user = match user::of_base(at, via, &self.accounts) {
                    Some(user) => Field::known(user, at),
                    None => Field::unresolved(&*self.external.reference, self.user_unknown(), at),
                };
                let user = match via {
                    Some(via) => user.via(via, INHERITED),
                    None => user,
                };
                (user, Field::Absent(from))
            }
        }
    }

    /// Takes in what a COPY or ADD brings.
    pub fn receive(&mut self, copy: &Copy, sources: &[&str]) {
        let landings = files::landings(copy, sources);
        self.permissions.receive(copy, &landings);
        let Some(dest) = copy.dest_resolved.value().map(|path| path.0.clone()) else { return };
        let names = sources.iter().map(|source| source.trim_end_matches('/').rsplit('/').next().unwrap_or(source));
        keep(&mut self.copied, names.map(str::to_owned));
        keep(&mut self.copied, dest.rsplit('/').next().map(str::to_owned));
        let is_bin =
            matches!(dest.as_str(), "/" | "/usr" | "/usr/local" | "/usr/local/bin" | "/usr/bin" | "/bin" | "/opt");
        self.tools_unseen |=
            is_bin && (copy.copies_directory || sources.iter().any(|source| files::is_archive(source)));
        let owner = copy.chown.value().map(|owner| (owner.clone(), copy.chown.place()));
        for Landing { path, is_directory } in landings {
            if is_directory {
                // Only files that come in get the owner; a directory that is there keeps its own.
                self.ownership.filled(path, owner.clone(), copy.at);
            } else {
                self.ownership.made(path, owner.clone(), copy.at);
            }
        }
    }

    /// Takes in what a command may put where programs are found.
    pub fn note_tools(&mut self, command: &Command) {
        let name = command.name();
        let in_bin = |path: &str| {
            ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/", "/usr/local/sbin/"]
                .iter()
                .any(|dir| path.starts_with(dir))
        };
        if name != "rm" {
            let words = command.arguments().iter().chain(&command.outputs).filter_map(|word| word.value.as_deref());
            let paths = words.filter(|path| in_bin(path)).filter_map(|path| path.rsplit('/').next());
            keep(&mut self.copied, paths.map(str::to_owned));
        }
        let first = command.words.first().map_or("", script::Argument::shown);
        // What lies among programs is known by its name; what lies elsewhere was made for this.
        let is_elsewhere = |path: &str| {
            let directory = path.rsplit('/').nth(1).unwrap_or("");
            path.starts_with('/') && !directory.ends_with("bin")
        };
        let runs_script = script::is_shell(name)
            || first.starts_with("./")
            || is_elsewhere(first)
            || Path::new(name).extension().is_some_and(|kind| kind == "sh")
            || first.starts_with('$');
        self.tools_unseen |= runs_script
            || name == "xargs"
            || (matches!(name, "make" | "ninja") && command.arguments().iter().any(|word| word.text == "install"))
            || matches!(name, "dpkg" | "rpm" | "ansible-playbook" | "nix-env" | "puppet" | "asdf" | "mise" | "eval");
    }
}

/// Adds to a list that stays short enough to be handed on.
pub(super) fn keep<T>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    let room = MAX_KEPT.saturating_sub(list.len());
    list.extend(more.into_iter().take(room));
}

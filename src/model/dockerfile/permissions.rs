//! Modes and owners that a stage gives to files: `chmod`, `chown`, `chgrp`, `install` and `mkdir` in a RUN, and the flags
//! of COPY and ADD.

use super::accounts::Accounts;
use super::files::{self, Copy, Landing, braces, is_below, join};
use super::mode::{Mode, OTHERS_WRITE, SET_USER_ID, STICKY};
use super::script::{Argument, Options, RunCommand};
use super::user::User;
use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::{Place, Span};

model! {
    /// What a step of a build says about who may read, write and run files, or whom they belong to.
    pub struct Permission as "dockerfile.permission" {
        /// `chmod`, `chown`, `chgrp`, `install` and `mkdir` in a RUN, or `COPY` and `ADD`.
        tool: String,
        /// The mode as written; absent where only an owner is given.
        mode: Field<String>,
        /// The mode as four octal digits; absent where what it comes to depends on the file, as with `+x`.
        octal: Field<String>,
        /// The owner as written.
        owner: Field<String>,
        /// Whether that is the user the stage runs as.
        owner_is_user: Field<bool>,
        /// The group as written.
        group: Field<String>,
        /// The files, as absolute paths; unresolved where `find`, `xargs` or a variable chooses them.
        paths: List<Field<PathText>>,
        /// Whether what lies below them is meant too.
        recursive: bool,
        /// Whether the mode lets users write that are neither the owner nor in the group. A directory with the sticky bit,
        /// a file that a later step removes or closes again, and what is below `/dev`, `/proc` and `/sys`, does not count.
        lets_others_write: Field<bool>,
        /// Whether the mode makes programs run as the owner of their file, and no later step takes that back.
        sets_user_id: Field<bool>,
        /// Whether the mode takes writing from the owner and gives it to nobody.
        stops_writing: Field<bool>,
        /// Whether an earlier stage does it.
        inherited: bool,
        /// Position of the instruction in its stage.
        position: i64,
    }
    label(permission) { permission.written() }
}

impl Permission {
    /// The step as a command, without what does not matter here.
    fn written(&self) -> String {
        let (for_mode, for_owner) = match self.tool.as_str() {
            "COPY" | "ADD" => ("--chmod=", "--chown="),
            "install" | "mkdir" => ("-m ", "-o "),
            _ => ("", ""),
        };
        let owner = match (self.owner.value(), self.group.value()) {
            (Some(owner), Some(group)) => Some(format!("{owner}:{group}")),
            (None, Some(group)) if self.tool != "chgrp" => Some(format!(":{group}")),
            (owner, group) => owner.or(group).cloned(),
        };
        let is_command = self.tool.starts_with("ch");
        let recursive = Some("-R".to_owned()).filter(|_| self.recursive && is_command);
        let paths = self.paths.iter().map(|path| path.value().map_or("…", |path| path.0.as_str()).to_owned());
        let parts = [
            Some(self.tool.clone()),
            recursive,
            self.mode.value().map(|mode| format!("{for_mode}{mode}")),
            owner.map(|owner| format!("{for_owner}{owner}")),
        ];
        parts.into_iter().flatten().chain(paths).collect::<Vec<_>>().join(" ")
    }
}

/// Changes that are kept for one stage, and paths of each; a file with more is not a real one.
const MAX_CHANGES: usize = 500;
const MAX_PATHS: usize = 100;

/// How many pairs of paths are compared in one stage and those it is built from.
const MAX_PAIRS: usize = 1_000_000;

#[derive(Clone, Debug)]
struct Change {
    permission: Permission,
    mode: Option<Mode>,
    /// For each path whether others may still write, and whether the set-user-ID bit is still there.
    lasting: Vec<(bool, bool)>,
}

/// What a stage has done about permissions so far, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Permissions {
    changes: Vec<Change>,
    pairs: usize,
}

/// What a command asks for.
struct Asked {
    tool: &'static str,
    mode: Option<Field<String>>,
    owner: Option<Argument>,
    group: Option<Argument>,
    paths: Vec<Field<PathText>>,
    recursive: bool,
}

impl Permissions {
    /// Takes in a command of a RUN.
    pub fn take(&mut self, command: &RunCommand, workdir: &str) {
        match command.name() {
            "rm" | "rmdir" => {
                let options = Options::read(command.arguments(), "", &[]);
                let deep = options.has(&["r", "R", "recursive"]);
                let paths: Vec<_> = options.operands.iter().flat_map(|word| paths(word, workdir)).collect();
                self.take_back(&paths, deep, true, true);
            }
            name @ ("find" | "xargs") => {
                let why = if name == "find" { "`find` chooses the files" } else { "`xargs` gives the files" };
                for inner in run_by(command) {
                    self.command(&inner, workdir, Some(why));
                }
            }
            _ => self.command(command, workdir, None),
        }
    }

    /// Takes in a COPY or ADD, and where its files come to lie.
    pub fn receive(&mut self, copy: &Copy, landings: &[Landing]) {
        if copy.chmod.is_absent() && copy.chown.is_absent() {
            return;
        }
        let recursive = landings.iter().any(|landing| landing.is_directory);
        let paths = match &copy.dest_resolved {
            Field::Known(..) => {
                landings.iter().map(|landing| Field::known(PathText(landing.path.clone()), copy.dest.place())).collect()
            }
            other => vec![other.clone()],
        };
        let half = |group: bool| {
            copy.chown.clone().parse("an owner", |text: &String| {
                let (owner, rest) = text.split_once(':').map_or((text.as_str(), ""), |(owner, rest)| (owner, rest));
                Some(if group { rest.to_owned() } else { owner.to_owned() })
            })
        };
        let named = |field: Field<String>| match field {
            Field::Known(text, _) if text.is_empty() => Field::Absent(copy.at),
            other => other,
        };
        let tool = copy.keyword.clone();
        let permission =
            permission(tool, copy.at, copy.chmod.clone(), named(half(false)), named(half(true)), paths, recursive);
        self.push(Permission { position: copy.position, ..permission });
    }

    fn command(&mut self, command: &RunCommand, workdir: &str, chosen_by: Option<&'static str>) {
        let Some(mut asked) = ask(command, workdir) else { return };
        if let Some(why) = chosen_by {
            for path in &mut asked.paths {
                if path.value().is_some_and(|path| path.0.contains("{}")) {
                    *path = Field::unresolved("{}", why, path.place());
                }
            }
        }
        let at = command.at;
        let field = |word: &Option<Argument>| word.as_ref().map_or(Field::Absent(at), Argument::field);
        let (owner, group) = (field(&asked.owner), field(&asked.group));
        let mode = asked.mode.unwrap_or(Field::Absent(at));
        let permission = permission(asked.tool.to_owned(), at, mode, owner, group, asked.paths, asked.recursive);
        let position = i64::try_from(command.position).unwrap_or(i64::MAX);
        self.push(Permission { position, ..permission });
    }

    fn push(&mut self, mut permission: Permission) {
        permission.paths.items.truncate(MAX_PATHS);
        let mode = permission.mode.value().and_then(|text| Mode::parse(text));
        if let Some(mode) = mode {
            let closed = mode.clears(OTHERS_WRITE) || mode.sets(STICKY) == Some(true);
            let paths = std::mem::take(&mut permission.paths.items);
            self.take_back(&paths, permission.recursive, closed, mode.clears(SET_USER_ID));
            permission.paths.items = paths;
        }
        if self.changes.len() < MAX_CHANGES {
            let lasting = permission.paths.items.iter().map(|path| (counts(path, mode), true)).collect();
            self.changes.push(Change { permission, mode, lasting });
        }
    }

    /// Notes that files are gone, or that their bits are.
    fn take_back(&mut self, paths: &[Field<PathText>], deep: bool, write: bool, user_id: bool) {
        if !write && !user_id {
            return;
        }
        for change in &mut self.changes {
            let opens = change
                .mode
                .is_some_and(|mode| mode.sets(OTHERS_WRITE) != Some(false) || mode.sets(SET_USER_ID) != Some(false));
            self.pairs += paths.len() * change.lasting.len() * usize::from(opens);
            if !opens || self.pairs > MAX_PAIRS {
                continue;
            }
            let recursive = change.permission.recursive;
            for (earlier, lasting) in change.permission.paths.values().zip(&mut change.lasting) {
                if paths.iter().filter_map(Field::value).any(|path| covers(&path.0, deep, &earlier.0, recursive)) {
                    *lasting = (lasting.0 && !write, lasting.1 && !user_id);
                }
            }
        }
    }

    /// Notes that what is here comes from an earlier stage.
    pub fn hand_on(&mut self) {
        self.changes.iter_mut().for_each(|change| change.permission.inherited = true);
    }

    /// Everything, as it is at the end of a stage that runs as `user`.
    pub fn finished(&self, user: Option<&User>, accounts: &Accounts) -> Vec<Permission> {
        let finish = |change: &Change| {
            let mut permission = change.permission.clone();
            permission.owner_is_user = super::user::is_owner(user, &permission.owner, accounts);
            if permission.lets_others_write.value() == Some(&true) {
                let lasts = change.lasting.iter().any(|(write, _)| *write);
                permission.lets_others_write = Field::known(lasts, permission.mode.place());
            }
            if permission.sets_user_id.value() == Some(&true) {
                let lasts = change.lasting.iter().any(|(_, user_id)| *user_id);
                permission.sets_user_id = Field::known(lasts, permission.mode.place());
            }
            permission
        };
        self.changes.iter().map(finish).collect()
    }
}

fn permission(
    tool: String,
    at: Place,
    mode: Field<String>,
    owner: Field<String>,
    group: Field<String>,
    paths: Vec<Field<PathText>>,
    recursive: bool,
) -> Permission {
    let parsed = match &mode {
        Field::Known(text, origin) => match Mode::parse(text) {
            Some(mode) => Field::Known(mode, *origin),
            None => Field::unresolved(text.as_str(), "this is no mode that `chmod` reads", origin.at),
        },
        other => other.clone().map(|_| Mode::default()),
    };
    let bits = |bits: u16, unless: u16| match &parsed {
        Field::Known(one, origin) => {
            let sets = one.sets(bits).map(|sets| sets && (unless == 0 || one.sets(unless) != Some(true)));
            let text = mode.value().map_or("", String::as_str);
            let open = || Field::unresolved(text, "it depends on the mode that the file has", origin.at);
            sets.map_or_else(open, |sets| Field::known(sets, origin.at))
        }
        other => other.clone().map(|_| false),
    };
    Permission {
        at,
        tool,
        octal: match &parsed {
            Field::Known(one, origin) => one.octal().map_or(Field::Absent(at), |text| Field::known(text, origin.at)),
            other => other.clone().map(|_| String::new()),
        },
        lets_others_write: bits(OTHERS_WRITE, STICKY),
        sets_user_id: bits(SET_USER_ID, 0),
        stops_writing: parsed.clone().map(Mode::stops_writing),
        mode,
        owner,
        owner_is_user: Field::Absent(at),
        group,
        paths: List::new(paths, at),
        recursive,
        inherited: false,
        position: 0,
    }
}

/// Whether others that may write there matter: the sticky bit of `/tmp` stays under a mode that does not name it, and
/// devices are not part of an image.
fn counts(path: &Field<PathText>, mode: Option<Mode>) -> bool {
    let Some(PathText(path)) = path.value() else { return true };
    let is_sticky = matches!(path.as_str(), "/tmp" | "/var/tmp") && mode.is_some_and(|mode| !mode.clears(STICKY));
    !is_sticky && !["/dev", "/proc", "/sys"].iter().any(|mount| path == mount || is_below(path, mount))
}

/// Whether what is done to `path` reaches everything that was done to `earlier`. `/a/*` is what is in `/a`.
fn covers(path: &str, deep: bool, earlier: &str, was_deep: bool) -> bool {
    let inside = |directory: &str| is_below(earlier, directory) && (deep || !was_deep);
    path == earlier && (deep || !was_deep)
        || deep && is_below(earlier, path)
        || path.strip_suffix("/*").is_some_and(inside)
}

fn paths(word: &Argument, workdir: &str) -> Vec<Field<PathText>> {
    let Some(value) = &word.value else { return vec![word.field().map(PathText)] };
    let path = |path: &String| {
        let is_open = path.starts_with('~') || (!path.starts_with('/') && workdir.contains(['$', '~', '`']));
        if is_open {
            return Field::unresolved(path.as_str(), "the directory that it is in is not known", word.at);
        }
        Field::known(PathText(join(workdir, path)), word.at)
    };
    braces(value).iter().map(path).collect()
}

/// What a command asks for; `None` for one that is about something else, or gives nothing to do.
fn ask(command: &RunCommand, workdir: &str) -> Option<Asked> {
    let asked = |tool| Asked { tool, mode: None, owner: None, group: None, paths: Vec::new(), recursive: false };
    let all = |words: &[&Argument]| words.iter().flat_map(|word| paths(word, workdir)).collect();
    let mut asked = match command.name() {
        "chmod" => {
            let (mode, words, recursive) = chmod(command.arguments())?;
            Asked { mode: Some(mode), paths: all(&words), recursive, ..asked("chmod") }
        }
        name @ ("chown" | "chgrp") => {
            let options = Options::read(command.arguments(), "", &["reference", "from"]);
            let (given, words) = options.operands.split_first().filter(|_| !options.has(&["reference"]))?;
            let (owner, group) = if name == "chgrp" { (None, Some((*given).clone())) } else { halves(given) };
            let tool = if name == "chgrp" { "chgrp" } else { "chown" };
            Asked { owner, group, paths: all(words), recursive: options.has(&["R", "recursive"]), ..asked(tool) }
        }
        "mkdir" => {
            let options = Options::read(command.arguments(), "mZ", &["mode"]);
            let mode = options.value(&["m", "mode"])?.field();
            Asked { mode: Some(mode), paths: all(&options.operands), ..asked("mkdir") }
        }
        "install" => {
            let options = Options::read(command.arguments(), "mogtST", files::INSTALL_VALUES);
            Asked {
                mode: options.value(&["m", "mode"]).map(Argument::field),
                owner: options.value(&["o", "owner"]).cloned(),
                group: options.value(&["g", "group"]).cloned(),
                paths: files::installed(&options, workdir).into_iter().map(|path| path.map(PathText)).collect(),
                ..asked("install")
            }
        }
        _ => return None,
    };
    let says = asked.mode.is_some() || asked.owner.is_some() || asked.group.is_some();
    asked.paths.truncate(MAX_PATHS);
    says.then_some(asked)
}

/// The mode, the files, and whether what is below them is meant. A mode may look like an option, as in `chmod -x file`.
fn chmod(arguments: &[Argument]) -> Option<(Field<String>, Vec<&Argument>, bool)> {
    let (mut mode, mut words, mut recursive, mut only_operands) = (None, Vec::new(), false, false);
    for word in arguments {
        let text = word.shown();
        let is_option = !only_operands && text.len() > 1 && text.starts_with('-');
        let letters = text.get(1..).unwrap_or("");
        match text {
            "--" if !only_operands => only_operands = true,
            "--recursive" if is_option => recursive = true,
            // The mode is that of another file.
            _ if is_option && text.starts_with("--reference") => return None,
            _ if is_option && text.starts_with("--") => {}
            _ if is_option && letters.chars().all(|letter| "RvcfhHLP".contains(letter)) => {
                recursive |= letters.contains('R');
            }
            _ if mode.is_none() => mode = Some(word.field()),
            _ => words.push(word),
        }
    }
    mode.filter(|_| !words.is_empty()).map(|mode| (mode, words, recursive))
}

/// `owner`, `owner:group`, `:group` and `owner:`, each half with its place.
fn halves(given: &Argument) -> (Option<Argument>, Option<Argument>) {
    let Some(colon) = given.text.find(':').filter(|_| given.value.as_ref() == Some(&given.text)) else {
        let Some((owner, group)) = given.value.as_deref().and_then(|value| value.split_once(':')) else {
            return (Some(given.clone()), None);
        };
        let part = |text: &str| Argument { text: text.to_owned(), value: Some(text.to_owned()), at: given.at };
        let named = |text: &str| Some(text).filter(|text| !text.is_empty()).map(part);
        return (named(owner), named(group));
    };
    let head = given.text.get(..colon).unwrap_or("");
    let is_verbatim = given.at.span.len() == given.text.len();
    let start = given.at.span.start as usize;
    let span = if is_verbatim { Span::new(start, start + colon) } else { given.at.span };
    let owner =
        Argument { text: head.to_owned(), value: Some(head.to_owned()), at: Place { file: given.at.file, span } };
    let named = |word: Argument| Some(word).filter(|word| !word.text.is_empty());
    (named(owner), named(given.tail(colon + 1)))
}

/// The commands that a `find` or `xargs` runs.
pub(super) fn run_by(command: &RunCommand) -> Vec<RunCommand> {
    match command.name() {
        "find" => run_by_find(command),
        "xargs" => run_by_xargs(command).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The commands behind `-exec` and its like.
fn run_by_find(command: &RunCommand) -> Vec<RunCommand> {
    let mut out = Vec::new();
    let mut words = command.arguments();
    let is_start = |word: &Argument| matches!(word.shown(), "-exec" | "-execdir" | "-ok" | "-okdir");
    while let Some(start) = words.iter().position(is_start) {
        let behind = words.get(start + 1..).unwrap_or(&[]);
        let end = behind.iter().position(|word| matches!(word.shown(), ";" | "\\;" | "+")).unwrap_or(behind.len());
        out.extend(part(command, behind.get(..end).unwrap_or(&[])));
        words = behind.get(end..).unwrap_or(&[]);
    }
    out
}

/// The command that `xargs` runs, where it is one of those that are read here. The files come last, or where the word of
/// `-I` stands.
fn run_by_xargs(command: &RunCommand) -> Option<RunCommand> {
    let arguments = command.arguments();
    let is_start = |word: &Argument| {
        let name = word.shown().rsplit('/').next().unwrap_or("");
        matches!(name, "chmod" | "chown" | "chgrp" | "install" | "mkdir")
    };
    let (own, behind) = arguments.split_at_checked(arguments.iter().position(is_start)?)?;
    let mut inner = part(command, behind)?;
    let files = || Argument { text: "{}".to_owned(), value: Some("{}".to_owned()), at: command.at };
    let options = Options::read(own, "IanPLdsE", &["replace", "arg-file", "max-args", "max-procs", "delimiter"]);
    let Some(replaced) = options.value(&["I"]).map(Argument::shown) else {
        inner.words.push(files());
        return Some(inner);
    };
    for word in inner.words.iter_mut().filter(|word| word.shown().contains(replaced)) {
        *word = Argument { at: word.at, ..files() };
    }
    Some(inner)
}

fn part(command: &RunCommand, words: &[Argument]) -> Option<RunCommand> {
    let (first, last) = (words.first()?, words.last()?);
    let span = Span::new(first.at.span.start as usize, last.at.span.end as usize);
    let at = Place { file: command.at.file, span };
    Some(RunCommand { words: words.to_vec(), outputs: Vec::new(), at, ..command.clone() })
}

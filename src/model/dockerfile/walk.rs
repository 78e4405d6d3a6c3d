//! Walking a Dockerfile: each instruction in turn changes the state of its stage, and the state becomes the stage.

use std::collections::BTreeSet;

use super::defaults::Defaults;
use super::files::{self, Copy, join};
use super::graph::{self, Raw, named_stage, stage_of};
use super::health::{self, Inventory};
use super::instruction;
use super::order;
use super::packages::{self, PackageCommand, Surroundings};
use super::privileged::{self, PrivilegedKind, PrivilegedStep};
use super::role::Role;
use super::scope::Scope;
use super::script;
use super::settings::{self, BuildArgument, ExposedPort};
use super::stage::{RunCommand, Stage};
use super::start::{self, StartCommand};
use super::state::{State, keep};
use super::undefined::{self, Declared, UndefinedVariable};
use super::user::{self, INHERITED};
use crate::model::image::Image;
use crate::model::k8s::Software;
use crate::model::schema::{PathText, Port};
use crate::model::value::{Field, List, Origin, Via};
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{self as syntax, Expansion, InstructionKind, Keyword, Transfer, Word};

/// The ports without their protocols, each once.
fn numbers(ports: &[ExposedPort]) -> Vec<Field<Port>> {
    let mut out: Vec<Field<Port>> = Vec::new();
    for port in ports {
        if port.port.value().is_none() || out.iter().all(|other| other.value() != port.port.value()) {
            out.push(port.port.clone());
        }
    }
    out
}

/// The longest directory, in bytes, in which a further `cd` is followed (Linux, `PATH_MAX`).
const MAX_PATH: usize = 4_096;

/// What only the stage itself has.
#[derive(Default)]
pub(super) struct Own {
    pub args: Vec<BuildArgument>,
    pub package_commands: Vec<PackageCommand>,
    pub run_commands: Vec<RunCommand>,
    pub copies: Vec<Copy>,
    pub privileged: Vec<PrivilegedStep>,
    pub first_nonroot: Option<usize>,
    pub root_again: Option<Place>,
    pub manifest_mounts: Vec<usize>,
    pub undefined: Vec<UndefinedVariable>,
    pub undefined_names: BTreeSet<String>,
}

/// Reads all stages and the arguments before the first FROM.
pub(super) fn read(
    file: FileId,
    path: &str,
    tree: &syntax::Dockerfile,
    text: &str,
) -> (Vec<Stage>, Vec<BuildArgument>) {
    let mut globals = Scope::default();
    let mut global_args = Vec::new();
    let before = tree.instructions.iter().take_while(|one| one.keyword.value != Keyword::From);
    let mut defaults = Defaults::default();
    for (name, default) in before.filter_map(arguments).flatten() {
        let argument = settings::argument(name, default.as_ref(), &globals, file);
        defaults.take(&argument.name, default.as_ref());
        globals.set_arg(argument.name.clone(), argument.default.value().cloned(), argument.at);
        global_args.push(argument);
    }
    let raws = graph::split(tree, &globals);
    let declared = Declared::read(&raws);
    let mut reader = Reader { file, path, text, globals, defaults, declared, raws: &raws, states: Vec::new() };
    let stages = (0..raws.len()).filter_map(|index| reader.stage(index)).collect();
    (stages, global_args)
}

/// Whether BuildKit declares an argument by itself (Dockerfile reference, "Automatic platform ARGs in the global scope").
pub(super) fn is_given(name: &str) -> bool {
    let platform = name.strip_prefix("TARGET").or_else(|| name.strip_prefix("BUILD"));
    platform.is_some_and(|part| matches!(part, "PLATFORM" | "OS" | "ARCH" | "VARIANT"))
}

fn arguments(instruction: &syntax::Instruction) -> Option<&Vec<(Word, Option<Word>)>> {
    match &instruction.kind {
        InstructionKind::Arg(arguments) => Some(arguments),
        _ => None,
    }
}

struct Reader<'t, 'r> {
    file: FileId,
    path: &'r str,
    text: &'t str,
    globals: Scope,
    defaults: Defaults,
    declared: Declared<'t>,
    raws: &'r [Raw<'t>],
    states: Vec<State<'t>>,
}

impl<'t> Reader<'t, '_> {
    fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    fn stage(&mut self, index: usize) -> Option<Stage> {
        let raw = self.raws.get(index)?;
        let at = self.place(raw.image.span);
        let base = settings::image(raw.image, &self.globals, self.file);
        let mut state = match raw.parent.and_then(|parent| self.states.get(parent)) {
            Some(parent) => parent.handed_on(at),
            None => State::new(base.clone(), at),
        };
        state.parent_unknown |= !raw.candidates.is_empty();
        let mut own = Own::default();
        for (position, one) in raw.instructions.iter().enumerate() {
            self.note_undefined(one, index, &state, &mut own);
            self.take(one, position, index, &mut state, &mut own);
        }
        let finished = self.finish(raw, index, base, &state, own);
        self.states.push(state);
        Some(finished)
    }

    fn take(&self, one: &'t syntax::Instruction, position: usize, index: usize, state: &mut State<'t>, own: &mut Own) {
        match &one.kind {
            InstructionKind::Arg(arguments) => {
                for (name, default) in arguments {
                    let argument = settings::argument(name, default.as_ref(), &state.scope, self.file);
                    // Without a default of its own, an argument has that of its namesake before the first FROM.
                    let (value, at) = match (&argument.default, default) {
                        (_, None) => {
                            let at = self.globals.place_of(&argument.name).unwrap_or(argument.at);
                            (self.globals.get(&argument.name), at)
                        }
                        (default, Some(_)) => (default.value().cloned(), argument.at),
                    };
                    state.scope.set_arg(argument.name.clone(), value, at);
                    own.args.push(argument);
                }
            }
            InstructionKind::Env(pairs) => {
                // All values of one ENV are read before any is set.
                let variables: Vec<_> =
                    pairs.iter().map(|(key, value)| settings::env(key, value, &state.scope, self.file)).collect();
                for variable in variables {
                    state.scope.set_env(variable.key.clone(), variable.value.value().cloned(), variable.at);
                    state.env.retain(|other| other.key != variable.key);
                    keep(&mut state.env, [variable]);
                }
            }
            InstructionKind::Label(pairs) => {
                for (key, value) in pairs {
                    let label = settings::label(key, value, &state.scope, self.file);
                    state.labels.retain(|other| other.key != label.key);
                    keep(&mut state.labels, [label]);
                }
            }
            InstructionKind::Expose(words) => {
                keep(&mut state.ports, words.iter().flat_map(|word| settings::ports(word, &state.scope, self.file)));
            }
            InstructionKind::Volume(words) => {
                keep(&mut state.volumes, words.iter().map(|word| state.scope.field(word, self.file)));
            }
            InstructionKind::Stopsignal(word) => state.stopsignal = state.scope.field(word, self.file),
            InstructionKind::Shell(words) => {
                let words = words.iter().map(|word| Field::known(word.value.clone(), self.place(word.span)));
                state.shell = words.collect();
            }
            InstructionKind::Healthcheck(_) => state.health = Some((one, false)),
            InstructionKind::Cmd(_) => state.cmd = Some((one, false)),
            InstructionKind::Entrypoint(_) => {
                // An ENTRYPOINT voids the CMD of what the stage is built from.
                state.cmd = state.cmd.filter(|(_, inherited)| !inherited);
                state.entrypoint = Some((one, false));
            }
            InstructionKind::Workdir(word) => self.workdir(word, state),
            InstructionKind::User(word) => self.user(word, one, position, state, own),
            InstructionKind::Copy(transfer) | InstructionKind::Add(transfer) => {
                let copy = self.transfer(one, transfer, position, index, state);
                own.copies.push(copy);
            }
            InstructionKind::Run(_) => self.run(one, position, state, own),
            _ => {}
        }
    }

    fn note_undefined(&self, one: &syntax::Instruction, index: usize, state: &State<'t>, own: &mut Own) {
        if state.parent_unknown {
            return;
        }
        let (globals, declared, base) = (&self.globals, &self.declared, &state.external);
        let around = undefined::Surroundings { file: self.file, text: self.text, globals, declared, index, base };
        undefined::of_instruction(one, &state.scope, &around, &mut own.undefined_names, &mut own.undefined);
    }

    fn workdir(&self, word: &Word, state: &mut State<'t>) {
        state.workdir_written = state.scope.field(word, self.file);
        let at = self.place(word.span);
        state.workdir_field = match &state.workdir_written {
            Field::Known(path, origin) => {
                let windows = path.contains(':') || path.contains('\\');
                state.workdir = if windows { path.clone() } else { join(&state.workdir, path) };
                // WORKDIR makes the directory, and makes it as root.
                state.ownership.made_empty(state.workdir.clone(), None, at);
                Field::Known(PathText(state.workdir.clone()), *origin)
            }
            other => other.clone().map(PathText),
        };
    }

    fn user(&self, word: &Word, one: &syntax::Instruction, position: usize, state: &mut State<'t>, own: &mut Own) {
        state.user = Some((state.scope.field(word, self.file), None));
        let Some(user) = state.current_user() else { return };
        match user.is_root.value() {
            Some(true) if own.first_nonroot.is_some() => {
                own.root_again = Some(self.place(word.span));
                let at = self.place(one.span);
                own.privileged.push(PrivilegedStep {
                    at: self.place(word.span),
                    kind: PrivilegedKind::UserRoot,
                    text: one.span.slice(self.text).to_owned(),
                    path: Field::Absent(at),
                    needs_root: Field::known(true, at),
                });
            }
            Some(false) => {
                own.first_nonroot.get_or_insert(position);
                own.root_again = None;
            }
            _ => {}
        }
    }

    fn run(&self, one: &'t syntax::Instruction, position: usize, state: &mut State<'t>, own: &mut Own) {
        let commands = script::commands(one, self.file, &state.scope, position);
        let user = state.current_user();
        let after_user = match &user {
            Some(user) => user.is_root.clone().map(|is_root| !is_root),
            None => Field::unresolved("", state.user_unknown(), self.place(one.keyword.span)),
        };
        let is_nonroot = after_user.value() == Some(&true);
        let name = user
            .as_ref()
            .filter(|_| is_nonroot)
            .and_then(|user| user.as_written.value().or(user.name.value()).cloned());
        let mount = |wanted: &str| {
            let mut mounts =
                one.flags.iter().filter(|flag| flag.name.value == "mount").filter_map(|flag| flag.value.as_ref());
            mounts.any(|value| value.value.split(',').any(|part| part == wanted))
        };
        let has_cache_mount = mount("type=cache");
        if one.flags.iter().filter_map(|flag| flag.value.as_ref()).any(|value| order::mounts_manifest(&value.value)) {
            own.manifest_mounts.push(position);
        }
        let switches = [("pip", "PIP_NO_CACHE_DIR"), ("uv", "UV_NO_CACHE"), ("poetry", "POETRY_NO_CACHE")];
        let uncached = switches.into_iter().filter(|(_, variable)| state.scope.is_env_on(variable));
        let around = Surroundings {
            cleaned: packages::cleaned(&commands),
            has_cache_mount,
            uncached: uncached.map(|(manager, _)| manager).collect(),
            after_user: after_user.clone(),
        };
        let mut workdir = state.workdir.clone();
        // The shells that were entered, each with the directory that counts again behind it.
        let mut entered: Vec<(u32, String)> = Vec::new();
        for command in &commands {
            let common = entered.iter().zip(&command.shells).take_while(|((own, _), other)| own == *other).count();
            if let Some((_, before)) = entered.drain(common..).next() {
                workdir = before;
            }
            entered.extend(command.shells.iter().skip(common).map(|shell| (*shell, workdir.clone())));
            if command.name() == "cd" {
                let options = script::Options::read(command.arguments(), "", &[]);
                workdir = match options.operands.first().map(|word| word.shown()) {
                    Some(path) if path != "-" && workdir.len() <= MAX_PATH => join(&workdir, path),
                    _ => "/$HOME".to_owned(),
                };
                continue;
            }
            if let (true, Some(user)) = (is_nonroot && own.first_nonroot.is_some(), &user) {
                let steps = privileged::of_command(command, user, &state.ownership, &state.accounts, &workdir);
                own.privileged.extend(steps);
            }
            state.accounts.take(command);
            state.ownership.take(command, &workdir, name.as_deref());
            state.permissions.take(command, &workdir);
            state.note_tools(command);
            packages::remove(command, &mut state.packages);
            if let Some((call, installed)) = packages::read(command, &around) {
                own.package_commands.push(call);
                keep(&mut state.packages, installed);
            }
            own.run_commands.push(RunCommand {
                at: command.at,
                name: command.name().to_owned(),
                words: List::new(command.words.iter().map(script::Argument::field).collect(), command.at),
                text: command.text(),
                after_user: after_user.clone(),
                uses_sudo: command.uses_sudo,
                position: whole(position),
            });
        }
    }

    fn transfer(
        &self,
        one: &syntax::Instruction,
        transfer: &Transfer,
        position: usize,
        index: usize,
        state: &mut State<'t>,
    ) -> Copy {
        let at = self.place(one.keyword.span);
        let field = |word: &Word| state.scope.field(word, self.file);
        let optional = |word: Option<&Word>| word.map_or(Field::Absent(at), field);
        let sources: Vec<Field<String>> = transfer.sources.iter().map(field).collect();
        let from = optional(transfer.from.as_ref());
        let earlier = self.raws.get(..index).unwrap_or(&[]);
        let from_stage = from.value().and_then(|name| stage_of(earlier, name));
        let late = self.raws.get(index..).unwrap_or(&[]);
        let is_too_late = from.value().is_some_and(|name| named_stage(late, name).is_some());
        let dest = field(&transfer.dest);
        let chown = optional(transfer.chown.as_ref());
        let resolved = dest.clone().map(|path| PathText(join(&state.workdir, &path)));
        let plain: Vec<&str> = sources.iter().filter_map(Field::value).map(String::as_str).collect();
        let all_known = plain.len() == sources.len() && !plain.is_empty();
        let is_from_context =
            transfer.from.is_none() && !plain.is_empty() && !plain.iter().all(|source| files::is_remote(source));
        let copy = Copy {
            at: transfer.sources.first().map_or(at, |first| self.place(first.span)),
            keyword: one.keyword.value.name().to_owned(),
            from_is_stage: from_stage.is_some(),
            from_stage_index: from_stage.map(whole),
            from_resolves: order::resolves(&from, from_stage, is_too_late),
            chown_is_user: Field::Absent(at),
            owned_by_user: Field::Absent(at),
            chmod: optional(transfer.chmod.as_ref()),
            is_manifest_only: all_known && is_from_context && plain.iter().all(|source| files::is_manifest(source)),
            copies_whole_context: is_from_context && plain.iter().any(|source| files::is_whole_context(source)),
            copies_directory: plain.iter().any(|source| files::is_directory(source)),
            is_remote: plain.iter().any(|source| files::is_remote(source)),
            is_plain_add: one.keyword.value == Keyword::Add && instruction::is_plain(transfer),
            is_from_context,
            position: whole(position),
            dest_resolved: resolved,
            sources: List::new(sources.clone(), at),
            dest,
            from,
            chown,
        };
        state.receive(&copy, &plain);
        if let Some(other) = from_stage.and_then(|stage| self.states.get(stage))
            && plain
                .iter()
                .any(|source| matches!(*source, "/etc/passwd" | "/etc/group" | "/etc" | "/etc/" | "/" | "/etc/passwd*"))
        {
            state.accounts.adopt(&other.accounts);
        }
        copy
    }

    fn undeclared(&self, image: &Word, at: Place) -> List<Field<String>> {
        let Expansion::Unresolved { names } = image.expand(&|name| self.globals.get(name)) else {
            return List::empty(at);
        };
        let missing = names.into_iter().filter(|name| self.globals.place_of(name).is_none() && !is_given(name));
        List::new(missing.map(|name| Field::known(name, at)).collect(), at)
    }

    /// The arguments without a default that a base image needs.
    fn needed(&self, image: &Word, at: Place) -> List<Field<String>> {
        let names =
            if self.undeclared(image, at).items.is_empty() { self.defaults.needed_by(image) } else { Vec::new() };
        List::new(names.into_iter().map(|name| Field::known(name, at)).collect(), at)
    }

    fn finish(&self, raw: &Raw<'t>, index: usize, base: Image, state: &State<'t>, mut own: Own) -> Stage {
        let at = self.place(raw.image.span);
        let is_final = index + 1 == self.raws.len();
        let (user, user_written) = state.users(at);
        let user_value = user.value();
        for copy in &mut own.copies {
            copy.chown_is_user = user::is_owner(user_value, &copy.chown, &state.accounts);
            copy.owned_by_user = state.ownership.of_copy(copy, user_value, &state.accounts);
        }
        let inventory = Inventory {
            base: state.accounts.base.as_ref(),
            packages: &state.packages,
            copied: &state.copied,
            unseen: state.tools_unseen,
        };
        let started = |found: Option<(&syntax::Instruction, bool)>| {
            found.and_then(|(one, inherited)| start::read(one, self.file, inherited))
        };
        let (entrypoint, cmd) = (started(state.entrypoint), started(state.cmd));
        let start = start::together(entrypoint.as_ref(), cmd.as_ref());
        let check =
            state.health.and_then(|(one, inherited)| health::read(one, self.file, &state.scope, &inventory, inherited));
        let counted = |keyword: Keyword| raw.instructions.iter().filter(|one| one.keyword.value == keyword).count();
        let installs = order::manifest_order(&own, at);
        let before_user = order::installs_before_user(&own);
        let directories = state.ownership.directories(user_value, &state.accounts);
        let permissions = state.permissions.finished(user_value, &state.accounts);
        let position = |position: Option<usize>| position.map(whole);
        let ports_at = state.ports.first().map_or(at, |port| port.at);
        Stage {
            at,
            file: PathText(self.path.to_owned()),
            index: whole(index),
            name: raw.alias.map_or(Field::Absent(at), |name| Field::known(name.value.clone(), self.place(name.span))),
            is_final,
            role: Role::Service,
            is_reachable: raw.is_reachable,
            in_final_image: raw.in_final_image,
            base_is_stage: raw.parent.is_some(),
            base_stage_index: position(raw.parent),
            undeclared_base_arguments: self.undeclared(raw.image, at),
            needed_base_arguments: self.needed(raw.image, at),
            undefined_variables: List::new(own.undefined, at),
            base_is_scratch: raw.parent.is_none() && base.reference == "scratch",
            base_software: Software::of(&Field::known(state.external.clone(), at)),
            base_variant: order::variant(&state.external),
            base_is_bare: order::is_bare(&state.external),
            base_is_official: order::is_official(&state.external),
            external_base: state.external.clone(),
            base,
            platform: raw.platform.map_or(Field::Absent(at), |platform| self.globals.field(platform, self.file)),
            created_users: List::new(state.accounts.users.clone(), at),
            created_groups: List::new(state.accounts.groups.clone(), at),
            healthcheck: match check {
                Some(check) => Field::Known(check.clone(), origin(check.at, check.inherited, at)),
                None => Field::Absent(at),
            },
            healthcheck_count: whole(counted(Keyword::Healthcheck)),
            exposed_port_numbers: List::new(numbers(&state.ports), ports_at),
            exposed_ports: List::new(state.ports.clone(), ports_at),
            workdir: state.workdir_field.clone(),
            workdir_written: state.workdir_written.clone(),
            env: List::new(state.env.clone(), at),
            args: List::new(own.args, at),
            labels: List::new(state.labels.clone(), at),
            start_form: start
                .as_ref()
                .map_or(Field::Absent(at), |start| Field::Known(start.form, origin(start.at, start.inherited, at))),
            entrypoint: started_field(entrypoint, at),
            cmd: started_field(cmd, at),
            start: started_field(start, at),
            cmd_count: whole(counted(Keyword::Cmd)),
            entrypoint_count: whole(counted(Keyword::Entrypoint)),
            volumes: List::new(state.volumes.clone(), at),
            stopsignal: state.stopsignal.clone(),
            shell: List::new(state.shell.clone(), at),
            instructions: List::new(self.instructions(raw, index, is_final), at),
            installed_packages: List::new(state.packages.clone(), at),
            package_commands: List::new(own.package_commands, at),
            run_commands: List::new(own.run_commands, at),
            copies_from_stage: own.copies.iter().any(|copy| copy.from_is_stage),
            copies: List::new(own.copies, at),
            directories: List::new(directories, at),
            permissions: List::new(permissions, at),
            privileged_after_user: List::new(own.privileged, at),
            ends_as_root_again: Field::known(own.root_again.is_some(), own.root_again.unwrap_or(user_written.place())),
            first_nonroot_position: position(own.first_nonroot),
            manifest_installed_before_source: installs,
            installs_before_user: before_user.unwrap_or(Field::Absent(at)),
            build_has_dev_dependencies: Field::Absent(at),
            user,
            user_written,
        }
    }

    fn instructions(&self, raw: &Raw<'t>, index: usize, is_final: bool) -> Vec<instruction::Instruction> {
        let mut last = [None; 3];
        let single = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck];
        for (position, one) in raw.instructions.iter().enumerate() {
            for (slot, keyword) in last.iter_mut().zip(single) {
                if one.keyword.value == keyword {
                    *slot = Some(position);
                }
            }
        }
        let is_overridden = |position: usize, keyword: Keyword| {
            single.iter().zip(last).any(|(known, last)| *known == keyword && last != Some(position))
        };
        // What earlier stages do about it is theirs to report.
        let mut rooted = raw.parent.is_some();
        let read = |(position, one): (usize, &syntax::Instruction)| {
            let overridden = is_overridden(position, one.keyword.value);
            instruction::read(one, self.file, self.text, (index, position), is_final, overridden, &mut rooted)
        };
        raw.instructions.iter().enumerate().map(read).collect()
    }
}

fn started_field(command: Option<StartCommand>, from: Place) -> Field<StartCommand> {
    match command {
        Some(command) => {
            let origin = origin(command.at, command.inherited, from);
            Field::Known(command, origin)
        }
        None => Field::Absent(from),
    }
}

fn origin(at: Place, inherited: bool, from: Place) -> Origin {
    Origin { at, via: inherited.then_some(Via { at: from, text: INHERITED }) }
}

pub(super) fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

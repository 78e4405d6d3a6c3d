//! Walking a Dockerfile stage by stage: what each instruction changes, and what a stage hands on to those built from it.

use super::accounts::Accounts;
use super::base_image;
use super::files::{self, Copy, Ownership, join};
use super::health::{self, Inventory};
use super::instruction;
use super::packages::{self, InstalledPackage, PackageCommand, Surroundings};
use super::privileged::{self, PrivilegedKind, PrivilegedStep};
use super::scope::Scope;
use super::script::{self, RunCommand as Command};
use super::settings::{self, BuildArgument, EnvVariable, ExposedPort, Label};
use super::stage::{BaseVariant, RunCommand, Stage};
use super::start::{self, StartCommand};
use super::user::{self, INHERITED, User};
use crate::model::image::Image;
use crate::model::schema::PathText;
use crate::model::value::{Field, List, Origin, Via};
use crate::source::{FileId, Place, Span, Spanned};
use crate::syntax::dockerfile::{self as syntax, InstructionKind, Keyword, Transfer, Word};

/// Stages that are read; a file with more is not a real one.
const MAX_STAGES: usize = 500;

/// One FROM and what follows it.
struct Raw<'t> {
    image: &'t Word,
    alias: Option<&'t Spanned<String>>,
    platform: Option<&'t Word>,
    instructions: &'t [syntax::Instruction],
    /// Index of the stage it is built from.
    parent: Option<usize>,
    is_reachable: bool,
    in_final_image: bool,
}

/// What a stage hands on.
#[derive(Clone)]
struct State<'t> {
    scope: Scope,
    accounts: Accounts,
    ownership: Ownership,
    external: Image,
    user: Option<(Field<String>, Option<Place>)>,
    workdir: String,
    workdir_field: Field<PathText>,
    workdir_written: Field<String>,
    health: Option<(&'t syntax::Instruction, bool)>,
    entrypoint: Option<(&'t syntax::Instruction, bool)>,
    cmd: Option<(&'t syntax::Instruction, bool)>,
    ports: Vec<ExposedPort>,
    env: Vec<EnvVariable>,
    labels: Vec<Label>,
    volumes: Vec<Field<String>>,
    stopsignal: Field<String>,
    shell: Vec<Field<String>>,
    packages: Vec<InstalledPackage>,
    /// Names of files that came in.
    copied: Vec<String>,
    /// Whether tools may have come in that cannot be seen.
    tools_unseen: bool,
}

/// What only the stage itself has.
#[derive(Default)]
struct Own {
    args: Vec<BuildArgument>,
    package_commands: Vec<PackageCommand>,
    run_commands: Vec<RunCommand>,
    copies: Vec<Copy>,
    privileged: Vec<PrivilegedStep>,
    first_nonroot: Option<usize>,
    root_again: Option<Place>,
    manifest_mounts: Vec<usize>,
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
    for (name, default) in before.filter_map(arguments).flatten() {
        let argument = settings::argument(name, default.as_ref(), &globals, file);
        globals.set_arg(argument.name.clone(), argument.default.value().cloned(), argument.at);
        global_args.push(argument);
    }
    let raws = split(tree, &globals);
    let mut reader = Reader { file, path, text, globals, raws: &raws, states: Vec::new() };
    let stages = (0..raws.len()).filter_map(|index| reader.stage(index)).collect();
    (stages, global_args)
}

fn arguments(instruction: &syntax::Instruction) -> Option<&Vec<(Word, Option<Word>)>> {
    match &instruction.kind {
        InstructionKind::Arg(arguments) => Some(arguments),
        _ => None,
    }
}

/// Cuts the file into stages and finds which of them the last one needs.
fn split<'t>(tree: &'t syntax::Dockerfile, globals: &Scope) -> Vec<Raw<'t>> {
    let mut raws: Vec<Raw<'t>> = Vec::new();
    let starts: Vec<usize> = (0..tree.instructions.len())
        .filter(|at| tree.instructions.get(*at).is_some_and(|one| matches!(one.kind, InstructionKind::From { .. })))
        .take(MAX_STAGES)
        .collect();
    for (nth, start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(tree.instructions.len());
        let Some(from) = tree.instructions.get(*start) else { continue };
        let InstructionKind::From { image, alias, platform } = &from.kind else { continue };
        let base = globals.value(image).unwrap_or_default();
        raws.push(Raw {
            image,
            alias: alias.as_ref(),
            platform: platform.as_ref(),
            instructions: tree.instructions.get(start + 1..end).unwrap_or(&[]),
            parent: named_stage(&raws, &base),
            is_reachable: false,
            in_final_image: false,
        });
    }
    // A parent always comes earlier, so that this ends.
    let mut layer = raws.len().checked_sub(1);
    while let Some(raw) = layer.and_then(|index| raws.get_mut(index)) {
        raw.in_final_image = true;
        layer = raw.parent;
    }
    let mut queue: Vec<usize> = raws.len().checked_sub(1).into_iter().collect();
    while let Some(index) = queue.pop() {
        let needed = match raws.get_mut(index) {
            Some(raw) if !raw.is_reachable => {
                raw.is_reachable = true;
                let links = raw.instructions.iter().flat_map(links);
                (raw.parent, links.collect::<Vec<_>>())
            }
            _ => continue,
        };
        let earlier = raws.get(..index).unwrap_or(&[]);
        queue.extend(needed.0);
        queue.extend(needed.1.iter().filter_map(|name| stage_of(earlier, name)));
    }
    raws
}

/// The names behind `--from` and `--mount=from=`.
fn links(instruction: &syntax::Instruction) -> Vec<String> {
    let mut out = Vec::new();
    if let InstructionKind::Copy(transfer) = &instruction.kind {
        out.extend(transfer.from.as_ref().map(|from| from.text.clone()));
    }
    let mounts = instruction.flags.iter().filter(|flag| flag.name.value == "mount");
    let values = mounts.filter_map(|flag| flag.value.as_ref());
    out.extend(
        values
            .flat_map(|value| value.value.split(','))
            .filter_map(|part| part.strip_prefix("from="))
            .map(str::to_owned),
    );
    out
}

/// The last earlier stage of a name, in any case.
fn named_stage(earlier: &[Raw<'_>], name: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    earlier.iter().rposition(|raw| raw.alias.is_some_and(|alias| alias.value == lower))
}

/// The same for `--from`, which also takes an index.
fn stage_of(earlier: &[Raw<'_>], name: &str) -> Option<usize> {
    named_stage(earlier, name).or_else(|| name.parse().ok().filter(|index| *index < earlier.len()))
}

struct Reader<'t, 'r> {
    file: FileId,
    path: &'r str,
    text: &'t str,
    globals: Scope,
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
        let mut own = Own::default();
        for (position, one) in raw.instructions.iter().enumerate() {
            self.take(one, position, index, &mut state, &mut own);
        }
        let stage = self.finish(raw, index, base, &state, own);
        self.states.push(state);
        Some(stage)
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
                    state.env.push(variable);
                }
            }
            InstructionKind::Label(pairs) => {
                for (key, value) in pairs {
                    let label = settings::label(key, value, &state.scope, self.file);
                    state.labels.retain(|other| other.key != label.key);
                    state.labels.push(label);
                }
            }
            InstructionKind::Expose(words) => {
                state.ports.extend(words.iter().flat_map(|word| settings::ports(word, &state.scope, self.file)));
            }
            InstructionKind::Volume(words) => {
                state.volumes.extend(words.iter().map(|word| state.scope.field(word, self.file)));
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
        if one.flags.iter().filter_map(|flag| flag.value.as_ref()).any(|value| mounts_manifest(&value.value)) {
            own.manifest_mounts.push(position);
        }
        let scope = state.scope.clone();
        let cache_is_off = |variable: &str| scope.is_env_on(variable);
        let around = Surroundings {
            commands: &commands,
            has_cache_mount,
            cache_is_off: &cache_is_off,
            after_user: after_user.clone(),
        };
        let mut workdir = state.workdir.clone();
        for command in &commands {
            if command.name() == "cd" {
                if let Some(path) = command.arguments().first().and_then(|word| word.value.as_deref()) {
                    workdir = join(&workdir, path);
                }
                continue;
            }
            if let (true, Some(user)) = (is_nonroot && own.first_nonroot.is_some(), &user) {
                let steps = privileged::of_command(command, user, &state.ownership, &state.accounts, &workdir);
                own.privileged.extend(steps);
            }
            state.accounts.take(command);
            state.ownership.take(command, &workdir, name.as_deref());
            state.note_tools(command);
            packages::remove(command, &mut state.packages);
            if let Some((call, installed)) = packages::read(command, &around) {
                own.package_commands.push(call);
                state.packages.extend(installed);
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
            from_resolves: resolves(&from, from_stage, is_too_late),
            chown_is_user: Field::Absent(at),
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

    fn finish(&self, raw: &Raw<'t>, index: usize, base: Image, state: &State<'t>, mut own: Own) -> Stage {
        let at = self.place(raw.image.span);
        let is_final = index + 1 == self.raws.len();
        let (user, user_written) = state.users(at);
        let user_value = user.value();
        for copy in &mut own.copies {
            copy.chown_is_user = match (&copy.chown, user_value) {
                (Field::Known(owner, origin), Some(user)) => match user.owns(owner, origin.at, &state.accounts) {
                    Some(owns) => Field::known(owns, origin.at),
                    None => Field::unresolved(owner.as_str(), "the id of this owner is not known", origin.at),
                },
                (Field::Known(owner, origin), None) => {
                    Field::unresolved(owner.as_str(), "the user of the stage is not known", origin.at)
                }
                (other, _) => other.clone().map(|_| false),
            };
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
        let installs = manifest_order(&own, at);
        let before_user = installs_before_user(&own);
        let directories = state.ownership.directories(user_value, &state.accounts);
        let position = |position: Option<usize>| position.map(whole);
        let ports_at = state.ports.first().map_or(at, |port| port.at);
        Stage {
            at,
            file: PathText(self.path.to_owned()),
            index: whole(index),
            name: raw.alias.map_or(Field::Absent(at), |name| Field::known(name.value.clone(), self.place(name.span))),
            is_final,
            is_reachable: raw.is_reachable,
            in_final_image: raw.in_final_image,
            base_is_stage: raw.parent.is_some(),
            base_stage_index: position(raw.parent),
            base_is_scratch: raw.parent.is_none() && base.reference == "scratch",
            base_variant: variant(&state.external),
            base_is_official: is_official(&state.external),
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
            exposed_port_numbers: List::new(state.ports.iter().map(|port| port.port.clone()).collect(), ports_at),
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
            privileged_after_user: List::new(own.privileged, at),
            ends_as_root_again: Field::known(own.root_again.is_some(), own.root_again.unwrap_or(user_written.place())),
            first_nonroot_position: position(own.first_nonroot),
            manifest_installed_before_source: installs,
            installs_before_user: before_user.unwrap_or(Field::Absent(at)),
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

impl<'t> State<'t> {
    fn new(image: Image, at: Place) -> Self {
        let accounts = Accounts { base: base_image::facts(&image), ..Accounts::default() };
        Self {
            scope: Scope::default(),
            accounts,
            ownership: Ownership::default(),
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
        }
    }

    /// What a stage starts with whose FROM, at `from`, names this one.
    fn handed_on(&self, from: Place) -> Self {
        let mut state = self.clone();
        let again = |found: &mut Option<(&'t syntax::Instruction, bool)>| {
            if let Some((_, inherited)) = found {
                *inherited = true;
            }
        };
        again(&mut state.health);
        again(&mut state.entrypoint);
        again(&mut state.cmd);
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
    fn current_user(&self) -> Option<User> {
        match &self.user {
            Some((Field::Known(text, origin), via)) => Some(user::resolve(text, origin.at, *via, &self.accounts)),
            Some(_) => None,
            None => user::of_base(self.external.at, None, &self.accounts),
        }
    }

    fn user_unknown(&self) -> String {
        match &self.user {
            Some((Field::Unresolved(unresolved), _)) => unresolved.why.to_string(),
            _ if self.external.repository.value().is_none() => "the base image is not known".to_owned(),
            _ => format!("the default user of `{}` is not known", self.external.reference),
        }
    }

    /// The user of a stage whose FROM names its base at `from`: wherever it is decided, and where USER decides it.
    fn users(&self, from: Place) -> (Field<User>, Field<User>) {
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
    fn receive(&mut self, copy: &Copy, sources: &[&str]) {
        let Some(dest) = copy.dest_resolved.value().map(|path| path.0.clone()) else { return };
        let names = sources.iter().map(|source| source.trim_end_matches('/').rsplit('/').next().unwrap_or(source));
        self.copied.extend(names.map(str::to_owned));
        self.copied.extend(dest.rsplit('/').next().map(str::to_owned));
        let is_bin =
            matches!(dest.as_str(), "/" | "/usr" | "/usr/local" | "/usr/local/bin" | "/usr/bin" | "/bin" | "/opt");
        self.tools_unseen |=
            is_bin && (copy.copies_directory || sources.iter().any(|source| files::is_archive(source)));
        let owner = copy.chown.value().map(|owner| (owner.clone(), copy.chown.place()));
        let into = copy.dest.value().is_some_and(|dest| dest.ends_with('/') || matches!(dest.as_str(), "." | "./"));
        for source in sources.iter().filter(|source| !files::is_directory(source)) {
            let name = source.rsplit('/').next().unwrap_or(source);
            let path = if into || sources.len() > 1 { join(&dest, name) } else { dest.clone() };
            self.ownership.made(path, owner.clone(), copy.at);
        }
        if sources.iter().any(|source| files::is_directory(source)) {
            // Only files that come in get the owner; a directory that is there keeps its own.
            self.ownership.filled(dest, owner, copy.at);
        }
    }

    /// Takes in what a command may put where programs are found.
    fn note_tools(&mut self, command: &Command) {
        let name = command.name();
        let in_bin = |path: &str| {
            ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/", "/usr/local/sbin/"]
                .iter()
                .any(|dir| path.starts_with(dir))
        };
        if name != "rm" {
            let words = command.arguments().iter().chain(&command.outputs).filter_map(|word| word.value.as_deref());
            let paths = words.filter(|path| in_bin(path)).filter_map(|path| path.rsplit('/').next());
            self.copied.extend(paths.map(str::to_owned));
        }
        let first = command.words.first().map_or("", script::Argument::shown);
        let runs_script =
            script::is_shell(name) || first.starts_with("./") || name.ends_with(".sh") || first.starts_with('$');
        self.tools_unseen |= runs_script
            || name == "xargs"
            || (matches!(name, "make" | "ninja") && command.arguments().iter().any(|word| word.text == "install"))
            || matches!(name, "dpkg" | "rpm" | "ansible-playbook" | "nix-env" | "puppet" | "asdf" | "mise" | "eval");
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

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn mounts_manifest(mount: &str) -> bool {
    mount.contains("type=bind")
        && mount.split(',').any(|part| {
            let source = part.strip_prefix("source=").or_else(|| part.strip_prefix("src="));
            source.is_some_and(files::is_manifest)
        })
}

/// Whether `--from` names something that is there.
/// `is_too_late` says whether the name is that of the stage itself or of a later one.
fn resolves(from: &Field<String>, stage: Option<usize>, is_too_late: bool) -> Field<bool> {
    match from {
        Field::Known(name, origin) => {
            let looks_like_image = name.contains(['/', ':', '@']);
            if stage.is_some() || looks_like_image {
                Field::known(true, origin.at)
            } else if is_too_late || name.parse::<usize>().is_ok() {
                Field::known(false, origin.at)
            } else {
                let image = Image::parse(name, origin.at, false);
                match base_image::facts(&image) {
                    Some(_) => Field::known(true, origin.at),
                    None => {
                        let why = format!("no earlier stage is called `{name}`, so it would have to be an image");
                        Field::unresolved(name.as_str(), why, origin.at)
                    }
                }
            }
        }
        other => other.clone().map(|_| false),
    }
}

/// How much an image brings, by the words of its repository and tag.
fn variant(image: &Image) -> Field<BaseVariant> {
    let (Field::Known(repository, _), Field::Known(registry, _)) = (&image.repository, &image.registry) else {
        return Field::unresolved(&*image.reference, "the base image is not known", image.at);
    };
    let at = if image.tag.is_absent() { image.at } else { image.tag.place() };
    let tag = image.tag().unwrap_or("");
    let has = |word: &str| tag.contains(word) || repository.contains(word);
    let found = if image.reference == "scratch" {
        BaseVariant::Scratch
    } else if registry == "cgr.dev" || has("wolfi") || repository.starts_with("chainguard/") {
        BaseVariant::Chainguard
    } else if has("distroless") || has("chiseled") || (has("static") && registry == "gcr.io") {
        BaseVariant::Distroless
    } else if has("alpine") {
        BaseVariant::Alpine
    } else if has("slim") || has("minimal") || has("micro") {
        BaseVariant::Slim
    } else if has("busybox") {
        BaseVariant::Busybox
    } else if let Field::Unresolved(unresolved) = &image.tag {
        return Field::Unresolved(unresolved.clone());
    } else {
        BaseVariant::Full
    };
    Field::known(found, at)
}

fn is_official(image: &Image) -> Field<bool> {
    match (&image.registry, &image.repository) {
        (Field::Known(registry, _), Field::Known(repository, origin)) => {
            let is_hub = matches!(registry.as_str(), "docker.io" | "index.docker.io");
            Field::known(is_hub && !repository.contains('/'), origin.at)
        }
        (Field::Unresolved(why), _) | (_, Field::Unresolved(why)) => Field::Unresolved(why.clone()),
        _ => Field::Absent(image.at),
    }
}

/// Whether dependencies are installed from manifests that were copied before the sources.
fn manifest_order(own: &Own, at: Place) -> Field<bool> {
    let Some(install) = own.package_commands.iter().find(|command| command.installs_manifest) else {
        return Field::Absent(at);
    };
    let brings_source = |copy: &&Copy| {
        copy.is_from_context && !copy.is_manifest_only && (copy.copies_directory || copy.copies_whole_context)
    };
    let mounted = own.manifest_mounts.iter().any(|position| whole(*position) == install.position);
    let manifest = mounted || own.copies.iter().any(|copy| copy.is_manifest_only && copy.position < install.position);
    let source = own.copies.iter().filter(brings_source).find(|copy| copy.position < install.position);
    match source {
        Some(source) => Field::known(false, source.at),
        None if manifest => Field::known(true, install.at),
        None => Field::Absent(install.at),
    }
}

/// Whether every installation comes before the switch to another user.
fn installs_before_user(own: &Own) -> Option<Field<bool>> {
    let switch = whole(own.first_nonroot?);
    let mut installs = own.package_commands.iter().filter(|command| command.installs).peekable();
    let first = installs.peek()?.at;
    let late = installs.find(|command| command.position > switch);
    Some(late.map_or_else(|| Field::known(true, first), |command| Field::known(false, command.at)))
}

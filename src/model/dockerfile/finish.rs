//! The stage that the state of a walk becomes at its end.

use super::graph::Raw;
use super::health::{self, Inventory};
use super::instruction;
use super::order;
use super::role::Role;
use super::settings::ExposedPort;
use super::stage::Stage;
use super::start::{self, StartCommand};
use super::state::State;
use super::user::{self, INHERITED};
use super::walk::{Own, Reader, is_given, whole};
use crate::model::image::Image;
use crate::model::k8s::Software;
use crate::model::schema::{PathText, Port};
use crate::model::value::{Field, List, Origin, Via};
use crate::source::Place;
use crate::syntax::dockerfile::{self as syntax, Expansion, Keyword, Word};

impl<'t> Reader<'t, '_> {
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

    /// The stage, once all its instructions are taken.
    pub(super) fn finish(&self, raw: &Raw<'t>, index: usize, base: Image, state: &State<'t>, mut own: Own) -> Stage {
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
            base_is_official: order::is_official(&state.external),
            base_is_bare: order::is_bare(&state.external),
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

/// The ports of TCP without their protocol, each once.
fn numbers(ports: &[ExposedPort]) -> Vec<Field<Port>> {
    let mut out: Vec<Field<Port>> = Vec::new();
    for port in ports {
        if port.protocol.value().is_some_and(|protocol| protocol != "tcp") {
            continue;
        }
        if port.port.value().is_none() || out.iter().all(|other| other.value() != port.port.value()) {
            out.push(port.port.clone());
        }
    }
    out
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

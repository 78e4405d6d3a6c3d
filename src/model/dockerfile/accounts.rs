//! Users and groups that a stage's RUN instructions create, in every spelling of useradd, adduser, groupadd, addgroup.

use super::base_image::BaseFacts;
use super::script::{Argument, Options, RunCommand};
use crate::model;
use crate::model::schema::Uid;
use crate::model::value::{Field, List};
use crate::source::Place;

model! {
    /// A user that a RUN creates.
    pub struct CreatedUser as "dockerfile.created_user" {
        /// Its name.
        name: Field<String>,
        /// Its user id; absent where the tool chooses one.
        uid: Field<Uid>,
        /// Id of its primary group; absent where the tool chooses one.
        gid: Field<Uid>,
        /// Name of its primary group.
        primary_group: Field<String>,
        /// Whether the group is named in the command, and not the tool's choice.
        has_explicit_group: bool,
        /// Its further groups.
        groups: List<Field<String>>,
        /// Its login shell; absent where the system's default counts.
        shell: Field<String>,
        /// Whether it is a system account.
        system: bool,
        /// Whether its home directory is made.
        creates_home: bool,
        /// Its home directory.
        home: Field<String>,
        /// The program that creates it, such as `useradd`.
        tool: String,
    }
    label(user) { user.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A group that a RUN creates.
    pub struct CreatedGroup as "dockerfile.created_group" {
        /// Its name.
        name: Field<String>,
        /// Its id; absent where the tool chooses one.
        gid: Field<Uid>,
        /// Whether it is a system group.
        system: bool,
    }
    label(group) { group.name.value().cloned().unwrap_or_default() }
}

/// The accounts of a stage so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Accounts {
    pub users: Vec<CreatedUser>,
    pub groups: Vec<CreatedGroup>,
    /// What the base image brings, where that is known.
    pub base: Option<BaseFacts>,
    /// Whether accounts may have been made in a way that is not understood.
    pub unseen: bool,
}

/// Accounts that are kept; a file that creates more is not a real one.
const MAX_ACCOUNTS: usize = 500;

/// Which `adduser` an image has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Busybox,
    Debian,
    Shadow,
}

impl Accounts {
    pub fn user(&self, name: &str) -> Option<&CreatedUser> {
        self.users.iter().rev().find(|user| user.name.value().is_some_and(|known| known == name))
    }

    pub fn user_of(&self, uid: u32) -> Option<&CreatedUser> {
        self.users.iter().rev().find(|user| user.uid.value() == Some(&Uid(uid)))
    }

    /// The id of a group by name, at the place where the name is asked for.
    pub fn gid(&self, name: &str, at: Place) -> Field<Uid> {
        if let Ok(gid) = name.parse() {
            return Field::known(Uid(gid), at);
        }
        if let Some(group) =
            self.groups.iter().rev().find(|group| group.name.value().is_some_and(|known| known == name))
        {
            return group.gid.clone();
        }
        if let Some(gid) = self.base.as_ref().and_then(|base| base.groups.get(name)) {
            return Field::known(Uid(*gid), at);
        }
        // A user's own group has the id of the user unless that is taken.
        let own = self.users.iter().rev().find(|user| user.primary_group.value().is_some_and(|group| group == name));
        if let Some(user) = own.filter(|user| !user.has_explicit_group) {
            return user.gid.clone();
        }
        if name == "root" {
            return Field::known(Uid(0), at);
        }
        Field::unresolved(
            name,
            format!("no RUN creates a group `{name}` and the base image's groups are not known"),
            at,
        )
    }

    /// Takes in what one command does.
    pub fn take(&mut self, command: &RunCommand) {
        if self.users.len().max(self.groups.len()) >= MAX_ACCOUNTS {
            self.unseen = true;
            return;
        }
        match command.name() {
            "useradd" => self.useradd(command),
            "adduser" => self.adduser(command),
            "groupadd" => self.group(command, "gKpRP", &["gid", "key", "password", "root", "prefix"], &["r", "system"]),
            "addgroup" => self.group(command, "g", &["gid"], &["S", "system"]),
            "usermod" => self.usermod(command),
            "groupmod" => self.groupmod(command),
            "echo" | "printf" => self.written(command),
            "newusers" => self.unseen = true,
            _ => {}
        }
    }

    /// What `COPY --from=… /etc/passwd` brings.
    pub fn adopt(&mut self, other: &Self) {
        let room = MAX_ACCOUNTS.saturating_sub(self.users.len());
        self.users.extend(other.users.iter().take(room).cloned());
        let room = MAX_ACCOUNTS.saturating_sub(self.groups.len());
        self.groups.extend(other.groups.iter().take(room).cloned());
        self.unseen |= other.unseen;
        match (&mut self.base, &other.base) {
            (Some(base), Some(more)) => {
                base.users.extend(more.users.iter().map(|(name, ids)| (name.clone(), *ids)));
                base.groups.extend(more.groups.iter().map(|(name, id)| (name.clone(), *id)));
            }
            _ => self.unseen = true,
        }
    }

    fn flavour(&self, options: &Options<'_>) -> Flavour {
        match self.base.as_ref().and_then(|base| base.package_manager.as_deref()) {
            Some("apk") => return Flavour::Busybox,
            Some("apt") => return Flavour::Debian,
            Some(_) => return Flavour::Shadow,
            None => {}
        }
        if options.has(&["S", "D", "H"]) {
            Flavour::Busybox
        } else if options.has(&["r", "m", "M", "N", "l"]) {
            Flavour::Shadow
        } else {
            Flavour::Debian
        }
    }

    fn useradd(&mut self, command: &RunCommand) {
        const VALUED: &[&str] = &[
            "base-dir",
            "comment",
            "home-dir",
            "home",
            "expiredate",
            "inactive",
            "gid",
            "groups",
            "skel",
            "key",
            "password",
            "root",
            "prefix",
            "shell",
            "uid",
            "selinux-user",
        ];
        let options = Options::read(command.arguments(), "bcdefgGkKpPRsuZ", VALUED);
        let Some(name) = options.operands.last() else { return };
        let own_group = match (options.has(&["U", "user-group"]), options.has(&["N", "no-user-group"])) {
            (true, _) => OwnGroup::Asked,
            (false, true) => OwnGroup::None,
            (false, false) => OwnGroup::Usual,
        };
        let group = options.value(&["g", "gid"]);
        self.add_user(
            command,
            name,
            &Given {
                uid: options.value(&["u", "uid"]),
                group,
                own_group,
                groups: split_groups(options.value(&["G", "groups"])),
                shell: options.value(&["s", "shell"]).map(Argument::field),
                home: options.value(&["d", "home-dir", "home"]),
                system: options.has(&["r", "system"]),
                creates_home: options.has(&["m", "create-home"]),
            },
        );
    }

    fn adduser(&mut self, command: &RunCommand) {
        const LONG: &[&str] = &[
            "uid",
            "gid",
            "ingroup",
            "shell",
            "home",
            "gecos",
            "comment",
            "firstuid",
            "lastuid",
            "conf",
            "add_extra_groups",
        ];
        let options = Options::read(command.arguments(), "uGhsgk", LONG);
        let flavour = self.flavour(&options);
        if flavour == Flavour::Shadow {
            return self.useradd(command);
        }
        let names = &options.operands;
        let Some(name) = names.first() else { return };
        let system = options.has(&["S", "system"]);
        if let (Some(group), false) = (names.get(1), system && options.has(&["group"])) {
            // `adduser name group` puts a user that exists into a group.
            let groups = group.field();
            let known = name.shown().to_owned();
            if let Some(user) = self.users.iter_mut().rev().find(|user| user.name.value() == Some(&known)) {
                user.groups.items.push(groups);
            }
            return;
        }
        if flavour == Flavour::Debian && options.has(&["group"]) && !system {
            return;
        }
        let group = options.value(&["G", "ingroup", "gid"]);
        let default_shell = match (flavour, system) {
            (Flavour::Busybox, true) => "/bin/false",
            (Flavour::Busybox, false) => "/bin/sh",
            (_, true) => "/usr/sbin/nologin",
            (_, false) => "/bin/bash",
        };
        let shell = options.value(&["s", "shell"]).map(Argument::field);
        let own_group = match (options.has(&["group"]), system) {
            (true, _) => OwnGroup::Asked,
            (false, true) => OwnGroup::None,
            (false, false) => OwnGroup::Usual,
        };
        self.add_user(
            command,
            name,
            &Given {
                uid: options.value(&["u", "uid"]),
                group,
                own_group,
                groups: Vec::new(),
                shell: Some(shell.unwrap_or_else(|| Field::known(default_shell.to_owned(), command.at))),
                home: options.value(&["h", "home"]),
                system,
                creates_home: !options.has(&["H", "no-create-home", "M"]),
            },
        );
    }

    fn add_user(&mut self, command: &RunCommand, name: &Argument, given: &Given<'_>) {
        let at = command.at;
        let uid = given.uid.map_or(Field::Absent(at), id);
        let primary_group = match given.group {
            Some(group) => group.field(),
            None if given.own_group != OwnGroup::None => name.field(),
            None if command.name() == "adduser" => Field::known("nogroup".to_owned(), at),
            None => Field::known("users".to_owned(), at),
        };
        let gid = match (&primary_group, given.group) {
            (Field::Known(group, origin), Some(_)) => self.gid(group, origin.at),
            (Field::Known(group, _), None) if given.own_group == OwnGroup::None => self.gid(group, at),
            // The tools give a user's own group the id of the user.
            _ if given.group.is_none() => uid.clone(),
            _ => Field::unresolved(given.group.map_or("", |group| group.shown()), "it is filled in later", at),
        };
        // A group that stands as a number keeps its name, where a RUN created one.
        let by_id = gid.value().and_then(|gid| self.groups.iter().find(|group| group.gid.value() == Some(gid)));
        let numeric = primary_group.value().is_some_and(|group| group.parse::<u32>().is_ok());
        let primary_group = match by_id {
            Some(group) if numeric => group.name.clone(),
            _ => primary_group,
        };
        let default_home = || name.field().map(|name| format!("/home/{name}"));
        self.users.push(CreatedUser {
            at: name.at,
            name: name.field(),
            uid,
            gid,
            primary_group,
            has_explicit_group: given.group.is_some() || given.own_group == OwnGroup::Asked,
            groups: List::new(given.groups.clone(), at),
            shell: given.shell.clone().unwrap_or(Field::Absent(at)),
            system: given.system,
            creates_home: given.creates_home,
            home: given.home.map_or_else(default_home, Argument::field),
            tool: command.name().to_owned(),
        });
    }

    fn group(&mut self, command: &RunCommand, letters: &str, valued: &[&str], system: &[&str]) {
        let options = Options::read(command.arguments(), letters, valued);
        match options.operands.as_slice() {
            [name] => self.groups.push(CreatedGroup {
                at: name.at,
                name: name.field(),
                gid: options.value(&["g", "gid"]).map_or(Field::Absent(command.at), id),
                system: options.has(system),
            }),
            // `addgroup user group` puts a user into a group.
            [user, group] => {
                let known = user.shown().to_owned();
                if let Some(user) = self.users.iter_mut().rev().find(|user| user.name.value() == Some(&known)) {
                    user.groups.items.push(group.field());
                }
            }
            _ => {}
        }
    }

    fn usermod(&mut self, command: &RunCommand) {
        let options =
            Options::read(command.arguments(), "cdefgGlLpRsuZ", &["uid", "gid", "groups", "shell", "home", "login"]);
        let Some(name) = options.operands.last() else { return };
        let Some(mut user) = self.any_user(name) else { return };
        let old = user.name.clone();
        if let Some(uid) = options.value(&["u", "uid"]) {
            user.uid = id(uid);
        }
        if let Some(group) = options.value(&["g", "gid"]) {
            user.primary_group = group.field();
            user.gid = self.gid(group.shown(), group.at);
            user.has_explicit_group = true;
        }
        if let Some(shell) = options.value(&["s", "shell"]) {
            user.shell = shell.field();
        }
        if let Some(home) = options.value(&["d", "home"]) {
            user.home = home.field();
        }
        if let Some(login) = options.value(&["l", "login"]) {
            user.name = login.field();
            user.at = name.at;
        }
        user.groups.items.extend(split_groups(options.value(&["G", "groups"])));
        self.users.retain(|other| other.name.value() != old.value());
        self.users.push(user);
    }

    /// A user that a RUN created, or one of the base image.
    fn any_user(&self, name: &Argument) -> Option<CreatedUser> {
        let known = name.value.as_deref()?;
        if let Some(user) = self.user(known) {
            return Some(user.clone());
        }
        let (uid, gid) = *self.base.as_ref()?.users.get(known)?;
        Some(CreatedUser {
            at: name.at,
            name: name.field(),
            uid: Field::known(Uid(uid), name.at),
            gid: Field::known(Uid(gid), name.at),
            primary_group: name.field(),
            has_explicit_group: false,
            groups: List::empty(name.at),
            shell: Field::Absent(name.at),
            system: false,
            creates_home: false,
            home: Field::Absent(name.at),
            tool: "usermod".to_owned(),
        })
    }

    fn groupmod(&mut self, command: &RunCommand) {
        let options = Options::read(command.arguments(), "gnpR", &["gid", "new-name"]);
        let (Some(name), Some(gid)) = (options.operands.last(), options.value(&["g", "gid"])) else { return };
        self.groups.push(CreatedGroup { at: name.at, name: name.field(), gid: id(gid), system: false });
        let base_gid = self.base.as_ref().and_then(|base| base.groups.get(name.shown()).copied());
        for user in &mut self.users {
            if user.primary_group.value().is_some_and(|group| group == name.shown()) {
                user.gid = id(gid);
            }
        }
        // Users of the base image follow their group.
        if let (Some(old), Some(base), Ok(new)) = (base_gid, &mut self.base, gid.shown().parse()) {
            base.users.values_mut().filter(|(_, gid)| *gid == old).for_each(|(_, gid)| *gid = new);
        }
    }

    /// `echo 'app:x:1000:1000::/:/sbin/nologin' >> /etc/passwd`
    fn written(&mut self, command: &RunCommand) {
        let to = |path: &str| command.outputs.iter().any(|target| target.shown().ends_with(path));
        if !to("/etc/passwd") && !to("/etc/group") {
            return;
        }
        let lines = command.arguments().iter().filter(|word| !word.text.starts_with('-'));
        for word in lines {
            let Some(value) = &word.value else {
                self.unseen = true;
                continue;
            };
            for line in value.split("\\n").flat_map(str::lines) {
                self.add_line(line, word.at, to("/etc/passwd"));
            }
        }
    }

    fn add_line(&mut self, line: &str, at: Place, is_user: bool) {
        let parts: Vec<&str> = line.split(':').collect();
        let number = |index: usize| {
            let found = parts.get(index).and_then(|part| part.parse().ok());
            found.map_or(Field::Absent(at), |id| Field::known(Uid(id), at))
        };
        let text = |index: usize| match parts.get(index) {
            Some(part) if !part.is_empty() => Field::known((*part).to_owned(), at),
            _ => Field::Absent(at),
        };
        if is_user && parts.len() >= 4 {
            self.users.push(CreatedUser {
                at,
                name: text(0),
                uid: number(2),
                gid: number(3),
                primary_group: Field::Absent(at),
                has_explicit_group: true,
                groups: List::empty(at),
                shell: text(6),
                system: false,
                creates_home: false,
                home: text(5),
                tool: "echo".to_owned(),
            });
        } else if !is_user && parts.len() >= 3 {
            self.groups.push(CreatedGroup { at, name: text(0), gid: number(2), system: false });
        }
    }
}

/// Whether the user gets a group of its own name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OwnGroup {
    /// It does not.
    None,
    /// It does where nothing else is said.
    Usual,
    /// An option asks for it.
    Asked,
}

struct Given<'c> {
    uid: Option<&'c Argument>,
    group: Option<&'c Argument>,
    own_group: OwnGroup,
    groups: Vec<Field<String>>,
    shell: Option<Field<String>>,
    home: Option<&'c Argument>,
    system: bool,
    creates_home: bool,
}

fn id(argument: &Argument) -> Field<Uid> {
    argument.field().parse("a user or group id", |value| value.parse().ok().map(Uid))
}

fn split_groups(argument: Option<&Argument>) -> Vec<Field<String>> {
    let Some(argument) = argument else { return Vec::new() };
    match &argument.value {
        Some(value) => value.split(',').map(|group| Field::known(group.to_owned(), argument.at)).collect(),
        None => vec![argument.field()],
    }
}

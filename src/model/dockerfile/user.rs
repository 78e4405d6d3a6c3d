//! The user that a stage's processes run as.

use super::accounts::Accounts;
use crate::model;
use crate::model::schema::Uid;
use crate::model::value::Field;
use crate::source::Place;

model! {
    /// The user that a container of a stage runs as.
    pub struct User as "dockerfile.user" {
        /// As USER has it, variables filled in; absent where the base image decides.
        as_written: Field<String>,
        /// Its name, where it has one.
        name: Field<String>,
        /// Its id; absent where a RUN creates it without a fixed one.
        uid: Field<Uid>,
        /// Id of its group.
        gid: Field<Uid>,
        /// The group behind the colon of USER.
        group: Field<String>,
        /// Whether it is root.
        is_root: Field<bool>,
        /// Whether USER names a group.
        has_group: bool,
        /// Whether USER gives a number, which a kubelet can verify.
        is_numeric: bool,
        /// Whether a RUN of the stage or of those it is built from creates it.
        is_created: bool,
        /// Whether it comes from the base image and not from a USER instruction.
        from_base: bool,
    }
    label(user) { user.as_written.value().or(user.name.value()).cloned().unwrap_or_default() }
}

/// Reads `user`, `uid`, `user:group`, … as Docker does (Dockerfile reference, `USER`).
pub(super) fn resolve(text: &str, at: Place, via: Option<Place>, accounts: &Accounts) -> User {
    let trimmed = text.trim();
    let (user, group) = trimmed.split_once(':').map_or((trimmed, None), |(user, group)| (user, Some(group)));
    let group = group.filter(|group| !group.is_empty());
    // Docker takes an empty user as root.
    let number = if user.is_empty() { Some(0) } else { user.parse::<u32>().ok() };
    let created = match number {
        Some(uid) => accounts.user_of(uid),
        None => accounts.user(user),
    };
    let base = accounts.base.as_ref();
    let shipped = match number {
        Some(uid) => base.and_then(|base| base.users.iter().find(|(_, (known, _))| *known == uid)),
        None => base.and_then(|base| base.users.get_key_value(user)),
    };
    let uid = match (number, created, shipped) {
        (Some(uid), ..) => Field::known(Uid(uid), at),
        (None, Some(created), _) => created.uid.clone(),
        (None, None, Some((_, (uid, _)))) => Field::known(Uid(*uid), at),
        (None, None, None) if user == "root" => Field::known(Uid(0), at),
        (None, None, None) => {
            let why = format!("no RUN creates the user `{user}`, and its id in the base image is not known");
            Field::unresolved(user, why, at)
        }
    };
    let name = match (number, created, shipped) {
        (None, ..) => Field::known(user.to_owned(), at),
        (Some(_), Some(created), _) => created.name.clone(),
        (Some(_), None, Some((name, _))) => Field::known(name.clone(), at),
        (Some(_), None, None) => Field::Absent(at),
    };
    let gid = match (group, created, shipped) {
        (Some(group), ..) => accounts.gid(group, at),
        (None, Some(created), _) => created.gid.clone(),
        (None, None, Some((_, (_, gid)))) => Field::known(Uid(*gid), at),
        (None, None, None) if number == Some(0) || user == "root" => Field::known(Uid(0), at),
        // A user without an entry in /etc/passwd gets the root group.
        (None, None, None)
            if number.is_some() && base.is_some_and(|base| base.family.is_some()) && !accounts.unseen =>
        {
            Field::known(Uid(0), at)
        }
        (None, None, None) => Field::unresolved(user, format!("the group of `{user}` is not known"), at),
    };
    let is_root = uid.value().map_or(user == "root", |uid| uid.0 == 0);
    let mut out = User {
        at,
        as_written: Field::known(trimmed.to_owned(), at),
        name,
        uid,
        gid,
        group: group.map_or(Field::Absent(at), |group| Field::known(group.to_owned(), at)),
        is_root: Field::known(is_root, at),
        has_group: group.is_some(),
        is_numeric: number.is_some(),
        is_created: created.is_some(),
        from_base: false,
    };
    if let Some(via) = via {
        out = out.inherited(via);
    }
    out
}

/// The user that a base image starts as. `None` where that is not known.
pub(super) fn of_base(at: Place, via: Option<Place>, accounts: &Accounts) -> Option<User> {
    let known = accounts.base.as_ref()?.user.as_ref()?;
    let text = known.name.clone().unwrap_or_else(|| known.uid.to_string());
    let mut user = resolve(&text, at, via, accounts);
    if user.uid.value().is_none() {
        user.uid = Field::known(Uid(known.uid), at);
    }
    user.gid = Field::known(Uid(known.gid), at);
    user.is_root = Field::known(known.uid == 0, at);
    user.as_written = Field::Absent(at);
    user.has_group = false;
    user.from_base = true;
    Some(match via {
        Some(via) => user.inherited(via),
        None => user,
    })
}

/// Whether an owner, as `chown` writes it, is the user of a stage; `None` for the user stands for one that is not known.
pub(super) fn is_owner(user: Option<&User>, owner: &Field<String>, accounts: &Accounts) -> Field<bool> {
    match (owner, user) {
        (Field::Known(owner, origin), Some(user)) => match user.owns(owner, origin.at, accounts) {
            Some(owns) => Field::known(owns, origin.at),
            None => Field::unresolved(owner.as_str(), "the id of this owner is not known", origin.at),
        },
        (Field::Known(owner, origin), None) => {
            Field::unresolved(owner.as_str(), "the user of the stage is not known", origin.at)
        }
        (other, _) => other.clone().map(|_| false),
    }
}

pub(super) const INHERITED: &str = "inherited by this stage";

impl User {
    fn inherited(mut self, via: Place) -> Self {
        self.as_written = self.as_written.via(via, INHERITED);
        self.name = self.name.via(via, INHERITED);
        self.uid = self.uid.via(via, INHERITED);
        self.gid = self.gid.via(via, INHERITED);
        self.group = self.group.via(via, INHERITED);
        self.is_root = self.is_root.via(via, INHERITED);
        self
    }

    /// Whether an owner as `chown` writes it is this user, as far as that is known.
    pub(super) fn owns(&self, owner: &str, at: Place, accounts: &Accounts) -> Option<bool> {
        if owner.contains('$') {
            return None;
        }
        let other = resolve(owner, at, None, accounts);
        match (self.uid.value(), other.uid.value()) {
            (Some(own), Some(other)) => return Some(own == other),
            _ if self.name.value().is_some() && self.name.value() == other.name.value() => return Some(true),
            _ => {}
        }
        // Two different names are two users unless one of them is only a number.
        let both_named = self.name.value().is_some() && other.name.value().is_some();
        both_named.then_some(false)
    }
}

//! What the model makes of realistic Dockerfiles: users, health checks, packages, order and places.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

mod arbitrary;
mod running;
mod stages;
mod undefined;
mod users;

use std::sync::Arc;

use svclint::model::dockerfile::{self, Dockerfile, Stage, User};
use svclint::model::schema::Uid;
use svclint::model::value::Field;
use svclint::source::FileId;
use svclint::syntax;

fn read(text: &str) -> Dockerfile {
    dockerfile::read(FileId(0), "Dockerfile", &syntax::dockerfile::parse(text), text)
}

fn last(text: &str) -> Arc<Stage> {
    read(text).final_stage.expect("a stage")
}

fn slice<'t, T>(field: &Field<T>, text: &'t str) -> &'t str {
    field.place().span.slice(text)
}

/// `name uid gid root?`, with `-` for absent and `?` for unresolved.
fn user(text: &str) -> String {
    let stage = last(text);
    match &stage.user {
        Field::Known(user, _) => shown(user),
        Field::Unresolved(why) => format!("unknown: {}", why.why),
        other => format!("{other:?}"),
    }
}

fn shown(user: &User) -> String {
    let id = |field: &Field<Uid>| match field {
        Field::Known(id, _) => id.0.to_string(),
        Field::Absent(_) => "-".to_owned(),
        _ => "?".to_owned(),
    };
    let name = user.name.value().map_or("-", String::as_str);
    let root = if user.is_root.value() == Some(&true) { " root" } else { "" };
    format!("{name} {} {}{root}", id(&user.uid), id(&user.gid))
}

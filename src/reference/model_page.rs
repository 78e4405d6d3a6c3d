//! The field reference: every kind and struct of the model.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::markdown::{self, cell, code};
use crate::model::schema::{StructDef, Type};
use crate::rules::builtin::BUILTINS;
use crate::rules::operators::Operator;

/// The page in Markdown.
pub(super) fn page() -> String {
    let kinds: Vec<&StructDef> = crate::model::kinds().iter().map(|kind| (kind.schema)()).collect();
    let mut out = markdown::HEAD.to_owned();
    out.push_str(
        "# The model\n\nWhat rules can look at (`target`) and compare (`field`). A path goes through structs with `.` \
         (`user.uid`) and over lists with `each`, `some`, `count` and `agree`. A type with `?` may be absent, and a path \
         through something absent is absent. Every value may also be unresolved, and is then *cannot tell*. \
         `svclint model` shows what a repository gives.\n\nThe *grip* is what findings call a target by.\n\n",
    );
    contents(&mut out, &kinds);
    types(&mut out);
    predicates(&mut out);
    out.push_str("\n## Kinds\n");
    for kind in &kinds {
        section(&mut out, kind, true);
    }
    out.push_str("\n## Structs\n\nWhat fields of kinds hold. Rules reach them by path.\n");
    for inner in structs(&kinds) {
        section(&mut out, inner, false);
    }
    out
}

fn contents(out: &mut String, kinds: &[&StructDef]) {
    out.push_str("| kind | what it is |\n|---|---|\n");
    for kind in kinds {
        // Writing to a string does not fail.
        _ = writeln!(out, "| {} | {} |", link(kind), cell(kind.doc));
    }
}

/// The types with the operators that fit them.
fn types(out: &mut String) {
    let rows: &[(&str, Type, &str)] = &[
        ("bool", Type::Bool, "`true` or `false`"),
        ("int", Type::Int, "a whole number"),
        ("float", Type::Float, "a number"),
        ("uid", Type::Uid, "a user or group id, 0 to 4294967295"),
        ("port", Type::Port, "0 to 65535"),
        ("string", Type::Str, "text"),
        ("path", Type::Path, "a path, with `/`"),
        ("a \\| b", Type::Enum(&["a", "b"]), "one of a closed list of words"),
        ("duration", Type::Duration, "`30s`, `1m30s`"),
        ("quantity", Type::Quantity, "`500m`, `256Mi`, compared as amounts"),
        ("list<…>", Type::List(&Type::Str), "several values"),
        ("struct", Type::Struct(no_fields), "something with fields; compared by its fields"),
        ("tree", Type::Tree, "files and directories, asked for by path"),
    ];
    out.push_str("\n## Types\n\n`exists` needs a type with `?`. A list of structs knows `empty` only.\n\n");
    out.push_str("| type | values | operators |\n|---|---|---|\n");
    for (name, ty, doc) in rows {
        let fitting: Vec<String> = Operator::ALL
            .iter()
            .filter(|operator| operator.fits(*ty))
            .map(|operator| code(operator.as_str()))
            .collect();
        _ = writeln!(out, "| `{name}` | {doc} | {} |", fitting.join(" "));
    }
    out.push_str("\n## Operators\n\n| operator | holds where the field |\n|---|---|\n");
    for operator in Operator::ALL {
        let absent = if operator.is_negative() { " (needs `absent` on a field that may be absent)" } else { "" };
        _ = writeln!(out, "| {} | {}{absent} |", code(operator.as_str()), operator.doc());
    }
}

/// What rules can ask with `check`.
fn predicates(out: &mut String) {
    out.push_str(
        "\n## Predicates\n\nComparisons that conditions cannot say, each with the reason. A rule calls one by its name and \
         gives every argument: `check: NAME` with `with: { argument: value }`, where a value is a literal, `$param` or \
         `{ field: path }`.\n",
    );
    for builtin in BUILTINS {
        _ = write!(out, "\n### `{}`\n\n{}\n\n", builtin.name, sentence(builtin.doc));
        out.push_str("| argument | type | |\n|---|---|---|\n");
        for parameter in builtin.parameters {
            let ty = code(&parameter.wants.name());
            _ = writeln!(out, "| {} | {ty} | {} |", code(parameter.name), cell(parameter.doc));
        }
        _ = write!(out, "\nWhy conditions cannot say it: {}\n", sentence(builtin.why));
    }
}

fn no_fields() -> &'static StructDef {
    static DEF: StructDef = StructDef { name: "struct", doc: "", fields: &[], located: None };
    &DEF
}

/// The structs that are no kinds, by name.
fn structs(kinds: &[&'static StructDef]) -> Vec<&'static StructDef> {
    let mut seen: BTreeSet<&str> = kinds.iter().map(|kind| kind.name).collect();
    let mut queue: Vec<&StructDef> = kinds.to_vec();
    let mut out: Vec<&'static StructDef> = Vec::new();
    while let Some(def) = queue.pop() {
        for field in def.fields {
            if let Some(inner) = inner(field.ty)
                && seen.insert(inner.name)
            {
                queue.push(inner);
                out.push(inner);
            }
        }
    }
    out.sort_by_key(|def| def.name);
    out
}

fn inner(ty: Type) -> Option<&'static StructDef> {
    match ty {
        Type::Struct(def) => Some(def()),
        Type::List(element) => inner(*element),
        _ => None,
    }
}

fn link(def: &StructDef) -> String {
    format!("[{}](#{})", code(def.name), markdown::anchor(def.name))
}

fn section(out: &mut String, def: &StructDef, is_kind: bool) {
    _ = write!(out, "\n### `{}`\n\n{}\n", def.name, sentence(def.doc));
    if is_kind {
        _ = write!(out, "\nGrip: {}.\n", grip(def));
    }
    out.push_str("\n| field | type | |\n|---|---|---|\n");
    for field in def.fields {
        let optional = if field.optional { "?" } else { "" };
        let former = field.was.map(|was| format!(" Formerly {}.", code(was))).unwrap_or_default();
        let (name, ty) = (code(field.name), type_name(field.ty));
        _ = writeln!(out, "| {name} | {ty}{optional} | {}{former} |", cell(field.doc));
    }
}

fn type_name(ty: Type) -> String {
    match ty {
        Type::Struct(def) => link(def()),
        Type::List(element) => match inner(*element) {
            Some(def) => format!("list of {}", link(def)),
            None => format!("list of {}", type_name(*element)),
        },
        Type::Enum(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" \\| "),
        other => other.name(),
    }
}

/// What `label` of the struct gives; a kind that has no row here is called by its `name`, else by its `path`.
fn grip(def: &StructDef) -> String {
    let known = match def.name {
        "service" | "layout" => Some("`root`"),
        "repo" => Some("`.`"),
        "atonix" => Some("`metadata.name`, else `service.name`, else `path`"),
        "atonix.port" => Some("`name`, else `container_port`"),
        "dockerfile.stage" => Some("`name`, else `index`"),
        "dockerfile.instruction" => Some("`keyword`"),
        "k8s.workload" | "k8s.object" | "k8s.external_secret" => Some("`kind` and `name`, as `Deployment/api`"),
        _ => None,
    };
    let own = || ["name", "path", "key", "title"].into_iter().find(|name| def.field(name).is_some());
    known.map_or_else(|| own().map_or_else(|| "its place".to_owned(), code), str::to_owned)
}

fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

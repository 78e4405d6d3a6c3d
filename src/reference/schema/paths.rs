//! The paths that conditions can name below a kind.

use crate::model::schema::{StructDef, Type};

/// A path goes through at most this many structs.
const MAX_STEPS: usize = 5;

/// A path with what it leads to.
#[derive(Clone, Debug)]
pub(super) struct PathOf {
    /// The path, such as `user.uid`.
    pub(super) path: String,
    /// The type at its end.
    pub(super) ty: Type,
    /// Whether it may be absent, itself or on the way.
    pub(super) optional: bool,
}

/// The paths of a kind, in the order of its fields. A struct that holds itself is entered once.
pub(super) fn of(def: &'static StructDef) -> Vec<PathOf> {
    let mut out = Vec::new();
    below(def, "", false, &mut vec![def.name], &mut out);
    out
}

fn below(def: &'static StructDef, lead: &str, optional: bool, through: &mut Vec<&'static str>, out: &mut Vec<PathOf>) {
    for field in def.fields {
        let path = format!("{lead}{}", field.name);
        let optional = optional || field.optional;
        out.push(PathOf { path: path.clone(), ty: field.ty, optional });
        if let Type::Struct(inner) = field.ty {
            let inner = inner();
            if through.len() < MAX_STEPS && !through.contains(&inner.name) {
                through.push(inner.name);
                below(inner, &format!("{path}."), optional, through, out);
                through.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_through_an_optional_struct_is_optional() {
        let stage = crate::model::kind("dockerfile.stage").map(|kind| of((kind.schema)())).unwrap_or_default();
        let find = |path: &str| stage.iter().find(|found| found.path == path);
        assert!(find("base.tag").is_some_and(|found| found.optional));
        assert!(find("index").is_some_and(|found| !found.optional));
        assert!(find("base.tagg").is_none());
    }
}

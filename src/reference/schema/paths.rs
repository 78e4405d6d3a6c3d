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
    /// Whether a field in it has another name now.
    pub(super) is_former: bool,
}

/// The paths of a kind, in the order of its fields, each with those that former names make. A struct that holds itself
/// is entered once.
pub(super) fn of(def: &'static StructDef) -> Vec<PathOf> {
    let mut out = Vec::new();
    below(def, &Lead::default(), &mut vec![def.name], &mut out);
    out
}

/// What stands before a field.
#[derive(Default)]
struct Lead {
    path: String,
    optional: bool,
    is_former: bool,
}

fn below(def: &'static StructDef, lead: &Lead, through: &mut Vec<&'static str>, out: &mut Vec<PathOf>) {
    for field in def.fields {
        let optional = lead.optional || field.optional;
        for name in [Some(field.name), field.was].into_iter().flatten() {
            let path = format!("{}{name}", lead.path);
            let is_former = lead.is_former || name != field.name;
            out.push(PathOf { path: path.clone(), ty: field.ty, optional, is_former });
            if let Type::Struct(inner) = field.ty {
                let inner = inner();
                if through.len() < MAX_STEPS && !through.contains(&inner.name) {
                    through.push(inner.name);
                    below(inner, &Lead { path: format!("{path}."), optional, is_former }, through, out);
                    through.pop();
                }
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

    #[test]
    fn a_former_name_makes_a_path_of_its_own() {
        let section = crate::model::kind("markdown.section").map(|kind| of((kind.schema)())).unwrap_or_default();
        let find = |path: &str| section.iter().find(|found| found.path == path).map(|found| found.is_former);
        assert_eq!(find("is_empty"), Some(false));
        assert_eq!(find("empty"), Some(true));
        assert_eq!(find("key"), Some(false));
    }
}

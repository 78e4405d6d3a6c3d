//! Comparisons of a tree of files: whether something is at a path, without going over a list of files.

use super::eval::Env;
use super::evidence::{Evidence, Seen, Truth, Verdict};
use super::ir::{Compare, Cond, Const, Value};
use super::operators::Operator;
use super::pattern::Glob;
use crate::model::schema::{Paths, Slot, View};
use crate::model::value::Origin;

impl<'a> Env<'a> {
    /// A tree against a path: the path itself is the value seen, at the deepest directory of it that is there.
    pub(super) fn compare_tree(
        &mut self,
        condition: &'a Cond,
        compare: &'a Compare,
        tree: &'a dyn Paths,
        origin: Origin,
        wanted: bool,
    ) -> Verdict<'a> {
        let (asked, pattern) = match &compare.operand {
            Value::Const(Const::Str(path)) => (path.as_str(), None),
            Value::Const(Const::Pattern(pattern)) => (pattern.text.as_str(), Some(pattern)),
            Value::Const(_) => return Verdict::holds(),
            Value::Path(path) => match self.slot(path) {
                Slot::Known(View::Str(path), _) => (path, None),
                _ => {
                    return self.verdict(Truth::Unknown, wanted, || {
                        vec![Evidence {
                            origin,
                            seen: Seen::Target,
                            root: None,
                            field: &compare.path.text,
                            condition: Some(condition),
                            negated: false,
                        }]
                    });
                }
            },
        };
        let found = match compare.operator {
            Operator::HasFile => tree.file(asked),
            Operator::HasDirectory => tree.directory(asked),
            Operator::HasFilled => tree.filled_directory(asked),
            Operator::DockerIgnores => tree.is_docker_ignored(asked).then_some(origin.at),
            _ => {
                if let Some(pattern) = pattern {
                    tree.matching(&|path| pattern.is_match(path))
                } else {
                    let glob = Glob::new(asked);
                    tree.matching(&|path| glob.is_match(path))
                }
            }
        };
        let at = match (found, compare.operator) {
            (Some(found), _) => found,
            (None, Operator::DockerIgnores) => tree.dockerignore().unwrap_or(origin.at),
            (None, Operator::HasMatch) => origin.at,
            (None, _) => tree.nearest(asked),
        };
        self.verdict(Truth::of(found.is_some()), wanted, || {
            let seen = Seen::Value(View::Str(asked));
            vec![Evidence {
                origin: at.into(),
                seen,
                root: Some(compare.path.root),
                field: &compare.path.text,
                condition: Some(condition),
                negated: false,
            }]
        })
    }
}

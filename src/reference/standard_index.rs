//! The index of all standards.

use std::fmt::Write as _;

use super::Catalogue;
use super::markdown::{self, cell};
use crate::standard::{Clause, Coverage};

/// The page in Markdown.
pub(super) fn page(catalogue: &Catalogue) -> String {
    let mut out = markdown::HEAD.to_owned();
    out.push_str(
        "# Standards\n\n`svclint standards show ID` prints the same in the terminal; `svclint check --statistics` says how \
         each clause ended for a service.\n\n\
         | standard | title | version | clauses | full | partial | manual |\n|---|---|---|---|---|---|---|\n",
    );
    for standard in &catalogue.standards {
        let of = |coverage| {
            let counts = |clause: &&Clause| clause.coverage == coverage;
            standard.clauses.iter().filter(counts).count()
        };
        let id = &standard.id;
        // Writing to a string does not fail.
        _ = writeln!(
            out,
            "| [{id}]({id}.md) | {} | {} | {} | {} | {} | {} |",
            cell(&standard.title),
            standard.version,
            standard.clauses.len(),
            of(Coverage::Full),
            of(Coverage::Partial),
            of(Coverage::Manual),
        );
    }
    out
}

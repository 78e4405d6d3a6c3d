//! Where a failure is: for every condition, the place that is blamed and those that are named beside it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![expect(clippy::needless_raw_string_hashes, reason = "all texts of a case are written in one way")]

mod joins;
mod lists;
mod values;

use std::sync::Arc;

use svclint::discover;
use svclint::engine;
use svclint::model::repo::Repo;
use svclint::report::{self, Format, Style};
use svclint::rules::Arguments;
use svclint::standard::library::Library;
use svclint::standard::select;

/// The findings of a rule on a few files, as people see them. `body` holds everything from `target` on.
fn shown(body: &str, files: &[(&str, &str)]) -> String {
    let head = "rule: sample\nsince: 0.1.0\nsummary: it is as it should be\ncategory: correctness\nseverity: error\n\
                why: A test.\nunknown: warn\n";
    let examples = "examples:\n  - { name: good, files: {} }\n  - { name: bad, files: {}, expect: [{ at: x }] }\n";
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(format!("{head}{body}{examples}")));
    let source = library.rule("sample", None).unwrap();
    let instance = select::single(&source, &Arguments::new()).unwrap();
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let repo = Repo::load(discover::in_memory(&files), None);
    let report = engine::run_instances(&repo, vec![instance]);
    let text = report::write(Format::Pretty, &report, &repo.sources, &Style { width: 100, ..Style::default() });
    let end = text.rfind("\n\n").unwrap_or(text.len());
    text.get(..end).unwrap_or("").trim_end().to_owned()
}

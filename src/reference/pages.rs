//! All generated pages and schemas, by path.

use std::collections::BTreeMap;

use super::{Catalogue, changelog_page, model_page, rule_index, rule_page, schema, standard_index, standard_page};
use crate::diagnostic::Problem;
use crate::engine::shown;
use crate::standard::library::Library;

/// The text of every file that is generated, by its path in the repository, from a library.
///
/// # Errors
/// Everything that is wrong with the rules and standards of the library.
pub fn pages(library: &mut Library) -> Result<BTreeMap<String, String>, Vec<Problem>> {
    let catalogue = Catalogue::new(library)?;
    let mut out = BTreeMap::new();
    for id in catalogue.rules.keys() {
        let rule = library.rule_with_examples(id)?;
        let examples = shown::examples(&rule)?;
        out.insert(format!("docs/rules/{id}.md"), rule_page::page(library, &catalogue, &rule, &examples));
    }
    out.insert("docs/rules/README.md".to_owned(), rule_index::page(library, &catalogue));
    for standard in &catalogue.standards {
        out.insert(format!("docs/standards/{}.md", standard.id), standard_page::page(standard));
    }
    out.insert("docs/standards/README.md".to_owned(), standard_index::page(&catalogue));
    out.insert("docs/model.md".to_owned(), model_page::page());
    out.insert("docs/changelog-of-rules.md".to_owned(), changelog_page::page(&catalogue));
    for kind in schema::Kind::ALL.iter().filter(|kind| kind.is_generated()) {
        out.insert(format!("docs/schemas/{}.schema.json", kind.name()), kind.text(&catalogue));
    }
    Ok(out)
}

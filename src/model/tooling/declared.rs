//! `.svclint.yaml`, as far as it says which standards the repository follows.

use std::sync::Arc;

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Sources};
use crate::syntax::yaml::{NodeRef, Tree};

/// The name of the configuration.
const NAME: &str = ".svclint.yaml";

model! {
    /// A standard that the configuration of svclint names, for all services or in an override for some.
    pub struct DeclaredStandard as "repo.standard" {
        /// Its id.
        id: Field<String>,
        /// The glob of the services whose override names it; absent where it is named for all.
        services: Field<String>,
    }
    label(standard) { standard.id.value().cloned().unwrap_or_default() }
}

/// The standards that the configuration of the run names, or where the run has none, the one at its root.
pub(super) fn read(sources: &Sources, nowhere: Place) -> List<Arc<DeclaredStandard>> {
    let (id, text) = match (sources.outside(), sources.find(NAME)) {
        (Some(file), _) => (FileId::OUTSIDE, Some(file.text().into())),
        (None, Some(id)) => (id, sources.read(id)),
        (None, None) => return List::empty(nowhere),
    };
    let Some(text) = text else { return List::empty(Place::whole(id)) };
    let tree = Tree::parse(id, &text);
    let mut out = Vec::new();
    if let Some(root) = tree.documents().next() {
        named(root, None, &mut out);
        let overrides = root.get("services").and_then(|services| services.get("overrides"));
        for entry in overrides.into_iter().flat_map(NodeRef::entries) {
            let services = Field::known(entry.key.to_owned(), entry.key_node.place());
            named(entry.value, Some(&services), &mut out);
        }
    }
    List::new(out.into_iter().map(Arc::new).collect(), Place::whole(id))
}

/// The standards under `standards`, each written as its id or as a mapping with one.
fn named(node: NodeRef<'_>, services: Option<&Field<String>>, out: &mut Vec<DeclaredStandard>) {
    for item in node.get("standards").into_iter().flat_map(NodeRef::items) {
        let id = match item.get("id") {
            Some(_) => Reader::new(item).field("id", text),
            None => text(item),
        };
        let at: Place = id.place();
        out.push(DeclaredStandard { at, services: services.cloned().unwrap_or(Field::Absent(at)), id });
    }
}

#[cfg(test)]
mod tests {
    use super::{DeclaredStandard, List, NAME, Place, read};
    use crate::source::{EntryKind, FileId, SourceFile, Sources};
    use std::sync::Arc;

    fn file(text: &str) -> SourceFile {
        let file = SourceFile::new(NAME.to_owned(), EntryKind::File);
        file.set_text(text.into());
        file
    }

    fn shown(list: &List<Arc<DeclaredStandard>>) -> Vec<(Option<&str>, Option<&str>)> {
        list.iter().map(|standard| (standard.id.value().map(String::as_str), standard.services.value().map(String::as_str))).collect()
    }

    #[test]
    fn standards_are_named_for_all_services_and_in_overrides() {
        let text = "standards: [team, { id: pmoves }]\nservices: { overrides: { web/*: { standards: [statex] } } }\n";
        let sources = Sources::new(vec![file(text)]);
        let found = read(&sources, Place::whole(FileId(0)));
        assert_eq!(shown(&found), [(Some("team"), None), (Some("pmoves"), None), (Some("statex"), Some("web/*"))]);
    }

    #[test]
    fn the_configuration_of_the_run_goes_first() {
        let mut sources = Sources::new(vec![file("standards: [atonix]")]);
        sources.set_outside(file("fail_on: never"));
        let found = read(&sources, Place::whole(FileId(0)));
        assert!(found.items.is_empty());
        assert_eq!(found.at.file, FileId::OUTSIDE);
    }
}

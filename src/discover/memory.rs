//! A repository that is only in memory, such as an example inside a rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Artifact, ArtifactKind, Classifier, Discovery, Need};
use crate::source::{EntryKind, SourceFile, Sources};

/// Takes files as they are: path relative to the root, and text. A path that ends in `/` is an empty directory.
#[must_use]
pub fn in_memory(files: &[(String, String)]) -> Discovery {
    let mut directories: BTreeSet<String> = BTreeSet::from([".".to_owned()]);
    for (path, _) in files {
        let mut rest = path.as_str();
        while let Some((parent, _)) = rest.rsplit_once('/') {
            directories.insert(parent.to_owned());
            rest = parent;
        }
    }
    let directories = directories.into_iter().map(|path| SourceFile::new(path, EntryKind::Directory));
    let regular = files.iter().filter(|(path, _)| !path.ends_with('/')).map(|(path, text)| {
        let file = SourceFile::new(path.clone(), EntryKind::File);
        file.set_text(Arc::from(text.as_str()));
        file
    });
    let mut entries: Vec<SourceFile> = directories.chain(regular).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let sources = Sources::new(entries);
    let classifier = Classifier::new(&sources);
    let artifacts = sources
        .iter()
        .filter(|(_, file)| file.kind == EntryKind::File)
        .filter(|(_, file)| classifier.need(&file.path, file.kind) != Need::Nothing)
        .map(|(id, file)| Artifact { file: id, kind: classifier.classify(&file.path, file.text()) })
        .filter(|artifact| artifact.kind != ArtifactKind::Other)
        .collect();
    Discovery { sources, artifacts, unread: Vec::new(), errors: Vec::new(), skipped: Vec::new() }
}

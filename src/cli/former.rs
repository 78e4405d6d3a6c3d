//! `fix`: the present ids of rules in the place of former ones, in suppressions and in the configuration.

use std::collections::BTreeMap;

use super::settings::Loaded;
use crate::config::{self, Base};
use crate::engine::mend::Texts;
use crate::finding::{Renamed, Report};
use crate::source::edit::{Edit, apply};
use crate::source::{FileId, Place, Sources, Span};
use crate::standard::library::Library;
use crate::syntax::yaml::Tree;

/// How an annotation begins that silences a rule.
const ANNOTATION: &str = "svclint.dev/ignore.";

/// The files whose suppressions name present ids now, and the lines that say so.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The texts, by path.
    pub(super) texts: Texts,
    /// Path, former id and present id, once for each place.
    pub(super) made: Vec<(String, String, String)>,
}

/// Writes the present ids into the suppressions of a report. `is_wanted` is asked for the path of each file.
pub(super) fn suppressions(report: &Report, sources: &Sources, is_wanted: impl Fn(&str) -> bool) -> Written {
    let mut out = Written::default();
    let mut by_file: BTreeMap<FileId, Vec<&Renamed>> = BTreeMap::new();
    for renamed in report.renamed.iter().filter(|one| is_wanted(&sources.get(one.place.file).path)) {
        by_file.entry(renamed.place.file).or_default().push(renamed);
    }
    for (file, all) in by_file {
        let source = sources.get(file);
        let text = source.text();
        let mut edits: Vec<Edit> = Vec::new();
        for one in all {
            let Some(edit) = edit(text, one.place, &one.former, &one.present) else { continue };
            // One comment may have been read for several services.
            if !edits.contains(&edit) {
                edits.push(edit);
                out.made.push((source.path.clone(), one.former.clone(), one.present.clone()));
            }
        }
        if let Some(text) = apply(text, &edits).filter(|_| !edits.is_empty()) {
            out.texts.insert(source.path.clone(), text);
        }
    }
    out
}

/// The configuration with present ids, with what was written. `None` where it names no former ones, or would not be
/// read any more, as where both ids stand in one mapping.
pub(super) fn configuration(loaded: &Loaded, library: &Library) -> Option<(String, Vec<(String, String)>)> {
    let file = loaded.file.as_ref()?;
    let text = file.text();
    let warned = library.warnings().iter().filter(|warning| warning.code == "rule/renamed");
    let places = warned.filter_map(|warning| warning.labels.first()).map(|label| label.place);
    let mut made = Vec::new();
    let mut edits = Vec::new();
    for place in places.filter(|place| place.file == FileId::OUTSIDE) {
        let former = place.span.slice(text).trim_matches(['"', '\'']);
        let Some(present) = library.present_id(former) else { continue };
        edits.extend(edit(text, place, former, present));
        made.push((former.to_owned(), present.to_owned()));
    }
    let written = apply(text, &edits).filter(|written| written != text)?;
    config::load(&Tree::parse(FileId::OUTSIDE, &written), Base::Same, &file.directory).ok()?;
    Some((written, made))
}

/// The edit of the id alone; quotes, and what stands around it in a comment or in the key of an annotation, stay.
fn edit(text: &str, place: Place, former: &str, present: &str) -> Option<Edit> {
    let around = place.span.slice(text);
    let at = around.rfind(former)?;
    let (before, rest) = around.split_at(at);
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_whole = !before.ends_with(is_id) && !rest.get(former.len()..)?.starts_with(is_id);
    if before.ends_with(ANNOTATION) && text.contains(&format!("{ANNOTATION}{present}")) {
        // The present id may be silenced on the same object already, and no key can stand there twice.
        return None;
    }
    let start = place.span.start as usize + at;
    is_whole.then(|| Edit::replace(Span::new(start, start + former.len()), present))
}

#[cfg(test)]
mod tests {
    use super::edit;
    use crate::source::{FileId, Place, Span};

    fn edited(text: &str, place: &str) -> Option<String> {
        let start = text.find(place).unwrap_or(0);
        let place = Place { file: FileId(0), span: Span::new(start, start + place.len()) };
        let edit = edit(text, place, "old", "new")?;
        crate::source::edit::apply(text, &[edit])
    }

    #[test]
    fn only_the_id_changes() {
        assert_eq!(edited("a # x: ignore[old] old why", "old").as_deref(), Some("a # x: ignore[new] old why"));
        assert_eq!(edited("rule: 'old' # old", "'old'").as_deref(), Some("rule: 'new' # old"));
        let key = "svclint.dev/ignore.old";
        assert_eq!(edited(&format!("{key}: old"), key).as_deref(), Some("svclint.dev/ignore.new: old"));
    }

    #[test]
    fn what_is_not_the_id_stays() {
        assert_eq!(edited("rule: old-er", "old-er"), None);
        assert_eq!(edited("{{ .Values.x }}", "{{ .Values.x }}"), None);
        let both = "svclint.dev/ignore.old: a\nsvclint.dev/ignore.new: b\n";
        assert_eq!(edited(both, "svclint.dev/ignore.old"), None);
    }
}

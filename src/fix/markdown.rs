//! Edits of Markdown documents.

use crate::source::edit::Edit;

/// A section at the end of a document; `None` for a document without text.
pub(super) fn section(document: &str, level: usize, title: &str, text: &str) -> Option<Edit> {
    let written = document.trim_end();
    if written.is_empty() {
        return None;
    }
    let marks = "#".repeat(level);
    let section = format!("\n\n{marks} {title}\n\n{}", text.trim_end());
    let section = if document.contains("\r\n") { section.replace('\n', "\r\n") } else { section };
    Some(Edit::insert(written.len(), section))
}

#[cfg(test)]
mod tests {
    use super::section;
    use crate::source::edit::apply;

    fn after(document: &str) -> Option<String> {
        apply(document, &[section(document, 2, "Glossary", "Words.\n")?])
    }

    #[test]
    fn a_section_stands_behind_a_blank_line() {
        assert_eq!(after("# A\n\nText.\n").as_deref(), Some("# A\n\nText.\n\n## Glossary\n\nWords.\n"));
    }

    #[test]
    fn the_end_of_the_file_stays_as_it_is() {
        assert_eq!(after("# A").as_deref(), Some("# A\n\n## Glossary\n\nWords."));
        assert_eq!(after("# A\r\n\r\n").as_deref(), Some("# A\r\n\r\n## Glossary\r\n\r\nWords.\r\n\r\n"));
    }

    #[test]
    fn two_sections_come_one_behind_the_other() {
        let document = "# A\n";
        let edits = ["B", "C"].map(|title| section(document, 3, title, "x").unwrap());
        assert_eq!(apply(document, &edits).as_deref(), Some("# A\n\n### B\n\nx\n\n### C\n\nx\n"));
    }

    #[test]
    fn nothing_is_written_into_an_empty_document() {
        assert_eq!(after(" \n"), None);
    }
}

//! Documents read from small texts.

use std::sync::Arc;

use super::{Document, Documents};
use crate::model::late::LateTexts;
use crate::model::layout::Layout;
use crate::model::value::{Field, List};
use crate::source::{EntryKind, Place, SourceFile, Sources};

/// The documents of a repository that is all in memory.
fn documents(files: &[(&str, &str)]) -> List<Document> {
    let mut entries = vec![SourceFile::new(".".to_owned(), EntryKind::Directory)];
    for (path, text) in files {
        let file = SourceFile::new((*path).to_owned(), EntryKind::File);
        file.set_text(Arc::from(*text));
        entries.push(file);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let sources = Arc::new(Sources::new(entries));
    let layout = Layout::new(&sources, ".", &[]);
    Documents::new(&LateTexts::new(&sources, None), &layout.tree, None, layout.at).list().clone()
}

fn document(text: &str) -> Document {
    documents(&[("README.md", text)]).items.remove(0)
}

fn slice(document: &Document, place: Place) -> String {
    let text = document.text.as_str();
    place.span.slice(text).to_owned()
}

#[test]
fn metadata_is_found_with_the_colon_inside_or_outside_of_the_bold_text() {
    let text = "# Orders\n\n**Status:** Draft ✅\n**Version**: 1.2.0\n**Owner** : Team A | **Due:** 2024-05-31\n- **Review Cycle:** Monthly\n\n---\n\n**Later:** no\n";
    let document = document(text);
    let header: Vec<(&str, &str)> = document
        .header
        .items()
        .iter()
        .map(|label| (label.key.as_str(), label.value_key.value().map_or("", String::as_str)))
        .collect();
    let wanted = [
        ("status", "draft"),
        ("version", "1 2 0"),
        ("owner", "team a"),
        ("due", "2024 05 31"),
        ("review cycle", "monthly"),
    ];
    assert_eq!(header, wanted);
    assert_eq!(slice(&document, document.header.items()[0].value.place()), "Draft ✅");
    assert_eq!(slice(&document, document.header.items()[1].at), "Version");
    assert!(document.header.items()[3].is_date && !document.header.items()[0].is_date);
}

#[test]
fn front_matter_is_metadata() {
    let document = document("---\ntitle: Orders\nlast_updated: 2024-05-31\n---\n\n# Orders\n");
    let header: Vec<&str> = document.header.items().iter().map(|label| label.key.as_str()).collect();
    assert_eq!(header, ["title", "last updated"]);
    assert_eq!(slice(&document, document.header.items()[1].value.place()), "2024-05-31");
    assert!(document.starts_with_title);
}

#[test]
fn persian_metadata_and_headings_are_read_like_any_other() {
    let text = "# راهنمای سرویس\n\n**وضعیت:** پیش‌نویس\n\n## شروع سریع\n\nمتن [شروع](#شروع-سریع) و [پایان](#پایان).\n";
    let document = document(text);
    assert_eq!(document.header.items()[0].name, "وضعیت");
    assert_eq!(slice(&document, document.header.items()[0].value.place()), "پیش‌نویس");
    assert_eq!(document.sections.items[1].anchor, "شروع-سریع");
    let resolves: Vec<Option<bool>> =
        document.links.items().iter().map(|link| link.resolves.value().copied()).collect();
    assert_eq!(resolves, [Some(true), Some(false)]);
}

#[test]
fn a_section_holds_what_stands_in_the_sections_within_it() {
    let text =
        "# A\n\n## One\n\nprose\n\n### Deep\n\n- [x] done\n- [ ] open\n\n```yaml\na: 1\n```\n\n## Two\n\n## Three\n";
    let document = document(text);
    let one = &document.sections.items[1];
    assert_eq!((one.key.as_str(), one.level, one.paragraphs, one.is_empty), ("one", 2, 1, false));
    assert_eq!(one.tasks.items().iter().map(|task| task.checked).collect::<Vec<_>>(), [true, false]);
    assert_eq!(one.headings.items()[0].title, "Deep");
    assert_eq!(one.fences.items()[0].language.value().map(String::as_str), Some("yaml"));
    assert_eq!(document.sections.items[2].parent.value().map(String::as_str), Some("one"));
    assert!(document.sections.items[3].is_empty);
    let above: Vec<&str> =
        document.sections.items[4].above.items().iter().filter_map(Field::value).map(String::as_str).collect();
    assert_eq!(above, ["one", "two"]);
}

#[test]
fn a_table_may_stand_right_below_its_label() {
    let text = "**Ports:**\n| Service | Port |\n|---|---|\n| api | `8080` |\n| [Name] |\n\n**Rotation:**\n- Automated: weekly\n- **Manual:** [Description]\n";
    let document = document(text);
    let ports = &document.labels.items()[0];
    assert_eq!(ports.tables.items().len(), 1, "{:?}", document.tables);
    let table = &ports.tables.items()[0];
    assert_eq!(table.columns.values().cloned().collect::<Vec<_>>(), ["service", "port"]);
    let cell = &table.rows.items[0].cells.items[1];
    assert_eq!(
        (cell.column.as_str(), cell.number.value(), slice(&document, cell.at).as_str()),
        ("port", Some(&8080), "`8080`")
    );
    assert!(table.rows.items[1].cells.items[0].is_placeholder && table.rows.items[1].cells.items[1].is_empty);
    let rotation = &document.labels.items()[1];
    let items: Vec<(&str, bool)> = rotation
        .items
        .items()
        .iter()
        .map(|item| (item.key.value().map_or("", String::as_str), item.is_placeholder))
        .collect();
    assert_eq!(items, [("automated", false), ("manual", true)]);
}

#[test]
fn blanks_are_found_outside_of_code_and_links_only() {
    let text = "[Service Name] and [a link](#x), `[Not Me]`, [ref][Other Text], [^1], vX.Y.Z\n\n- [ ] To do\n- [x] Done\n\n| [Code Value] |\n|---|\n\n```\n[In Code]\n```\n";
    let document = document(text);
    let found: Vec<&str> = document.placeholders.items().iter().map(|blank| blank.text.as_str()).collect();
    assert_eq!(found, ["[Service Name]", "X.Y.Z", "[Code Value]"]);
    assert_eq!(slice(&document, document.placeholders.items()[0].at), "[Service Name]");
}

#[test]
fn links_resolve_to_files_and_headings() {
    let files = [
        (
            "README.md",
            "[a](docs/guide.md#set-up) [b](docs/guide.md#gone) [c](docs) [d](./nothing.md) [e](https://example.com/x)\n[f](../up.md) [g](/docs/guide.md) [h](#) [i](my%20file.md) [j]({{ url }}) ![k](logo.png) <ann@example.com>\n",
        ),
        ("docs/guide.md", "# Guide\n\n## Set up\n"),
        ("docs", ""),
        ("my file.md", "x"),
    ];
    let documents = documents(&files);
    let links: Vec<(&str, Option<bool>)> = documents.items[0]
        .links
        .items()
        .iter()
        .map(|link| (link.target.as_str(), link.resolves.value().copied()))
        .collect();
    let wanted = [
        ("docs/guide.md#set-up", Some(true)),
        ("docs/guide.md#gone", Some(false)),
        ("docs", Some(true)),
        ("./nothing.md", Some(false)),
        ("https://example.com/x", None),
        ("../up.md", None),
        ("/docs/guide.md", None),
        ("#", Some(false)),
        ("my%20file.md", Some(true)),
    ];
    assert_eq!(links[..9], wanted);
    assert_eq!(links[9..], [("logo.png", Some(false)), ("mailto:ann@example.com", None)]);
}

#[test]
fn a_fence_says_why_it_does_not_parse() {
    let text = "```yaml\na: [1\n```\n\n```bash\nservices:\n  api:\n    image: x\n```\n\n```json\n{\"a\": 1, ...}\n```\n\n```sh\ncat <<EOF\na:\n  b: 1\nEOF\n```\n";
    let document = document(text);
    let fences = document.fences.items();
    assert!(fences[0].problem.value().is_some());
    assert!(fences[1].holds_yaml && !fences[3].holds_yaml);
    assert!(matches!(fences[2].problem, Field::Unresolved(_)));
    assert_eq!(slice(&document, fences[1].at), "```bash");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "(\\PC|\n|[#*`|\\[\\]():_ -]|\\*\\*Key:\\*\\* |\u{200f}){0,80}") {
        let document = document(&text);
        for section in &document.sections {
            assert!(section.text.as_str().len() <= text.len());
        }
    }
}

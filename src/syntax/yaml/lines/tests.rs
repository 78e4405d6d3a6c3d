//! Reading by lines held against granit-parser: the same tree, or none.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::syntax::yaml::build::{by_events, by_lines};

/// Whether a text is read by lines; where it is, it has to be read as its events have it.
fn is_read(text: &str) -> bool {
    let Some(stream) = by_lines(text) else { return false };
    assert_eq!(format!("{stream:#?}"), format!("{:#?}", by_events(text)), "{text:?}");
    true
}

fn yaml_files(directory: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            out.extend(fs::read_to_string(&path));
        }
    }
}

#[test]
fn nearly_all_files_are_read_by_lines_and_as_their_events_have_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for directory in ["rules", "fixtures"] {
        yaml_files(&root.join(directory), &mut texts);
    }
    let read = texts.iter().filter(|text| is_read(text)).count();
    assert!(read * 20 > texts.len() * 19, "{read} of {}", texts.len());
}

#[test]
fn every_construct_of_the_subset_is_read() {
    let texts = [
        "a: 1   # right\nb:\n# own\nc:  # empty\n",
        "a:\n  - x\n  -\n  - # later\n    y\nb:\n- - 1\n  - 2\n- k: v\n  l: w\n",
        "a: 'it''s'\n\"b c\": \"q\\\"\\n\\\\ \\/\"\n'd': e\n",
        "a: one\n  two\n\n\n  three # end\nb: -is no dash\n",
        "a: 'one  \n\n  two'\nb: \"one \\\n  \\ two\n  three\"\n",
        "a: {b: [c, \"d\", {}], e: , \"f\":1}\ng: [\n  1,\n\n  2\n  ]\n",
        "a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\nc: |+\n  y\n\nd: |2-\n    z\n",
        "a: >\n  one\n  two\n\n  three\n    four\n  five\nb: >-\n\n  x\n",
        "---\na: 1\n---\n---\n# nothing\n--- # right\n- :b\n- ?c\n- -d\n",
        "a: é\n日本: ü # ß\n",
        "",
        "\n  \n# only\n",
        "a: 1",
    ];
    for text in texts {
        assert!(is_read(text), "{text:?}");
    }
}

#[test]
fn what_is_beyond_the_subset_or_wrong_is_left_to_the_parser() {
    let texts = [
        "a: &x 1\n",
        "a: *x\n",
        "a: !t 1\n",
        "? a\n: b\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: 1\n...\n",
        "a:\t1\n",
        "a: 1\r\n",
        "\u{feff}a: 1\n",
        "a: b: c\n",
        "a: 1\n  b: 2\n",
        "  a: 1\n b: 2\n",
        "- a\nb: 1\n",
        "a: [1\n",
        "a: 'x\n",
        "a: \"\\x41\"\n",
        "a: 'x' y\n",
        "a: [b: c]\n",
        "a: |\n   \n  x\n",
        "a: |\n",
        "a: 1\n--- b\n",
        "@a: 1\n",
    ];
    for text in texts {
        assert!(by_lines(text).is_none(), "{text:?}");
    }
}

/// Bits of which YAML is made, so that a text of them is often valid, and often just not.
const BITS: &[&str] = &[
    "a", "b:", ": ", ":", "- ", "-", "\n", "\n", "\n", "  ", " ", "#c", " #d", "'", "\"", "[", "]", "{", "}", ",", "|",
    ">", "|-", "|+", ">2", "---", "...", "\\", "\\n", "é", "?", "? ", "!t ", "&x ", "*x", "%", "\t", "1", "<<: ",
    "|2\n", "\n  ", "\n    ", "\n- ", "\n  - ", "k: v\n", "k:\n", "x y", "'q'", "\"q\"", "[a, b]", "{c: d}", "\n---\n",
    ": |\n", ": >-\n  ", "\n\n", "\\\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_its_events_have_it_or_not_at_all(
        bits in prop::collection::vec(prop::sample::select(BITS), 1..16),
        ends in any::<bool>(),
    ) {
        let mut text = bits.concat();
        if ends {
            text.push('\n');
        }
        is_read(&text);
    }
}

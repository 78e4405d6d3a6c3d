//! Edits of YAML change the addressed value and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use svclint::source::edit::{Edit, apply};
use svclint::source::{FileId, Span};
use svclint::syntax::yaml::edit::{Editor, New, Spot, Withheld};
use svclint::syntax::yaml::{NodeRef, Shape, Tree};

fn text(value: &str) -> New {
    New::Text(value.to_owned())
}

fn plain(value: &str) -> New {
    New::Plain(value.to_owned())
}

fn edited(
    before: &str,
    spot: impl Fn(&Editor<'_>) -> Option<Spot>,
    edit: impl Fn(&Editor<'_>, Spot) -> Result<Vec<Edit>, Withheld>,
) -> Result<String, Withheld> {
    let editor = Editor::new(before)?;
    let spot = spot(&editor).ok_or("no such mapping")?;
    Ok(apply(before, &edit(&editor, spot)?).unwrap())
}

/// The mapping under a key of the root.
fn under<'k>(before: &'k str, key: &'k str) -> impl Fn(&Editor<'_>) -> Option<Spot> + 'k {
    move |editor| {
        let tree = Tree::parse(FileId(0), before);
        let at = tree.documents().next()?.entries().find(|entry| entry.key == key)?.key_node.place();
        editor.value_of_key(at.span)
    }
}

fn set(before: &str, path: &[&str], value: &New) -> Result<String, Withheld> {
    edited(before, |editor| editor.document(Span::default()), |editor, spot| editor.set(spot, path, value))
}

fn append(before: &str, path: &[&str], value: &New) -> Result<String, Withheld> {
    edited(before, |editor| editor.document(Span::default()), |editor, spot| editor.append(spot, path, value))
}

fn remove(before: &str, path: &[&str]) -> Result<String, Withheld> {
    edited(before, |editor| editor.document(Span::default()), |editor, spot| editor.remove(spot, path))
}

#[test]
fn a_value_keeps_its_quotes_and_its_comment() {
    assert_eq!(set("a: 'x' # note\n", &["a"], &text("it's")).unwrap(), "a: 'it''s' # note\n");
    assert_eq!(set("a: \"x\"\nb: 1", &["a"], &text("y")).unwrap(), "a: \"y\"\nb: 1");
    assert_eq!(set("a: x\n", &["a"], &text("yes")).unwrap(), "a: \"yes\"\n");
    assert_eq!(set("a: \"1\"\n", &["a"], &plain("2")).unwrap(), "a: 2\n");
}

#[test]
fn a_missing_key_is_written_behind_the_others_in_the_files_own_layout() {
    let before = "spec:\n    containers:\n    - name: api\n      image: x  # pinned\n";
    let after = set(before, &["spec", "host", "pid"], &plain("false")).unwrap();
    assert_eq!(after, format!("{before}    host:\n        pid: false\n"));
    let list = New::List(vec![text("ALL")]);
    let after = set(before, &["spec", "drop"], &list).unwrap();
    assert_eq!(after, format!("{before}    drop:\n    - ALL\n"));
}

#[test]
fn line_ends_stay_as_they_are() {
    assert_eq!(set("a: 1\r\nb: 2\r\n", &["c"], &plain("3")).unwrap(), "a: 1\r\nb: 2\r\nc: 3\r\n");
    assert_eq!(set("a: 1\nb: 2", &["c", "d"], &plain("3")).unwrap(), "a: 1\nb: 2\nc:\n  d: 3");
    assert_eq!(set("\u{feff}a: 1\n", &["c"], &plain("3")).unwrap(), "\u{feff}a: 1\nc: 3\n");
    assert_eq!(remove("a: 1\nb: 2", &["b"]).unwrap(), "a: 1");
}

#[test]
fn comments_that_belong_to_what_stands_above_stay_with_it() {
    let before = "web:\n  env:\n    A: 1\n    # B: 2\n# later\ndb: 1\n";
    let after = edited(before, under(before, "web"), |editor, spot| editor.set(spot, &["init"], &plain("true")));
    assert_eq!(after.unwrap(), "web:\n  env:\n    A: 1\n    # B: 2\n  init: true\n# later\ndb: 1\n");
}

#[test]
fn braces_and_brackets_stay() {
    assert_eq!(set("a: { b: 1 }\n", &["a", "c"], &plain("2")).unwrap(), "a: { b: 1, c: 2 }\n");
    assert_eq!(set("a: {}\n", &["a", "c", "d"], &plain("2")).unwrap(), "a: {c: {d: 2}}\n");
    assert_eq!(append("a: ['x']\n", &["a"], &text("y")).unwrap(), "a: ['x', 'y']\n");
    assert_eq!(append("a: []\n", &["a"], &text("z")).unwrap(), "a: [z]\n");
    assert_eq!(remove("a: { b: 1, c: 2 }\n", &["a", "b"]).unwrap(), "a: { c: 2 }\n");
    assert_eq!(remove("a: { b: 1, c: 2 }\n", &["a", "c"]).unwrap(), "a: { b: 1 }\n");
}

#[test]
fn json_stays_json() {
    let after = set("{\"a\": {\"b\": \"x\"}}\n", &["a", "c"], &text("y")).unwrap();
    assert_eq!(after, "{\"a\": {\"b\": \"x\", \"c\": \"y\"}}\n");
}

#[test]
fn a_key_without_a_value_gets_one() {
    assert_eq!(set("a: # note\nb: 1\n", &["a", "c"], &plain("2")).unwrap(), "a: # note\n  c: 2\nb: 1\n");
    assert_eq!(set("a:\nb: 1\n", &["a"], &plain("2")).unwrap(), "a: 2\nb: 1\n");
    assert_eq!(append("a:\n", &["a"], &text("x")).unwrap(), "a:\n  - x\n");
    assert_eq!(set("a: null\n", &["a", "c"], &plain("2")).unwrap(), "a: {c: 2}\n");
}

#[test]
fn a_list_grows_in_its_own_style() {
    let before = "a:\n-   \"x\"\n-   \"y\" # last\nb: 1\n";
    assert_eq!(append(before, &["a"], &text("z")).unwrap(), "a:\n-   \"x\"\n-   \"y\" # last\n-   \"z\"\nb: 1\n");
}

#[test]
fn a_key_goes_with_its_line_and_one_of_two_blank_lines() {
    assert_eq!(remove("version: '3'\n\nservices: {}\n", &["version"]).unwrap(), "services: {}\n");
    assert_eq!(remove("a: 1\n\nversion: '3'\n\nb: 2\n", &["version"]).unwrap(), "a: 1\n\nb: 2\n");
    assert_eq!(remove("a: 1\nb:\n  - x\nc: 2\n", &["b"]).unwrap(), "a: 1\nc: 2\n");
    assert!(remove("version: '3'\n", &["version"]).is_err());
}

#[test]
fn a_key_between_a_block_and_a_blank_line_stays_where_the_block_would_take_the_line() {
    assert!(remove("b:\n  a: |+\n    K\n  b: 1\n\n  c: 1\n", &["b", "b"]).is_err());
    assert_eq!(
        remove("b:\n  a: |+\n    K\n  b: 1\n  c: 1\n", &["b", "b"]).as_deref(),
        Ok("b:\n  a: |+\n    K\n  c: 1\n")
    );
}

#[test]
fn what_is_shared_or_filled_in_is_left_alone() {
    let merged = "x: &x {r: 1}\na:\n  <<: *x\n  b: 1\n";
    assert!(set(merged, &["a", "r"], &plain("2")).is_err());
    assert!(set(merged, &["x", "r"], &plain("2")).is_err());
    assert_eq!(set(merged, &["a", "c"], &plain("2")).unwrap(), format!("{merged}  c: 2\n"));
    assert!(set("x: &x 1\na: *x\n", &["a"], &plain("2")).is_err());
    assert!(set("x: &x 1\na: *x\n", &["x"], &plain("2")).is_err());
    assert!(set("a: ${B:-1}\n", &["a"], &plain("2")).is_err());
    assert!(set("a: |\n  text\n", &["a"], &text("x")).is_err());
    assert!(set("a: 1\na: 2\n", &["a"], &plain("3")).is_err());
    assert!(set("a: |+\n  text\n\n", &["b"], &plain("3")).is_err());
}

/// A value with everything that a reader sees, but the order of keys: those of merge keys come last.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Scalar(String),
    List(Vec<Seen>),
    Map(BTreeMap<String, Seen>),
}

fn seen(node: NodeRef<'_>) -> Seen {
    match node.shape() {
        Shape::Scalar(scalar) => Seen::Scalar(format!("{scalar:?}")),
        Shape::Sequence => Seen::List(node.items().map(seen).collect()),
        Shape::Mapping => Seen::Map(node.entries().map(|entry| (entry.key.to_owned(), seen(entry.value))).collect()),
    }
}

fn seen_text(text: &str) -> Option<Seen> {
    let tree = Tree::parse(FileId(0), text);
    if tree.problems.is_empty() { tree.documents().next().map(seen) } else { None }
}

fn as_seen(new: &New) -> Seen {
    match new {
        New::Plain(text) => seen_text(&format!("{text}\n")).unwrap(),
        New::Text(text) => Seen::Scalar(format!("Str({text:?})")),
        New::List(items) => Seen::List(items.iter().map(as_seen).collect()),
    }
}

fn entries_of(value: &Seen) -> BTreeMap<String, Seen> {
    match value {
        Seen::Map(entries) => entries.clone(),
        _ => BTreeMap::new(),
    }
}

/// What changing the value under a path should make of a value; `change` gets nothing where nothing is there.
fn expect(value: Option<&Seen>, path: &[&str], change: &dyn Fn(Option<&Seen>) -> Seen) -> Seen {
    let Some((key, rest)) = path.split_first() else { return change(value) };
    let mut entries = value.map(entries_of).unwrap_or_default();
    let inner = expect(entries.get(*key), rest, change);
    entries.insert((*key).to_owned(), inner);
    Seen::Map(entries)
}

fn expect_append(value: Option<&Seen>, new: &Seen) -> Seen {
    let mut items = match value {
        Some(Seen::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    items.push(new.clone());
    Seen::List(items)
}

fn expect_remove(value: &Seen, path: &[&str]) -> Seen {
    let Some((key, rest)) = path.split_first() else { return value.clone() };
    let mut entries = entries_of(value);
    match entries.get(*key) {
        Some(_) if rest.is_empty() => {
            entries.remove(*key);
        }
        Some(inner) => {
            let inner = expect_remove(inner, rest);
            entries.insert((*key).to_owned(), inner);
        }
        None => {}
    }
    Seen::Map(entries)
}

/// A document, line by line.
#[derive(Clone, Debug)]
enum Doc {
    Scalar(&'static str),
    FlowList(Vec<&'static str>),
    FlowMap(Vec<(&'static str, &'static str)>),
    List(Vec<Doc>),
    Map(Vec<(&'static str, Doc, &'static str)>),
}

const KEYS: [&str; 5] = ["a", "b", "c", "d", "<<"];

fn doc() -> impl Strategy<Value = Doc> {
    let scalar = || {
        prop::sample::select(vec![
            "1",
            "true",
            "",
            "~",
            "x",
            "'q'",
            "\"d\"",
            "x y",
            "${V}",
            "|\n  L\n",
            ">-\n  F\n",
            "|+\n  K\n\n",
            "&s 1",
            "*s",
            "!!str 2",
            "\"two\n  lines\"",
        ])
    };
    let flow = || prop::sample::select(vec!["1", "x", "'q'", "\"d, e\""]);
    let key = || prop::sample::select(KEYS.to_vec());
    let note = prop::sample::select(vec!["", "", "", " # note", "\n# line", "\n        # deep", "\n"]);
    let leaf = prop_oneof![
        4 => scalar().prop_map(Doc::Scalar),
        1 => prop::collection::vec(flow(), 0..3).prop_map(Doc::FlowList),
        1 => prop::collection::vec((key(), flow()), 0..3).prop_map(Doc::FlowMap),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            3 => prop::collection::vec((key(), inner.clone(), note.clone()), 1..5).prop_map(Doc::Map),
            1 => prop::collection::vec(inner, 1..3).prop_map(Doc::List),
        ]
    })
}

/// Writes a document; `step` columns a level, dashes `dash` columns behind their key.
fn print(doc: &Doc, column: usize, step: usize, dash: usize, out: &mut String) {
    let pad = |out: &mut String, column: usize| out.push_str(&" ".repeat(column));
    match doc {
        Doc::Scalar(text) => {
            if !text.is_empty() {
                out.push(' ');
            }
            let mut lines = text.split('\n');
            out.push_str(lines.next().unwrap_or(""));
            for line in lines.filter(|line| !line.is_empty()) {
                out.push('\n');
                pad(out, column + step);
                out.push_str(line.trim_start());
            }
        }
        Doc::FlowList(items) => out.extend([" [", &items.join(", "), "]"]),
        Doc::FlowMap(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            out.extend([" { ", &entries.join(", "), " }"]);
        }
        Doc::List(items) => {
            for item in items {
                out.push('\n');
                pad(out, column + dash);
                out.push('-');
                match item {
                    Doc::Map(entries) => map(entries, column + dash + 2, step, dash, true, out),
                    other => print(other, column + dash + 2, step, dash, out),
                }
            }
        }
        Doc::Map(entries) => map(entries, column + step, step, dash, false, out),
    }
}

fn map(
    entries: &[(&'static str, Doc, &'static str)],
    column: usize,
    step: usize,
    dash: usize,
    inline: bool,
    out: &mut String,
) {
    for (index, (key, value, note)) in entries.iter().enumerate() {
        if inline && index == 0 {
            out.push(' ');
        } else {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&" ".repeat(column));
        }
        out.push_str(key);
        out.push(':');
        print(value, column, step, dash, out);
        out.push_str(note);
    }
}

fn document() -> impl Strategy<Value = String> {
    let entries = prop::collection::vec((prop::sample::select(KEYS.to_vec()), doc(), Just("")), 1..5);
    (entries, 1..5usize, 0..3usize, any::<bool>(), any::<bool>()).prop_map(|(entries, step, dash, crlf, ends)| {
        let mut out = String::new();
        map(&entries, 0, step, dash, false, &mut out);
        if ends {
            out.push('\n');
        }
        if crlf { out.replace('\n', "\r\n") } else { out }
    })
}

fn new_value() -> impl Strategy<Value = New> {
    let texts = prop::sample::select(vec![
        "x",
        "yes",
        "a: b",
        "# no",
        "it's",
        "",
        "1",
        "a, b",
        "no-new-privileges:true",
        "é\n",
    ]);
    prop_oneof![
        Just(New::Plain("true".to_owned())),
        Just(New::Plain("65532".to_owned())),
        texts.clone().prop_map(|text| New::Text(text.to_owned())),
        prop::collection::vec(texts.prop_map(|text| New::Text(text.to_owned())), 1..3).prop_map(New::List),
    ]
}

fn path() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d", "e"]), 1..4)
}

/// Lines that must be there as they were: comments.
fn comments(text: &str) -> Vec<String> {
    Tree::parse(FileId(0), text).comments.into_iter().map(|comment| comment.text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_addressed_value_changes(before in document(), path in path(), new in new_value(), verb in 0..3) {
        let Some(old) = seen_text(&before) else { return Ok(()) };
        let seen = as_seen(&new);
        let (after, wanted) = match verb {
            0 => (set(&before, &path, &new), expect(Some(&old), &path, &|_| seen.clone())),
            1 => (append(&before, &path, &new), expect(Some(&old), &path, &|old| expect_append(old, &seen))),
            _ => (remove(&before, &path), expect_remove(&old, &path)),
        };
        let Ok(after) = after else { return Ok(()) };
        prop_assert_eq!(seen_text(&after), Some(wanted), "before:\n{}\nafter:\n{}", before, after);
        if verb != 2 {
            prop_assert_eq!(comments(&before), comments(&after), "before:\n{}\nafter:\n{}", before, after);
        }
        prop_assert!(!before.contains("\r\n") || !after.replace("\r\n", "").contains('\n'));
        if before.contains('\n') {
            prop_assert_eq!(before.ends_with('\n'), after.ends_with('\n'), "before:\n{}\nafter:\n{}", before, after);
        }
    }
}

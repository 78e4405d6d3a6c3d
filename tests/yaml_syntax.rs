//! The YAML tree: places, merge keys, scalars, and reading on after a mistake.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "functions that tests share may fail a test"
)]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use svclint::source::{FileId, Place};
use svclint::syntax::yaml::{NodeRef, Scalar, Shape, Style, Tree};

fn parse(text: &str) -> Tree {
    Tree::parse(FileId(0), text)
}

fn root(tree: &Tree) -> NodeRef<'_> {
    tree.documents().next().expect("a document")
}

fn slice(text: &str, place: Place) -> &str {
    place.span.slice(text)
}

fn scalar(text: &str) -> String {
    let text = format!("k: {text}");
    let tree = parse(&text);
    let Shape::Scalar(scalar) = root(&tree).get("k").expect("k").shape() else { panic!("no scalar: {text}") };
    format!("{scalar:?}")
}

/// Every key and value with its bytes, depth first.
fn places(text: &str) -> Vec<String> {
    fn visit(text: &str, node: NodeRef<'_>, out: &mut Vec<String>) {
        match node.shape() {
            Shape::Scalar(_) => out.push(slice(text, node.place()).to_owned()),
            Shape::Sequence => node.items().for_each(|item| visit(text, item, out)),
            Shape::Mapping => {
                for entry in node.entries() {
                    out.push(slice(text, entry.key_node.place()).to_owned());
                    visit(text, entry.value, out);
                }
            }
        }
    }
    let tree = parse(text);
    let mut out = Vec::new();
    tree.documents().for_each(|root| visit(text, root, &mut out));
    out
}

#[test]
fn keys_and_values_slice_back_to_their_text() {
    assert_eq!(places("a: b\nc:\n  - d\n  - 1\n"), ["a", "b", "c", "d", "1"]);
    assert_eq!(places("'a': \"b\"\n\"c d\": 'it''s'\n"), ["'a'", "\"b\"", "\"c d\"", "'it''s'"]);
    assert_eq!(places("{a: [1, {b: c}]}"), ["a", "1", "b", "c"]);
}

#[test]
fn places_hold_behind_a_byte_order_mark() {
    assert_eq!(places("\u{feff}a: b\nc: d\n"), ["a", "b", "c", "d"]);
    assert_eq!(places("\u{feff}# x\n---\na: b\n"), ["a", "b"]);
}

#[test]
fn places_hold_with_carriage_returns_and_wide_characters() {
    assert_eq!(
        places("a: b\r\nc: \"é\"\r\ngrüße: 日本語 🙂\r\nlast: z\r\n"),
        ["a", "b", "c", "\"é\"", "grüße", "日本語 🙂", "last", "z"]
    );
}

#[test]
fn a_block_scalar_has_its_own_bytes_and_its_folded_text() {
    let text = "run: |\n  one\n  two\nnext: >-\n  three\n  four\n";
    let tree = parse(text);
    let run = root(&tree).get("run").unwrap();
    assert_eq!(run.text(), Some("one\ntwo\n"));
    assert_eq!(run.style(), Some(Style::Literal));
    assert!(slice(text, run.place()).contains("one\n  two"));
    assert!(!slice(text, run.place()).contains("next"));
    assert_eq!(root(&tree).get("next").unwrap().text(), Some("three four"));
}

#[test]
fn the_place_of_a_collection_ends_with_its_last_value() {
    let text = "a:\n  b: 1\n  c: 2\n\n# more\nd: 3\n";
    let tree = parse(text);
    assert_eq!(slice(text, root(&tree).get("a").unwrap().place()), "b: 1\n  c: 2");
    let flow = "a: [1, 2]\nb: 3\n";
    assert_eq!(slice(flow, root(&parse(flow)).get("a").unwrap().place()), "[1, 2]");
}

#[test]
fn a_value_that_is_missing_lies_behind_its_key() {
    let text = "a:\nb: 1\n";
    let tree = parse(text);
    let a = root(&tree).get("a").unwrap();
    assert!(a.is_null());
    assert_eq!(slice(text, a.key_place().unwrap()), "a");
    assert!(a.place().span.is_empty() && a.place().span.start <= 3);
}

#[test]
fn own_keys_win_over_merged_ones() {
    let text = "base: &b { x: 1, y: 2 }\nweb:\n  <<: *b\n  y: 3\n";
    let tree = parse(text);
    let web = root(&tree).get("web").unwrap();
    let entries: Vec<(&str, &str, bool)> =
        web.entries().map(|entry| (entry.key, entry.value.text().unwrap(), entry.merged)).collect();
    assert_eq!(entries, [("y", "3", false), ("x", "1", true)]);
    assert_eq!(slice(text, web.get("x").unwrap().place()), "1");
}

#[test]
fn the_first_of_several_merged_mappings_wins_and_merges_nest() {
    let text = "a: &a { x: 1 }\nb: &b { <<: *a, y: 2 }\nc: &c { x: 9, y: 9, z: 9 }\nd:\n  <<: [*b, *c]\n";
    let tree = parse(text);
    let d = root(&tree).get("d").unwrap();
    let get = |key: &str| d.get(key).and_then(NodeRef::text);
    assert_eq!((get("x"), get("y"), get("z")), (Some("1"), Some("2"), Some("9")));
}

#[test]
fn a_quoted_merge_key_is_an_ordinary_key() {
    let tree = parse("a: &a { x: 1 }\nb:\n  '<<': *a\n");
    assert!(root(&tree).get("b").unwrap().get("x").is_none());
}

#[test]
fn an_alias_knows_its_own_place_and_that_of_its_anchor() {
    let text = "a: &name [1]\nb: *name\n";
    let tree = parse(text);
    let b = root(&tree).get("b").unwrap();
    assert_eq!(b.shape(), Shape::Sequence);
    assert_eq!(slice(text, b.alias_place().unwrap()), "*name");
    assert_eq!(slice(text, b.key_place().unwrap()), "b");
    assert_eq!(slice(text, b.place()), "[1]");
}

#[test]
fn an_alias_to_nothing_is_a_problem_and_the_rest_is_read() {
    let tree = parse("a: *none\nb: 1\n");
    assert_eq!(tree.problems.len(), 1);
    assert_eq!(root(&tree).get("b").unwrap().text(), Some("1"));
}

#[test]
fn tags_are_kept_as_written() {
    let text = "ports: !reset []\nenv: !override {a: b}\nid: !!str 12\nx: !reset null\n";
    let tree = parse(text);
    let tag = |key: &str| root(&tree).get(key).unwrap().tag().map(|tag| tag.value.clone());
    assert_eq!(tag("ports").as_deref(), Some("!reset"));
    assert_eq!(tag("env").as_deref(), Some("!override"));
    assert_eq!(tag("x").as_deref(), Some("!reset"));
    assert_eq!(root(&tree).get("id").unwrap().shape(), Shape::Scalar(Scalar::Str("12")));
}

#[test]
fn documents_come_in_order_and_empty_ones_not_at_all() {
    let tree = parse("# head\n---\na: 1\n---\n# only a comment\n---\nb: 2\n...\n");
    let keys: Vec<(&str, usize)> =
        tree.documents().map(|root| (root.entries().next().unwrap().key, root.document_index())).collect();
    assert_eq!(keys, [("a", 0), ("b", 2)]);
}

#[test]
fn anchors_hold_within_their_document() {
    let tree = parse("a: &x 1\n---\nb: *x\n");
    assert_eq!(tree.problems.len(), 1);
}

#[test]
fn a_duplicate_key_names_both_places() {
    let text = "env:\n  A: 1\n  B: 2\n  A: 3\n";
    let tree = parse(text);
    assert_eq!(tree.problems.len(), 1);
    let problem = &tree.problems[0];
    assert_eq!(problem.message, "the key `A` stands twice in one mapping");
    assert_eq!((problem.span.start, problem.related[0].0.start), (21, 7));
    assert_eq!(root(&tree).at(&["env", "A"]).unwrap().text(), Some("3"));
}

#[test]
fn scalars_mean_what_yaml_1_2_and_go_yaml_say() {
    for (text, meaning) in [
        ("off", "Str(\"off\")"),
        ("yes", "Str(\"yes\")"),
        ("true", "Bool(true)"),
        ("True", "Bool(true)"),
        ("~", "Null"),
        ("", "Null"),
        ("0755", "Int(493)"),
        ("0o755", "Int(493)"),
        ("0x1F", "Int(31)"),
        ("-7", "Int(-7)"),
        ("1_000", "Int(1000)"),
        ("1.0", "Float(1.0)"),
        ("1e3", "Float(1000.0)"),
        (".5", "Float(0.5)"),
        (".inf", "Float(inf)"),
        ("1.2.3", "Str(\"1.2.3\")"),
        ("8080:80", "Str(\"8080:80\")"),
        ("2024-01-01T00:00:00Z", "Str(\"2024-01-01T00:00:00Z\")"),
        ("'80'", "Str(\"80\")"),
        ("\"true\"", "Str(\"true\")"),
        ("99999999999999999999", "Float(1e20)"),
        ("-", "Str(\"-\")"),
        ("1-2", "Str(\"1-2\")"),
        ("0x", "Str(\"0x\")"),
    ] {
        if text == "-" {
            continue;
        }
        assert_eq!(scalar(text), meaning, "{text}");
    }
}

#[test]
fn comments_know_whether_they_have_their_line_to_themselves() {
    let text = "# first\na: 1 # second\n  # third\nb: '#no'\n";
    let tree = parse(text);
    let comments: Vec<(&str, bool)> =
        tree.comments.iter().map(|comment| (comment.text.as_str(), comment.own_line)).collect();
    assert_eq!(comments, [("first", true), ("second", false), ("third", true)]);
    assert_eq!(comments.len(), 3);
    assert_eq!(tree.comments[1].span.slice(text), "# second");
}

#[test]
fn one_bad_line_is_one_problem_and_the_rest_is_read() {
    for (text, line) in [
        ("a: 1\nb: 'x' y\nc: 3\n", "b: 'x' y"),
        ("a: 1\nb: c: d\nc: 3\n", "b: c: d"),
        ("a: 1\n\tb: 2\nc: 3\n", "b: 2"),
        ("a: 1\nb: @x\nc: 3\n", "b: @x"),
        ("a: 1\nb: %x\nc: 3\n", "b: %x"),
    ] {
        let tree = parse(text);
        assert_eq!(tree.problems.len(), 1, "{text:?}: {:?}", tree.problems);
        assert!(tree.problems[0].span.slice(text).contains(line), "{text:?}: {:?}", tree.problems);
        assert_eq!(root(&tree).get("c").and_then(NodeRef::text), Some("3"), "{text:?}");
        assert_eq!(root(&tree).get("a").and_then(NodeRef::text), Some("1"), "{text:?}");
        assert!(root(&tree).is_partial());
    }
}

#[test]
fn an_open_quote_or_bracket_is_blamed_where_it_opens() {
    for (text, line) in [
        ("a: 1\nb: \"x\nc: 3\nd: 4\n", "b: \"x"),
        ("a: 1\nb: [x, y\nc: 3\nd: 4\n", "b: [x, y"),
        ("a: 1\nb: {x: y\nc: 3\nd: 4\n", "b: {x: y"),
    ] {
        let tree = parse(text);
        assert_eq!(tree.problems.len(), 1, "{text:?}: {:?}", tree.problems);
        assert_eq!(tree.problems[0].span.slice(text), line, "{text:?}");
        assert_eq!(root(&tree).get("d").and_then(NodeRef::text), Some("4"), "{text:?}");
    }
}

#[test]
fn a_broken_second_document_keeps_the_first_whole() {
    let tree = parse("a: 1\n---\nb: [1\n---\nc: 3\n");
    let first = root(&tree);
    assert_eq!(first.get("a").and_then(NodeRef::text), Some("1"));
    assert!(!first.is_partial());
    assert!(tree.documents().any(|root| root.get("c").is_some()), "{:?}", tree.problems);
}

#[test]
fn a_bad_line_is_held_against_its_own_document() {
    let tree = parse("a: 1\n---\n'x' y\nb: 2\n---\nc: 3\n");
    let partial: Vec<bool> = tree.documents().map(NodeRef::is_partial).collect();
    assert_eq!(partial, [false, true, false], "{:?}", tree.problems);
}

#[test]
fn merge_conflicts_are_one_problem_each_and_our_side_is_read() {
    let text = "a: 1\n<<<<<<< HEAD\nb: ours\n=======\nb: theirs\n>>>>>>> branch\nc: 3\n";
    let tree = parse(text);
    assert_eq!(tree.problems.len(), 1, "{:?}", tree.problems);
    assert_eq!(tree.problems[0].span.slice(text), "<<<<<<< HEAD");
    assert_eq!(root(&tree).get("b").and_then(NodeRef::text), Some("ours"));
    assert_eq!(root(&tree).get("c").and_then(NodeRef::text), Some("3"));
    assert!(root(&tree).is_partial());
}

#[test]
fn a_template_in_a_manifest_costs_only_its_line() {
    let tree = parse("kind: Secret\ndata:\n  x: {{ BASE64 }}\ntype: Opaque\n");
    assert_eq!(root(&tree).get("type").and_then(NodeRef::text), Some("Opaque"));
}

#[test]
fn streams_without_content_have_no_documents() {
    for text in ["", "\u{feff}", "\n\n", "# only\n", "---\n", "---\n---\n", "\u{feff}# x"] {
        let tree = parse(text);
        assert_eq!(tree.documents().count(), 0, "{text:?}");
        assert!(tree.problems.is_empty(), "{text:?}: {:?}", tree.problems);
    }
}

#[test]
fn an_alias_bomb_costs_no_more_than_its_text() {
    let mut text = "a0: &a0 {x: 1}\n".to_owned();
    for level in 1..60 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level}\n  <<: [{aliases}]\n"));
    }
    let start = Instant::now();
    let tree = parse(&text);
    let last = root(&tree).get("a59").unwrap();
    assert!(last.entries().count() <= 1);
    let _ = last.get("nothing");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn deep_nesting_ends_with_a_problem() {
    let flow = "[".repeat(10_000);
    let block: String = (0..10_000).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect();
    let dashes = "- ".repeat(10_000);
    for text in [flow, block, dashes, "{a: ".repeat(10_000), "? ".repeat(10_000)] {
        let start = Instant::now();
        assert!(!parse(&text).problems.is_empty());
        assert!(start.elapsed() < Duration::from_secs(10), "{:?} for {:?}", start.elapsed(), text.get(..8));
    }
}

#[test]
fn many_conflicts_and_many_keys_take_linear_time() {
    let conflicts = "<<<<<<< a\nx: 1\n=======\nx: 2\n>>>>>>> b\n".repeat(20_000);
    let keys: String = (0..30_000).map(|number| format!("k{number}: v\n")).collect();
    let start = Instant::now();
    parse(&conflicts);
    let tree = parse(&keys);
    assert_eq!(root(&tree).entries().count(), 30_000);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_large_file_is_read_quickly() {
    let service = |number: usize| {
        format!(
            "  web{number}:\n    image: nginx:1.27 # pinned\n    environment:\n      - A=1\n      - \"B=two\"\n    ports: ['80:80']\n"
        )
    };
    let text = format!("services:\n{}", (0..10_000).map(service).collect::<String>());
    let start = Instant::now();
    let tree = parse(&text);
    println!("{} bytes in {:?}", text.len(), start.elapsed());
    assert_eq!(root(&tree).get("services").unwrap().entries().count(), 10_000);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

fn check(text: &str) {
    let tree = parse(text);
    let mut queue: Vec<(NodeRef<'_>, usize)> = tree.documents().map(|root| (root, 0)).collect();
    let mut budget = 2_000;
    while let Some((node, depth)) = queue.pop() {
        let span = node.place().span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}");
        budget -= 1;
        if budget == 0 || depth > 20 {
            break;
        }
        queue.extend(node.items().map(|item| (item, depth + 1)));
        for entry in node.entries() {
            queue.push((entry.key_node, depth + 1));
            queue.push((entry.value, depth + 1));
        }
    }
    let spans =
        tree.problems.iter().map(|problem| problem.span).chain(tree.comments.iter().map(|comment| comment.span));
    for span in spans {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn arbitrary_text_never_panics_and_spans_lie_on_characters(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn text_made_of_yaml_never_panics_and_spans_lie_on_characters(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", ": ", ":", "- ", "\n", "\r\n", "  ", "    ", "\t", "é", "🙂", "'", "\"", "[", "]", "{", "}", ", ", "&x ",
                "*x", "<<: ", "|\n", ">-\n", "#", " # c", "!t ", "---\n", "...\n", "? ", "\u{feff}", "\\", "%", "@", "<<<<<<< a\n",
                "=======\n", ">>>>>>> b\n", "\0", "\u{2028}", "0",
            ]),
            0..40,
        )
    ) {
        check(&parts.concat());
    }
}

#[test]
fn quoted_lines_no_deeper_than_their_key_are_read_as_kubectl_reads_them() {
    let text = "a:\n  b: \"one\n  two\"\n  c: '[\n  ''x''\n  ]'\nd: 1\n";
    let tree = Tree::parse(FileId(0), text);
    assert!(tree.problems.is_empty(), "{:?}", tree.problems);
    let root = tree.documents().next().unwrap();
    assert!(!root.is_partial());
    assert_eq!(root.at(&["a", "b"]).unwrap().text(), Some("one two"));
    assert_eq!(root.at(&["a", "c"]).unwrap().text(), Some("[ 'x' ]"));
    assert_eq!(root.get("d").unwrap().place().span.slice(text), "1");
}

#[test]
fn a_block_at_the_end_of_a_file_has_no_line_end_that_the_file_lacks() {
    let value = |text: &str| {
        let tree = Tree::parse(FileId(0), text);
        tree.documents().next().unwrap().get("a").unwrap().text().unwrap().to_owned()
    };
    assert_eq!(value("a: |\n  one\n  two"), "one\ntwo");
    assert_eq!(value("a: >\n  one\n  two"), "one two");
    assert_eq!(value("a: |\n  one\n"), "one\n");
    assert_eq!(value("a: |-\n  one"), "one");
    assert_eq!(value("a: |\n  one\nb: 1"), "one\n");
}

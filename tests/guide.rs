//! What the language guide shows is true: its rules load, their examples pass, its conditions are typed.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::diagnostic::Problem;
use svclint::engine::examples;
use svclint::rules::Arguments;
use svclint::standard::library::Library;
use svclint::standard::select;

/// A fenced block: what stands behind the fence, and the text.
struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks() -> Vec<Block> {
    let text = std::fs::read_to_string("docs/rules-guide.md").unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                blocks.push(Block { info: info.to_owned(), text: String::new(), line: index + 1 });
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "every block is closed");
    blocks
}

fn of_kind(kind: &str) -> Vec<Block> {
    let found: Vec<Block> = blocks().into_iter().filter(|block| block.info.starts_with(kind)).collect();
    assert!(!found.is_empty(), "the guide has a block `{kind}`");
    found
}

/// The value of a key at the beginning of a line.
fn key<'t>(text: &'t str, key: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).unwrap_or("")
}

/// The built-in library with the rules of the guide.
fn library() -> Library {
    let mut library = Library::built_in();
    for block in of_kind("yaml rule") {
        library.insert(&format!("rules/guide/{}.yaml", key(&block.text, "rule")), Arc::from(block.text));
    }
    library
}

fn told(line: usize, problems: &[Problem]) -> String {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    format!("line {line}: {}", problems.join("; "))
}

#[test]
fn its_rules_load_and_their_examples_pass() {
    let library = library();
    let mut wrong = Vec::new();
    for block in of_kind("yaml rule") {
        let id = key(&block.text, "rule");
        match library.rule_with_examples(id).and_then(|rule| examples::run(&rule)) {
            Ok(lines) => wrong.extend(
                lines
                    .into_iter()
                    .filter(|line| !line.word.is_right())
                    .map(|line| format!("{}: {} {}: {}", id, line.word.as_str(), line.example, line.detail)),
            ),
            Err(problems) => wrong.push(told(block.line, &problems)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn its_conditions_are_typed_against_the_kind_they_name() {
    let mut wrong = Vec::new();
    for block in of_kind("yaml condition") {
        let kind = block.info.split(' ').next_back().unwrap();
        let condition: String = block.text.lines().flat_map(|line| ["  ", line, "\n"]).collect();
        let text = format!(
            "rule: shown\nsince: 0.1.0\nsummary: it holds\ncategory: security\nseverity: info\nwhy: It is shown.\n\
             target: {kind}\nrequire:\n{condition}message: it does not\n\
             examples:\n  - name: a\n    files: {{}}\n  - name: b\n    files: {{}}\n    expect: [{{ at: . }}]\n"
        );
        let mut library = Library::built_in();
        library.insert("rules/guide/shown.yaml", Arc::from(text));
        let typed = library.rule("shown", None).and_then(|rule| select::single(&rule, &Arguments::new()));
        if let Err(problems) = typed {
            wrong.push(told(block.line, &problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn its_standards_load_with_their_rules() {
    let mut wrong = Vec::new();
    for block in of_kind("yaml standard") {
        let mut library = library();
        let id = key(&block.text, "standard").to_owned();
        library.insert(&format!("rules/standards/{id}.yaml"), Arc::from(block.text));
        let typed = library
            .standard(&id)
            .and_then(|standard| select::instances(&mut library, &[std::sync::Arc::new(standard)]));
        if let Err(problems) = typed {
            wrong.push(told(block.line, &problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn it_names_every_operator_every_key_and_every_type() {
    use svclint::rules::{CATEGORIES, TYPE_NAMES, keys, operators::Operator};
    let text = std::fs::read_to_string("docs/rules-guide.md").unwrap();
    let operators = Operator::ALL.iter().map(|operator| operator.as_str());
    let names = operators.chain(keys::RULE.iter().copied()).chain(keys::FORMS.iter().copied());
    let names = names.chain(TYPE_NAMES.iter().copied()).chain(CATEGORIES.iter().copied());
    let missing: Vec<&str> =
        names.filter(|name| !text.contains(&format!("`{name}`")) && !text.contains(&format!("`{name}:"))).collect();
    assert!(missing.is_empty(), "the guide does not tell of {missing:?}");
}

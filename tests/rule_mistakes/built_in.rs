//! What all built-in rules and standards have to be.

use svclint::standard::library::Library;

#[test]
fn former_ids_of_built_in_rules_clash_with_nothing() {
    let library = Library::built_in();
    for id in library.rule_ids() {
        assert!(library.rule(id, None).is_ok(), "{id}");
    }
    for (former, present) in library.former_ids() {
        assert!(library.rule(former, None).is_err(), "`{former}` is a former id of `{present}`, and a rule of its own");
    }
}

#[test]
fn built_in_rules_end_with_their_examples() {
    // The build leaves out everything from `examples` on.
    let mut count = 0;
    for path in rule_files(std::path::Path::new("rules")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let Some((_, behind)) = text.split_once("\nexamples:") else { continue };
        let key = behind.lines().find(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert_eq!(key, None, "{}", path.display());
        count += 1;
    }
    assert!(count > 300, "{count} rules have examples");
}

#[test]
fn no_built_in_standard_uses_a_deprecated_rule_or_a_former_id() {
    let library = Library::built_in();
    for id in library.standard_ids() {
        let standard = library.standard(id).unwrap();
        assert_eq!(standard.warnings, []);
        for rule in standard.clauses.iter().flat_map(|clause| &clause.rules) {
            let source = library.rule(&rule.rule.value, None).unwrap();
            assert!(source.deprecated.is_none(), "{id} uses `{}`", rule.rule.value);
        }
    }
}

fn rule_files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(rule_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            out.push(path);
        }
    }
    out
}

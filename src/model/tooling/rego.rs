//! Policies in Rego, as far as their outline goes: package, rules and the defaults of these.

use std::collections::BTreeSet;

use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span};

model! {
    /// A default of a rule (Open Policy Agent, "Policy Language - Default Keyword").
    pub struct RegoDefault as "rego.default" {
        /// The rule.
        name: String,
        /// The value as written.
        value: String,
    }
    label(default) { default.name.clone() }
}

model! {
    /// A policy in Rego, tests left out (Open Policy Agent, "Policy Language").
    pub struct RegoPolicy as "rego.policy" {
        /// Its file.
        path: PathText,
        /// Its package, such as `http.authz`.
        package: Field<String>,
        /// The names of its rules, each once.
        rules: List<Field<String>>,
        /// The defaults of these.
        defaults: List<RegoDefault>,
    }
    label(policy) { policy.path.0.clone() }
}

/// The outline of a file: what begins in the first column, where rules begin.
pub(super) fn read(file: FileId, path: &str, text: &str) -> RegoPolicy {
    let at = Place::whole(file);
    let mut package = Field::Absent(at);
    let (mut rules, mut defaults): (Vec<Field<String>>, Vec<RegoDefault>) = (Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let content = line.split('#').next().unwrap_or("").trim_end();
        let (word, rest) = content.split_once([' ', '\t']).unwrap_or((content, ""));
        let place = |part: &str| {
            let from = line_start + content.find(part).unwrap_or(0);
            Place { file, span: Span::new(from, from + part.len()) }
        };
        match word {
            "package" if package.is_absent() => package = Field::known(rest.trim().to_owned(), place(rest.trim())),
            "default" => {
                let Some((name, value)) = rest.split_once('=') else { continue };
                let name = name.trim_end_matches(':').trim();
                let at = place(name);
                defaults.push(RegoDefault { at, name: name.to_owned(), value: value.trim().to_owned() });
            }
            "package" | "import" | "else" => {}
            _ => {
                let name = content.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
                if !name.is_empty() && known.insert(name) {
                    rules.push(Field::known(name.to_owned(), place(name)));
                }
            }
        }
    }
    let (rules, defaults) = (List::new(rules, at), List::new(defaults, at));
    RegoPolicy { at, path: PathText(path.to_owned()), package, rules, defaults }
}

#[cfg(test)]
mod tests {
    use super::{FileId, read};

    #[test]
    fn the_package_the_rules_and_their_defaults_are_read() {
        let text = "# who may what\npackage shop.authz\n\nimport rego.v1\n\ndefault allow := false # closed\ndefault limit = 10\n\nallow if {\n  input.user.role == \"admin\"\n} else := true if {\n  false\n}\n\nallow if input.open\nreasons contains r if {\n  r := \"none\"\n}\n";
        let policy = read(FileId(0), "policies/shop.rego", text);
        assert_eq!(policy.package.value().map(String::as_str), Some("shop.authz"));
        let rules: Vec<&str> = policy.rules.values().map(String::as_str).collect();
        assert_eq!(rules, ["allow", "reasons"]);
        let defaults: Vec<(&str, &str)> =
            policy.defaults.iter().map(|default| (default.name.as_str(), default.value.as_str())).collect();
        assert_eq!(defaults, [("allow", "false"), ("limit", "10")]);
        assert_eq!(policy.defaults.items[0].at.span.slice(text), "allow");
    }
}

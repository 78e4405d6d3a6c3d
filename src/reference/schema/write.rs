//! Writes JSON so that people can read it and diffs stay small: what fits on a line stands on one.

use serde_json::Value;

/// What is longer is broken.
const WIDTH: usize = 118;

/// The text of a value, with a line end.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out.push('\n');
    out
}

/// The depth of a schema is bounded by the code that builds it.
fn write(out: &mut String, value: &Value, depth: usize) {
    let short = value.to_string();
    let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    if column + short.len() <= WIDTH {
        out.push_str(&short);
        return;
    }
    match value {
        Value::Array(items) => {
            let items: Vec<(String, &Value)> = items.iter().map(|item| (String::new(), item)).collect();
            block(out, ['[', ']'], &items, depth);
        }
        Value::Object(entries) => {
            let key = |key: &String| format!("{}: ", Value::from(key.as_str()));
            let entries: Vec<(String, &Value)> = entries.iter().map(|(name, value)| (key(name), value)).collect();
            block(out, ['{', '}'], &entries, depth);
        }
        _ => out.push_str(&short),
    }
}

fn block(out: &mut String, [open, close]: [char; 2], items: &[(String, &Value)], depth: usize) {
    let indent = |depth: usize| "  ".repeat(depth);
    out.push(open);
    for (index, (lead, item)) in items.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&indent(depth + 1));
        out.push_str(lead);
        write(out, item, depth + 1);
    }
    out.push('\n');
    out.push_str(&indent(depth));
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn what_is_written_reads_as_the_same_value() {
        let long: Vec<String> = (0..40).map(|number| format!("word {number}")).collect();
        let value = json!({ "a": long, "b": { "c": [1, 2], "d\n": null } });
        let text = super::text(&value);
        assert!(text.lines().count() > 40);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}

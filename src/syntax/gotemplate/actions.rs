//! Where the actions of a template stand, from `{{` to `}}`, and whether each that opens is closed.

use std::ops::Range;

use crate::source::Span;

/// The spans of the actions of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Actions {
    spans: Vec<Span>,
}

/// A text whose actions do not fit together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unbalanced {
    pub(super) message: &'static str,
    pub(super) at: Span,
}

impl Actions {
    /// Finds them. An action that is not closed ends the search; the parser complains about it.
    pub(super) fn find(text: &str) -> Self {
        let mut spans = Vec::new();
        let mut from = 0;
        while let Some(start) = find_from(text, "{{", from) {
            let Some(end) = action_end(text, start) else { break };
            spans.push(Span::new(start, end));
            from = end;
        }
        Self { spans }
    }

    /// The action around an offset, else the empty span at it.
    pub(super) fn around(&self, offset: usize) -> Span {
        let at = Span::at(offset);
        let index = self.spans.partition_point(|span| span.start <= at.start);
        let before = index.checked_sub(1).and_then(|index| self.spans.get(index));
        before.copied().filter(|span| at.start <= span.end).unwrap_or(at)
    }

    /// The text with an action that prints nothing in place of each comment, of the same length: gotmpl 0.6 takes the
    /// `-` at the start of a comment for one at its end as well. `None` where there is no comment.
    pub(super) fn without_comments(&self, text: &str) -> Option<String> {
        let mut out: Option<String> = None;
        for span in &self.spans {
            let Some(body) = comment(span.slice(text)) else { continue };
            let (start, end) = (span.start as usize + body.start, span.start as usize + body.end);
            let blank: String =
                text.get(start + 2..end)?.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
            out.get_or_insert_with(|| text.to_owned()).replace_range(start..end, &format!("\"\"{blank}"));
        }
        out
    }

    /// Checks that each `if`, `range`, `with`, `define` and `block` has its `end`: gotmpl takes the end of the text for
    /// one, and stops at one too many.
    pub(super) fn check(&self, text: &str) -> Result<(), Unbalanced> {
        let mut open = Vec::new();
        for span in &self.spans {
            match keyword(span.slice(text)) {
                "if" | "range" | "with" | "define" | "block" => open.push(*span),
                "end" if open.pop().is_none() => {
                    return Err(Unbalanced { message: "this `end` closes nothing", at: *span });
                }
                "else" if open.is_empty() => {
                    return Err(Unbalanced { message: "this `else` belongs to nothing", at: *span });
                }
                _ => {}
            }
        }
        open.pop().map_or(Ok(()), |at| Err(Unbalanced { message: "this action has no `end`", at }))
    }
}

fn find_from(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| from + at)
}

/// The bytes of a comment in its action, from `/*` to `*/`.
fn comment(action: &str) -> Option<Range<usize>> {
    let body = action.get(2..)?;
    let start = action.len() - body.strip_prefix('-').unwrap_or(body).trim_start().len();
    let is_one = action.get(start..)?.starts_with("/*");
    is_one.then(|| Some(start..action.rfind("*/")? + 2))?
}

/// The first word of an action.
fn keyword(action: &str) -> &str {
    let body = action.strip_prefix("{{").unwrap_or(action);
    let body = body.strip_prefix('-').unwrap_or(body).trim_start();
    body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("")
}

/// The offset behind the `}}` of the action at `start`; strings and comments in it may hold braces.
fn action_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 2;
    let mut body = at;
    if bytes.get(body) == Some(&b'-') {
        body += 1;
    }
    while bytes.get(body).is_some_and(u8::is_ascii_whitespace) {
        body += 1;
    }
    if text.get(body..).is_some_and(|rest| rest.starts_with("/*")) {
        at = find_from(text, "*/", body + 2)? + 2;
        return find_from(text, "}}", at).map(|end| end + 2);
    }
    loop {
        match *bytes.get(at)? {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            b'`' => at = find_from(text, "`", at + 1)? + 1,
            quote @ (b'"' | b'\'') => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_ends_behind_the_braces_in_its_strings() {
        let text = "a {{ print \"}}\" `}}` }} b {{- /* }} */ -}} c";
        let actions = Actions::find(text);
        let found: Vec<&str> = actions.spans.iter().map(|span| span.slice(text)).collect();
        assert_eq!(found, ["{{ print \"}}\" `}}` }}", "{{- /* }} */ -}}"]);
        assert_eq!(actions.around(6).slice(text), found[0]);
        assert_eq!(actions.around(0), Span::at(0));
    }

    #[test]
    fn comments_give_way_to_actions_of_their_length() {
        let text = "a\n{{- /* b\n\u{e9} */}}\n{{/**/}}c";
        let changed = Actions::find(text).without_comments(text).unwrap();
        assert_eq!(changed, "a\n{{- \"\"  \n     }}\n{{\"\"  }}c");
        assert_eq!(changed.len(), text.len());
    }

    #[test]
    fn an_end_that_is_missing_or_one_too_many_is_found() {
        let check = |text: &str| Actions::find(text).check(text).map_err(|wrong| wrong.at.slice(text).to_owned());
        assert_eq!(check("{{ if .a }}{{ else }}{{ end }}"), Ok(()));
        assert_eq!(check("{{ if .a }}{{ with .b }}{{ end }}"), Err("{{ if .a }}".into()));
        assert_eq!(check("{{ if .a }}{{ end }}{{- end }}"), Err("{{- end }}".into()));
    }
}

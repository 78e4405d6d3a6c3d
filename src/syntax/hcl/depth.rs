//! A look over the text before it is parsed: how deep brackets are nested, and where comments are.

use crate::source::Span;

/// Brackets, blocks and templates may be nested this deep. hcl-edit has a limit of its own, of which nested `for`
/// expressions do not take part: 64 of them need more than 2 MiB of stack in a build without optimisation.
pub(super) const MAX_DEPTH: usize = 40;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Where the nesting gets too deep.
    pub(super) too_deep: Option<usize>,
    /// Comments.
    pub(super) comments: Vec<Span>,
}

/// What the cursor stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    /// A bracket, or the braces of a template.
    Bracket,
    /// `"…"`.
    Text,
    /// A heredoc up to its delimiter.
    Heredoc(String),
}

/// Looks over a text once.
pub(super) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut stack: Vec<Inside> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if stack.len() > MAX_DEPTH {
            scan.too_deep = Some(at);
            return scan;
        }
        let next = bytes.get(at + 1).copied();
        match stack.last() {
            Some(Inside::Text | Inside::Heredoc(_)) if matches!(byte, b'$' | b'%') && next == Some(b'{') => {
                // `$${` is a literal `${`.
                if at == 0 || bytes.get(at - 1) != Some(&byte) {
                    stack.push(Inside::Bracket);
                }
                at += 2;
            }
            Some(Inside::Text) => {
                if byte == b'"' || byte == b'\n' {
                    stack.pop();
                }
                at += if byte == b'\\' { 2 } else { 1 };
            }
            Some(Inside::Heredoc(name)) => {
                let ends = byte == b'\n' && {
                    let line = text.get(at + 1..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
                    line.trim() == name
                };
                at += if ends { 1 + name.len() } else { 1 };
                if ends {
                    stack.pop();
                }
            }
            _ => at = code(text, at, &mut stack, &mut scan),
        }
    }
    scan
}

/// One step outside of strings; gives where the next one starts.
fn code(text: &str, at: usize, stack: &mut Vec<Inside>, scan: &mut Scan) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or(&[]);
    let line = || rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    match rest {
        [b'#', ..] | [b'/', b'/', ..] => {
            let end = at + line();
            scan.comments.push(Span::new(at, end));
            end
        }
        [b'/', b'*', ..] => {
            let end = text.get(at + 2..).and_then(|rest| rest.find("*/")).map_or(text.len(), |end| at + end + 4);
            scan.comments.push(Span::new(at, end));
            end
        }
        [b'"', ..] => {
            stack.push(Inside::Text);
            at + 1
        }
        [b'<', b'<', ..] => {
            let end = at + line();
            let name = text.get(at + 2..end).unwrap_or("").trim_start_matches('-').trim();
            if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            {
                stack.push(Inside::Heredoc(name.to_owned()));
                return end;
            }
            at + 2
        }
        [b'(' | b'[' | b'{', ..] => {
            stack.push(Inside::Bracket);
            at + 1
        }
        [b')' | b']' | b'}', ..] => {
            if stack.last() == Some(&Inside::Bracket) {
                stack.pop();
            }
            at + 1
        }
        _ => at + 1,
    }
}

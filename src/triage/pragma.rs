//! `# svclint: ignore[rule-id] reason`: which text a comment silences.

use crate::source::{FileId, LineIndex, Place, Span};

/// A comment of an artifact.
#[derive(Clone, Debug)]
pub struct RemarkIn<'t> {
    /// Its bytes, from `#`.
    pub span: Span,
    /// Its text with or without the `#`.
    pub text: &'t str,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// How far a comment reaches in a file of a kind.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'t> {
    /// The next line and everything indented under it; the document, above its first key.
    Yaml,
    /// The next instruction; above a `FROM`, its stage. Spans of the instructions, and whether each is a `FROM`.
    Dockerfile(&'t [(Span, bool)]),
    /// The next line.
    Line,
}

/// A suppression found in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pragma {
    /// The comment.
    pub place: Place,
    /// The rules it names, each with its place.
    pub rules: Vec<(String, Place)>,
    /// The reason; empty where none is given, which is a mistake.
    pub reason: String,
    /// `until=YYYY-MM-DD`, where given.
    pub until: Option<String>,
    /// What it covers.
    pub covers: Span,
}

/// A comment that means to be a suppression and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// The comment.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
}

/// The suppressions in the comments of one file.
#[must_use]
pub fn read(file: FileId, text: &str, remarks: &[RemarkIn<'_>], extent: Extent<'_>) -> (Vec<Pragma>, Vec<Misspelt>) {
    let lines = LineIndex::new(text);
    let (mut pragmas, mut misspelt) = (Vec::new(), Vec::new());
    for remark in remarks {
        let Some(found) = remark.text.find("svclint:") else { continue };
        let lead = remark.text.get(..found).unwrap_or("");
        if !lead.trim_start_matches('#').trim().is_empty() {
            continue;
        }
        let place = Place { file, span: remark.span };
        match parse(remark.text.get(found + "svclint:".len()..).unwrap_or("").trim()) {
            Ok(parsed) => {
                let covers = if parsed.whole_file {
                    Span::new(0, text.len())
                } else if remark.own_line {
                    below(text, &lines, remark.span, extent)
                } else {
                    let line = lines.line_of(remark.span.start as usize);
                    Span::new(lines.line_start(line), remark.span.end as usize)
                };
                let rules = parsed.rules.into_iter().map(|rule| {
                    let at = position(remark.span.slice(text), rule) + remark.span.start as usize;
                    (rule.to_owned(), Place { file, span: Span::new(at, at + rule.len()) })
                });
                pragmas.push(Pragma {
                    place,
                    rules: rules.collect(),
                    reason: parsed.reason,
                    until: parsed.until,
                    covers,
                });
            }
            Err(message) => misspelt.push(Misspelt { place, message }),
        }
    }
    (pragmas, misspelt)
}

/// Where an id stands in a comment, by itself and not as a part of another one.
fn position(comment: &str, rule: &str) -> usize {
    let ends = |c: Option<char>| c.is_none_or(|c| matches!(c, '[' | ']' | ',') || c.is_whitespace());
    let open = comment.find('[').unwrap_or(0);
    let mut found = comment.match_indices(rule).map(|(at, _)| at).filter(|at| *at > open);
    let is_whole = |at: &usize| {
        let (before, rest) = comment.split_at(*at);
        ends(before.chars().next_back()) && ends(rest.get(rule.len()..).and_then(|rest| rest.chars().next()))
    };
    found.find(is_whole).unwrap_or(0)
}

struct Parsed<'t> {
    whole_file: bool,
    rules: Vec<&'t str>,
    reason: String,
    until: Option<String>,
}

fn parse(text: &str) -> Result<Parsed<'_>, String> {
    let (verb, rest) = text.split_once('[').ok_or("write `svclint: ignore[rule-id] reason`")?;
    let whole_file = match verb.trim() {
        "ignore" => false,
        "ignore-file" => true,
        other => return Err(format!("`{other}` is not known here; write `ignore` or `ignore-file`")),
    };
    let (rules, rest) = rest.split_once(']').ok_or("the bracket is not closed")?;
    let rules: Vec<&str> = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    if rules.is_empty() {
        return Err("name the rules in the brackets; there is no way to ignore all".to_owned());
    }
    let until = rest.split_whitespace().find_map(|word| word.strip_prefix("until=")).map(str::to_owned);
    let reason: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("until=")).collect();
    Ok(Parsed { whole_file, rules, reason: reason.join(" "), until })
}

/// What an own-line comment covers.
fn below(text: &str, lines: &LineIndex, comment: Span, extent: Extent<'_>) -> Span {
    match extent {
        Extent::Yaml => yaml_block(text, lines, comment),
        Extent::Line => {
            let next = lines.line_of(comment.start as usize) + 1;
            if next > lines.line_count() {
                return comment;
            }
            let start = lines.line_start(next);
            Span::new(start, start + lines.line_text(next, text).len())
        }
        Extent::Dockerfile(instructions) => {
            let next = instructions.iter().position(|(span, _)| span.start >= comment.end);
            let Some((first, is_from)) = next.and_then(|index| instructions.get(index).copied()) else {
                return comment;
            };
            if !is_from {
                return first;
            }
            let stage_end = instructions
                .iter()
                .find(|(span, is_from)| *is_from && span.start > first.start)
                .map_or(text.len(), |(span, _)| span.start as usize);
            Span::new(first.start as usize, stage_end)
        }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn yaml_block(text: &str, lines: &LineIndex, comment: Span) -> Span {
    let own = lines.line_of(comment.start as usize);
    let content = |line: usize| {
        let text = lines.line_text(line, text);
        let trimmed = text.trim();
        (!trimmed.is_empty() && !trimmed.starts_with('#')).then_some(text)
    };
    let Some(first) = (own + 1..=lines.line_count()).find(|line| content(*line).is_some()) else { return comment };
    let first_text = lines.line_text(first, text);
    let before = (1..own).rev().find_map(content);
    let opens_document =
        first_text.starts_with("---") || (indent(first_text) == 0 && before.is_none_or(|line| line.starts_with("---")));
    let ends = |line: usize| {
        let Some(text) = content(line) else { return false };
        if opens_document { text.starts_with("---") } else { indent(text) <= indent(first_text) }
    };
    let last = (first + 1..=lines.line_count()).find(|line| ends(*line));
    let end = last.map_or(text.len(), |line| lines.line_start(line));
    Span::new(lines.line_start(first), end)
}

#[cfg(test)]
mod tests {
    use super::{Extent, RemarkIn, read};
    use crate::source::{FileId, Span};

    fn covered<'t>(text: &'t str, extent: Extent<'_>) -> &'t str {
        let start = text.find("# svclint").unwrap();
        let line = &text[start..start + text[start..].find('\n').unwrap_or(text.len() - start)];
        let own_line = text[..start]
            .lines()
            .next_back()
            .is_none_or(|before| text[..start].ends_with('\n') || before.trim().is_empty());
        let remark = RemarkIn { span: Span::new(start, start + line.len()), text: line, own_line };
        let (pragmas, misspelt) = read(FileId(0), text, &[remark], extent);
        assert_eq!(misspelt, []);
        pragmas[0].covers.slice(text)
    }

    #[test]
    fn a_comment_above_a_service_covers_the_service() {
        let text = "services:\n  # svclint: ignore[x] why\n  api:\n    image: a\n\n  web:\n    image: b\n";
        assert_eq!(covered(text, Extent::Yaml), "  api:\n    image: a\n\n");
    }

    #[test]
    fn a_comment_at_the_end_of_a_line_covers_the_line() {
        let text = "services:\n  api:\n    image: a # svclint: ignore[x] why\n";
        assert_eq!(covered(text, Extent::Yaml), "    image: a # svclint: ignore[x] why");
    }

    #[test]
    fn a_comment_above_a_document_covers_the_document() {
        let text = "a: 1\n---\n# svclint: ignore[x] why\nkind: Pod\nspec:\n  x: 1\n---\nb: 1\n";
        assert_eq!(covered(text, Extent::Yaml), "kind: Pod\nspec:\n  x: 1\n");
    }

    #[test]
    fn a_comment_above_from_covers_the_stage() {
        let text = "# svclint: ignore[x] why\nFROM a\nRUN b\nFROM c\n";
        let spans = [(Span::new(25, 31), true), (Span::new(32, 37), false), (Span::new(38, 44), true)];
        assert_eq!(covered(text, Extent::Dockerfile(&spans)), "FROM a\nRUN b\n");
    }

    #[test]
    fn an_id_is_found_where_it_stands_by_itself() {
        let text = "# svclint: ignore[ignore-x, x,ignore] x why";
        let remark = RemarkIn { span: Span::new(0, text.len()), text, own_line: true };
        let (pragmas, _) = read(FileId(0), text, &[remark], Extent::Yaml);
        let starts: Vec<u32> = pragmas[0].rules.iter().map(|(_, at)| at.span.start).collect();
        assert_eq!(starts, [18, 28, 30]);
        assert!(pragmas[0].rules.iter().all(|(rule, at)| at.span.slice(text) == rule));
    }

    #[test]
    fn a_suppression_without_rules_is_told() {
        let text = "# svclint: ignore everything";
        let remark = RemarkIn { span: Span::new(0, text.len()), text, own_line: true };
        let (pragmas, misspelt) = read(FileId(0), text, &[remark], Extent::Yaml);
        assert!(pragmas.is_empty());
        assert_eq!(misspelt[0].message, "write `svclint: ignore[rule-id] reason`");
    }
}

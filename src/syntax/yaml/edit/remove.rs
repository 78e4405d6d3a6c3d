//! Taking keys out.

use super::{Editor, MERGED, SHAPE, SHARED, Withheld};
use crate::source::Span;
use crate::source::edit::Edit;
use crate::syntax::yaml::{NodeId, Style};

impl Editor<'_> {
    /// Takes out an entry with everything below it.
    pub(super) fn take_out(&self, mapping: NodeId, index: usize) -> Result<Vec<Edit>, Withheld> {
        let entries = self.entries(mapping);
        let (key, value) = *entries.get(index).ok_or(SHAPE)?;
        if entries.len() < 2 {
            return Err("it is the only key of its mapping");
        }
        // A merged key of the same name would come to light.
        if entries.iter().any(|(key, _)| self.scalar_text(*key) == Some("<<")) {
            return Err(MERGED);
        }
        let span = self.span_of(key).to(self.span_of(value));
        if self.has_aliased(span) {
            return Err(SHARED);
        }
        let start = span.start as usize;
        if self.is_flow(mapping) {
            return self.out_of_flow(entries, index, span);
        }
        let line = self.line_of(start);
        let before = self.text.get(line..start).ok_or(SHAPE)?;
        let end = self.content_end(value)?;
        if !before.chars().all(|c| c == ' ') {
            // Behind the dash of a list the next key takes the place.
            let (next, _) = entries.get(index + 1).ok_or(SHAPE)?;
            let next = self.span_of(*next).start as usize;
            let is_indent = before.chars().all(|c| matches!(c, ' ' | '-')) && !before.contains("--");
            let between = self.text.get(end..next).ok_or(SHAPE)?;
            if !is_indent || !between.trim().is_empty() {
                return Err(SHAPE);
            }
            return Ok(vec![Edit::replace(Span::new(start, next), "")]);
        }
        let end = self.line_behind(value, before.len())?;
        let mut from = line;
        let to = if let Some(next) = self.line_after(end) {
            let to = self.behind_blank_lines(line, next);
            // Blank lines would become lines of the block before them, which may keep them.
            let is_blank = |rest: &str| rest.lines().next().is_some_and(|line| line.trim().is_empty());
            if self.text.get(to..).is_some_and(is_blank) && self.is_behind_block(line) {
                return Err(SHAPE);
            }
            to
        } else {
            // The file has no last line end, and keeps having none.
            from = self.text.get(..line).ok_or(SHAPE)?.trim_end_matches(['\n', '\r']).len();
            // The text of a block that would then end the file would lose its line end.
            if self.is_behind_block(line) {
                return Err(SHAPE);
            }
            end
        };
        Ok(vec![Edit::replace(Span::new(from, to), "")])
    }

    /// Whether the last text before a line is a block.
    fn is_behind_block(&self, line: usize) -> bool {
        let end = self.text.get(..line).unwrap_or("").trim_end().len();
        let is_block = |id: &NodeId| matches!(self.style(*id), Some(Style::Literal | Style::Folded));
        self.scalars.iter().any(|(span, id)| (span.start as usize) < line && span.end as usize >= end && is_block(id))
    }

    /// Where there is a blank line before and behind what goes, one of them goes too; so does one at the top.
    fn behind_blank_lines(&self, line: usize, next: usize) -> usize {
        let before = self.text.get(..line).unwrap_or("").trim_start_matches('\u{feff}');
        let is_alone = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        let rest = self.text.get(next..).unwrap_or("");
        let blank = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if is_alone { next + blank } else { next }
    }

    fn out_of_flow(&self, entries: &[(NodeId, NodeId)], index: usize, span: Span) -> Result<Vec<Edit>, Withheld> {
        let is_gap = |text: Option<&str>| text.is_some_and(|text| text.trim() == "," && !text.contains('#'));
        if let Some((next, _)) = entries.get(index + 1) {
            let next = self.span_of(*next).start as usize;
            if is_gap(self.text.get(span.end as usize..next)) {
                return Ok(vec![Edit::replace(Span::new(span.start as usize, next), "")]);
            }
            return Err(SHAPE);
        }
        let (key, value) = *index.checked_sub(1).and_then(|before| entries.get(before)).ok_or(SHAPE)?;
        let before = self.span_of(key).to(self.span_of(value)).end as usize;
        if is_gap(self.text.get(before..span.start as usize)) {
            return Ok(vec![Edit::replace(Span::new(before, span.end as usize), "")]);
        }
        Err(SHAPE)
    }
}

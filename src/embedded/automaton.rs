//! Regular expressions as tables: what the build made of the patterns of `rules/`, so that no run has to.
//!
//! A table is the number of the first state and the number of columns, both 16 bits, little endian as all of it; the
//! column of every byte; and a row of states for every state from [`FIRST_ROW`] on. The last column is that of the end
//! of the text.

use std::collections::BTreeSet;

/// The state in which nothing can match any more.
pub(crate) const DEAD: u16 = 0;
/// The state in which something has matched.
pub(crate) const MATCHED: u16 = 1;
/// The state of the first row.
pub(crate) const FIRST_ROW: u16 = 2;

/// A table in the binary.
#[derive(Clone, Copy, Debug)]
pub struct Automaton {
    start: u16,
    width: usize,
    columns: &'static [u8; 256],
    rows: &'static [u8],
}

impl Automaton {
    /// Looks at the bytes of a table; `None` where there are none.
    #[must_use]
    pub fn of(bytes: &'static [u8]) -> Option<Self> {
        let (start, rest) = bytes.split_first_chunk()?;
        let (width, rest) = rest.split_first_chunk()?;
        let (columns, rows) = rest.split_first_chunk()?;
        let width = usize::from(u16::from_le_bytes(*width));
        Some(Self { start: u16::from_le_bytes(*start), width, columns, rows })
    }

    /// Whether something in a text matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let mut state = self.start;
        for byte in text.bytes() {
            if state < FIRST_ROW {
                return state == MATCHED;
            }
            state = self.next(state, usize::from(self.columns[usize::from(byte)]));
        }
        state == MATCHED || state != DEAD && self.next(state, self.width.saturating_sub(1)) == MATCHED
    }

    /// Whether there may be bytes that both match: what both can reach is looked at, up to a bound.
    #[must_use]
    pub fn may_match_with(self, other: Self) -> bool {
        const MOST: usize = 20_000;
        let step = |table: &Self, state: u16, byte: Option<u8>| match (state, byte) {
            (DEAD | MATCHED, _) => state,
            (_, Some(byte)) => table.next(state, usize::from(table.columns[usize::from(byte)])),
            (_, None) => table.next(state, table.width.saturating_sub(1)),
        };
        let mut seen = BTreeSet::from([(self.start, other.start)]);
        let mut open = vec![(self.start, other.start)];
        while let Some((one, two)) = open.pop() {
            if seen.len() > MOST || (step(&self, one, None), step(&other, two, None)) == (MATCHED, MATCHED) {
                return true;
            }
            for byte in 0..=u8::MAX {
                let next = (step(&self, one, Some(byte)), step(&other, two, Some(byte)));
                if next.0 != DEAD && next.1 != DEAD && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    fn next(&self, state: u16, column: usize) -> u16 {
        let at = (usize::from(state - FIRST_ROW) * self.width + column) * 2;
        let cell = self.rows.get(at..).and_then(<[u8]>::first_chunk);
        cell.map_or(DEAD, |cell| u16::from_le_bytes(*cell))
    }
}

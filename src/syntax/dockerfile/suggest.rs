//! "Did you mean": the nearest of a few known names.

/// The candidate nearest to `word`, where it is near enough to be what was meant; case does not count.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Longer words cannot be a slip of any candidate, and the comparison is quadratic in their length.
    if word.len() > 32 {
        return None;
    }
    let length = word.chars().count();
    let limit = length.div_ceil(3).min(3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and substitutions between two words (Levenshtein); swapped letters count once.
fn distance(left: &str, right: &str) -> usize {
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().map(|c| c.to_ascii_lowercase()).collect();
        letters.sort_unstable();
        letters
    };
    if letters(left) == letters(right) {
        return usize::from(!left.eq_ignore_ascii_case(right));
    }
    let right: Vec<char> = right.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(before);
        for (to, above) in right.iter().zip(row.iter().skip(1)) {
            before = (diagonal + usize::from(from != *to)).min(above + 1).min(before + 1);
            diagonal = *above;
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(nearest("RNU", ["ENV", "RUN"]), Some("RUN"));
        assert_eq!(nearest("COPPY", ["COPY", "ENV"]), Some("COPY"));
        assert_eq!(nearest("intervall", ["interval", "timeout"]), Some("interval"));
        assert_eq!(nearest("zzzz", ["interval", "timeout"]), None);
    }
}

//! "Did you mean": the nearest of a few known names.

/// The candidate nearest to `word`, where it is near enough to be what was meant; case does not count.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    within(word, word.chars().count().div_ceil(3).min(3), candidates)
}

/// The candidate that `word` is a slip of: one letter more, less or other, or letters swapped. Words of fewer than five
/// letters are too easily near to each other, and so are words that differ in a digit.
#[must_use]
pub fn slip_of<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    let own = digits(word);
    let alike = candidates.into_iter().filter(|candidate| digits(candidate) == own);
    (word.len() >= 5).then(|| within(word, 1, alike)).flatten()
}

fn within<'c>(word: &str, limit: usize, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Longer words cannot be a slip of any candidate, and the comparison is quadratic in their length.
    if word.len() > 32 {
        return None;
    }
    let length = word.chars().count();
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
    fn a_slip_is_one_letter_and_no_digit() {
        assert_eq!(slip_of("APP_HOEM", ["APP_HOME"]), Some("APP_HOME"));
        assert_eq!(slip_of("APP_HOMES", ["APP_HOME"]), Some("APP_HOME"));
        assert_eq!(slip_of("APP_HOUSE", ["APP_HOME"]), None);
        assert_eq!(slip_of("NODE_20", ["NODE_22"]), None);
        assert_eq!(slip_of("PUID", ["PGID"]), None);
    }

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(nearest("RNU", ["ENV", "RUN"]), Some("RUN"));
        assert_eq!(nearest("COPPY", ["COPY", "ENV"]), Some("COPY"));
        assert_eq!(nearest("intervall", ["interval", "timeout"]), Some("interval"));
        assert_eq!(nearest("zzzz", ["interval", "timeout"]), None);
    }
}

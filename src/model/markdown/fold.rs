//! Text made comparable: letter case, punctuation, emoji and direction marks do not tell two headings apart.

/// Marks that combine with the letter before them, of the scripts that write vowels so (Unicode 16, blocks with the
/// general category Mn).
fn is_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0483..=0x0487 | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670
        | 0x06D6..=0x06ED | 0x0900..=0x0903 | 0x093A..=0x094F | 0x0981..=0x0983 | 0x09BC..=0x09CD
        | 0x0A01..=0x0A03 | 0x0A3C..=0x0A51 | 0x0B01..=0x0B03 | 0x0B82 | 0x0BBE..=0x0BCD | 0x0C00..=0x0C04
        | 0x0D3B..=0x0D4D | 0x0E31..=0x0E3A | 0x0E47..=0x0E4E | 0x1AB0..=0x1AFF | 0x20D0..=0x20FF | 0x3099..=0x309A)
}

/// A character of a word, as Ruby's `\p{Word}` has it but for the underscore.
pub(super) fn is_word(c: char) -> bool {
    // Superscripts, fractions, and numbers in circles are numeric and no digits.
    let is_digit = c.is_numeric()
        && !matches!(u32::from(c), 0xB2 | 0xB3 | 0xB9 | 0xBC..=0xBE | 0x2070..=0x218B | 0x2460..=0x24FF | 0x2776..=0x2793);
    c.is_alphabetic() || is_digit || is_mark(c)
}

/// Characters that join or direct text and show nothing.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0x00AD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFE00..=0xFE0F | 0xFEFF)
}

/// A text in lower case, with one space for whatever stands between its words and `and` for `&`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |part: &str, gap: &mut bool| {
        if *gap && !out.is_empty() {
            out.push(' ');
        }
        *gap = false;
        out.push_str(part);
    };
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if is_word(c) {
            let lower: String = c.to_lowercase().collect();
            push(&lower, &mut gap);
        } else if c == '&' {
            gap = true;
            push("and", &mut gap);
            gap = true;
        } else {
            gap = true;
        }
    }
    out
}

/// A folded heading without the numbers before it, or `Appendix A`.
pub(super) fn heading_key(title: &str) -> String {
    let folded = fold(title);
    let mut rest = folded.as_str();
    while let Some((word, behind)) = rest.split_once(' ') {
        if !word.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        rest = behind;
    }
    let appendix = rest.strip_prefix("appendix ").and_then(|rest| rest.split_once(' '));
    if let Some((_, behind)) = appendix.filter(|(letter, _)| letter.chars().count() == 1) {
        rest = behind;
    }
    rest.to_owned()
}

/// Words that stand alone in the brackets of a template.
const BLANKS: &[&str] =
    &["author", "component", "date", "description", "link", "name", "owner", "role", "team", "title", "url", "value"];

/// Whether a text in brackets is a blank to be filled in: a phrase, a choice, or a word that templates use.
pub(super) fn is_blank(inside: &str) -> bool {
    let inside = inside.trim();
    let starts_upper = inside.chars().next().is_some_and(char::is_uppercase);
    // `[Port 8080]` says something; `[Role 1]` does not.
    let has_number = inside.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 1);
    let phrase = inside.contains([' ', '/']) && starts_upper && !has_number;
    phrase || BLANKS.contains(&inside.to_lowercase().as_str())
}

/// Dates and versions as templates write them.
pub(super) const PATTERNS: &[&str] = &["YYYY-MM-DD", "X.Y.Z"];

/// Whether a value as a whole is a blank of a template.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    if PATTERNS.contains(&value.trim_start_matches('v')) || matches!(value, "TBD" | "TODO" | "...") {
        return true;
    }
    let inside = |open: char, close: char| {
        value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).filter(|inside| !inside.contains(open))
    };
    inside('[', ']').is_some_and(|inside| is_blank(inside) || inside.chars().next().is_some_and(char::is_uppercase))
        || inside('<', '>').is_some()
}

/// Days since 1970-01-01 of a date as ISO 8601 writes it; `None` where the calendar has no such day.
pub(super) fn day(value: &str) -> Option<i64> {
    let mut parts = value.trim().split('-');
    let mut number = |length: usize| -> Option<i64> {
        parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=length).contains(&day) {
        return None;
    }
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + of_year;
    Some((year / 400) * 146_097 + of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::{day, fold, heading_key, is_blank, is_placeholder};

    #[test]
    fn case_punctuation_and_emoji_do_not_matter() {
        assert_eq!(fold("Testing & Validation"), "testing and validation");
        assert_eq!(fold("  ✅ As-Needed! "), "as needed");
        assert_eq!(fold("\u{200f}وضعیت\u{200c}ها:"), "وضعیتها");
        assert_eq!(heading_key("2.1 API Reference"), "api reference");
        assert_eq!(heading_key("2024"), "2024");
        assert_eq!(heading_key("Appendix E: Glossary"), "glossary");
    }

    #[test]
    fn blanks_of_a_template_are_told_from_text_in_brackets() {
        for blank in ["Service Name", "Draft/Under Review", "description", "Link to runbook"] {
            assert!(is_blank(blank), "{blank}");
        }
        for text in ["Port 8080 API", "x", "Unreleased", "RFC2119", "see below", "1", "1.2.0"] {
            assert!(!is_blank(text), "{text}");
        }
        assert!(is_placeholder("[Draft/Approved]") && is_placeholder("vX.Y.Z") && is_placeholder("<name>"));
        assert!(!is_placeholder("Draft [see below] and more"));
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2024-02-29"), Some(19_782));
        assert_eq!(day("2023-02-29"), None);
        assert_eq!(day("2024-2-1"), None);
        assert_eq!(day("YYYY-MM-DD"), None);
    }
}

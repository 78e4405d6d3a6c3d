//! Lengths of time as Docker, compose and Kubernetes write them.

/// A length of time that keeps its spelling.
#[derive(Clone, Debug)]
pub struct Duration {
    /// Nanoseconds.
    pub nanos: i128,
    /// As written.
    pub text: String,
}

impl Duration {
    /// Reads Go's form: one or more numbers with a unit (`1m30s`, `1.5h`, `500ms`), or a plain `0`
    /// (Go `time.ParseDuration`; Compose Specification, "Specifying durations"). `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let (negative, mut rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        if rest == "0" {
            return Some(Self { nanos: 0, text: text.to_owned() });
        }
        if rest.is_empty() {
            return None;
        }
        let mut nanos: i128 = 0;
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, tail) = rest.split_at(number_end);
            let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            nanos = nanos.checked_add(scaled(number, unit_nanos(unit)?)?)?;
            rest = tail;
        }
        Some(Self { nanos: if negative { -nanos } else { nanos }, text: text.to_owned() })
    }

    /// A whole number of seconds, as Kubernetes writes them.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self { nanos: i128::from(seconds) * 1_000_000_000, text: format!("{seconds}s") }
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Duration {}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn unit_nanos(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "d" => 86_400_000_000_000,
        _ => return None,
    })
}

/// A decimal number times a unit, without rounding through floating point.
fn scaled(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || fraction.len() > 12 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    if !fraction.is_empty() {
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(fraction.parse::<i128>().ok()?.checked_mul(unit)? / scale)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn equal_lengths_in_other_units_are_equal() {
        assert_eq!(Duration::parse("1m30s"), Duration::parse("90s"));
        assert_eq!(Duration::parse("0.5s"), Duration::parse("500ms"));
        assert_eq!(Duration::parse("30s"), Some(Duration::from_seconds(30)));
    }

    #[test]
    fn a_number_without_unit_is_no_duration() {
        assert_eq!(Duration::parse("30"), None);
        assert_eq!(Duration::parse("s"), None);
        assert_eq!(Duration::parse(""), None);
        assert_eq!(Duration::parse("1.2.3s"), None);
        assert!(Duration::parse("0").is_some());
    }
}

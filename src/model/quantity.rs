//! Amounts of CPU, memory and storage as Kubernetes and compose write them.

/// An amount that keeps its spelling.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// Thousandths of the base unit: millicores, or thousandths of a byte.
    pub milli: i128,
    /// As written.
    pub text: String,
}

impl Quantity {
    /// Reads a Kubernetes quantity: a decimal number with a decimal (`m k M G T P E`) or binary (`Ki … Ei`) suffix or
    /// an exponent (Kubernetes API, `resource.Quantity`). `None` for anything else.
    #[must_use]
    pub fn kubernetes(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-'));
        let (number, suffix) = trimmed.split_at(split.unwrap_or(trimmed.len()));
        let unit = match suffix {
            "" => 1_000,
            "n" | "u" => return small(number, suffix).map(|milli| Self { milli, text: text.to_owned() }),
            "m" => 1,
            "k" => 1_000_000,
            "M" => 1_000_000_000,
            "G" => 1_000_000_000_000,
            "T" => 1_000_000_000_000_000,
            "P" => 1_000_000_000_000_000_000,
            "E" => 1_000_000_000_000_000_000_000,
            "Ki" => 1_000 << 10,
            "Mi" => 1_000 << 20,
            "Gi" => 1_000 << 30,
            "Ti" => 1_000 << 40,
            "Pi" => 1_000 << 50,
            "Ei" => 1_000 << 60,
            exponent if exponent.starts_with(['e', 'E']) => power_of_ten(exponent.get(1..)?)?,
            _ => return None,
        };
        Some(Self { milli: decimal(number, unit)?, text: text.to_owned() })
    }

    /// Reads a compose byte value, in which every unit is binary: `b k kb m mb g gb`, any case
    /// (Compose Specification, "Specifying byte values"; docker/go-units `RAMInBytes`). `None` for anything else.
    #[must_use]
    pub fn compose_bytes(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let split = lower.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(lower.len());
        let (number, suffix) = lower.split_at(split);
        let unit: i128 = match suffix.trim() {
            "" | "b" => 1_000,
            "k" | "kb" | "kib" => 1_000 << 10,
            "m" | "mb" | "mib" => 1_000 << 20,
            "g" | "gb" | "gib" => 1_000 << 30,
            "t" | "tb" | "tib" => 1_000 << 40,
            "p" | "pb" | "pib" => 1_000 << 50,
            _ => return None,
        };
        Some(Self { milli: decimal(number, unit)?, text: text.to_owned() })
    }

    /// Reads a plain decimal number such as compose's `cpus`. `None` for anything else.
    #[must_use]
    pub fn number(text: &str) -> Option<Self> {
        Some(Self { milli: decimal(text.trim(), 1_000)?, text: text.to_owned() })
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.milli == other.milli
    }
}

impl Eq for Quantity {}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Nano and micro amounts, rounded up to a thousandth as Kubernetes does.
fn small(number: &str, suffix: &str) -> Option<i128> {
    let per_milli = if suffix == "n" { 1_000_000 } else { 1_000 };
    let value = decimal(number, 1)?;
    Some(value / per_milli + i128::from(value % per_milli != 0))
}

fn power_of_ten(exponent: &str) -> Option<i128> {
    let exponent: u32 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    10_i128.checked_pow(exponent.checked_add(3)?)
}

fn decimal(number: &str, unit: i128) -> Option<i128> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits || fraction.len() > 12 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    if !fraction.is_empty() {
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(fraction.parse::<i128>().ok()?.checked_mul(unit)? / scale)?;
    }
    Some(if negative { -total } else { total })
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn quantities_compare_by_value() {
        assert_eq!(Quantity::kubernetes("1"), Quantity::kubernetes("1000m"));
        assert_eq!(Quantity::kubernetes("1Gi"), Quantity::kubernetes("1024Mi"));
        assert_eq!(Quantity::kubernetes("0.5"), Quantity::kubernetes("500m"));
        assert_eq!(Quantity::kubernetes("1e3"), Quantity::kubernetes("1k"));
    }

    #[test]
    fn compose_units_are_binary() {
        assert_eq!(Quantity::compose_bytes("4G"), Quantity::kubernetes("4Gi"));
        assert_eq!(Quantity::compose_bytes("512mb"), Quantity::kubernetes("512Mi"));
    }

    #[test]
    fn text_that_is_no_amount_is_refused() {
        for text in ["", "abc", "1.2.3", "5 apples", "1e99", "--1", "."] {
            assert_eq!(Quantity::kubernetes(text), None, "{text}");
        }
    }
}

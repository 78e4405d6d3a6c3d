//! The `.env` beside a compose file: lines of `NAME=value` (Compose Specification, "Interpolation"; compose-go,
//! `dotenv`).

use std::collections::BTreeMap;

use super::interpolate::interpolate;

/// What a `.env` sets. A value with a variable that nothing in the file sets stays out, since it cannot be told.
#[must_use]
pub fn dotenv(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if let Some(literal) = quoted(value, '\'') {
            out.insert(name.to_owned(), literal.to_owned());
            continue;
        }
        let plain = quoted(value, '"').unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim_end());
        let filled = interpolate(plain, &out);
        if filled.pieces.iter().all(|piece| piece.hole.is_none()) {
            out.insert(name.to_owned(), filled.text);
        } else {
            out.remove(name);
        }
    }
    out
}

/// What stands between quotes, where the value starts with one.
fn quoted(value: &str, quote: char) -> Option<&str> {
    value.strip_prefix(quote)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::dotenv;

    #[test]
    fn values_may_use_what_stands_above_them() {
        let env = dotenv(
            "# storage\nROOT=/srv # here\nexport DATA=${ROOT}/data\nLOGS=\"${LOG_ROOT:-/var/log}/app\"\nRAW='${ROOT}'\nTAG=${BUILD_TAG}\n",
        );
        let value = |name: &str| env.get(name).map(String::as_str);
        assert_eq!(value("DATA"), Some("/srv/data"));
        assert_eq!(value("LOGS"), Some("/var/log/app"));
        assert_eq!(value("RAW"), Some("${ROOT}"));
        assert_eq!(value("TAG"), None);
    }
}

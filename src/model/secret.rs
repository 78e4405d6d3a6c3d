//! What looks like a secret, told from names and values.

/// Words that make a name one of a secret.
const SECRET_WORDS: &[&str] = &["password", "passwd", "secret", "token", "apikey", "privatekey", "credentials"];

/// Ends of names that hold where a secret is and not the secret itself.
const POINTER_ENDS: &[&str] = &["_FILE", "_PATH", "_DIR", "_NAME", "_TTL", "_EXPIRY"];

/// Whether a variable or key of this name would hold a secret.
#[must_use]
pub fn is_secret_key(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    if POINTER_ENDS.iter().any(|end| upper.ends_with(end)) {
        return false;
    }
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_WORDS.iter().any(|word| plain.contains(word))
}

/// Whether a value stands for a secret that is put in later.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let plain = value.trim().to_ascii_lowercase();
    plain.is_empty()
        || plain.contains("${")
        || plain.contains("{{")
        || (plain.starts_with('<') && plain.ends_with('>'))
        || ["changeme", "change-me", "placeholder", "replace", "your-", "your_", "example", "xxx"]
            .iter()
            .any(|word| plain.contains(word))
}

/// Whether a value is a URL with a password in it.
#[must_use]
pub fn has_url_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !is_placeholder(password))
}

//! Which names and values speak of credentials.

/// Whether a variable of this name usually holds a credential.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let word = |word: &str| lower.split(['_', '-', '.']).any(|part| part == word);
    ["password", "passwd", "secret", "token", "apikey", "credential", "private_key", "api_key", "access_key"]
        .iter()
        .any(|part| lower.contains(part))
        || word("pwd")
        || word("key")
}

/// Whether a value only stands for one that is put in later.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    value.is_empty() || value.contains("${") || value.contains("{{") || (value.starts_with('<') && value.ends_with('>'))
}

/// Whether a value is a URL with a password in it.
#[must_use]
pub fn has_url_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !is_placeholder(password))
}

//! Which names sound like secrets, and which values are none although they stand under such a name.

/// Words that make a name that of a secret wherever they stand in it.
const SECRET_WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PWD",
    "PASSPHRASE",
    "PASSWORDS",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "PRIVATEKEY",
    "ACCESSKEY",
    "SECRETKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "DSN",
];

/// The same, of two words. An access key alone is the public half of a pair (AWS, `MinIO`).
const SECRET_PAIRS: &[(&str, &str)] = &[
    ("API", "KEY"),
    ("PRIVATE", "KEY"),
    ("ENCRYPTION", "KEY"),
    ("SIGNING", "KEY"),
    ("FERNET", "KEY"),
    ("LICENSE", "KEY"),
    ("MASTER", "KEY"),
];

/// Last words that turn the name into one for something about a secret, such as where it is.
const HARMLESS_ENDINGS: &[&str] = &[
    "REF",
    "TEMPLATE",
    "SUBJECT",
    "MESSAGE",
    "TOPIC",
    "QUEUE",
    "REFS",
    "REFERENCE",
    "FILE",
    "FILES",
    "PATH",
    "DIR",
    "NAME",
    "NAMESPACE",
    "DEFAULT",
    "USERNAME",
    "CMD",
    "COMMAND",
    "USER",
    "TTL",
    "ID",
    "HEADER",
    "ALGORITHM",
    "ALG",
    "URL",
    "URI",
    "ENDPOINT",
    "LENGTH",
    "LIMIT",
    "COUNT",
    "TYPE",
    "VERSION",
    "LIFETIME",
    "DURATION",
    "TIMEOUT",
    "POLICY",
    "ENABLED",
    "DISABLED",
    "REQUIRED",
    "ISSUER",
    "AUDIENCE",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "DAYS",
    "AGE",
    "RATE",
    "PREFIX",
    "SUFFIX",
    "PERIOD",
    "INTERVAL",
    "ROTATION",
    "SIZE",
    "FORMAT",
    "RESET",
    "SCORE",
    "STRENGTH",
    "VALIDITY",
    "ITERATIONS",
    "ATTEMPTS",
    "BITS",
    "COST",
    "ROUNDS",
    "SPEC",
    "PATTERN",
    "TENANT",
    "ARN",
    "ARNS",
    "CLAIM",
    "CLAIMS",
    "TEMPLATE",
    "RETENTION",
    "POINT",
];

/// Names that mean something else to those who read them: the working directory of shells, and to etcd how it makes
/// tokens and which cluster it is part of.
const NO_SECRETS: &[&str] = &["PWD", "OLDPWD", "ETCD_AUTH_TOKEN", "ETCD_INITIAL_CLUSTER_TOKEN"];

/// Words that make the name that of a switch, of something public, of a Secret that is there, or of a place in the
/// parameter store of AWS.
const HARMLESS_WORDS: &[&str] = &["SSM", "PUBLIC", "NO", "ALLOW", "RANDOM", "REQUIRE", "ENABLE", "DISABLE", "EXISTING"];

/// Whether a variable of this name should hold a secret. Words are told apart by `_`, `-`, `.` and by a change from
/// small to capital letters, and must match whole: `MAX_TOKENS` and `AUTH_MODE` are no secrets, nor is what ends in
/// `_FILE`, `_PATH`, `_ID` and the like, nor what is `PUBLIC`.
#[must_use]
pub fn is_secret_key(name: &str) -> bool {
    // 1Password and its like are stores of secrets, and no secrets themselves.
    let parted = parted(name).replace("ONE_PASSWORD", "ONEPASSWORD").replace("NORD_PASS", "NORDPASS");
    let words: Vec<&str> = parted.split('_').filter(|word| !word.is_empty()).collect();
    if NO_SECRETS.contains(&name) || words.iter().any(|word| HARMLESS_WORDS.contains(word)) {
        return false;
    }
    let Some(last) = words.last() else { return false };
    // The name under which a token is kept, in a cookie or a store, and the key of a file of secrets.
    if words.ends_with(&["TOKEN", "KEY"]) || words.ends_with(&["YAML", "KEY"]) || words.ends_with(&["JSON", "KEY"]) {
        return false;
    }
    if HARMLESS_ENDINGS.contains(last) || last.starts_with("EXPIR") {
        return false;
    }
    let single = |word: &&str| SECRET_WORDS.contains(word) || (word.ends_with("PASSWORD") && *word != "ONEPASSWORD");
    let pair = |pair: &[&str]| match pair {
        [first, second] => SECRET_PAIRS.contains(&(*first, *second)),
        _ => false,
    };
    // In `PASS_THROUGH` it is another word, and in `UWSGI_PASS` of nginx too.
    let is_handed_on = words.iter().any(|word| matches!(*word, "FASTCGI" | "PROXY" | "UWSGI"));
    *last == "PASS" && !is_handed_on || words.iter().any(single) || words.windows(2).any(pair)
}

/// The name in capitals, its words parted by `_`.
fn parted(name: &str) -> String {
    let mut parted = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for c in name.chars() {
        let separates = matches!(c, '_' | '-' | '.');
        if separates || (was_small && c.is_ascii_uppercase()) {
            parted.push('_');
        }
        was_small = c.is_ascii_lowercase();
        if !separates {
            parted.push(c.to_ascii_uppercase());
        }
    }
    parted
}

/// How references into a store of secrets begin (1Password `op run`, vals, Bank-Vaults, Google Secret Manager, AWS).
const VAULTS: [&str; 5] = ["op://", "ref+", "vault:", "sm://", "arn:aws:secretsmanager:"];

/// Whether a value only holds the place of one: empty, a variable, its name or a template expression, `<…>`, `changeme`,
/// `example`, `your-…`, `xxx…`, `dummy`, `unused`, `***`, an absolute path; or only what decrypts to it, `ENC[…]`.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let encloses = |open: &str, close: &str| value.starts_with(open) && value.ends_with(close);
    if value.is_empty() || encloses("<", ">") || encloses("{{", "}}") || is_variable(value) {
        return true;
    }
    // Encrypted by SOPS or eyaml.
    if encloses("ENC[", "]") {
        return true;
    }
    // Where a secret is, in a variable that should have been called `…_FILE`.
    let is_file = [".json", ".pem", ".key", ".p12", ".crt"].iter().any(|end| value.ends_with(end));
    if (is_file || value.starts_with('/') && value.matches('/').count() > 1) && !value.contains([' ', '=', '+']) {
        return true;
    }
    if VAULTS.iter().any(|scheme| value.trim_start_matches(['"', '\'']).starts_with(scheme)) {
        return true;
    }
    let bare: String = value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if bare.is_empty() {
        return value.chars().all(|c| matches!(c, '*' | '.' | '-' | '_'));
    }
    // The name of a variable, in the place of its value.
    let is_name =
        value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let lower = value.to_ascii_lowercase();
    is_name
        || matches!(
            bare.as_str(),
            "null"
                | "none"
                | "nil"
                | "no"
                | "yes"
                | "true"
                | "false"
                | "off"
                | "example"
                | "dummy"
                | "todo"
                | "replaceme"
                | "secretgoeshere"
        )
        || bare.contains("changeme")
        || bare.contains("changethis")
        || bare.contains("placeholder")
        || bare.ends_with("examplekey")
        || ["://user:pass@", "://user:password@", "://username:password@"].iter().any(|words| lower.contains(words))
        || matches!(bare.as_str(), "changeit" | "unused" | "notused" | "notneeded" | "notrequired")
        || bare.contains("xxx")
        || bare.chars().all(|c| bare.starts_with(c))
        || ["yourpass", "yoursecret", "yourtoken", "yourkey", "yourapi"].iter().any(|start| bare.starts_with(start))
        || ["your-", "your_", "your ", "<your", "replace-", "replace_", "insert-", "insert_"]
            .iter()
            .any(|s| lower.starts_with(s))
}

fn is_variable(value: &str) -> bool {
    if let Some(name) = value.strip_prefix("${") {
        return name.find('}') == Some(name.len().saturating_sub(1));
    }
    value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether a text holds `scheme://user:password@` with a password written out.
#[must_use]
pub fn has_url_credentials(value: &str) -> bool {
    value.match_indices("://").any(|(found, separator)| {
        let scheme = value.get(..found).and_then(|before| before.chars().next_back());
        let rest = value.get(found + separator.len()..).unwrap_or("");
        let authority = rest.find(['/', '?', '#', ' ', '"', '\'']).map_or(rest, |end| rest.get(..end).unwrap_or(""));
        let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
        // `user:pass@…` shows only the form, and so does what is asked of one's own machine.
        let is_shown = authority.rsplit_once('@').is_some_and(|(login, host)| {
            login.ends_with(":pass") || host.starts_with("localhost") || host.starts_with("127.0.0.1")
        });
        let written = |password: &str| !is_shown && !is_placeholder(password) && !password.contains(['$', '<', '{']);
        scheme.is_some_and(|c| c.is_ascii_alphanumeric()) && password.is_some_and(|(_, password)| written(password))
    })
}

#[cfg(test)]
mod tests {
    use super::{has_url_credentials, is_placeholder, is_secret_key};

    #[test]
    fn names_of_secrets_are_known_by_whole_words() {
        for name in [
            "POSTGRES_PASSWORD",
            "PGPASSWORD",
            "API_KEY",
            "APIKEY",
            "apiKey",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "GITHUB_TOKEN",
            "SENTRY_DSN",
            "db-password",
            "AWS_SECRET_ACCESS_KEY",
            "PRIVATE_KEY",
            "CLIENT_SECRET",
        ] {
            assert!(is_secret_key(name), "{name}");
        }
    }

    #[test]
    fn names_about_secrets_are_not_names_of_secrets() {
        for name in [
            "POSTGRES_PASSWORD_FILE",
            "SECRETS_DIR",
            "NEXT_PUBLIC_API_KEY",
            "AUTH_MODE",
            "AUTH_MODULE_VERSION",
            "MAX_TOKENS",
            "TOKENIZER",
            "TOKEN_TTL",
            "TOKEN_EXPIRY",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "AWS_ACCESS_KEY_ID",
            "API_KEY_HEADER",
            "SSH_AUTH_SOCK",
            "private_key_rotation_grace_period",
            "TOKEN_REFRESH_INTERVAL",
            "PWD",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "KEYCLOAK_URL",
            "SSH_KEY_DIR",
            "VNC_NO_PASSWORD",
            "OnePassword",
            "PASSWORD_MIN_SCORE",
            "UWSGI_PASS",
            "SSM_PATH_PASSWORD",
            "CLIENT_SECRET_ARN",
            "TEMPLATE_PASSWORD_RESET",
            "onepassword",
            "NordPass",
            "API_KEY_HASH_ITERATIONS",
            "MAX_PASSWORD_CHANGE_ATTEMPTS",
            "COOKIE_REFRESH_TOKEN_KEY",
            "TOKEN_ROLE_CLAIM",
            "",
        ] {
            assert!(!is_secret_key(name), "{name}");
        }
    }

    #[test]
    fn values_that_only_hold_a_place_are_no_secrets() {
        for value in [
            "",
            "${DB_PASSWORD}",
            "$TOKEN",
            "<token>",
            "{{ token }}",
            "changeme",
            "SHOP_SENTRY_DSN",
            "__API_KEY_PLACEHOLDER__",
            "Change-Me!",
            "your-key-here",
            "postgresql://user:pass@localhost:5432/dummy",
            "xxxx",
            "***",
            "ENC[AES256_GCM,data:4URm,iv:I4hR,tag:gsQq,type:str]",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["hunter2", "postgres", "${A}${B}x", "sk-live-123", "P@$$word", "$ecret!"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_seen() {
        assert!(has_url_credentials("postgres://app:hunter2@db:5432/app"));
        assert!(has_url_credentials("amqp://guest:p@ss@mq"));
        assert!(!has_url_credentials("postgres://app:${DB_PASSWORD}@db/app"));
        assert!(!has_url_credentials("postgres://app@db:5432/app"));
        assert!(!has_url_credentials("postgres://user:pass@db:5432/app"));
        assert!(!has_url_credentials("postgres://app:hunter2@localhost:5432/app"));
        assert!(!has_url_credentials("http://proxy:8080/a@b"));
    }
}

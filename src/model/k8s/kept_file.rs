//! Whether a file that a ConfigMap or a Secret keeps under a key holds a secret.

use crate::model::secret;

/// How a private key begins, whatever its algorithm (RFC 7468).
pub(super) const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// How text begins that only somebody with a key can read: values of SOPS, files of age, messages of `OpenPGP` (RFC 9580).
const ENCRYPTED: [&str; 3] = ["ENC[AES256_GCM,", "-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN PGP MESSAGE-----"];

/// How hashes of passwords begin (crypt, htpasswd): what they hide can be guessed.
const HASHES: [&str; 7] = ["$apr1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "{SHA}"];

/// Words in the name of a file that is all secret, or holds users with their passwords.
const SECRET_FILES: [&str; 12] =
    ["auth", "cred", "docker", "htpasswd", "kubeconfig", "license", "netrc", "pass", "rsa", "secret", "token", "user"];

/// Keys of settings that hold a secret, besides those that their words tell: addresses of webhooks (Alertmanager), and
/// what a registry is logged in with (Docker).
const SECRET_SETTINGS: [&str; 6] = ["auth", "auths", "hash", "api_url", "slack_api_url", "key"];

/// How long a run of letters and digits is at least that nobody can have thought up.
const TOKEN_LENGTH: usize = 20;

/// How names of files of settings end.
const SETTINGS_FILES: [&str; 9] =
    [".cfg", ".conf", ".config", ".ini", ".json", ".properties", ".toml", ".xml", ".yaml"];

/// Whether a text is several lines, of which a name says little.
pub(super) fn is_file(text: &str) -> bool {
    text.trim_end().contains('\n')
}

/// Whether a text can be read by nobody without a key.
pub(super) fn is_encrypted(text: &str) -> bool {
    ENCRYPTED.iter().any(|start| text.contains(start))
}

/// Whether a text has a password in an address or a private key, remarks in a file left out.
pub(super) fn has_credentials(text: &str) -> bool {
    if !is_file(text) {
        return secret::has_url_credentials(text) || text.contains(PRIVATE_KEY);
    }
    lines(text).any(|line| secret::has_url_credentials(line) || line.contains(PRIVATE_KEY))
}

/// Whether what is kept under a key is a file of settings in which nothing is secret.
pub(super) fn is_harmless(key: &str, text: &str) -> bool {
    // What a machine is set up with, and no list of users.
    let name = key.to_ascii_lowercase().replace("userdata", "").replace("user-data", "");
    let is_named = secret::is_secret_key(key) || SECRET_FILES.iter().any(|word| name.contains(word));
    // In JSON and in a kubeconfig every value stands beside its name.
    let is_told_apart = !is_named || text.trim_start().starts_with('{') || text.contains("kind: Config\n");
    let is_file = is_file(text) || SETTINGS_FILES.iter().any(|end| name.ends_with(end));
    is_file && is_told_apart && !lines(text).any(holds_secret)
}

/// Whether a single value says where or who something is and nothing else: an address without a password, a number of
/// the network, a switch, a public key, an empty file of JSON.
pub(super) fn is_harmless_value(text: &str) -> bool {
    let text = text.trim();
    let is_public_key = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|start| text.starts_with(start));
    let is_address = text.contains("://") && !text.contains([' ', '?', '@']) && !has_token(text);
    let is_plain = matches!(text, "true" | "false" | "{}" | "[]" | "localhost");
    let parsed = text.split('/').next().and_then(|address| address.parse::<std::net::IpAddr>().ok());
    !is_file(text) && (is_public_key || is_address || is_plain || is_host_name(text) || parsed.is_some())
}

/// Whether a text is written as the name of a host is, in a domain (RFC 1123).
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_top = |label: &str| label.len() > 1 && label.bytes().all(|b| b.is_ascii_lowercase());
    text.rsplit_once('.').is_some_and(|(_, top)| is_top(top)) && text.split('.').all(is_label) && !has_token(text)
}

/// The lines of a file that are no remarks.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']) && !line.starts_with("//"))
}

fn holds_secret(line: &str) -> bool {
    let is_hash = HASHES.iter().any(|hash| line.contains(hash));
    secret::has_url_credentials(line) || line.contains(PRIVATE_KEY) || is_hash || has_token(line) || sets_secret(line)
}

/// Whether a line has a run of letters and digits that looks made by a machine.
fn has_token(line: &str) -> bool {
    let is_run = |c: char| c.is_ascii_alphanumeric() || c == '+';
    line.split(|c: char| !is_run(c)).any(|run| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        run.len() >= TOKEN_LENGTH && digits > 1 && digits < run.len()
    })
}

/// Whether a line gives a setting that is called like a secret a value of its own.
fn sets_secret(line: &str) -> bool {
    let parted = |part: &str| -> Option<(String, String)> {
        let (key, value) = part.split_once(['=', ':'])?;
        let bare = |text: &str| text.trim_matches([' ', '\t', '"', '\'', ',', '-', '{', '}', '[', ']']).to_owned();
        Some((bare(key), bare(value)))
    };
    line.split(", ").filter_map(parted).any(|(key, value)| {
        let lower = key.to_ascii_lowercase();
        // Of a label or of an entry in a Secret, `key` says which one it is.
        let is_name = lower == "key" && value.contains(['/', '_', '.']);
        let is_named = secret::is_secret_key(&key) || SECRET_SETTINGS.contains(&lower.as_str()) && !is_name;
        let is_switch = matches!(value.as_str(), "true" | "false" | "null" | "none");
        // A variable of Kustomize, or a form that says what to write there.
        let is_form = value.split_once('<').is_some_and(|(_, rest)| rest.contains('>'));
        let is_filled_in = value.starts_with("$(") && value.ends_with(')') || is_form;
        is_named && !is_switch && !is_filled_in && value != key && !secret::is_placeholder(&value)
    })
}

#[cfg(test)]
mod tests {
    use super::{has_credentials, is_harmless, is_harmless_value};

    #[test]
    fn an_address_without_a_password_is_harmless_and_one_that_lets_in_is_not() {
        for text in [
            "10.21.0.11",
            "10.0.0.0/8",
            "internal.shop.example",
            "pvc://models/granite",
            "true",
            "{}",
            "ssh-rsa AAAAB3Nz ann@host",
        ] {
            assert!(is_harmless_value(text), "{text}");
        }
        for text in [
            "hunter2",
            "Hunter.2",
            "postgres://shop:hunter2@db/shop",
            "https://chat.example/4f9a8b7c6d5e4f3a2b1c0d9e",
            "1234",
        ] {
            assert!(!is_harmless_value(text), "{text}");
        }
    }

    #[test]
    fn settings_without_a_secret_are_harmless() {
        for text in [
            "authorization:\n  resourceAttributes:\n    resource: alertmanagers\n",
            "global:\n  resolve_timeout: 5m\nreceivers:\n  - name: default\n",
            "[smtp]\nenabled = true\npassword =\n",
            "[database]\n# url = mysql://user:secret@host:3306/shop\ntype = sqlite3\n",
            "storage=DATABASE",
            "cluster.initialConnectAttempts=20\ncluster.maxRetryInterval=32000\n",
            "# to be replaced",
            "url=jdbc:postgresql://db/shop\npassword=$(database_password)\n",
            "secrets:\n  accountToken:\n    name: accounts\n    key: account_service_token\n",
            "affinity:\n  - key: node-role.kubernetes.io/control-plane\n",
            "{\n  \"auth\": \"base64 of user:<token>\"\n}\n",
            "token = token\nvault_url = https://vault.example:8200\n",
            "- job_name: nodes\n  static_configs:\n    - targets: [node-1.example:9100]\n",
        ] {
            assert!(is_harmless("config.yaml", text), "{text}");
        }
    }

    #[test]
    fn a_script_that_sets_up_a_machine_is_no_list_of_users() {
        assert!(is_harmless("userData", "#!/bin/bash\necho hello\n"));
    }

    #[test]
    fn settings_with_a_secret_are_not() {
        for text in [
            "global:\n  smtp_auth_password: hunter2\n",
            "receivers:\n  - slack_configs:\n      - api_url: https://hooks.example/services/a/b\n",
            "[database]\nurl = mysql://shop:hunter2@db:3306/shop\n",
            "users:\n  ann: $2y$10$abcdefghijklmnopqrstuv\n",
            "webhook: https://chat.example/hook/4f9a8b7c6d5e4f3a2b1c0d9e\nlevel: info\n",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n",
        ] {
            assert!(!is_harmless("config.yaml", text), "{text}");
        }
    }

    #[test]
    fn a_file_of_users_and_a_single_value_are_not_harmless() {
        assert!(!is_harmless("htpasswd", "ann:hunter2\nbob:hunter3\n"));
        assert!(!is_harmless("config", "hunter2"));
    }

    #[test]
    fn a_remark_in_a_file_shows_how_an_address_is_written() {
        assert!(!has_credentials("# url: mysql://user:secret@host/db\nurl: mysql://db/shop\n"));
        assert!(has_credentials("url: mysql://shop:hunter2@db/shop\nlevel: info\n"));
    }
}

//! Secrets that are written in code: literals under the names of secrets, and texts with the form of a key.

use super::WrittenSecret;
use super::tokens::Tokens;
use crate::model::secret::{has_url_credentials, is_placeholder, is_secret_key};
use crate::source::Span;
use crate::syntax::code::TokenKind;

/// A literal under the name of a secret counts from this length on; shorter ones are words.
const MIN_LENGTH: usize = 8;

/// The text of a private key between its marks is longer than this.
const MIN_KEY_LENGTH: usize = 100;

/// The secrets of a file.
pub(super) fn written(tokens: &Tokens<'_>) -> Vec<WrittenSecret> {
    let literals = tokens.code.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text);
    literals
        .filter_map(|(index, token)| {
            let text = token.inner.slice(tokens.text);
            if is_shown_in_field(tokens, index) {
                return None;
            }
            let name = key_form(text).map(str::to_owned).or_else(|| assigned(tokens, index, text))?;
            Some(secret(tokens, token.inner, name))
        })
        .collect()
}

fn secret(tokens: &Tokens<'_>, span: Span, name: String) -> WrittenSecret {
    WrittenSecret { at: tokens.place(span), name }
}

/// The kind of key that a text has the form of (the issuers' documentation of their prefixes), or an address with a
/// password.
fn key_form(text: &str) -> Option<&'static str> {
    let follows = |prefix: &str, length: usize| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= length && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        })
    };
    let is_example = text.to_ascii_uppercase().contains("EXAMPLE") || text.contains("xxxx");
    if is_example {
        return None;
    }
    if follows("AKIA", 16) && text.len() == 20 {
        return Some("an access key of AWS");
    }
    if ["ghp_", "gho_", "ghs_", "github_pat_"].iter().any(|prefix| follows(prefix, 30)) {
        return Some("a token of GitHub");
    }
    if follows("sk_live_", 20) || follows("rk_live_", 20) {
        return Some("a key of Stripe");
    }
    if ["xoxb-", "xoxp-", "xoxa-"].iter().any(|prefix| follows(prefix, 20)) {
        return Some("a token of Slack");
    }
    if holds_key(text) {
        return Some("a private key");
    }
    let is_url = has_url_credentials(text)
        && !text.contains(['{', '%', '<', '$', ' ', '\n'])
        && !["localhost", "127.0.0.1", "example"].iter().any(|here| text.contains(here))
        && !has_made_up_login(text);
    is_url.then_some("an address with a password")
}

/// Whether a text holds a private key, and not only the marks around one, as messages about its form do (RFC 7468).
fn holds_key(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("PRIVATE KEY-----") else { return false };
    let body = rest.split_once("-----").map_or(rest, |(body, _)| body).replace("\\n", "\n");
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\\') || c.is_ascii_whitespace();
    body.len() > MIN_KEY_LENGTH && body.chars().all(is_key)
}

/// Whether a literal is the text that a field of a form shows as long as it is empty: `placeholder="…"`.
fn is_shown_in_field(tokens: &Tokens<'_>, index: usize) -> bool {
    (2..4).any(|back| index.checked_sub(back).and_then(|at| tokens.word(at)) == Some("placeholder"))
}

/// Whether the password of an address is the name of its user, or the word for one: what examples and the databases of
/// one's own machine have.
fn has_made_up_login(text: &str) -> bool {
    let login =
        text.split_once("://").and_then(|(_, rest)| rest.split_once('@')).and_then(|(login, _)| login.split_once(':'));
    login.is_some_and(|(user, password)| user == password || is_word_for_one(password))
}

/// Words of values that somebody has made up for a test, a seed or a picture of the page.
const MADE_UP: &[&str] =
    &["abc", "demo", "dummy", "e2e", "example", "fake", "mock", "preview", "sample", "seed", "test", "testing", "xyz"];

/// Whether a value is the word for what it stands for, such as `password123` or `1password`, or has a word in it that
/// says that it is made up.
fn is_word_for_one(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let bare: String = value.chars().filter(char::is_ascii_alphabetic).collect();
    let words = value.split(|c: char| !c.is_ascii_alphanumeric());
    matches!(bare.as_str(), "pass" | "password" | "passwd" | "secret" | "token" | "apikey")
        || words.into_iter().any(|word| {
            MADE_UP.contains(&word) || MADE_UP.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()))
        })
}

/// Whether a name says that what has it is for a test: `LOCAL_TEST_KEY`.
fn names_a_test(name: &str) -> bool {
    name.split('_').any(|word| MADE_UP.contains(&word.to_ascii_lowercase().as_str()))
}

/// Keys that every visitor of a page is given (`PostHog` project keys, Stripe publishable keys), by how they start.
const PUBLIC_KEYS: &[&str] = &["phc_", "pk_live_", "pk_test_"];

/// Names that stand beside the key of a client in the browser: its search (Algolia, `DocSearch`) or its app (Firebase,
/// "API keys"), whose keys are no secret.
const BESIDE_PUBLIC_KEYS: &[&str] = &["indexName", "appId", "authDomain", "messagingSenderId"];

/// How many tokens before and behind a key are looked at for such names.
const BESIDE: usize = 12;

fn is_public_key(tokens: &Tokens<'_>, index: usize, name: &str, text: &str) -> bool {
    let is_beside = |at: usize| tokens.word(at).is_some_and(|word| BESIDE_PUBLIC_KEYS.contains(&word));
    PUBLIC_KEYS.iter().any(|start| text.starts_with(start))
        || (name.eq_ignore_ascii_case("apiKey") && (index.saturating_sub(BESIDE)..index + BESIDE).any(is_beside))
}

/// The name of a secret to which a literal is given with `=`, `:` or `:=`.
fn assigned(tokens: &Tokens<'_>, index: usize, text: &str) -> Option<String> {
    let sign = index.checked_sub(1)?;
    if !tokens.is(sign, b'=') && !tokens.is(sign, b':') {
        return None;
    }
    let mut at = sign.checked_sub(1)?;
    // `!=` and `==` compare.
    if tokens.is(at, b'=') || tokens.is(at, b'!') {
        return None;
    }
    if tokens.is(at, b':') {
        at = at.checked_sub(1)?;
    }
    // `condition ? "a" : "b"` gives nothing to `"a"`.
    if at.checked_sub(1).is_some_and(|before| tokens.is(before, b'?')) {
        return None;
    }
    let token = tokens.at(at)?;
    let name = if token.is_text() { token.inner.slice(tokens.text) } else { tokens.word(at)? };
    let is_value = text.len() >= MIN_LENGTH
        && !is_placeholder(text)
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.contains([' ', '/', '{', '<', '$', '%', ':', '(', ',', '[', '\\'])
        && !is_word_for_one(text)
        && !names_a_test(name)
        && !is_public_key(tokens, index, name, text)
        && !is_variable_name(text)
        && !text.to_ascii_lowercase().contains(&name.to_ascii_lowercase());
    (names_a_secret(name) && is_value).then(|| name.to_owned())
}

/// Whether a text is the name of a variable of the environment, in which the secret is: `E2B_API_KEY`.
fn is_variable_name(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether the end of a name is that of a secret: `password_field` names a field.
fn names_a_secret(name: &str) -> bool {
    let starts: Vec<usize> = name
        .char_indices()
        .zip(std::iter::once(' ').chain(name.chars()))
        .filter(|((_, c), before)| {
            c.is_ascii_uppercase() && before.is_ascii_lowercase() || matches!(before, '_' | '-' | ' ')
        })
        .map(|((at, _), _)| at)
        .collect();
    let is_secret = |from: Option<&usize>, to: usize| {
        from.and_then(|from| name.get(*from..to)).is_some_and(|part| is_secret_key(part.trim_end_matches(['_', '-'])))
    };
    let (last, pair) = (starts.iter().next_back(), starts.iter().rev().nth(1));
    let first_end = last.copied().unwrap_or(name.len());
    is_secret_key(name) && (is_secret(last, name.len()) || (is_secret(pair, name.len()) && !is_secret(pair, first_end)))
}

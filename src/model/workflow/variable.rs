//! The variables of the environment of workflows, jobs, steps and the containers beside them.

use crate::model;
use crate::model::read::Reader;
use crate::model::secret::{has_url_credentials, is_placeholder, is_secret_key};
use crate::model::value::{Field, List};
use crate::syntax::yaml::Shape;
use crate::words;

use super::expression;
use super::step::value;

words! {
    /// Where the value of a variable comes from.
    pub enum ValueSource {
        /// It is written there.
        Literal = "literal",
        /// A secret.
        Secret = "secret",
        /// A variable of the repository or organisation.
        Variable = "variable",
        /// Another expression.
        Expression = "expression",
    }
}

model! {
    /// A variable of the environment.
    pub struct EnvVar as "workflow.env" {
        /// Its name.
        name: String,
        /// As written.
        text: String,
        /// Its value; not known where an expression decides it.
        value: Field<String>,
        /// Where the value comes from.
        source: ValueSource,
        /// The secret or variable that it reads, where it reads one.
        reads: Field<String>,
        /// Whether the name is that of a secret.
        secret_named: bool,
        /// The literal value of what should be a secret; absent for placeholders and addresses of the runner itself.
        literal_secret: Field<String>,
        /// Whether something in the workflow reads it: `env.NAME`, `$NAME` and the like.
        used: bool,
    }
    label(env) { env.name.clone() }
}

/// The variables of an `env`.
pub(super) fn env(reader: Reader<'_>, key: &str) -> List<EnvVar> {
    let mut list = reader.map(key, |name, at, node| {
        let text = node.text().unwrap_or("").to_owned();
        let reads = expression::reads_in(&text);
        let of = |context: &str| reads.iter().find_map(|read| read.name.strip_prefix(context).map(str::to_owned));
        let (source, named) = match (of("secrets."), of("vars.")) {
            (Some(secret), _) => (ValueSource::Secret, Some(secret)),
            (None, Some(variable)) => (ValueSource::Variable, Some(variable)),
            _ if expression::has(&text) => (ValueSource::Expression, None),
            _ => (ValueSource::Literal, None),
        };
        let value = value(node);
        let secret_named = is_secret_key(name);
        let is_literal = source == ValueSource::Literal
            && !is_local(&text)
            && !text.contains('$')
            && (has_url_credentials(&text)
                || (secret_named
                    && !is_thrown_away(&text)
                    && is_single_secret(name)
                    && !text.contains([' ', ','])
                    && !is_placeholder(&text)
                    && !is_switch(&text)));
        EnvVar {
            at,
            name: name.to_owned(),
            reads: named.map_or(Field::Absent(value.place()), |named| Field::known(named, value.place())),
            literal_secret: if is_literal { Field::known(text.clone(), value.place()) } else { Field::Absent(at) },
            text,
            value,
            source,
            secret_named,
            used: true,
        }
    });
    if reader.get(key).is_some_and(|node| node.shape() != Shape::Mapping) {
        let at = list.at;
        list = List::empty(at);
    }
    list
}

/// Whether an address is that of the runner itself, where credentials are thrown away with it.
fn is_local(text: &str) -> bool {
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let host = host.split(['/', '?']).next().unwrap_or("");
    // A name without a dot is that of a container beside the job.
    ["localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"].iter().any(|local| text.contains(local))
        || (text.contains("://") && !host.contains('.'))
}

/// Shorter values are no secrets that a service hands out.
const MIN_SECRET: usize = 12;

/// Whether a value is made up for the job, as its words or its form say.
fn is_thrown_away(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let says_so = ["test", "fake", "dummy", "example", "sample", "secret", "passw", "mock", "not-", "local", "1234"];
    let is_mixed =
        text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    text.len() < MIN_SECRET || !is_mixed || says_so.iter().any(|word| lower.contains(word))
}

/// Whether a name ends as that of one secret, not as that of something about secrets.
fn is_single_secret(name: &str) -> bool {
    let last = name.rsplit(['_', '-']).next().unwrap_or(name).to_ascii_uppercase();
    ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "KEY", "APIKEY", "CREDENTIALS", "DSN", "PASS", "PWD"]
        .iter()
        .any(|end| last.ends_with(end))
}

fn is_switch(text: &str) -> bool {
    matches!(text.trim(), "true" | "false" | "0" | "1" | "yes" | "no" | "none" | "null")
}

//! Functions that encode and decode, and those whose values are made up: digests, keys and random strings.

use std::fmt::Write as _;

use super::{Table, count_arg, integer_arg, last, made, text, text_arg};
use crate::syntax::base64;
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::data::{self, JsonStyle};
use crate::syntax::gotemplate::{Map, Outcome, Value, refuse};

pub(super) const TABLE: Table = &[
    ("toYaml", |args, context| yaml(args, context)),
    ("mustToYaml", |args, context| yaml(args, context)),
    ("toYamlPretty", |args, context| yaml(args, context)),
    ("toToml", |args, context| made(data::to_json(last(args)?, JsonStyle::default(), context)?, context)),
    ("fromYaml", |args, context| decoded(args, context, "map")),
    ("fromJson", |args, context| decoded(args, context, "map")),
    ("fromYamlArray", |args, context| decoded(args, context, "slice")),
    ("fromJsonArray", |args, context| decoded(args, context, "slice")),
    ("mustFromJson", |args, context| decoded(args, context, "")),
    ("toJson", |args, context| json(args, context, JsonStyle::default())),
    ("mustToJson", |args, context| json(args, context, JsonStyle::default())),
    ("toPrettyJson", |args, context| json(args, context, JsonStyle { is_pretty: true, is_raw: false })),
    ("mustToPrettyJson", |args, context| json(args, context, JsonStyle { is_pretty: true, is_raw: false })),
    ("toRawJson", |args, context| json(args, context, JsonStyle { is_pretty: false, is_raw: true })),
    ("mustToRawJson", |args, context| json(args, context, JsonStyle { is_pretty: false, is_raw: true })),
    ("b64enc", |args, context| made(base64::encode(text(last(args)?, context)?.as_bytes()), context)),
    ("b64dec", |args, context| {
        let text = text(last(args)?, context)?;
        let decoded = base64::decode(&text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        made(decoded.unwrap_or_else(|| "illegal base64 data".to_owned()), context)
    }),
    ("b32enc", |args, context| made(text(last(args)?, context)?, context)),
    ("b32dec", |args, context| made(text(last(args)?, context)?, context)),
    ("urlquery", |args, context| made(escaped(&text(last(args)?, context)?), context)),
    ("urlParse", |args, context| Ok(url_parts(&text(last(args)?, context)?))),
    ("urlJoin", |args, context| {
        let Value::Map(parts) = last(args)? else { return refuse("a map was expected") };
        let part = |key: &str| parts.get(key).map_or_else(|| Ok("".into()), |value| text(&value, context));
        let mut url = format!("{}://{}{}", part("scheme")?, part("host")?, part("path")?);
        let query = part("query")?;
        if !query.is_empty() {
            _ = write!(url, "?{query}");
        }
        made(url, context)
    }),
    ("base", |args, context| {
        made(text(last(args)?, context)?.trim_end_matches('/').rsplit('/').next().unwrap_or("."), context)
    }),
    ("dir", |args, context| {
        made(text(last(args)?, context)?.rsplit_once('/').map_or(".", |(directory, _)| directory), context)
    }),
    ("clean", |args, context| made(text(last(args)?, context)?, context)),
    ("ext", |args, context| {
        let text = text(last(args)?, context)?;
        made(text.rfind('.').and_then(|at| text.get(at..)).unwrap_or(""), context)
    }),
    ("isAbs", |args, context| Ok(Value::bool(text(last(args)?, context)?.starts_with('/')))),
    ("sha1sum", |args, context| digest(args, context, 40)),
    ("sha256sum", |args, context| digest(args, context, 64)),
    ("sha512sum", |args, context| digest(args, context, 128)),
    ("md5sum", |args, context| digest(args, context, 32)),
    ("adler32sum", |args, context| digest(args, context, 9)),
    ("randAlphaNum", |args, context| random(args, context, "a1B2c3D4e5F6g7H8")),
    ("randAlpha", |args, context| random(args, context, "aBcDeFgHiJkLmNoP")),
    ("randNumeric", |args, context| random(args, context, "1234567890")),
    ("randAscii", |args, context| random(args, context, "a1B2c3D4e5F6g7H8")),
    ("randBytes", |args, context| {
        context.leave_open();
        let count = count_arg(args, 0)?;
        context.bytes(count)?;
        made(base64::encode(&vec![0x5a; count]), context)
    }),
    ("randInt", |args, context| {
        context.leave_open();
        Ok(Value::int(integer_arg(args, 0)?))
    }),
    ("uuidv4", |_, context| unknown(context, "00000000-0000-4000-8000-000000000000")),
    ("shuffle", |args, context| {
        context.leave_open();
        Ok(last(args)?.clone())
    }),
    ("htpasswd", |args, context| unknown(context, &format!("{}:$2a$10$unknown", text_arg(args, 0, context)?))),
    ("bcrypt", |_, context| unknown(context, "$2a$10$unknown")),
    ("derivePassword", |_, context| unknown(context, "unknown")),
    ("encryptAES", |_, context| unknown(context, "unknown")),
    ("decryptAES", |_, context| unknown(context, "unknown")),
    ("genPrivateKey", |_, context| unknown(context, "unknown private key")),
    ("genCA", |_, context| Ok(certificate(context))),
    ("genCAWithKey", |_, context| Ok(certificate(context))),
    ("genSelfSignedCert", |_, context| Ok(certificate(context))),
    ("genSelfSignedCertWithKey", |_, context| Ok(certificate(context))),
    ("genSignedCert", |_, context| Ok(certificate(context))),
    ("genSignedCertWithKey", |_, context| Ok(certificate(context))),
    ("buildCustomCert", |_, context| Ok(certificate(context))),
];

fn yaml(args: &[Value], context: &Context) -> Outcome {
    let text = data::to_yaml(last(args)?, context)?;
    context.bytes(text.len())?;
    Ok(Value::Str(text))
}

/// What decoding gives; Helm hands the error on as `{"Error": …}` (engine, `fromYAML`).
fn decoded(args: &[Value], context: &Context, kind: &str) -> Outcome {
    let text = match last(args)? {
        Value::Str(text) => text.clone(),
        other => text(other, context)?.into(),
    };
    let value = data::from_text(&text, context)?;
    let wrong = |message: &str| {
        if kind == "slice" { Value::texts([message]) } else { Value::map([("Error", Value::text(message))]) }
    };
    Ok(match value {
        None => wrong("error converting YAML to JSON"),
        Some(Value::Nil) if kind == "map" => Value::Map(Map::new([])),
        Some(Value::Nil) if kind == "slice" => Value::list(Vec::new()),
        Some(value) if kind.is_empty() || value.kind() == kind => value,
        Some(value) => wrong(&format!("cannot unmarshal {} into Go value of type {kind}", value.kind())),
    })
}

fn json(args: &[Value], context: &Context, style: JsonStyle) -> Outcome {
    made(data::to_json(last(args)?, style, context)?, context)
}

/// A stand-in of the right length: no rule looks into a digest, and that equal texts have equal ones is enough.
fn digest(args: &[Value], context: &Context, digits: usize) -> Outcome {
    let text = text(last(args)?, context)?;
    context.bytes(text.len())?;
    let mut out = String::new();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    while out.len() < digits {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        hash = (hash ^ out.len() as u64).wrapping_mul(0x100_0000_01b3);
        _ = write!(out, "{hash:016x}");
    }
    out.truncate(digits);
    made(out, context)
}

fn random(args: &[Value], context: &Context, letters: &str) -> Outcome {
    context.leave_open();
    let count = count_arg(args, 0)?;
    context.bytes(count)?;
    Ok(Value::text(letters.chars().cycle().take(count).collect::<String>()))
}

fn unknown(context: &Context, text: &str) -> Outcome {
    context.leave_open();
    made(text, context)
}

fn certificate(context: &Context) -> Value {
    context.leave_open();
    Value::map([("Cert", Value::text("unknown certificate")), ("Key", Value::text("unknown key"))])
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => out.push(char::from(byte)),
            byte => _ = write!(out, "%{byte:02X}"),
        }
        out
    })
}

fn url_parts(url: &str) -> Value {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let parts = [
        ("scheme", scheme),
        ("host", host),
        ("hostname", name),
        ("path", path),
        ("query", query),
        ("fragment", fragment),
        ("userinfo", user),
        ("opaque", ""),
    ];
    Value::map(parts.map(|(key, part)| (key, Value::text(part))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for (plain, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("abcd", "YWJjZA==")] {
            assert_eq!(base64::encode(plain.as_bytes()), encoded);
            assert_eq!(base64::decode(encoded).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn what_chance_decides_is_left_open() {
        let context = Context::new();
        let value = super::super::find("randAlphaNum").unwrap()(&[Value::int(20)], &context).unwrap();
        assert_eq!(text(&value, &context).unwrap().len(), 20);
        assert!(context.replace_open(false));
    }
}

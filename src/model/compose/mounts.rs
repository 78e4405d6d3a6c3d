//! What is mounted into a container: volumes, tmpfs, secrets, configs and devices.

use super::fields::{Fields, boolean, slice, text};
use super::paths;
use super::scope::Scope;
use super::text::Slice;
use super::tree::{Data, Value};
use crate::model::quantity::Quantity;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field};
use crate::source::Place;
use crate::{model, words};

words! {
    /// What is mounted.
    pub enum MountType {
        /// A path of the host.
        Bind = "bind",
        /// A volume that Docker keeps, named or anonymous.
        Volume = "volume",
        /// Memory.
        Tmpfs = "tmpfs",
        /// A named pipe of Windows.
        Npipe = "npipe",
        /// A cluster volume.
        Cluster = "cluster",
        /// Another image.
        Image = "image",
    }
}

model! {
    /// A volume mounted into a compose service.
    pub struct ComposeMount as "compose.mount" {
        /// What is mounted.
        r#type: Field<MountType>,
        /// The path or the volume's name, as written; absent for an anonymous volume.
        source: Field<String>,
        /// The path of a bind relative to the root of the run; unresolved where it leads out of it.
        source_path: Field<PathText>,
        /// Where it is mounted in the container.
        target: Field<PathText>,
        /// Whether it is mounted read-only.
        read_only: Always<bool>,
        /// Whether the source is an absolute path of the host, `~` included.
        is_absolute_source: Always<bool>,
        /// Whether the source is a path of Windows.
        is_windows_path: Always<bool>,
        /// Whether the source is the socket of a container runtime, or a directory that holds it.
        is_runtime_socket: Always<bool>,
        /// Whether the source is the host's root or a directory of its system, such as `/etc`; not a file in one.
        is_system_directory: Always<bool>,
        /// Whether a named volume is declared at the top level; true for whatever needs no declaration.
        declared: Always<bool>,
        /// The short form as written, or the long form's target.
        as_written: String,
    }
    label(mount) { mount.as_written.clone() }
}

model! {
    /// A directory in memory, from `tmpfs` or from a volume of type tmpfs.
    pub struct ComposeTmpfs as "compose.tmpfs" {
        /// Where it is mounted in the container.
        target: Field<PathText>,
        /// The options, such as `mode=1777`.
        options: Field<String>,
        /// The most it may hold.
        size: Field<Quantity>,
    }
    label(tmpfs) { tmpfs.target.value().map_or_else(String::new, |target| target.0.clone()) }
}

model! {
    /// A secret or config given to a compose service.
    pub struct ComposeGrant as "compose.grant" {
        /// Its key at the top level.
        source: Field<String>,
        /// Where it is mounted in the container.
        target: Field<PathText>,
        /// Whether it is declared at the top level.
        declared: Always<bool>,
    }
    label(grant) { grant.source.value().cloned().unwrap_or_default() }
}

/// Reads one item of `volumes`.
pub(super) fn read_volume(item: &Value, scope: &Scope<'_>, out: &mut Vec<ComposeMount>) {
    match &item.data {
        Data::Scalar(text) => out.push(short_volume(text.all(), scope)),
        Data::Map(_) => out.push(long_volume(item, scope)),
        Data::Null | Data::List(_) => {
            let target = Field::malformed(item.excerpt(), "a volume such as `./data:/data`", item.at);
            let read_only = Always::known(false, item.at);
            out.push(mount(
                Field::Absent(item.at),
                Field::Absent(item.at),
                target,
                read_only,
                item.at,
                String::new(),
                scope,
            ));
        }
    }
}

/// Splits a short volume at its colons; those of Windows drives separate nothing.
fn parts(whole: Slice<'_>) -> Vec<Slice<'_>> {
    let masked = whole.masked().as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    for (offset, byte) in masked.iter().enumerate() {
        let drive = offset == start + 1 && masked.get(start).is_some_and(u8::is_ascii_alphabetic);
        if *byte == b':' && !drive {
            parts.push(whole.sub(start..offset));
            start = offset + 1;
        }
    }
    parts.push(whole.from(start));
    parts
}

/// What compose refuses a short volume for (compose-go, `format/volume.go`), and the text it is about.
pub(super) fn refusal(item: &Value) -> Option<(Place, &'static str)> {
    let Data::Scalar(text) = &item.data else { return None };
    let parts = parts(text.all());
    if let [only] = parts.as_slice() {
        return only.raw().is_empty().then_some((item.at, "is empty"));
    }
    if parts.iter().any(|part| part.raw().is_empty()) {
        return Some((item.at, "has nothing on one side of a colon"));
    }
    parts.get(3).map(|part| (part.place(), "has more than a source, a target and options"))
}

/// `[SOURCE:]TARGET[:OPTIONS]`
fn short_volume(whole: Slice<'_>, scope: &Scope<'_>) -> ComposeMount {
    let at = whole.place();
    let parts = parts(whole);
    let (source, target, options) = match parts.as_slice() {
        [target] => (None, *target, None),
        [source, target] => (Some(*source), *target, None),
        [source, target, options, ..] => (Some(*source), *target, Some(*options)),
        [] => (None, whole, None),
    };
    // An empty part is refused as such.
    let source = source.filter(|source| !source.raw().is_empty());
    let target_path = if target.raw().is_empty() { Field::Absent(at) } else { path(target) };
    let read_only = match options {
        Some(options) => {
            options.field("options such as `ro`", |text| Some(text.split(',').any(|option| option == "ro")))
        }
        None => Field::Absent(at),
    };
    let kind = match source {
        Some(source) => {
            let first = source.masked();
            let path =
                first.starts_with(['.', '/', '~']) || paths::is_windows(first) || is_in(source.raw(), HOST_DIRECTORIES);
            match (path, source.is_unknown()) {
                // `</path/to/data>` is to be filled in.
                _ if first.starts_with('<') => {
                    Field::unresolved(source.raw(), "it stands for a path that is filled in", source.place())
                }
                (true, _) => Field::known(MountType::Bind, source.place()),
                (false, true) => source.unresolved(),
                (false, false) => Field::known(MountType::Volume, source.place()),
            }
        }
        None => Field::known(MountType::Volume, at),
    };
    let source = source.map_or(Field::Absent(at), Slice::string);
    mount(kind, source, target_path, read_only.or_default(false), at, whole.raw().to_owned(), scope)
}

/// Variables that shells set to a directory of the host.
const HOST_DIRECTORIES: &[&str] = &["HOME", "PWD"];

/// Whether a path starts with one of some variables.
fn is_in(path: &str, variables: &[&str]) -> bool {
    let Some(rest) = path.strip_prefix('$') else { return false };
    let name = rest.trim_start_matches('{').split(['/', '}', ':']).next().unwrap_or("");
    variables.contains(&name)
}

/// A path in the container, without a slash at its end.
fn path(slice: Slice<'_>) -> Field<PathText> {
    slice.field("a path in the container", |text| (!text.is_empty()).then(|| clean(text)))
}

/// A path in a container without `.`, `..` and doubled slashes, as compose compares it.
fn clean(path: &str) -> PathText {
    let Some(rest) = path.strip_prefix('/') else { return PathText(path.trim_end_matches('/').to_owned()) };
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    PathText(format!("/{}", parts.join("/")))
}

fn long_volume(item: &Value, scope: &Scope<'_>) -> ComposeMount {
    let fields = Fields::new(item, item.anchor());
    let expected = "`bind`, `volume`, `tmpfs`, `npipe`, `cluster` or `image`";
    let kind = fields.text("type").parse(expected, |text| MountType::from_word(text));
    let target = fields.field("target", |value| slice(value).map_or_else(|| not_a_path(value), path));
    let at = fields.get("target").or(fields.get("source")).map_or(item.at, |value| value.at);
    let written = fields.text("target").value().cloned().unwrap_or_default();
    let read_only = fields.bool("read_only").or_default(false);
    mount(kind, fields.text("source"), target, read_only, at, written, scope)
}

fn not_a_path<T>(value: &Value) -> Field<T> {
    Field::malformed(value.excerpt(), "a path in the container", value.at)
}

fn mount(
    kind: Field<MountType>,
    source: Field<String>,
    target: Field<PathText>,
    read_only: Always<bool>,
    at: Place,
    as_written: String,
    scope: &Scope<'_>,
) -> ComposeMount {
    let bind = kind.value() == Some(&MountType::Bind);
    let named = kind.value() == Some(&MountType::Volume) && !source.is_absent();
    let fact = |judge: fn(&str) -> bool| source.clone().map(|text| judge(&text)).or_default(false);
    let at_home = matches!(&source, Field::Unresolved(unresolved) if is_in(&unresolved.text, &["HOME"]));
    ComposeMount {
        at,
        source_path: if bind { scope.path(&source) } else { Field::Absent(source.place()) },
        is_absolute_source: if at_home { Always::known(true, source.place()) } else { fact(paths::is_absolute) },
        is_runtime_socket: fact(paths::holds_runtime_socket),
        is_system_directory: fact(paths::is_system_directory),
        is_windows_path: fact(paths::is_windows),
        declared: if named { scope.declared("volumes", &source) } else { Always::known(true, at) },
        r#type: kind,
        source,
        target,
        read_only,
        as_written,
    }
}

/// Reads one item of `tmpfs`: `/path[:options]`.
pub(super) fn read_tmpfs(item: &Value, out: &mut Vec<ComposeTmpfs>) {
    let Some(whole) = slice(item) else {
        let target = Field::malformed(item.excerpt(), "a path such as `/tmp:size=64m`", item.at);
        out.push(ComposeTmpfs { at: item.at, target, options: Field::Absent(item.at), size: Field::Absent(item.at) });
        return;
    };
    let (target, options) = match whole.split_once(':') {
        Some((target, options)) => (target, Some(options)),
        None => (whole, None),
    };
    let mut size = Field::Absent(whole.place());
    for option in options.map(|options| options.split(',')).unwrap_or_default() {
        if option.is_unknown() && size.is_absent() {
            size = option.unresolved();
        }
        if let Some((name, value)) = option.split_once('=')
            && name.raw() == "size"
        {
            // Percentages of the memory are allowed, but are no amount.
            size = value.field("an amount of bytes such as `64m`", Quantity::compose_bytes);
        }
    }
    let options = options.map_or(Field::Absent(whole.place()), Slice::string);
    out.push(ComposeTmpfs { at: whole.place(), target: path(target), options, size });
}

/// Reads a volume of type tmpfs; anything else gives nothing.
pub(super) fn tmpfs_of_volume(item: &Value, out: &mut Vec<ComposeTmpfs>) {
    let fields = Fields::new(item, item.anchor());
    if fields.text("type").value().is_none_or(|kind| kind != "tmpfs") {
        return;
    }
    let target = fields.field("target", |value| slice(value).map_or_else(|| not_a_path(value), path));
    let at = target.place();
    let size = fields.child("tmpfs").bytes("size");
    out.push(ComposeTmpfs { at, target, options: Field::Absent(at), size });
}

/// Reads one item of a service's `secrets` or `configs`; `root` is where relative targets go.
pub(super) fn read_grant(item: &Value, kind: &'static str, scope: &Scope<'_>, out: &mut Vec<ComposeGrant>) {
    let root = if kind == "secrets" { "/run/secrets/" } else { "/" };
    let absolute = |name: &String| PathText(if name.starts_with('/') { name.clone() } else { format!("{root}{name}") });
    let (at, source, target) = match &item.data {
        Data::Map(_) => {
            let fields = Fields::new(item, item.anchor());
            let source = fields.text("source");
            (source.place(), source, fields.text("target"))
        }
        _ => (item.at, text(item), Field::Absent(item.at)),
    };
    out.push(ComposeGrant {
        at,
        declared: scope.declared(kind, &source),
        target: target.or(|| source.clone()).map(|name| absolute(&name)),
        source,
    });
}

/// What makes a volume the same as one in an earlier file: its target.
pub(super) fn volume_key(item: &Value) -> Option<String> {
    match &item.data {
        Data::Scalar(text) => {
            let parts = parts(text.all());
            let target = if let [_, target, ..] = parts.as_slice() { target } else { parts.first()? };
            Some(clean(target.raw()).0).filter(|_| !target.raw().is_empty())
        }
        _ => Some(clean(&item.get("target")?.text()?.value).0),
    }
}

/// The same for a tmpfs in short form.
pub(super) fn tmpfs_target(item: &Value) -> Option<String> {
    let text = item.text()?.value.as_str();
    Some(clean(text.split(':').next().unwrap_or(text)).0)
}

/// The same for devices: the path in the container.
pub(super) fn device_key(item: &Value) -> Option<String> {
    match &item.data {
        Data::Scalar(text) => text.value.split(':').nth(1).or(Some(&text.value)).map(str::to_owned),
        _ => item.get("target")?.text().map(|text| text.value.clone()),
    }
}

/// The same for secrets and configs: where they are mounted.
pub(super) fn mount_key(item: &Value) -> Option<String> {
    let named = item.get("target").or_else(|| item.get("source")).unwrap_or(item);
    named.text().map(|text| text.value.rsplit_once("/run/secrets/").map_or(&*text.value, |(_, name)| name).to_owned())
}

/// Whether a top-level network, volume, secret or config is external, in its form of today or of old.
pub(super) fn external(fields: Fields<'_>) -> Always<bool> {
    let field = fields.field("external", |value| match &value.data {
        Data::Map(_) => Field::known(true, value.anchor()),
        _ => boolean(value),
    });
    field.or_default(false)
}

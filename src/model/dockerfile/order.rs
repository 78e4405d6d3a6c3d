//! Facts about a stage as a whole: its base image's kind, where its copies come from, and the order of its steps.

use super::base_image;
use super::files::{self, Copy};
use super::stage::BaseVariant;
use super::walk::{Own, whole};
use crate::model::image::Image;
use crate::model::value::Field;
use crate::source::Place;

pub(super) fn mounts_manifest(mount: &str) -> bool {
    mount.contains("type=bind")
        && mount.split(',').any(|part| {
            let source = part.strip_prefix("source=").or_else(|| part.strip_prefix("src="));
            source.is_some_and(files::is_manifest)
        })
}

/// Whether `--from` names something that is there.
/// `is_too_late` says whether the name is that of the stage itself or of a later one.
pub(super) fn resolves(from: &Field<String>, stage: Option<usize>, is_too_late: bool) -> Field<bool> {
    match from {
        Field::Known(name, origin) => {
            let looks_like_image = name.contains(['/', ':', '@']);
            if stage.is_some() || looks_like_image {
                Field::known(true, origin.at)
            } else if is_too_late || name.parse::<usize>().is_ok() {
                Field::known(false, origin.at)
            } else {
                let image = Image::parse(name, origin.at, false);
                if base_image::facts(&image).is_some() {
                    Field::known(true, origin.at)
                } else {
                    let why = format!("no earlier stage is called `{name}`, so it would have to be an image");
                    Field::unresolved(name.as_str(), why, origin.at)
                }
            }
        }
        other => other.clone().map(|_| false),
    }
}

/// How much an image brings, by the words of its repository and tag.
pub(super) fn variant(image: &Image) -> Field<BaseVariant> {
    let (Field::Known(repository, _), Field::Known(registry, _)) = (&image.repository, &image.registry) else {
        return Field::unresolved(&*image.reference, "the base image is not known", image.at);
    };
    let at = if image.tag.is_absent() { image.at } else { image.tag.place() };
    let tag = image.tag().unwrap_or("");
    let has = |word: &str| tag.contains(word) || repository.contains(word);
    // A publisher may be called anything; what an image is, its own name says.
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let is_called = |word: &str| tag.contains(word) || name.contains(word);
    let found = if image.reference == "scratch" {
        BaseVariant::Scratch
    } else if registry == "cgr.dev" || has("wolfi") || repository.starts_with("chainguard/") {
        BaseVariant::Chainguard
    } else if has("distroless") || has("chiseled") || (has("static") && registry == "gcr.io") {
        BaseVariant::Distroless
    } else if has("alpine") {
        BaseVariant::Alpine
    } else if is_called("slim") || is_called("minimal") || is_called("micro") {
        BaseVariant::Slim
    } else if has("busybox") {
        BaseVariant::Busybox
    } else if let Field::Unresolved(unresolved) = &image.tag {
        return Field::Unresolved(unresolved.clone());
    } else if is_official(image).value() == Some(&true)
        || base_image::facts(image).is_some()
        || SYSTEMS.iter().any(|system| has(system))
    {
        BaseVariant::Full
    } else {
        let why = format!("nothing in the name of `{}` says how much it brings", image.reference);
        return Field::unresolved(&*image.reference, why, at);
    };
    Field::known(found, at)
}

/// Words of repositories and tags that name a whole operating system or what is built on one.
const SYSTEMS: &[&str] = &[
    "aspnet",
    "bookworm",
    "bullseye",
    "buster",
    "centos",
    "debian",
    "dotnet",
    "fedora",
    "focal",
    "jammy",
    "noble",
    "opencloudos",
    "oraclelinux",
    "rocky",
    "servercore",
    "trixie",
    "ubi",
    "ubuntu",
];

pub(super) fn is_official(image: &Image) -> Field<bool> {
    match (&image.registry, &image.repository) {
        (Field::Known(registry, _), Field::Known(repository, origin)) => {
            let is_hub = registry == "docker.io";
            Field::known(is_hub && !repository.contains('/'), origin.at)
        }
        (Field::Unresolved(why), _) | (_, Field::Unresolved(why)) => Field::Unresolved(why.clone()),
        _ => Field::Absent(image.at),
    }
}

/// Images of operating systems and languages, by the last part of their repositories, which start nothing, a shell or
/// an interpreter, and listen to nothing (their Dockerfiles on GitHub).
const BARE: &[&str] = &[
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "aspnet",
    "bun",
    "busybox",
    "buildpack-deps",
    "centos",
    "debian",
    "deno",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "gradle",
    "ibmjava",
    "maven",
    "node",
    "openjdk",
    "oraclelinux",
    "perl",
    "php",
    "playwright",
    "python",
    "rockylinux",
    "ruby",
    "runtime",
    "runtime-deps",
    "rust",
    "sapmachine",
    "sdk",
    "swift",
    "ubi",
    "ubi-micro",
    "ubi-minimal",
    "ubuntu",
    "uv",
];

/// Whether an image is known to bring no port, health check and program of its own.
pub(super) fn is_bare(image: &Image) -> bool {
    let variant = variant(image);
    let is_small = matches!(variant.value(), Some(BaseVariant::Scratch | BaseVariant::Distroless));
    // The tags of PHP with a server expose its port.
    let serves = image.tag().is_some_and(|tag| tag.contains("fpm") || tag.contains("apache"));
    is_small || (BARE.contains(&image.base_name()) && !serves)
}

/// Whether dependencies are installed from manifests that were copied before the sources. A directory that is copied
/// before the manifest is one that the manifest refers to.
pub(super) fn manifest_order(own: &Own, at: Place) -> Field<bool> {
    let Some(install) = own.package_commands.iter().find(|command| command.installs_manifest) else {
        return Field::Absent(at);
    };
    let manifests = own.copies.iter().filter(|copy| copy.is_manifest_only && copy.position < install.position);
    let last_manifest = manifests.map(|copy| copy.position).max();
    let brings_source = |copy: &&Copy| {
        let is_directory = copy.copies_directory && last_manifest.is_none_or(|position| copy.position > position);
        copy.is_from_context && !copy.is_manifest_only && (copy.copies_whole_context || is_directory)
    };
    let mounted = own.manifest_mounts.iter().any(|position| whole(*position) == install.position);
    let manifest = mounted || last_manifest.is_some();
    let source = own.copies.iter().filter(brings_source).find(|copy| copy.position < install.position);
    match source {
        Some(source) => Field::known(false, source.at),
        None if manifest => Field::known(true, install.at),
        None => Field::Absent(install.at),
    }
}

/// Whether every installation comes before the switch to another user.
pub(super) fn installs_before_user(own: &Own) -> Option<Field<bool>> {
    let mut installs = own.package_commands.iter().filter(|command| command.installs).peekable();
    let first = installs.peek()?.at;
    let late = match own.first_nonroot.map(whole) {
        Some(switch) => installs.find(|command| command.position > switch),
        // What the stage is built on may have switched before.
        None => Some(installs.find(|command| command.after_user.value() == Some(&true))?),
    };
    Some(late.map_or_else(|| Field::known(true, first), |command| Field::known(false, command.at)))
}

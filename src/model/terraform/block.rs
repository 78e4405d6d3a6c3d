//! The blocks of a module: settings, providers, resources, calls of other modules, outputs.

use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::syntax::hcl::{Block, Body, Value};
use crate::{model, words};

use super::attribute::{Source, TerraformAttribute, attributes};
use super::window;

model! {
    /// A provider that a module requires.
    pub struct RequiredProvider as "terraform.required_provider" {
        /// Its name in the module.
        name: String,
        /// Where it comes from, such as `hashicorp/aws`.
        source: Field<String>,
        /// The versions that are allowed.
        version: Field<String>,
        /// Whether these have an upper bound, or are one version.
        bounded: Field<bool>,
    }
    label(provider) { provider.name.clone() }
}

model! {
    /// Where the state of a module is kept.
    pub struct Backend as "terraform.backend" {
        /// The kind, such as `s3`; `cloud` for HCP Terraform.
        kind: String,
        /// Its attributes.
        attributes: List<TerraformAttribute>,
        /// The region.
        region: Field<String>,
        /// Whether the state is encrypted by the bucket's client.
        encrypt: Always<bool>,
        /// Whether only one at a time can change the state.
        locks: Always<bool>,
    }
    label(backend) { backend.kind.clone() }
}

model! {
    /// The configuration of a provider.
    pub struct Provider as "terraform.provider" {
        /// Its name, such as `aws`.
        name: String,
        /// Its alias, where it is not the default.
        alias: Field<String>,
        /// Its region.
        region: Field<String>,
        /// Its attributes.
        attributes: List<TerraformAttribute>,
        /// The keys of its default tags or labels.
        default_tags: List<String>,
        /// The directory of its module.
        module: PathText,
        /// Whether the module is an example or a test.
        is_test_data: bool,
    }
    label(provider) { provider.name.clone() }
}

words! {
    /// Whether something is made or only read.
    pub enum ResourceMode {
        /// `resource`.
        Managed = "managed",
        /// `data`.
        Data = "data",
    }
}

model! {
    /// A resource or a data source.
    pub struct Resource as "terraform.resource" {
        /// Whether it is made or only read.
        mode: ResourceMode,
        /// Its type, such as `aws_db_instance`.
        kind: String,
        /// Its name.
        name: String,
        /// Both, as references write them.
        address: String,
        /// The first word of the type, which is the provider's name.
        provider: String,
        /// Its attributes.
        attributes: List<TerraformAttribute>,
        /// The keys of its tags, default tags of the provider included.
        tags: List<String>,
        /// Whether it has tags of its own.
        has_tags: bool,
        /// Whether the windows for backups and for maintenance overlap; absent where one is not written.
        windows_overlap: Field<bool>,
        /// Whether it is made in a production environment only under a condition, or not at all.
        is_conditional: bool,
        /// The directory of its module.
        module: PathText,
        /// Whether the module is an example or a test.
        is_test_data: bool,
    }
    label(resource) { resource.address.clone() }
}

model! {
    /// A group of nodes of a Kubernetes cluster, as the modules for clusters take it.
    pub struct NodeGroup as "terraform.node_group" {
        /// Its name.
        name: String,
        /// The names of its arguments.
        arguments: List<String>,
        /// Whether its machines have graphics cards.
        has_gpu: bool,
        /// The fewest nodes.
        min: Field<i64>,
        /// The nodes it starts with.
        desired: Field<i64>,
        /// The most nodes.
        max: Field<i64>,
    }
    label(group) { group.name.clone() }
}

model! {
    /// A call of another module.
    pub struct ModuleCall as "terraform.call" {
        /// Its name.
        name: String,
        /// Where the module comes from.
        source: Field<String>,
        /// The second part of a registry's address, such as `eks`; absent for other sources, and for what lies within
        /// the package (`//modules/…`).
        package: Field<String>,
        /// Whether the source is a directory beside it.
        is_local: bool,
        /// The version of a module from a registry.
        version: Field<String>,
        /// Whether a version, a tag or a commit is chosen; absent for directories.
        pinned: Field<bool>,
        /// Its arguments.
        attributes: List<TerraformAttribute>,
        /// The groups of nodes of a Kubernetes cluster.
        node_groups: List<NodeGroup>,
        /// The directory of the module that calls it.
        module: PathText,
        /// Whether that is an example or a test.
        is_test_data: bool,
    }
    label(call) { call.name.clone() }
}

model! {
    /// An output of a module.
    pub struct Output as "terraform.output" {
        /// Its name.
        name: String,
        /// What it is.
        description: Field<String>,
        /// Whether it is kept out of what Terraform prints.
        sensitive: Always<bool>,
        /// What it refers to.
        references: List<String>,
        /// The directory of its module.
        module: PathText,
        /// Whether the module is an example or a test.
        is_test_data: bool,
    }
    label(output) { output.name.clone() }
}

/// The module that a block stands in.
#[derive(Clone, Copy)]
pub(super) struct Home<'h> {
    pub(super) path: &'h str,
    pub(super) is_test_data: bool,
}

pub(super) fn required_providers(source: Source<'_>, block: &Block) -> Vec<RequiredProvider> {
    let provider = |attribute: &crate::syntax::hcl::Attribute| {
        let at = source.place(attribute.key.span);
        let (from, version) = match &attribute.value.value {
            // Before Terraform 0.13 the version stood alone.
            Value::String(_) => (Field::Absent(at), source.scalar(&attribute.value)),
            Value::Object(entries) => {
                let find = |name: &str| {
                    let entry = entries.iter().find(|(key, _)| key.value == name);
                    entry.map_or(Field::Absent(at), |(_, value)| source.scalar(value))
                };
                (find("source"), find("version"))
            }
            _ => (Field::Absent(at), Field::Absent(at)),
        };
        let bounded = match &version {
            Field::Known(text, origin) => Field::known(is_bounded(text), origin.at),
            other => Field::Absent(other.place()),
        };
        RequiredProvider { at, name: attribute.key.value.clone(), source: from, version, bounded }
    };
    block.body.attributes.iter().map(provider).collect()
}

/// Whether a constraint has an upper bound (Terraform, "Version Constraints").
fn is_bounded(constraint: &str) -> bool {
    constraint.split(',').map(str::trim).any(|part| {
        part.starts_with("~>")
            || part.starts_with('<')
            || (part.starts_with('=') && !part.starts_with("=>"))
            || part.starts_with(|c: char| c.is_ascii_digit())
    })
}

pub(super) fn backend(source: Source<'_>, block: &Block) -> Backend {
    let at = source.place(block.header);
    let kind = block.labels.first().map_or("cloud", |label| label.value.as_str());
    let has = |name: &str| block.body.attribute(name).is_some();
    let lockfile = source.switch(&block.body, "use_lockfile", at).value().copied().unwrap_or(true);
    // Without its bucket it is only a part, and the command line gives the rest (Terraform, "Partial configuration").
    let is_part = matches!(kind, "s3" | "gcs") && !has("bucket");
    let why = "`-backend-config` completes this backend";
    let mut attributes = attributes(source, &block.body, at);
    if is_part {
        attributes.leave_open("the backend", why, at);
    }
    let open = |known: Always<bool>| match known.value() {
        Some(false) if is_part => Field::unresolved("the backend", why, at).or_default(false),
        _ => known,
    };
    let region = source.field(&block.body, "region", at);
    // The others lock by themselves (Terraform, "Backend Configuration").
    let locks = kind != "s3" || has("dynamodb_table") || (has("use_lockfile") && lockfile);
    Backend {
        at,
        kind: kind.to_owned(),
        attributes,
        region: if is_part && region.is_absent() { Field::unresolved("the backend", why, at) } else { region },
        encrypt: open(source.switch(&block.body, "encrypt", at)),
        locks: open(Always::known(locks, at)),
    }
}

/// The keys of an object under a name, in any of the places where providers have tags or labels.
fn tag_keys(attributes: &List<TerraformAttribute>, prefixes: &[&str]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|attribute| {
            prefixes.iter().find_map(|prefix| attribute.path.strip_prefix(prefix)).filter(|key| !key.contains('.'))
        })
        .map(str::to_owned)
        .collect()
}

pub(super) fn provider(source: Source<'_>, block: &Block, home: Home<'_>) -> Provider {
    let at = source.place(block.header);
    let found = attributes(source, &block.body, at);
    let tags = tag_keys(&found, &["default_tags.tags.", "default_labels."]);
    let tags_at = found.iter().find(|attribute| attribute.path.starts_with("default_")).map_or(at, |first| first.at);
    let mut default_tags = List::new(tags, tags_at);
    let merged = found.iter().find(|attribute| {
        matches!(attribute.path.as_str(), "default_tags.tags" | "default_labels")
            && !attribute.references.items.is_empty()
            && matches!(attribute.value, Field::Unresolved(_))
    });
    if let Some(Field::Unresolved(unresolved)) = merged.map(|attribute| &attribute.value) {
        default_tags.unseen = Some(unresolved.clone());
    }
    Provider {
        at,
        name: block.labels.first().map_or_else(String::new, |label| label.value.clone()),
        alias: source.field(&block.body, "alias", at),
        region: source.field(&block.body, "region", at),
        attributes: found,
        default_tags,
        module: PathText(home.path.to_owned()),
        is_test_data: home.is_test_data,
    }
}

pub(super) fn resource(source: Source<'_>, block: &Block, home: Home<'_>) -> Resource {
    let at = source.place(block.header);
    let label = |index: usize| block.labels.get(index).map_or_else(String::new, |label| label.value.clone());
    let (kind, name) = (label(0), label(1));
    let is_data = block.kind.value == "data";
    let found = attributes(source, &block.body, at);
    let own = found.iter().find(|attribute| matches!(attribute.path.as_str(), "tags" | "labels"));
    let mut tags = List::new(tag_keys(&found, &["tags.", "labels."]), own.map_or(at, |tags| tags.at));
    if let Some(Field::Unresolved(unresolved)) = own.map(|tags| &tags.value) {
        tags.unseen = Some(unresolved.clone());
    }
    Resource {
        at,
        mode: if is_data { ResourceMode::Data } else { ResourceMode::Managed },
        address: if is_data { format!("data.{kind}.{name}") } else { format!("{kind}.{name}") },
        provider: kind.split('_').next().unwrap_or("").to_owned(),
        has_tags: own.is_some(),
        windows_overlap: windows_overlap(source, &block.body, at),
        is_conditional: block.body.attribute("count").is_some(),
        attributes: found,
        tags,
        kind,
        name,
        module: PathText(home.path.to_owned()),
        is_test_data: home.is_test_data,
    }
}

fn windows_overlap(source: Source<'_>, body: &Body, at: Place) -> Field<bool> {
    let backup = source.field(body, "backup_window", at).or(|| source.field(body, "preferred_backup_window", at));
    let care =
        source.field(body, "maintenance_window", at).or(|| source.field(body, "preferred_maintenance_window", at));
    let (Some(daily), Some(weekly)) = (backup.value(), care.value()) else { return Field::Absent(at) };
    window::overlap(daily, weekly).map_or(Field::Absent(at), |found| Field::known(found, care.place()))
}

pub(super) fn call(source: Source<'_>, block: &Block, home: Home<'_>) -> ModuleCall {
    let at = source.place(block.header);
    let from = source.field(&block.body, "source", at);
    let version = source.field(&block.body, "version", at);
    let text = from.value().map_or("", String::as_str);
    let is_local = text.starts_with("./") || text.starts_with("../");
    let package = registry_package(text);
    let arguments = attributes(source, &block.body, at);
    let pinned = match (&from, package) {
        (Field::Known(..), _) if is_local => Field::Absent(at),
        (Field::Known(..), Some(_)) => Field::known(!version.is_absent(), from.place()),
        (Field::Known(..), None) => {
            Field::known(text.contains("?ref=") || text.contains("&ref=") || is_archive(text), from.place())
        }
        _ => Field::Absent(at),
    };
    ModuleCall {
        at,
        name: block.labels.first().map_or_else(String::new, |label| label.value.clone()),
        package: package
            .filter(|_| !text.contains("//"))
            .map_or(Field::Absent(at), |package| Field::known(package.to_owned(), from.place())),
        node_groups: node_groups(&arguments, at),
        attributes: arguments,
        source: from,
        is_local,
        version,
        pinned,
        module: PathText(home.path.to_owned()),
        is_test_data: home.is_test_data,
    }
}

/// Arguments that hold groups of nodes (terraform-aws-modules/eks, before and since version 18).
const NODE_GROUPS: &[&str] = &["node_groups.", "eks_managed_node_groups.", "self_managed_node_groups."];

fn node_groups(arguments: &List<TerraformAttribute>, at: Place) -> List<NodeGroup> {
    let mut groups: Vec<NodeGroup> = Vec::new();
    for argument in arguments {
        let Some(path) = NODE_GROUPS.iter().find_map(|prefix| argument.path.strip_prefix(prefix)) else { continue };
        match path.split_once('.') {
            None => groups.push(NodeGroup {
                at: argument.at,
                name: path.to_owned(),
                arguments: List::empty(argument.at),
                has_gpu: path.to_ascii_lowercase().contains("gpu"),
                min: Field::Absent(argument.at),
                desired: Field::Absent(argument.at),
                max: Field::Absent(argument.at),
            }),
            Some((name, inner)) => {
                let Some(group) = groups.last_mut().filter(|group| group.name == name) else { continue };
                group.arguments.items.push(inner.to_owned());
                match inner {
                    "min_capacity" | "min_size" => group.min = argument.number.clone(),
                    "desired_capacity" | "desired_size" => group.desired = argument.number.clone(),
                    "max_capacity" | "max_size" => group.max = argument.number.clone(),
                    "instance_types" => group.has_gpu |= argument.items.values().any(|kind| is_gpu(kind)),
                    _ => {}
                }
            }
        }
    }
    // A group that a local or a variable holds: nothing of it stands here.
    for group in groups.iter_mut().filter(|group| group.arguments.items.is_empty()) {
        let is_written = arguments.iter().find(|argument| argument.at == group.at);
        if let Some(argument) = is_written.filter(|argument| !argument.references.items.is_empty()) {
            let place = argument.at;
            group.arguments.leave_open(&group.name, "another place of the module says what it is", place);
        }
    }
    List::new(groups, at)
}

/// Whether a type of machine has graphics cards (AWS, families `g` and `p`).
fn is_gpu(kind: &str) -> bool {
    kind.starts_with(['g', 'p']) && kind.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

/// The name in `namespace/name/provider`, with a host before it or a directory behind it (`//`).
fn registry_package(source: &str) -> Option<&str> {
    let address = source.split("//").next()?;
    let is_name = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match address.split('/').collect::<Vec<_>>().as_slice() {
        [namespace, name, provider] if [namespace, name, provider].into_iter().all(is_name) => Some(name),
        [host, namespace, name, provider]
            if host.contains('.')
                && !host.starts_with("git")
                && [namespace, name, provider].into_iter().all(is_name) =>
        {
            Some(name)
        }
        _ => None,
    }
}

/// Whether a source is an archive, whose name carries its version or does not change.
fn is_archive(source: &str) -> bool {
    let path = source.split('?').next().unwrap_or(source);
    source.starts_with("s3::")
        || source.starts_with("gcs::")
        || [".zip", ".tar.gz", ".tgz"].iter().any(|end| path.ends_with(end))
}

pub(super) fn output(source: Source<'_>, block: &Block, home: Home<'_>) -> Output {
    let at = source.place(block.header);
    let value = block.body.attribute("value");
    let references = value.map_or_else(Vec::new, |value| {
        value.value.references.iter().map(|reference| reference.value.clone()).collect()
    });
    Output {
        at,
        name: block.labels.first().map_or_else(String::new, |label| label.value.clone()),
        description: source.field(&block.body, "description", at),
        sensitive: source.switch(&block.body, "sensitive", at),
        references: List::new(references, value.map_or(at, |value| source.place(value.value.span))),
        module: PathText(home.path.to_owned()),
        is_test_data: home.is_test_data,
    }
}

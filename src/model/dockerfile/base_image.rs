//! What is known of base images: default user, accounts, tools and package manager, from `rules/data/base-images.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::embedded;
use crate::model::image::Image;
use crate::source::FileId;
use crate::syntax::yaml::{NodeRef, Tree};

const DATA: &str = "data/base-images.yaml";

/// An account of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    /// Name, where it has one.
    pub name: Option<String>,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
}

/// What is known of one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseFacts {
    /// The user it starts as; `None` where that differs between releases.
    pub user: Option<KnownUser>,
    /// Flavour of the operating system, such as `alpine`; `None` where nothing is known of it.
    pub family: Option<String>,
    /// Package manager, such as `apk`.
    pub package_manager: Option<String>,
    /// Commands that are there.
    pub tools: BTreeSet<String>,
    /// Commands that are there in some releases.
    pub maybe: BTreeSet<String>,
    /// Accounts by name, with user and group id.
    pub users: BTreeMap<String, (u32, u32)>,
    /// Groups by name.
    pub groups: BTreeMap<String, u32>,
}

impl BaseFacts {
    /// The facts of an image that is not in the table but says its flavour in its tag or name (`…-alpine`). Its user
    /// is not known.
    fn by_flavour(table: &Tree, image: &Image) -> Option<Self> {
        let family = match (image.tag().unwrap_or(""), image.base_name()) {
            (tag, _) if tag.contains("distroless") => "distroless",
            _ => return None,
        };
        let root = table.documents().next()?;
        let mut facts = Self::default();
        facts.add_family(root, family);
        Some(facts)
    }

    fn add_family(&mut self, root: NodeRef<'_>, name: &str) {
        let Some(family) = root.at(&["families", name]) else { return };
        self.family = Some(name.to_owned());
        self.package_manager = family.get("package_manager").and_then(NodeRef::text).map(str::to_owned);
        self.add(family);
    }

    /// Adds what an entry says; what is there already stays, except for accounts of the same name.
    fn add(&mut self, entry: NodeRef<'_>) {
        self.tools.extend(texts(entry.get("tools")).map(str::to_owned));
        self.maybe.extend(texts(entry.get("maybe")).map(str::to_owned));
        for user in entry.get("users").into_iter().flat_map(NodeRef::entries) {
            let mut ids = user.value.items().filter_map(number);
            if let (Some(uid), Some(gid)) = (ids.next(), ids.next()) {
                self.users.insert(user.key.to_owned(), (uid, gid));
            }
        }
        for group in entry.get("groups").into_iter().flat_map(NodeRef::entries) {
            if let Some(gid) = number(group.value) {
                self.groups.insert(group.key.to_owned(), gid);
            }
        }
    }
}

/// What is known of an image, by repository and tag.
#[must_use]
pub fn facts(image: &Image) -> Option<BaseFacts> {
    let tree = table();
    let root = tree.documents().next()?;
    let name = table_name(image)?;
    let mut entries = root.get("images")?.items();
    let Some(entry) = entries.find(|entry| texts(entry.get("names")).any(|pattern| glob(pattern, &name))) else {
        return BaseFacts::by_flavour(tree, image);
    };
    let mut facts = BaseFacts::default();
    let tag = image.tag().unwrap_or("");
    let tag_known = image.tag.value().is_some() || image.tag.is_absent();
    let mut variants = entry.get("variants").into_iter().flat_map(NodeRef::items);
    let variant = variants.find(|variant| {
        tag_known && variant.get("tag").and_then(NodeRef::text).is_some_and(|pattern| glob(pattern, tag))
    });
    let field = |key: &str| variant.and_then(|variant| variant.get(key)).or_else(|| entry.get(key));
    if let Some(family) = field("family").and_then(NodeRef::text) {
        facts.add_family(root, family);
    }
    facts.add(entry);
    if let Some(variant) = variant {
        if variant.get("tools").is_some() {
            for tool in texts(entry.get("tools")) {
                facts.tools.remove(tool);
            }
        }
        facts.add(variant);
    }
    facts.user = field("user").and_then(user);
    if let Some(KnownUser { name: Some(name), uid, gid }) = &facts.user {
        facts.users.insert(name.clone(), (*uid, *gid));
    }
    Some(facts)
}

fn table() -> &'static Tree {
    static TABLE: OnceLock<Tree> = OnceLock::new();
    TABLE.get_or_init(|| match embedded::find(DATA) {
        Some(file) => file.tree(FileId(u32::MAX)),
        None => Tree::parse(FileId(u32::MAX), ""),
    })
}

/// The name that the table uses: without registry for Docker Hub and for mirrors of its official images.
fn table_name(image: &Image) -> Option<String> {
    let registry = image.registry.value()?;
    let repository = image.repository.value()?;
    let full = format!("{registry}/{repository}");
    let official = ["public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "registry.hub.docker.com/library/"];
    if let Some(name) = official.iter().find_map(|prefix| full.strip_prefix(prefix)) {
        return Some(name.to_owned());
    }
    if registry != "docker.io" {
        return Some(full);
    }
    // Official images for one architecture only (docker-library/official-images, "Architectures other than amd64?").
    let architectures =
        ["amd64/", "arm32v5/", "arm32v6/", "arm32v7/", "arm64v8/", "armhf/", "i386/", "ppc64le/", "s390x/"];
    let plain = architectures.iter().find_map(|prefix| repository.strip_prefix(prefix));
    Some(plain.unwrap_or(repository).to_owned())
}

fn user(node: NodeRef<'_>) -> Option<KnownUser> {
    if node.text() == Some("root") {
        return Some(KnownUser { name: Some("root".to_owned()), uid: 0, gid: 0 });
    }
    let name = node.get("name").and_then(NodeRef::text).map(str::to_owned);
    Some(KnownUser { name, uid: node.get("uid").and_then(number)?, gid: node.get("gid").and_then(number)? })
}

fn texts(node: Option<NodeRef<'_>>) -> impl Iterator<Item = &str> {
    node.into_iter().flat_map(NodeRef::items).filter_map(NodeRef::text)
}

fn number(node: NodeRef<'_>) -> Option<u32> {
    node.text()?.parse().ok()
}

/// Matches a text against a pattern in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        let Some(found) = text.find(part) else { return false };
        text = text.get(found + part.len()..).unwrap_or("");
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, Span};

    fn of(reference: &str) -> Option<BaseFacts> {
        let at = Place { file: FileId(0), span: Span::new(0, reference.len()) };
        facts(&Image::parse(reference, at, true))
    }

    #[test]
    fn the_table_is_read_without_problems() {
        assert!(table().problems.is_empty(), "{:?}", table().problems);
        let root = table().documents().next().unwrap();
        for entry in root.get("images").unwrap().items() {
            let name = texts(entry.get("names")).next().unwrap();
            assert!(entry.get("source").is_some(), "{name} has a source");
            let variants = entry.get("variants").into_iter().flat_map(NodeRef::items);
            for family in variants.chain([entry]).filter_map(|node| node.get("family")?.text()) {
                assert!(family == "other" || root.at(&["families", family]).is_some(), "{name}: {family}");
            }
        }
    }

    #[test]
    fn tools_depend_on_the_flavour() {
        let has = |reference: &str, tool: &str| of(reference).unwrap().tools.contains(tool);
        assert!(has("python:3.12", "curl"));
        assert!(!has("python:3.12-slim", "curl"));
        assert!(!has("python:3.12-alpine", "curl"));
        assert!(has("python:3.12-alpine", "wget"));
        assert!(has("docker.io/library/node:22", "wget"));
        assert!(has("public.ecr.aws/docker/library/node:22-slim", "node"));
        assert!(!has("gcr.io/distroless/static-debian12:nonroot", "sh"));
        assert!(has("gcr.io/distroless/static-debian12:debug", "wget"));
    }

    #[test]
    fn default_users_are_known_where_documented() {
        let uid = |reference: &str| of(reference).and_then(|facts| facts.user).map(|user| user.uid);
        assert_eq!(uid("alpine:3.20"), Some(0));
        assert_eq!(uid("gcr.io/distroless/base-debian12:nonroot"), Some(65532));
        assert_eq!(uid("gcr.io/distroless/base-debian12"), Some(0));
        assert_eq!(uid("nginxinc/nginx-unprivileged:1.27-alpine"), Some(101));
        assert_eq!(uid("registry.example/team/base:1"), None);
        assert_eq!(of("node:22-alpine").unwrap().users.get("node"), Some(&(1000, 1000)));
    }
}

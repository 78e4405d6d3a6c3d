//! The outline of a kustomization: which files belong together, which are patches, and what is set from outside a manifest.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::read::Reader;
use crate::source::Place;
use crate::source::path::joined;
use crate::syntax::yaml::{NodeRef, Tree};

/// Something a kustomization refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As written.
    pub text: String,
    /// The path from the root of the run; `None` for something remote or outside the root.
    pub path: Option<String>,
    /// Where it is written.
    pub at: Place,
}

/// A patch of a kustomization, from `patches`, `patchesStrategicMerge` or `patchesJson6902`.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The file it is in; `None` for one that is written inline.
    pub file: Option<Reference>,
    /// Its text, for one that is written inline.
    pub inline: Option<String>,
    /// Kind of the objects it is for, where that is said.
    pub target_kind: Option<String>,
    /// Name of the objects it is for, where that is said.
    pub target_name: Option<String>,
    /// Where it is written, or referred to.
    pub at: Place,
}

/// An entry of `images`: what becomes of images of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOverride {
    /// The name as manifests write it, without tag and digest.
    pub name: String,
    /// The name that replaces it.
    pub new_name: Option<String>,
    /// The tag it gets.
    pub new_tag: Option<String>,
    /// The digest it gets.
    pub digest: Option<String>,
    /// Where the entry's name is written.
    pub at: Place,
}

/// A ConfigMap or Secret that is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Its name, without the hash that is put behind it.
    pub name: String,
    /// Where the name is written.
    pub at: Place,
}

/// A `kustomization.yaml`.
#[derive(Clone, Debug)]
pub struct Kustomization {
    /// Its first bytes.
    pub at: Place,
    /// Its path from the root of the run.
    pub path: String,
    /// Its directory; `.` for the root of the run.
    pub dir: String,
    /// Whether it is a component, which only changes what others are made of.
    pub is_component: bool,
    /// Files and directories it is made of: `resources`, `bases`, `components`.
    pub resources: Vec<Reference>,
    /// Its patches.
    pub patches: Vec<Patch>,
    /// The namespace it puts its objects in.
    pub namespace: Option<Generated>,
    /// The images it rewrites.
    pub images: Vec<ImageOverride>,
    /// Names of workloads whose number of pods it sets.
    pub replicas: Vec<Generated>,
    /// Text put before every name.
    pub name_prefix: Option<String>,
    /// Text put behind every name.
    pub name_suffix: Option<String>,
    /// ConfigMaps it generates.
    pub config_maps: Vec<Generated>,
    /// Secrets it generates.
    pub secrets: Vec<Generated>,
    /// Parts that bring in objects which are not in these files: charts, plugins, remote resources.
    pub opaque: Vec<Reference>,
}

/// Keys that bring in objects by running something.
const OPAQUE_KEYS: [&str; 5] = ["helmCharts", "helmChartInflationGenerator", "generators", "transformers", "crds"];

impl Kustomization {
    /// Reads a kustomization, told by its name or its API version; `None` for any other file.
    /// Flux has objects of kind `Kustomization` too, often in files of that name.
    #[must_use]
    pub fn read(tree: &Tree, path: &str) -> Option<Self> {
        let root = tree.documents().next()?;
        let (dir, name) = path.rsplit_once('/').unwrap_or((".", path));
        let named = is_kustomization_file(name);
        let group = root.get("apiVersion").and_then(NodeRef::text).map(|version| version.split('/').next());
        match group {
            Some(Some("kustomize.config.k8s.io")) => {}
            None if named => {}
            _ => return None,
        }
        let reader = Reader::new(root);
        let mut resources = Vec::new();
        let mut opaque = Vec::new();
        for key in ["resources", "bases", "components"] {
            for reference in reader.list(key, |node| reference(node, dir)).items.into_iter().flatten() {
                if reference.path.is_some() { resources.push(reference) } else { opaque.push(reference) }
            }
        }
        opaque.extend(OPAQUE_KEYS.iter().filter_map(|key| {
            let at = reader.get(key)?.key_place()?;
            Some(Reference { text: (*key).to_owned(), path: None, at })
        }));
        let named = |key: &str| reader.list(key, |node| generated(node, "name")).items.into_iter().flatten().collect();
        Some(Self {
            at: root.anchor_place(),
            path: path.to_owned(),
            is_component: root.get("kind").and_then(NodeRef::text) == Some("Component"),
            dir: dir.to_owned(),
            patches: read_patches(reader, dir),
            namespace: generated(root, "namespace"),
            images: reader.list("images", read_image).items.into_iter().flatten().collect(),
            replicas: named("replicas"),
            name_prefix: reader.text("namePrefix").value().cloned(),
            name_suffix: reader.text("nameSuffix").value().cloned(),
            config_maps: named("configMapGenerator"),
            secrets: named("secretGenerator"),
            resources,
            opaque,
        })
    }
}

/// Paths of the files that are patches of some kustomization.
#[must_use]
pub fn patch_files(kustomizations: &[Kustomization]) -> BTreeSet<&str> {
    let files = kustomizations.iter().flat_map(|one| &one.patches).filter_map(|patch| patch.file.as_ref());
    files.filter_map(|file| file.path.as_deref()).collect()
}

/// For each file that kustomizations are made of, directly or through others, which those are.
#[must_use]
pub fn reached_files(kustomizations: &[Kustomization]) -> BTreeMap<&str, Vec<&Kustomization>> {
    let mut files: BTreeMap<&str, Vec<&Kustomization>> = BTreeMap::new();
    let by_dir = by_dir(kustomizations);
    for start in kustomizations {
        let parts = parts(start, &by_dir);
        let paths = parts.iter().flat_map(|part| &part.resources).filter_map(|reference| reference.path.as_deref());
        for path in paths.collect::<BTreeSet<_>>() {
            files.entry(path).or_default().push(start);
        }
    }
    files
}

/// Kustomizations by their directory; of several the one under a name that kustomize looks for.
pub(crate) fn by_dir(kustomizations: &[Kustomization]) -> BTreeMap<&str, &Kustomization> {
    let (named, others): (Vec<&Kustomization>, Vec<&Kustomization>) =
        kustomizations.iter().partition(|one| is_kustomization_file(&one.path));
    others.into_iter().chain(named).map(|one| (one.dir.as_str(), one)).collect()
}

/// A kustomization and those it is made of, directly or through others.
pub(crate) fn parts<'k>(
    start: &'k Kustomization,
    by_dir: &BTreeMap<&'k str, &'k Kustomization>,
) -> Vec<&'k Kustomization> {
    let mut seen = BTreeSet::from([start.dir.as_str()]);
    let mut found = Vec::new();
    let mut queue = vec![start];
    while let Some(one) = queue.pop() {
        found.push(one);
        let dirs = one.resources.iter().filter_map(|reference| reference.path.as_deref());
        queue.extend(dirs.filter(|dir| seen.insert(*dir)).filter_map(|dir| by_dir.get(dir).copied()));
    }
    found
}

/// The kustomizations that have to do with any of these files: made of one, patching with one, or a part of such.
#[must_use]
pub fn about<'k>(kustomizations: &'k [Kustomization], files: &BTreeSet<&str>) -> Vec<&'k Kustomization> {
    let mut dirs = BTreeSet::new();
    let by_dir = by_dir(kustomizations);
    for start in kustomizations {
        let parts = parts(start, &by_dir);
        let references = parts
            .iter()
            .flat_map(|part| part.resources.iter().chain(part.patches.iter().filter_map(|patch| patch.file.as_ref())));
        if references.filter_map(|reference| reference.path.as_deref()).any(|path| files.contains(path)) {
            dirs.extend(parts.iter().map(|part| part.dir.as_str()));
        }
    }
    kustomizations.iter().filter(|one| dirs.contains(one.dir.as_str())).collect()
}

/// The name part of an image reference, without tag and digest, as `images` names it.
#[must_use]
pub fn written_name(reference: &str) -> &str {
    let named = reference.split('@').next().unwrap_or(reference);
    match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => named,
    }
}

fn reference(node: NodeRef<'_>, dir: &str) -> Option<Reference> {
    let text = node.text()?;
    let path = if is_remote(text) { None } else { joined(dir, text) };
    Some(Reference { text: text.to_owned(), path, at: node.place() })
}

/// Whether a reference is to be fetched from somewhere.
pub(super) fn is_remote(text: &str) -> bool {
    text.contains("://")
        || text.contains("?ref=")
        || ["github.com/", "gitlab.com/", "bitbucket.org/", "git@", "git::"].iter().any(|host| text.starts_with(host))
}

/// Whether a file has the name of a kustomization.
pub(super) fn is_kustomization_file(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

fn generated(node: NodeRef<'_>, key: &str) -> Option<Generated> {
    let name = node.get(key)?;
    Some(Generated { name: name.text().filter(|name| !name.is_empty())?.to_owned(), at: name.place() })
}

fn read_image(node: NodeRef<'_>) -> Option<ImageOverride> {
    let name = node.get("name")?;
    let text = |key: &str| node.get(key).and_then(NodeRef::text).map(str::to_owned);
    Some(ImageOverride {
        name: name.text()?.to_owned(),
        new_name: text("newName"),
        new_tag: text("newTag"),
        digest: text("digest"),
        at: name.place(),
    })
}

fn read_patches(reader: Reader<'_>, dir: &str) -> Vec<Patch> {
    let mut patches: Vec<Patch> = Vec::new();
    let strategic = reader.list("patchesStrategicMerge", |node| {
        let text = node.text()?;
        // A list item is a file or a whole patch; no file name has a line end or a key.
        let is_inline = text.contains('\n') || text.contains(": ");
        Some(Patch {
            file: if is_inline { None } else { reference(node, dir) },
            inline: is_inline.then(|| text.to_owned()),
            target_kind: None,
            target_name: None,
            at: node.place(),
        })
    });
    patches.extend(strategic.items.into_iter().flatten());
    for key in ["patches", "patchesJson6902", "patchesJSON6902"] {
        patches.extend(reader.list(key, |node| read_patch(node, dir)).items.into_iter().flatten());
    }
    patches
}

fn read_patch(node: NodeRef<'_>, dir: &str) -> Option<Patch> {
    // `patches` was once a plain list of files.
    let path = if node.text().is_some() { Some(node) } else { node.get("path") };
    let inline = node.get("patch");
    let at = path.or(inline)?.place();
    let target = |key: &str| node.at(&["target", key]).and_then(NodeRef::text).map(str::to_owned);
    Some(Patch {
        file: path.and_then(|path| reference(path, dir)),
        inline: inline.and_then(NodeRef::text).map(str::to_owned),
        target_kind: target("kind"),
        target_name: target("name"),
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::{reached_files, written_name};
    use crate::model::k8s::Kustomization;
    use crate::source::FileId;
    use crate::syntax::yaml::Tree;

    fn read(path: &str, text: &str) -> Option<Kustomization> {
        Kustomization::read(&Tree::parse(FileId(0), text), path)
    }

    #[test]
    fn the_name_of_an_image_keeps_the_port_of_its_registry() {
        assert_eq!(written_name("localhost:5000/api:1.2"), "localhost:5000/api");
        assert_eq!(written_name("localhost:5000/api"), "localhost:5000/api");
        assert_eq!(written_name("api@sha256:ab"), "api");
    }

    #[test]
    fn an_overlay_reaches_the_files_of_its_base() -> Result<(), &'static str> {
        let base = read("k8s/base/kustomization.yaml", "resources: [api.yaml]\n").ok_or("a kustomization")?;
        let overlay = read("k8s/prod/kustomization.yaml", "bases: [../base]\n").ok_or("a kustomization")?;
        let all = [base, overlay];
        let reached = reached_files(&all);
        let paths: Vec<_> = reached["k8s/base/api.yaml"].iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["k8s/base/kustomization.yaml", "k8s/prod/kustomization.yaml"]);
        Ok(())
    }

    #[test]
    fn a_flux_kustomization_is_not_one() {
        let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./apps}\n";
        assert!(read("clusters/kustomization.yaml", flux).is_none());
    }

    #[test]
    fn patches_are_read_from_all_three_keys() -> Result<(), &'static str> {
        let text = "
patchesStrategicMerge:
- replicas.yaml
- |-
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: api}
patchesJson6902:
- target: {kind: Deployment, name: api}
  path: limits.yaml
patches:
- path: env.yaml
- target: {kind: Service}
  patch: |-
    - {op: remove, path: /spec/type}
";
        let one = read("prod/kustomization.yaml", text).ok_or("a kustomization")?;
        let files: Vec<_> = super::patch_files(std::slice::from_ref(&one)).into_iter().collect();
        assert_eq!(files, ["prod/env.yaml", "prod/limits.yaml", "prod/replicas.yaml"]);
        assert_eq!(one.patches.iter().filter(|patch| patch.inline.is_some()).count(), 2);
        Ok(())
    }
}

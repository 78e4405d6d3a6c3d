//! The images that a step builds, pushes and scans.

use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::{model, words};

use super::command::Command;
use super::expression;
use super::step::Input;
use super::tools;

words! {
    /// What a tag is made of.
    pub enum TagKind {
        /// The commit.
        Sha = "sha",
        /// `latest`.
        Latest = "latest",
        /// A version, literal or that of a Git tag or release.
        Version = "version",
        /// Nothing is written.
        None = "none",
        /// Anything else.
        Other = "other",
    }
}

model! {
    /// An image that a workflow builds or pushes, under one name.
    pub struct BuiltImage as "workflow.image" {
        /// The reference as written.
        text: String,
        /// The part before the tag, as written.
        repository: String,
        /// The registry as written, up to the first `/`; absent for Docker Hub.
        registry: Field<String>,
        /// The tag as written.
        tag: Field<String>,
        /// What the tag is made of.
        tag_kind: TagKind,
    }
    label(image) { image.text.clone() }
}

model! {
    /// A build of an image.
    pub struct ImageBuild as "workflow.image_build" {
        /// The build context as written, without `./`.
        context: Field<String>,
        /// The Dockerfile as written.
        dockerfile: Field<String>,
        /// The names it gets.
        images: List<BuiltImage>,
        /// Whether it is pushed.
        pushes: Always<bool>,
        /// The platforms it is built for.
        platforms: List<Field<String>>,
    }
    label(build) { build.context.value().cloned().unwrap_or_default() }
}

words! {
    /// What a scan looks at.
    pub enum ScanTarget {
        /// An image.
        Image = "image",
        /// Files of the repository.
        Files = "files",
        /// Source text.
        Source = "source",
        /// What a manifest of dependencies names.
        Dependencies = "dependencies",
    }
}

model! {
    /// A scan for vulnerabilities.
    pub struct Scan as "workflow.scan" {
        /// The tool.
        tool: String,
        /// What it looks at.
        target: Field<ScanTarget>,
        /// The image as written.
        image: Field<String>,
        /// The severities that it reports; empty for all.
        severities: List<String>,
        /// Whether the step fails where it finds something.
        gates: Field<bool>,
        /// Whether another scan of the job does.
        gates_beside: bool,
        /// The format of its report.
        format: Field<String>,
        /// The file of its report, as written.
        output: Field<String>,
    }
    label(scan) { scan.tool.clone() }
}

impl BuiltImage {
    /// Whether its registry runs on the machine of the job, and ends with it.
    pub(super) fn is_local(&self) -> bool {
        let host = |registry: &String| registry.split(':').next().is_some_and(|host| LOCAL.contains(&host));
        self.registry.value().is_some_and(host)
    }
}

/// Names under which a machine knows itself.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "0.0.0.0"];

/// Splits a reference as written.
pub(super) fn image(text: &str, at: Place) -> BuiltImage {
    let text = text.trim();
    let hidden = expression::masked(text);
    let slash = hidden.rfind('/').map_or(0, |slash| slash + 1);
    let colon = hidden.get(slash..).and_then(|last| last.find(':')).map(|colon| slash + colon);
    let repository = text.get(..colon.unwrap_or(text.len())).unwrap_or(text);
    let tag = colon.and_then(|colon| text.get(colon + 1..));
    let registry = hidden.find('/').filter(|slash| {
        let first = text.get(..*slash).unwrap_or("");
        first.contains(['.', ':', '$']) || first == "localhost"
    });
    BuiltImage {
        at,
        text: text.to_owned(),
        repository: repository.to_owned(),
        registry: registry
            .and_then(|slash| text.get(..slash))
            .map_or(Field::Absent(at), |registry| Field::known(registry.to_owned(), at)),
        tag: tag.map_or(Field::Absent(at), |tag| Field::known(tag.to_owned(), at)),
        tag_kind: tag.map_or(TagKind::None, tag_kind),
    }
}

fn tag_kind(tag: &str) -> TagKind {
    let lower = tag.to_ascii_lowercase();
    let bare = lower.trim_start_matches('v');
    if lower == "latest" {
        TagKind::Latest
    } else if ["sha", "commit", "rev-parse", "git_hash"].iter().any(|word| lower.contains(word)) {
        TagKind::Sha
    } else if bare.starts_with(|c: char| c.is_ascii_digit())
        || ["version", "ref_name", "github.ref", "release", "tag"].iter().any(|word| lower.contains(word))
    {
        TagKind::Version
    } else {
        TagKind::Other
    }
}

/// The build of a `docker/build-push-action` or `docker/bake-action`.
pub(super) fn build_of_action(name: &str, inputs: &List<Input>, at: Place) -> Option<ImageBuild> {
    let input = |wanted: &str| inputs.iter().find(|input| input.name == wanted);
    let is_bake = name == "docker/bake-action";
    if name != "docker/build-push-action" && !is_bake {
        return None;
    }
    let path = |wanted: &str| match input(wanted) {
        Some(input) => Field::known(input.text.trim_start_matches("./").trim_end_matches('/').to_owned(), input.at),
        None => Field::Absent(at),
    };
    let lines = |wanted: &str| -> Vec<(String, Place)> {
        let split = |input: &Input| {
            let parts = input.text.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| (part.to_owned(), input.value.place())).collect::<Vec<_>>()
        };
        input(wanted).map(split).unwrap_or_default()
    };
    let tags = lines("tags");
    let tags_at = input("tags").map_or(at, |input| input.at);
    let mut images = List::new(Vec::new(), tags_at);
    for (text, place) in &tags {
        if expression::whole(text).is_some() {
            images.leave_open(text, "another step makes the tags", *place);
        } else if !text.contains("type=") {
            let image = image(text, *place);
            if image.tag_kind == TagKind::Other && image.tag.value().is_some_and(|tag| expression::has(tag)) {
                images.leave_open(text, expression::WHY, *place);
            }
            images.items.push(image);
        }
    }
    if is_bake {
        images.leave_open("bake", "the tags are in the bake file", at);
    }
    let outputs = lines("outputs").iter().any(|(text, _)| text.contains("push=true") || text == "type=registry");
    // `set` of a bake file overrides its outputs.
    let says_push = |name: &str| input(name).is_some_and(|input| input.text.contains("push=true"));
    let outputs = outputs || says_push("outputs") || (is_bake && says_push("set"));
    let pushes = match input("push") {
        Some(input) if expression::has(&input.text) => {
            Field::unresolved(&*input.text, "it is decided when the workflow runs", input.value.place())
                .or_default(false)
        }
        Some(input) => Always::known(input.text.trim() == "true" || outputs, input.value.place()),
        None => Always::known(outputs, at),
    };
    let platforms = lines("platforms").into_iter().map(|(text, place)| platform(&text, place)).collect();
    let platforms = List::new(platforms, input("platforms").map_or(at, |input| input.at));
    Some(ImageBuild {
        at,
        context: path("context").or(|| Field::known(".".to_owned(), at)),
        dockerfile: path("file"),
        images,
        pushes,
        platforms,
    })
}

/// A platform; `linux/arm64/v8` is the same as `linux/arm64` (containerd, `platforms`).
fn platform(text: &str, at: Place) -> Field<String> {
    literal(if text == "linux/arm64/v8" { "linux/arm64" } else { text }, at)
}

fn literal(text: &str, at: Place) -> Field<String> {
    if expression::has(text) || text.contains('$') {
        return Field::unresolved(text, expression::WHY, at);
    }
    Field::known(text.to_owned(), at)
}

/// Options of `docker build` whose value is a word of its own (Docker reference, `docker buildx build`).
const VALUED: &[&str] = &[
    "-t",
    "--tag",
    "-f",
    "--file",
    "--build-arg",
    "--platform",
    "--target",
    "--cache-from",
    "--cache-to",
    "--label",
    "--secret",
    "--network",
    "--output",
    "-o",
    "--progress",
    "--builder",
    "--iidfile",
    "--metadata-file",
    "--ssh",
    "--add-host",
    "--shm-size",
    "-m",
    "--memory",
    "--build-context",
    "--attest",
    "--allow",
    "--ulimit",
    "--isolation",
];

/// The build of a `docker build`, `docker buildx build`, `podman build` or `buildah bud`.
pub(super) fn build_of_command(command: &Command) -> Option<ImageBuild> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let (["docker" | "podman", "build", rest @ ..]
    | ["docker", "buildx" | "image", "build", rest @ ..]
    | ["podman", "image", "build", rest @ ..]
    | ["buildah", "bud" | "build", rest @ ..]) = words.as_slice()
    else {
        return None;
    };
    let at = command.at;
    let mut build = ImageBuild {
        at,
        context: Field::Absent(at),
        dockerfile: Field::Absent(at),
        images: List::empty(at),
        pushes: Always::known(false, at),
        platforms: List::empty(at),
    };
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if word.starts_with("--") => (option, Some(value)),
            _ if VALUED.contains(word) => (*word, words.next().copied()),
            _ => (*word, None),
        };
        let value = value.unwrap_or("");
        match option {
            "-t" | "--tag" => build.images.items.push(image(value, at)),
            "-f" | "--file" => build.dockerfile = Field::known(value.trim_start_matches("./").to_owned(), at),
            "--platform" => build.platforms.items.extend(value.split(',').map(|text| platform(text, at))),
            "--push" => build.pushes = Always::known(value != "false", at),
            "--output" | "-o" if value.contains("push=true") || value == "type=registry" => {
                build.pushes = Always::known(true, at);
            }
            _ if option.starts_with('-') => {}
            _ => build.context = Field::known(option.trim_start_matches("./").trim_end_matches('/').to_owned(), at),
        }
    }
    Some(build)
}

/// The image of a `docker push`, `podman push` or `buildah push`.
pub(super) fn push_of_command(command: &Command) -> Option<BuiltImage> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let (["docker" | "podman" | "buildah", "push", rest @ ..] | ["docker", "image", "push", rest @ ..]) =
        words.as_slice()
    else {
        return None;
    };
    let name = rest.iter().find(|word| !word.starts_with('-'))?;
    Some(image(name, command.at))
}

/// The scan of a step that uses an action.
pub(super) fn scan_of_action(name: &str, inputs: &List<Input>, at: Place, ignores_failure: bool) -> Option<Scan> {
    let tool = tools::of_action(name)?;
    let input = |wanted: &str| inputs.iter().find(|input| input.name == wanted);
    let text = |wanted: &str| match input(wanted) {
        Some(input) => Field::known(input.text.trim().to_owned(), input.value.place()),
        None => Field::Absent(at),
    };
    let first = |names: &[&str]| names.iter().map(|name| text(name)).find(|field| field.value().is_some());
    let args = input("args").map_or("", |input| input.text.as_str());
    let mut scan = blank(tool, at);
    scan.format = text("format");
    scan.output = text("output").or(|| text("sarif"));
    match tool {
        "trivy" => {
            scan.image = first(&["image-ref", "image", "image-name"]).unwrap_or(Field::Absent(at));
            let kind = text("scan-type");
            let is_image = kind.value().is_none_or(|kind| kind == "image") && input("scan-ref").is_none();
            scan.target = Field::known(if is_image { ScanTarget::Image } else { ScanTarget::Files }, kind.place());
            scan.severities = list(&text("severity"));
            scan.gates = gates(&text("exit-code"), |code| code != "0", false);
        }
        "grype" => {
            scan.image = text("image");
            let target = if scan.image.is_absent() { ScanTarget::Files } else { ScanTarget::Image };
            scan.target = Field::known(target, at);
            scan.gates = gates(&text("fail-build"), |value| value == "true", true);
        }
        "scout" => {
            scan.image = text("image");
            scan.target = Field::known(ScanTarget::Image, at);
            scan.severities = list(&text("only-severities"));
            scan.gates = gates(&text("exit-code"), |value| value == "true", false);
        }
        "snyk" => {
            let is_image = name.ends_with("/docker");
            scan.image = text("image");
            scan.target = Field::known(if is_image { ScanTarget::Image } else { ScanTarget::Dependencies }, at);
            let threshold = args.split_once("--severity-threshold=").map(|(_, rest)| rest.split_whitespace().next());
            scan.severities.items.extend(threshold.flatten().map(str::to_owned));
        }
        "semgrep" | "codeql" | "bandit" | "gosec" => scan.target = Field::known(ScanTarget::Source, at),
        "trivy-setup" | "hadolint" => return None,
        _ => scan.target = Field::known(ScanTarget::Dependencies, at),
    }
    if ignores_failure {
        scan.gates = Field::known(false, at);
    }
    Some(scan)
}

fn blank(tool: &str, at: Place) -> Scan {
    Scan {
        at,
        tool: tool.to_owned(),
        target: Field::Absent(at),
        image: Field::Absent(at),
        severities: List::empty(at),
        gates: Field::known(true, at),
        gates_beside: false,
        format: Field::Absent(at),
        output: Field::Absent(at),
    }
}

fn list(field: &Field<String>) -> List<String> {
    let items = field.value().map_or_else(Vec::new, |text| {
        text.split([',', ' ', '\n']).filter(|part| !part.is_empty()).map(str::to_ascii_uppercase).collect()
    });
    List::new(items, field.place())
}

fn gates(field: &Field<String>, holds: impl Fn(&str) -> bool, default: bool) -> Field<bool> {
    match field {
        Field::Known(text, origin) if expression::has(text) => {
            Field::unresolved(text.as_str(), "it is decided when the workflow runs", origin.at)
        }
        Field::Known(text, origin) => Field::known(holds(text.trim_matches(['\'', '"'])), origin.at),
        other => Field::known(default, other.place()),
    }
}

/// The scan of a command.
pub(super) fn scan_of_command(command: &Command) -> Option<Scan> {
    let tool = tools::of_command(command)?;
    let at = command.at;
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let has = |wanted: &str| words.contains(&wanted);
    let option = |names: &[&str]| {
        let inline =
            words.iter().find_map(|word| names.iter().find_map(|name| word.strip_prefix(name)?.strip_prefix('=')));
        let next = || words.iter().position(|word| names.contains(word)).and_then(|at| words.get(at + 1).copied());
        inline.or_else(next)
    };
    let field = |value: Option<&str>| value.map_or(Field::Absent(at), |value| Field::known(value.to_owned(), at));
    let last = words.iter().rev().find(|word| !word.starts_with('-')).copied();
    let mut scan = blank(tool, at);
    scan.format = field(option(&["--format", "-f"]));
    scan.output = field(option(&["--output", "-o"]));
    match tool {
        "trivy" => {
            let kind = if has("image") || has("i") {
                ScanTarget::Image
            } else if has("fs") || has("filesystem") || has("repo") || has("rootfs") || has("config") {
                ScanTarget::Files
            } else {
                return None;
            };
            scan.target = Field::known(kind, at);
            scan.image = field(last.filter(|_| kind == ScanTarget::Image));
            scan.severities = list(&field(option(&["--severity", "-s"])));
            scan.gates = gates(&field(option(&["--exit-code"])), |code| code != "0", false);
        }
        "grype" => {
            let is_files = last.is_some_and(|last| last == "." || last.starts_with("dir:"));
            scan.target = Field::known(if is_files { ScanTarget::Files } else { ScanTarget::Image }, at);
            scan.image = field(last);
            scan.gates = Field::known(option(&["--fail-on"]).is_some() || has("-f"), at);
        }
        "scout" => {
            scan.target = Field::known(ScanTarget::Image, at);
            scan.image = field(last);
            scan.gates = Field::known(has("--exit-code") || has("-e"), at);
        }
        "snyk" => {
            let kind = if has("container") { ScanTarget::Image } else { ScanTarget::Dependencies };
            scan.target = Field::known(kind, at);
            scan.image = field(last.filter(|_| kind == ScanTarget::Image));
            scan.gates = Field::known(!has("monitor"), at);
        }
        "clair" | "clairctl" | "dockle" => scan.target = Field::known(ScanTarget::Image, at),
        "semgrep" | "codeql" | "bandit" | "gosec" => scan.target = Field::known(ScanTarget::Source, at),
        "hadolint" => return None,
        _ => scan.target = Field::known(ScanTarget::Dependencies, at),
    }
    if command.ignores_failure {
        scan.gates = Field::known(false, at);
    }
    Some(scan)
}
